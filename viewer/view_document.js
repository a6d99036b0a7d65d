/* view_document.js -- a long text at a glance: where in it did the attention go?
 *
 * The source is cut into units: its lines where it has several, else its sentences (Intl.Segmenter, or
 * punctuation where the browser has none), and what is longer than LONGEST words into pieces. A unit's bar
 * is the attention that its words got from the chosen word of the output, or on average from all of them,
 * divided by its number of words, so that a long sentence does not look important for being long.
 * Attention on the marks <s> and </s> has a line of its own: what is shown adds up to everything. A file
 * of many lines is a document too: then every line is a unit, with what its own output looked at, and its
 * numbers are unpacked when it comes into sight.
 */
{
  const WHAT = { attention: "attention", gradient: "gradient share", erasing: "probability lost" };

  const LONGEST = 60, CHUNK = 25, PAGE = 200;

  /* ---- cutting ---- */

  const behind = (text, pattern) => [...text.matchAll(pattern)].map((m) => m.index + m[0].length);

  /* Ends that Unicode's rules do not take for ends: a full stop that stands apart, as in cut text, and any
   * where all is written small. */
  function plainEnds(text) {
    const small = text === text.toLowerCase();
    return behind(text, small ? /[.!?]["'”’)\]]*\s+/gu : /(?<=\s)[.!?]+\s+/gu);
  }

  /* Where the sentences of a text begin. */
  function starts(text) {
    if (/\n\s*\S/.test(text)) return [...text.matchAll(/[^\n]+/g)].map((m) => m.index);
    const found = Intl.Segmenter
        ? Array.from(new Intl.Segmenter(undefined, { granularity: "sentence" }).segment(text),
                     (x) => x.index)
        : [0, ...behind(text, /[.!?。！？…]+["'”’)\]]*\s*/gu)];
    return [...new Set([...found, ...plainEnds(text)])].sort((x, y) => x - y);
  }

  function chunks(unit) {
    if (unit.length <= LONGEST) return [unit];
    return Array.from({ length: Math.ceil(unit.length / CHUNK) },
                      (_, i) => unit.slice(i * CHUNK, (i + 1) * CHUNK));
  }

  function cut(s) {
    const at = starts(s.text), units = at.map(() => []);
    let now = 0;
    for (const word of s.source) {
      while (now + 1 < at.length && word.start >= at[now + 1]) now++;
      if (!word.mark) (units[now] ??= []).push(word.index);
    }
    return units.filter((unit) => unit.length).flatMap(chunks);
  }

  const units = new WeakMap();

  /* [[column, ...], ...]: the words of each unit; marks are in none. */
  function unitsOf(s) {
    if (!units.has(s)) units.set(s, cut(s));
    return units.get(s);
  }

  const textOf = (s, unit) => {
    const text = s.text.slice(s.source[unit[0]].start, s.source[unit.at(-1)].end).trim();
    return text || unit.map((i) => s.source[i].text).join(" ");
  };

  /* ---- figures ---- */

  const means = new WeakMap();

  /* The mean over the rows of words, kept with its matrix. */
  function meanOf(s, weights) {
    if (means.has(weights)) return means.get(weights);
    const sum = new Float32Array(weights.columns),
          rows = s.target.filter((w) => !w.mark && w.index < weights.rows);
    for (const { index } of rows) weights.row(index).forEach((x, c) => { sum[c] += (x || 0) / rows.length; });
    means.set(weights, sum);
    return sum;
  }

  /* What each source word got from row t; from all words of the output, on average, when t is null. */
  const massOf = (s, weights, t) => (t === null ? meanOf(s, weights) : weights.row(t));

  /* The chosen reading or head, where it goes from output to source. */
  const weightsOf = (s, state) =>
      (currentMap(s, state).kind === "cross" ? currentValues(s, state) : s.maps[0].weights);

  const total = (mass, unit) => unit.reduce((sum, c) => sum + (mass[c] || 0), 0);

  /* [supported, checked or not] among the highlights that lie in the unit, of row t or of all. */
  function supportedIn(s, unit, t) {
    const from = unit[0], to = unit.at(-1);
    const here = (s.check?.highlights ?? [])
                     .filter((x) => (t === null || x.target === t) && x.source + s.begin >= from
                                 && x.source + s.begin <= to);
    return [here.filter((x) => x.mark === "supported").length, here.length];
  }

  const BEST = ["supported", "unsupported", "unchecked"];

  /* The best mark of each source word, of the row t or of all: a Map from its column. */
  function marksOf(s, t) {
    const marks = new Map();
    for (const x of t === null ? s.check?.highlights ?? [] : s.highlightsOf(t)) {
      const column = x.source + s.begin, now = marks.get(column);
      if (!now || BEST.indexOf(x.mark) < BEST.indexOf(now)) marks.set(column, x.mark);
    }
    return marks;
  }

  /* ---- one unit ---- */

  class Unit {
    constructor(view, number, text, open) {
      this.open = open;
      this.text = text;
      this.words = h("div", { class: "document-words", dir: "auto", id: `unit-${number}`, hidden: true });
      this.button = h("button", {
        type: "button",
        class: "document-open",
        tabindex: "-1",
        "aria-expanded": "false",
        "aria-controls": this.words.id,
        onclick: () => this.turn()
      },
                      h("span", { class: "document-number" }, parts.whole(number + 1)),
                      h("span", { class: "document-text", dir: "auto" }, text));
      this.bar = parts.length(0);
      this.each = h("b", {}, "–");
      this.all = h("span", { class: "document-share" });
      this.marks = h("span", { class: "document-marks" });
      this.el =
          h("li", { class: "document-unit" }, this.button,
            h("div", { class: "document-figures" }, this.bar, this.each, this.all, this.marks), this.words);
    }

    get isOpen() { return !this.words.hidden; }

    async turn() {
      this.words.hidden = this.isOpen;
      this.button.setAttribute("aria-expanded", String(this.isOpen));
      if (this.isOpen) await this.open(this);
    }

    figures(each, largest, share, [supported, highlights]) {
      this.bar.firstChild.style.width = `${largest > 0 ? 100 * Math.min(1, each / largest) : 0}%`;
      this.each.textContent = parts.fixed(each, 3);
      this.all.textContent = parts.percent(share);
      this.marks.textContent = highlights ? `${supported} of ${highlights} supported` : "no highlight";
    }
  }

  /* What words are tinted by: { mass, most, marks, query }. */
  function tintOf(s, weights, t, query) {
    const mass = massOf(s, weights, t);
    let most = 1e-9;
    for (const x of mass) most = x > most ? x : most;
    return { mass, most, marks: marksOf(s, t), query };
  }

  function spansOf(s, columns) {
    return columns.map(
        (column) => h("span", { class: "document-word", dataset: { column } }, bdi(s.source[column].text)));
  }

  /* A word is tinted by what it got, and the line under it is as long. */
  function tint(el, { mass, most, marks, query }) {
    const column = Number(el.dataset.column), share = (mass[column] || 0) / most;
    const found = query && el.textContent.toLowerCase().includes(query) ? " found" : "";
    el.className = `document-word ${marks.get(column) ?? ""}${found}`;
    el.style.setProperty("--share", share < 0.02 ? 0 : share.toFixed(3));
  }

  /* The words of a unit, made when it is opened for the first time. */
  function drawWords(unit, s, columns, tinted) {
    if (!unit.spans) {
      unit.spans = spansOf(s, columns);
      unit.words.dir = parts.direction(unit.spans.map((el) => el.textContent));
      clear(unit.words).append(...unit.spans.flatMap((el) => [el, " "]));
    }
    for (const el of unit.spans) tint(el, tinted);
  }

  /* ---- the view ---- */

  class DocumentView {
    constructor(root) {
      this.stop = new parts.Stop();
      this.wordStop = new parts.Stop();
      this.summary = h("p", { class: "document-says" });
      this.output = this.outputBox();
      this.list = h("ol", { class: "document-list", "aria-label": "The source, unit by unit" });
      this.list.addEventListener(
          "focusin", (event) => this.stop.take(event.target.closest(".document-open") ?? this.stop.at));
      this.list.addEventListener("pointerover", (event) => this.over(event.target.closest(".document-word")));
      this.more =
          h("button",
            { type: "button", class: "document-more", hidden: true, onclick: () => this.moreLines() });
      this.seen = new IntersectionObserver(
          (all) => all.filter((x) => x.isIntersecting).forEach((x) => this.sight(x.target)),
          { rootMargin: "200px" });
      root.append(this.controls(), this.output, this.summary, this.legend(), this.list, this.more);
      this.keys = [
        ["Up, Down", "the sentence before, the next one"], ["Home, End", "first and last sentence"],
        ["Enter", "read its words, close them"],
        ["Left, Right", "in the output: the word before, the next one"],
        ["Esc", "back to the whole output"], ["/", "search"]
      ];
    }

    legend() {
      this.what = h("span", { class: "document-what" });
      return h("div", { class: "document-head", "aria-hidden": "true" }, h("span", {}, "Source"),
               h("div", { class: "document-figures" }, this.what, h("span", {}, "in all"),
                 h("span", {}, "highlights")));
    }

    controls() {
      this.search = h("input", {
        type: "search",
        placeholder: "a word, or part of one",
        "aria-label": "Search the source",
        oninput: () => this.find()
      });
      this.found = h("span", { class: "note", role: "status" });
      this.scope = h("select", { onchange: () => this.draw() }, h("option", { value: "text" }, "this text"),
                     h("option", { value: "file" }, "all lines of the file"));
      this.choice = h("label", {}, "Show ", this.scope);
      return h("div", { class: "view-controls" }, this.choice, h("label", {}, "Search ", this.search),
               this.found);
    }

    outputBox() {
      const box = h("div", { class: "document-output", role: "listbox", "aria-label": "Attention of" });
      const at = (event) => event.target.closest?.("[role=option]");
      box.addEventListener("pointerover", (event) => at(event) && hover({ row: rowOf(at(event)) }));
      box.addEventListener("pointerleave", () => hover({}));
      box.addEventListener("focusin", (event) => at(event) && this.wordFocused(at(event)));
      box.addEventListener("click", (event) => at(event) && this.pin(at(event)));
      return box;
    }

    /* ---- what is shown ---- */

    show(s, state) {
      this.state = {...state };
      this.weights = weightsOf(s, state);
      if (this.s !== s) {
        this.s = s;
        this.columns = unitsOf(s);
        this.choice.hidden = page.sentences.length < 2;
        this.scope.value = this.columns.length > 1 || page.sentences.length < 2 ? "text" : "file";
        this.draw();
      }
      this.figures(state.row);
    }

    get isFile() { return this.scope.value === "file"; }

    draw() {
      this.seen.disconnect();
      clear(this.list);
      this.output.hidden = this.isFile;
      this.units = [];
      if (this.isFile)
        this.moreLines();
      else
        this.drawText();
      this.list.firstChild?.querySelector("button").setAttribute("tabindex", "0");
      this.stop.at = this.list.querySelector("button");
      this.find();
    }

    drawText() {
      this.more.hidden = true;
      this.drawOutput();
      this.units = this.columns.map((columns, i) => {
        const unit = new Unit(this, i, textOf(this.s, columns),
                              (u) => drawWords(u, this.s, columns, this.tinted(this.row)));
        unit.columns = columns;
        return unit;
      });
      this.rest = h("li", { class: "document-unit rest" });
      this.list.append(...this.units.map((unit) => unit.el), this.rest);
      this.figures(this.state.row);
      if (this.units.length === 1) this.units[0].turn();
    }

    drawOutput() {
      const option = (row, node, cls) =>
          h("span",
            { class: cls, role: "option", tabindex: "-1", "aria-selected": "false", dataset: { row } },
            node);
      clear(this.output)
          .append(option("", "whole output", "word whole"),
                  ...this.s.target.map((w) => option(w.index, bdi(w.text), w.mark ? "word mark" : "word")));
      this.output.dir = parts.direction(this.s.target.map((w) => w.text));
      this.wordStop.at = null;
    }

    /* Bars and counts for one word of the output; for all of it when row is null. */
    figures(row) {
      if (this.isFile || !this.s) return;
      const valid = row !== null && row < this.weights.rows ? row : null;
      const mass = massOf(this.s, this.weights, valid),
            each = this.units.map((u) => total(mass, u.columns) / u.columns.length);
      const largest = Math.max(...each, 1e-9);
      const tinted = this.tinted(valid);
      this.row = valid;
      this.what.textContent = `${WHAT[currentReading(this.s, this.state)]} per word`;
      this.units.forEach((unit, i) => {
        unit.figures(each[i], largest, each[i] * unit.columns.length,
                     supportedIn(this.s, unit.columns, valid));
        if (unit.isOpen) drawWords(unit, this.s, unit.columns, tinted);
      });
      this.marksLine(mass);
      this.choose(valid);
      this.say(each);
    }

    tinted(row) { return tintOf(this.s, this.weights, row, this.query); }

    marksLine(mass) {
      const marks = this.s.source.filter((w) => w.mark), sum = total(mass, marks.map((w) => w.index));
      this.rest.hidden = marks.length === 0;
      this.rest.textContent = `Not on words: ${parts.percent(sum)} of the attention is on ` +
          `${parts.list(marks.map((w) => w.text))}.`;
    }

    choose(row) {
      for (const el of this.chosen ?? []) el.classList.remove("here");
      const options = this.output.children, el = options[row === null ? 0 : row + 1];
      this.chosen = [el];
      el?.classList.add("here");
      this.selected?.setAttribute("aria-selected", "false");
      this.selected = options[this.state.row === null ? 0 : this.state.row + 1] ?? options[0];
      this.selected?.setAttribute("aria-selected", "true");
      if (!this.wordStop.at) this.wordStop.take(this.selected, false);
    }

    say(each) {
      const best = each.indexOf(Math.max(...each)),
            who = this.row === null ? "The output" : this.s.target[this.row].text;
      if (best < 0) return;
      const where = this.units.length === 1 ? "the only unit" : `number ${best + 1}`;
      this.spoken = `${parts.name(who)} looked most at ${where}, ` +
          `${parts.fixed(each[best], 3)} a word: ${parts.name(shorten(this.units[best].text))}`;
      this.summary.textContent = this.spoken;
    }

    hover({ row }) {
      if (this.s && !this.isFile) this.figures(row ?? this.state.row);
    }

    over(word) {
      if (!word || this.isFile) return;
      const got = massOf(this.s, this.weights, this.row)[Number(word.dataset.column)];
      word.title = `${parts.fixed(got, 3)} of the attention`;
    }

    /* ---- a file of lines ---- */

    moreLines() {
      const from = this.units.length, to = Math.min(page.sentences.length, from + PAGE);
      for (let i = from; i < to; i++) {
        const unit = new Unit(this, i, page.sentences[i].source, (u) => this.openLine(u, i));
        this.units.push(unit);
        this.list.append(unit.el);
        unit.el.unit = unit;
        unit.line = i;
        this.seen.observe(unit.el);
      }
      this.more.hidden = to === page.sentences.length;
      this.more.textContent = `${parts.count(page.sentences.length - to, "more line")}: show them`;
      this.what.textContent = "attention on words";
      this.summary.textContent =
          "Each line is a text of its own: the bar says how much of its output's attention " +
          "a word of it got; the rest was on the marks of its begin and end.";
    }

    async sight(el) {
      const { unit } = el;
      this.seen.unobserve(el);
      const s = await sentence(unit.line);
      if (!s?.maps.length) return;
      const words = s.source.filter((w) => !w.mark).map((w) => w.index),
            share = total(massOf(s, s.maps[0].weights, null), words);
      unit.figures(share / words.length, share, share, words.length ? supportedIn(s, words, null) : [0, 0]);
      unit.bar.firstChild.style.width = `${100 * share}%`;
      unit.each.textContent = "";
    }

    async openLine(unit, i) {
      const s = await sentence(i);
      if (!s?.maps.length) return unit.words.replaceChildren("This line has no numbers in the file.");
      const first = !unit.spans, columns = s.source.filter((w) => !w.mark).map((w) => w.index);
      drawWords(unit, s, columns, tintOf(s, s.maps[0].weights, null, this.query));
      if (first)
        unit.words.append(
            h("p", { dir: "auto" }, "→ ", bdi(s.output)),
            h("button", { type: "button", onclick: () => openSentence(i) },
              "Open this line"));
    }

    /* ---- searching ---- */

    get query() { return this.search.value.trim().toLowerCase(); }

    find() {
      const { query } = this;
      let n = 0;
      if (query)
        while (this.isFile && this.units.length < page.sentences.length) this.moreLines();
      for (const unit of this.units) {
        const is = !query || unit.text.toLowerCase().includes(query);
        unit.el.hidden = !is;
        n += is;
        if (unit.isOpen) unit.open(unit);
      }
      this.found.textContent = query ? `${n} of ${parts.whole(this.units.length)}` : "";
    }

    /* ---- keys ---- */

    wordFocused(el) {
      this.wordStop.take(el, false);
      hover({ row: rowOf(el) });
      announce(this.spoken);
    }

    pin(el) {
      const row = rowOf(el);
      change({ row: this.state.row === row ? null : row, column: null });
      this.wordStop.take(el, true);
    }

    onKey(event) {
      if (event.key === "/" && event.target !== this.search) return this.search.focus(), true;
      const word = event.target.closest("[role=option]"), open = event.target.closest(".document-open");
      if (word) return this.wordKey(word, event.key);
      return open ? this.unitKey(open, event.key) : false;
    }

    wordKey(el, key) {
      if (key === "Enter" || key === " ") return this.pin(el), true;
      if (key === "Escape") return change({ row: null, column: null }), hover({}), true;
      const all = this.output.children, rtl = getComputedStyle(el.parentNode).direction === "rtl";
      const to = {
        [rtl ? "ArrowRight" : "ArrowLeft"] : el.previousSibling,
        [rtl ? "ArrowLeft" : "ArrowRight"] : el.nextSibling,
        Home: all[0],
        End: all[all.length - 1]
      }[key];
      if (to) this.wordStop.take(to, true);
      return to !== undefined;
    }

    unitKey(button, key) {
      const all = this.units.filter((u) => !u.el.hidden).map((u) => u.button), at = all.indexOf(button);
      const to = { ArrowUp: all[at - 1], ArrowDown: all[at + 1], Home: all[0], End: all.at(-1) };
      if (key === "Escape") return change({ row: null, column: null }), true;
      if (!Object.hasOwn(to, key)) return false;
      if (to[key]) this.stop.take(to[key], true);
      return true;
    }
  }

  const rowOf = (el) => (el.dataset.row === "" ? null : Number(el.dataset.row));

  const shorten = (text) => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

  views.push({
    id: "document",
    title: "Document",
    scope: "sentence",
    create: (root) => new DocumentView(root),
    available: (_, s) => Boolean(s?.maps.length && s.maps[0].kind === "cross")
        && (page.sentences.length > 1 || unitsOf(s).length > 1)
  });
}
