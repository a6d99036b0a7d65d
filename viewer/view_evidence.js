/* view_evidence.js -- the text with its sentences: which of them the output rests on, and whether that is so.
 *
 * A sentence that was looked at is tinted by its share of the attention; a line under it says what became of the
 * output when it was taken out, as under the words of Reading: solid, it is needed; hatched, it is not. The word of it
 * that stands out is framed. What stands between sentences is a blank; what stands behind the last is the question.
 */
(() => {
  const { count, known, Stop } = parts;
  const TINTED_FROM = 0.02, LISTED = 3, BEGINNING = 90;

  const ORDER = ["most", "second most", "third most"];

  /* Numbers of the sentences that are told of: the first of the ranked, as far as they were checked; at least one.
   * Others that were checked were taken out for comparison. */
  function told({ sentences, ranked }) {
    const first = ranked.findIndex((i) => !sentences[i].check), all = first < 0 ? ranked : ranked.slice(0, first);
    return (all.length ? all : ranked.slice(0, 1)).slice(0, Math.max(LISTED, known(sentences[0]?.weight) ? 20 : 0));
  }

  /* Of a sentence's text: before the word that stands out, that word, behind it. */
  function cut(text, x, at) {
    const [from, to] = x.span.map((b) => at[b]), [a, b] = (x.heaviest ?? [x.span[1], x.span[1]]).map((k) => at[k]);
    return [text.slice(from, a), text.slice(a, b), text.slice(b, to)];
  }

  /* What no reader misses: words that part sentences. */
  const between = (text) => text.split(/\s+/).filter((w) => w && w !== "|||" && w !== ".").join(" ");

  /* ---- in words ---- */

  function shareText(e, i) {
    const x = e.sentences[i], more = e.sentences.filter((y) => y.weight > x.weight).length;
    if (!known(x.weight)) return "This model does not look back: sentences are known by taking them out alone.";
    const place = ORDER[more] && e.sentences.length > 1 ? `, the ${ORDER[more]} of ${count(e.sentences.length, "sentence")}` : "";
    return `It has ${percent(x.weight)} of the attention on sentences${place}.`;
  }

  function checkText({ check }) {
    if (!check) return [verdict("Not checked"), ": nobody took it out."];
    const change = `the output ${changeOf(check.drop)}`;
    const instead = check.instead ? [", and would begin “", bdi(check.instead), "”"] : [];
    return check.mark === "supported" ? [verdict("Supported"), `: without it ${change}`, instead, "."]
                                      : [verdict("Not supported"), `: without it ${change}`, instead, "."];
  }

  function wordText(text, x, at) {
    const word = cut(text, x, at)[1];
    return word ? [" The word looked at most is “", bdi(word), "”."] : [];
  }

  /* ---- the view ---- */

  class Evidence {
    constructor(root) {
      this.stop = new Stop();
      this.target = h("p", { class: "flow" });
      this.source = h("p", { class: "flow evidence-text", role: "listbox", "aria-label": "The sentences" });
      this.question = h("p", { class: "flow evidence-question" });
      this.asked = h("section", {}, h("h2", {}, "The question"), this.question);
      this.legend = h("ul", { class: "legend" });
      this.said = h("div", { class: "answer" });
      this.list = h("ol", { class: "evidence-list" });
      this.head = h("h2");
      root.append(
        h("div", { class: "texts" }, this.asked, h("section", {}, this.head, this.target),
          h("section", {}, h("h2", {}, "The text, by sentences"), this.source), this.legend),
        h("aside", { class: "beside", "aria-label": "About the sentence" }, this.said, this.list));
      this.listen(this.source);
    }

    listen(box) {
      box.addEventListener("pointerover", (e) => { if (e.pointerType !== "touch") this.preview(this.numberAt(e.target)); });
      box.addEventListener("pointerleave", () => this.preview(null));
      box.addEventListener("focusin", (e) => this.focused(this.numberAt(e.target)));
      box.addEventListener("focusout", () => this.preview(null));
      box.addEventListener("click", (e) => this.pin(this.numberAt(e.target)));
    }

    numberAt(el) {
      const i = this.spans.indexOf(el instanceof Element ? el.closest(".evidence-sentence") : null);
      return i < 0 ? null : i;
    }

    show(s, st) {
      if (this.s !== s) this.fresh(s);
      const pinned = st.span !== null && st.span < this.spans.length ? st.span : null;
      if (pinned !== this.pinned && pinned !== null) this.uncover(pinned);
      this.pinned = pinned;
      this.light(this.pointed ?? this.pinned);
    }

    fresh(s) {
      Object.assign(this, { s, e: s.evidence, at: utf16Offsets(s.text), pointed: null, pinned: null, spans: [] });
      this.told = told(this.e);
      this.head.textContent = page.decoding?.given ? "The output that was given" : "The model wrote";
      this.target.textContent = s.output || "nothing";
      this.drawText();
      this.drawList();
      this.drawLegend();
      this.stop.take(this.spans[this.told[0] ?? 0], false);
    }

    drawText() {
      const { text } = this.s, { sentences } = this.e;
      let last = 0;
      clear(this.source);
      for (const [i, x] of sentences.entries()) {
        const [from, to] = x.span.map((b) => this.at[b]), gap = between(text.slice(last, from));
        if (i) this.source.append(" ");
        if (gap) this.source.append(`${gap} `);
        this.source.append(this.spans[i] = this.sentence(x, this.told.includes(i)));
        last = to;
      }
      const rest = between(text.slice(last));
      this.question.textContent = rest;
      this.asked.hidden = !rest;
    }

    sentence(x, isTold) {
      const [before, word, behind] = cut(this.s.text, x, this.at), lit = known(x.weight) && x.weight >= TINTED_FROM;
      const box = h("span", { class: lit ? "evidence-sentence lit" : "evidence-sentence", role: "option", tabindex: "-1",
                              "aria-selected": "false", "data-mark": x.check?.mark ?? null },
                    before, word && h("span", { class: isTold ? "evidence-word" : null }, word), behind);
      box.style.setProperty("--w", Math.min(1, x.weight || 0).toFixed(3));
      return box;
    }

    drawList() {
      const item = (i) => {
        const x = this.e.sentences[i], text = cut(this.s.text, x, this.at).join("");
        const begin = text.length > BEGINNING ? `${text.slice(0, BEGINNING)} …` : text;
        return h("li", {}, h("button", { type: "button", class: "evidence-open", onclick: () => this.goTo(i) },
          known(x.weight) && h("b", {}, percent(x.weight)), x.check ? ` ${x.check.mark === "supported" ? "supported" : "not supported"}` : " not checked",
          h("span", { class: "note" }, bdi(begin)),
          x.check?.instead && h("span", { class: "note" }, "without it: ", bdi(x.check.instead))));
      };
      clear(this.list).append(...this.told.map(item));
    }

    drawLegend() {
      const item = (mark, name, text) => h("li", {}, h("span", { class: "evidence-sentence", "data-mark": mark }, name), text);
      const has = (mark) => this.e.sentences.some((x) => x.check?.mark === mark);
      clear(this.legend).append(
        ...[has("supported") && item("supported", "supported", "the output depends on it: taking it out was tried"),
            has("unsupported") && item("unsupported", "not supported", "taken out, and the output hardly changed")]
          .filter(Boolean));
    }

    /* ---- pointing ---- */

    light(i) {
      this.spans.forEach((el, k) => {
        el.classList.toggle("chosen", k === i);
        el.setAttribute("aria-selected", String(k === i));
      });
      this.said.classList.toggle("idle", i === null);
      clear(this.said).append(...(i === null ? this.summary() : this.sentences(i)));
    }

    verdict() {
      const checked = this.told.filter((i) => this.e.sentences[i].check);
      const n = checked.filter((i) => this.e.sentences[i].check.mark === "supported").length;
      if (!this.told.length) return "There is no sentence to rest on.";
      if (!checked.length) return "No sentence was taken out: where the model looked is all that is known.";
      if (!n) return "Taking out any one of these sentences hardly changes the output.";
      return n === 1 ? "The output rests on one sentence." : `The output rests on ${n} sentences.`;
    }

    summary() {
      const p = (cls, ...text) => h("p", { class: cls }, text);
      const rest = this.asked.hidden ? "marks" : "the question and marks";
      const inside = known(this.e.inside) && this.e.inside < 0.99 ? `${percent(this.e.inside)} of the attention fell on sentences, the rest on ${rest}. ` : "";
      return [p("first", this.verdict()),
              p("second", inside, "Point at a sentence to see what became of the output without it.")];
    }

    sentences(i) {
      const x = this.e.sentences[i];
      const other = x.check && !this.told.includes(i) ? " It was taken out for comparison." : "";
      return [h("p", { class: "first" }, shareText(this.e, i), wordText(this.s.text, x, this.at)),
              h("p", { class: "second" }, checkText(x), other),
              this.pinned === i ? h("p", { class: "held" }, "Pinned. ", button("Let go", () => this.pin(i))) : ""];
    }

    preview(i) {
      if (this.pointed === i) return;
      this.pointed = i;
      this.light(i ?? this.pinned);
    }

    focused(i) {
      if (i === null) return;
      this.stop.take(this.spans[i], false);
      this.preview(i);
      announce(this.said.textContent);
    }

    pin(i) {
      this.pointed = null;
      change({ span: i === null || i === this.pinned ? null : i });
    }

    goTo(i) {
      change({ span: i });
      this.stop.take(this.spans[i], true);
    }

    /* On a narrow screen what is told of it stands below and must not cover it: style.css has the room. */
    uncover(i) {
      requestAnimationFrame(() => this.spans[i]?.scrollIntoView({ block: "nearest", behavior: parts.still() ? "instant" : "smooth" }));
    }

    close() { this.pointed = null; }

    onKey(event) {
      const at = this.spans.indexOf(document.activeElement), last = this.spans.length - 1;
      if (event.key === "Escape" && this.pinned !== null) return this.pin(this.pinned), true;
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -at, End: last - at }[event.key];
      if (at < 0) return false;
      if (event.key === "Enter" || event.key === " ") return this.pin(at), true;
      if (by === undefined) return false;
      this.stop.take(this.spans[Math.min(last, Math.max(0, at + by))], true);
      return true;
    }
  }

  views.push({
    id: "evidence", title: "Evidence", scope: "sentence", readings: false,
    available: (_, s) => Boolean(s?.evidence),
    create(root) {
      const v = new Evidence(root);
      return {
        show: (s, st) => v.show(s, st), close: () => v.close(), onKey: (e) => v.onKey(e),
        keys: [["Arrow keys", "sentence by sentence"], ["Home, End", "the first and the last"],
               ["Enter", "pin the sentence"], ["Esc", "let go"]],
      };
    },
  });
})();
