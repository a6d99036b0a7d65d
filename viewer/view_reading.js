/* view_reading.js -- the first view: two texts to be read, and a word of one lights up words of the other.
 *
 * Before anything is pointed at, a line under each word of the output says how it stands: solid, a word that
 * it looked at is needed (supported); hatched, it looked there but would have been written anyway; dotted,
 * nobody could check. A pointed-at word lights up what it looked at: tint and a bar by weight, a number, and
 * a frame by mark; never colour alone. Both texts do it: a source word lights up the words that looked at it.
 *
 * Only the words whose look changes are touched, so that a thousand words answer as quickly as ten.
 */

const LIT = 24, LIT_FROM = 0.02;   /* so many words light up, and from this weight */

/* How a word of the output stands, by its highlights: the best of them. */
function standing(s, t) {
  const marks = s.highlightsOf(t).map((x) => x.mark);
  return ["supported", "unsupported", "unchecked"].find((m) => marks.includes(m)) ?? null;
}

/* ---- text as words and gaps ---- */

function wordSpan(word, side, stand) {
  const el = h("span", { class: word.mark ? "w mark" : "w", role: "option", tabindex: "-1",
                         "aria-selected": "false", "data-stand": stand },
               word.mark ? MARK_NAME[word.text] : "");
  el.at = { side, index: word.index };
  return el;
}

/* The text with its words in spans and all that stands between them as it is. words[i] is spans[i]. */
function flow(el, text, words, side, stands) {
  const spans = [];
  let at = 0;
  for (const [i, word] of words.entries()) {
    const span = wordSpan(word, side, stands?.[i]);
    if (!word.mark) {
      el.append(text.slice(at, word.start));
      span.textContent = word.end > word.start ? text.slice(word.start, word.end) : word.text;
      at = word.end;
    } else if (i > 0) {
      el.append(" ");
    }
    el.append(span);
    if (word.mark && i === 0) el.append(" ");
    spans.push(span);
  }
  el.append(text.slice(at));
  return spans;
}

/* ---- the view ---- */

class Reading {
  constructor(root) {
    this.root = root;
    this.lit = new Set();
    this.chosen = [];
    this.point = { row: null, column: null, other: null };
    this.build();
  }

  build() {
    const list = (label) => h("p", { class: "flow", role: "listbox", "aria-label": label });
    const box = (text) => h("div", { class: "scroll" }, text,
                            h("div", { class: "numbers", "aria-hidden": "true" }));
    this.source = list("What it read");
    this.target = list("What it wrote");
    this.sourceHead = h("h2");
    this.targetHead = h("h2");
    this.answer = h("div", { class: "answer" });
    this.panel = h("div", { class: "check" });
    this.texts = h("div", { class: "texts" },
      h("section", {}, this.sourceHead, box(this.source)),
      h("section", {}, this.targetHead, box(this.target)),
      this.legend = h("ul", { class: "legend" }));
    this.root.append(this.texts, h("aside", { class: "beside", "aria-label": "About the word" }, this.answer,
                                   this.panel), this.paper = h("div", { class: "on-paper" }));
    this.listen();
  }

  listen() {
    const t = this.texts;
    t.addEventListener("pointerover", (e) => { if (e.pointerType !== "touch") this.over(e.target); });
    t.addEventListener("pointerleave", () => this.preview(null));
    t.addEventListener("focusin", (e) => this.focused(e.target));
    t.addEventListener("focusout", () => this.preview(null));
    t.addEventListener("click", (e) => this.clicked(e));
    t.addEventListener("mousedown", (e) => { if (e.shiftKey) e.preventDefault(); });
    addEventListener("resize", () => this.s && this.light(this.point, true));
    addEventListener("beforeprint", () => this.print());
  }

  /* ---- showing ---- */

  show(s, st) {
    const map = s ? currentMap(s, st) : null;
    if (this.s !== s || this.map !== map) this.fresh(s, map);
    this.st = st;
    this.values = s ? currentValues(s, st) : null;
    this.pinned = { row: this.valid(st.row, map?.rows), column: this.valid(st.column, map?.columns),
                    other: this.valid(st.other, map?.rows) };
    this.light(this.hovered ?? this.pinned, true);
  }

  valid(i, words) { return i !== null && words && i < words.length ? i : null; }

  fresh(s, map) {
    Object.assign(this, { s, map, hovered: null });
    this.unlight();
    clear(this.source);
    clear(this.target);
    if (!s) return;
    const stands = map?.checked && s.check ? s.target.map((_, t) => standing(s, t)) : null;
    this.columns = flow(this.source, map?.columnText ?? s.text, map?.columns ?? s.source, "column");
    this.rows = flow(this.target, map?.rowText ?? s.output, map?.rows ?? s.target, "row", stands);
    this.long = this.rows.length + this.columns.length > 90;
    this.root.classList.toggle("long", this.long);
    this.heads(map);
    this.drawLegend(stands);
    this.roving = {};
    if (this.long) this.rove(this.columns[0]);
    this.rove(this.rows[0] ?? this.columns[0]);
  }

  heads(map) {
    const same = map && map.kind !== "cross";
    this.sourceHead.textContent = same ? "Looked at" : "The model read";
    const wrote = page.decoding?.given ? "The output that was given" : "The model wrote";
    this.targetHead.textContent = same ? "Looking" : wrote;
  }

  drawLegend(stands) {
    const item = (stand, name, text) =>
      h("li", {}, h("span", { class: "w", "data-stand": stand }, name), text);
    clear(this.legend);
    if (!stands) return;
    const n = (k) => stands.filter((x) => x === k).length;
    this.legend.append(item("supported", "supported", "it depends on a word that it looked at"),
      item("unsupported", "not supported", "it looked, but would have been written anyway"),
      n("unchecked") ? item("unchecked", "not checked", "begin and end of a sentence cannot be erased") : "");
  }

  /* ---- lighting ---- */

  unlight() {
    for (const el of this.lit) {
      el.classList.remove("lit", "chosen", "chosen-b", "chosen-cell", "two");
      el.removeAttribute("data-mark");
      el.removeAttribute("data-n");
    }
    for (const el of this.chosen) el.setAttribute("aria-selected", "false");
    this.lit.clear();
    this.chosen = [];
    this.brightest = null;
    this.numbers = [];
  }

  /* One word that is looked at, or looks. */
  glow(el, value, mark, numbered = true) {
    this.brightest ??= el;
    el.classList.add("lit");
    el.style.setProperty("--w", unitOf(value));
    el.setAttribute("data-n", fixed(value));
    if (mark) el.setAttribute("data-mark", mark);
    if (numbered) this.numbers.push({ el, value, mark: "" });
    this.lit.add(el);
  }

  choose(el, cls) {
    if (!el) return;
    el.classList.add(cls);
    el.setAttribute("aria-selected", "true");
    this.lit.add(el);
    this.chosen.push(el);
  }

  /* Lights what is pointed at; the panel follows with the next picture. */
  light(point, now) {
    const p = this.point;
    if (!now && p.row === point.row && p.column === point.column && p.other === point.other) return;
    this.point = { other: null, ...point };
    this.unlight();
    if (this.s && this.map && this.values) this.lightPoint(this.point);
    this.placeNumbers();
    this.write();
  }

  lightPoint({ row, column, other }) {
    if (row !== null && other !== null && other !== row) this.lightTwo(row, other);
    else if (row !== null) this.lightRow(row, column);
    else if (column !== null) this.lightColumn(column);
  }

  lightRow(t, only) {
    const first = this.values.top(t, 1)[0]?.column;
    for (const { column, value } of this.values.top(t, LIT))
      if (value >= LIT_FROM || column === first || column === only)
        this.glow(this.columns[column], value, this.mark(t, column));
    this.choose(this.rows[t], "chosen");
    if (only !== null) this.choose(this.columns[only], "chosen-cell");
  }

  lightColumn(c) {
    for (const { column: t, value } of largestOf(this.values.column(c), LIT))
      if (value >= LIT_FROM) this.glow(this.rows[t], value, this.mark(t, c));
    this.choose(this.columns[c], "chosen");
  }

  lightTwo(a, b) {
    const ra = this.values.row(a), rb = this.values.row(b);
    const columns = new Set([...largestOf(ra, LIT), ...largestOf(rb, LIT)].filter((x) => x.value >= LIT_FROM)
      .map((x) => x.column));
    for (const c of [...columns].sort((x, y) => Math.max(ra[y], rb[y]) - Math.max(ra[x], rb[x]))) {
      const el = this.columns[c];
      this.glow(el, ra[c] || 0, null, ra[c] >= LIT_FROM);
      el.classList.add("two");
      el.style.setProperty("--b", unitOf(rb[c]));
      if (rb[c] >= LIT_FROM) this.numbers.push({ el, value: rb[c], mark: "above" });
    }
    this.choose(this.rows[a], "chosen");
    this.choose(this.rows[b], "chosen-b");
  }

  /* Numbers lie in a layer of their own, so that no text is laid out anew; the larger one takes the room. */
  placeNumbers() {
    const placed = [], room = this.numbers.length ? this.source.clientWidth - NUMBER_WIDTH : 0;
    for (const { el, value, mark } of this.numbers) {
      const side = el.at.side, shift = rightToLeft(el.textContent) ? el.offsetWidth - NUMBER_WIDTH : 0;
      const x = Math.min(room, el.offsetLeft + Math.max(0, shift));
      const y = el.offsetTop + (mark ? -NUMBER_HEIGHT : el.offsetHeight);
      const hits = (p) => Math.abs(p.y - y) < NUMBER_HEIGHT && Math.abs(p.x - x) < NUMBER_WIDTH;
      if (!placed.some((p) => p.side === side && hits(p))) placed.push({ side, x, y, value, mark });
    }
    for (const [text, side] of [[this.source, "column"], [this.target, "row"]])
      text.nextSibling.replaceChildren(...placed.filter((p) => p.side === side).map((p) =>
        h("span", { class: p.mark, style: { left: `${p.x}px`, top: `${p.y}px` } }, fixed(p.value))));
  }

  mark(t, c) { return this.map.checked ? this.s.mark(t, c) : null; }

  /* ---- in words ---- */

  write() {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.writeNow();
      this.bringIntoView();
    });
  }

  /* Long texts scroll in boxes of their own: what was chosen elsewhere and the brightest word come into
   * view. On a narrow screen the answer stands below and must not cover what was asked about. */
  bringIntoView() {
    this.uncover();
    if (!this.long) return;
    for (const el of [this.hovered ? null : this.chosen[0], this.brightest])
      if (el) bringWord(el);
  }

  uncover() {
    const el = this.hovered ? null : this.chosen.at(-1);
    if (!el || getComputedStyle(this.answer).position !== "sticky" || !this.root.offsetParent) return;
    const covered = el.getBoundingClientRect().bottom - this.answer.getBoundingClientRect().top;
    if (covered > 0) scrollBy({ top: covered + 24, behavior: STILL.matches ? "instant" : "smooth" });
  }

  writeNow() {
    const { s, point } = this;
    if (!s) return clear(this.answer).append("This sentence is listed, but the file does not hold its map.");
    const nothing = !this.map || (point.row === null && point.column === null);
    this.answer.classList.toggle("idle", nothing);
    clear(this.answer).append(...(nothing ? this.invitation() : this.sentences(point)));
    const check = nothing ? [] : checkPanel(s, this.st, point);
    clear(this.panel).append(...check.flat(Infinity).filter(Boolean));
  }

  invitation() {
    const p = (cls, ...text) => h("p", { class: cls }, text), c = this.s.check;
    if (!this.map)
      return [p("first", "This model has no attention."),
              p("second", "It read the source into one vector and wrote from that alone: nothing says where it ",
                "looked.")];
    return [p("first", "Point at a word to see where the model looked."),
            c ? p("second", "The line under a word of the output says whether that mattered: ",
                  `${c.supported} of ${c.supported + c.unsupported} looks did.`) : "",
            p("small hint", "A click pins a word; Shift and a click on another compares the two.")];
  }

  sentences(point) {
    const [first, second] = answerFor(this.s, this.st, point);
    const held = this.pinned.row !== null || this.pinned.column !== null;
    const copied = point.row !== null && this.map.rows === this.s.target ? this.s.result.copied?.[point.row] : null;
    return [h("p", { class: "first" }, first), h("p", { class: "second" }, second),
            known(copied) ? h("p", { class: "small" }, `Copied from the source: ${percent(copied)} of its probability.`) : "",
            held ? h("p", { class: "held" }, "Pinned. ", button("Let go", () => this.letGo())) : ""];
  }

  /* ---- pointing ---- */

  wordAt(el) { return el instanceof Element ? el.closest(".flow .w") : null; }

  pointOf(el) {
    const { side, index } = el.at;
    return side === "row" ? { row: index, column: null } : { row: null, column: index };
  }

  isPinned() { return this.pinned && (this.pinned.row !== null || this.pinned.column !== null); }

  /* While a word is pinned, pointing at the other text asks about the two. */
  pointNow(el) {
    const p = this.pointOf(el), pin = this.pinned;
    if (!this.isPinned()) return p;
    if (pin.other !== null) return null;
    if (pin.row !== null && p.column !== null) return { row: pin.row, column: p.column };
    return pin.column !== null && p.row !== null ? { row: p.row, column: pin.column } : null;
  }

  over(target) {
    const el = this.wordAt(target);
    if (el) this.preview(this.pointNow(el));
    else if (target === this.texts) this.preview(null);
  }

  preview(point) {
    this.hovered = point;
    hover(point ?? {});
    this.light(point ?? this.pinned ?? { row: null, column: null });
  }

  focused(target) {
    const el = this.wordAt(target);
    if (!el) return;
    this.rove(el);
    const point = this.pointNow(el);
    this.preview(point);
    if (point && this.map) announce(say(this.s, this.st, point));
  }

  clicked(event) {
    const el = this.wordAt(event.target);
    if (!el) return this.letGo();
    if (event.shiftKey) return this.compare(el);
    this.pin(el);
  }

  pin(el) {
    const p = this.pointOf(el), same = this.pinned.row === p.row && this.pinned.column === p.column;
    this.hovered = null;
    if (same) return this.letGo();
    change({ ...p, other: null });
    if (this.map) announce(`Pinned. ${say(this.s, this.st, p)}`);
  }

  compare(el) {
    const p = this.pointOf(el);
    if (p.row === null || this.pinned.row === null || this.pinned.row === p.row) return this.pin(el);
    this.hovered = null;
    change({ other: p.row, column: null });
    if (this.map) announce(say(this.s, this.st, { row: this.pinned.row, other: p.row }));
  }

  letGo() {
    this.hovered = null;
    if (!this.isPinned()) return;
    change({ row: null, column: null, other: null });
    announce("Let go.");
  }

  close() { this.hovered = null; }

  /* ---- keys ---- */

  /* One word can be reached by Tab; where texts scroll, one in each of them. */
  rove(el) {
    if (!el) return;
    const of = this.long ? el.at.side : "view", last = this.roving[of];
    if (last) last.tabIndex = -1;
    this.roving[of] = el;
    el.tabIndex = 0;
  }

  onKey(event) {
    const el = this.wordAt(document.activeElement);
    if (event.key === "Escape" && this.isPinned()) {
      this.letGo();
      return true;
    }
    const act = el && Object.hasOwn(readingKeys, event.key) ? readingKeys[event.key] : null;
    if (act) act(this, el);
    return Boolean(act);
  }

  list(el) { return el.at.side === "row" ? this.rows : this.columns; }

  along(el, by) {
    const list = this.list(el), rtl = getComputedStyle(el).direction === "rtl" || rightToLeft(el.textContent);
    list[el.at.index + (rtl ? -by : by)]?.focus();
  }

  /* The nearest word of the next line, of the other text behind the last. */
  line(el, by) {
    const from = el.getBoundingClientRect(), x = (from.left + from.right) / 2;
    let best = null, score = Infinity;
    for (const w of [...this.columns, ...this.rows]) {
      const r = w.getBoundingClientRect(), dy = by * (r.top - from.top);
      const d = dy * 8 + Math.abs((r.left + r.right) / 2 - x);
      if (dy > r.height / 2 && d < score) [best, score] = [w, d];
    }
    best?.focus();
  }

  cross(el) { (el.at.side === "row" ? this.columns : this.rows)[0]?.focus(); }

  /* ---- paper ---- */

  /* A list instead of pointing: every word with its sentence. */
  print() {
    clear(this.paper);
    if (!this.s || !this.map || this.rows.length > 300) return;
    const said = (w) => answerRow(this.s, this.map, this.map.weights, w.index, "attention");
    this.paper.append(h("h2", {}, "Word by word"), h("ol", {}, this.map.rows.map((w) =>
      h("li", {}, said(w).flatMap((x) => [x, " "])))));
  }
}

const NUMBER_WIDTH = 30, NUMBER_HEIGHT = 13;   /* px */

/* Near places are scrolled to, far ones jumped to. */
function bringWord(el) {
  const box = el.closest(".scroll"), at = box.getBoundingClientRect(), r = el.getBoundingClientRect();
  if (r.top >= at.top && r.bottom <= at.bottom) return;
  const top = r.top - at.top - at.height / 2;
  box.scrollBy({ top, behavior: STILL.matches || Math.abs(top) > 1.5 * at.height ? "instant" : "smooth" });
}

const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const unitOf = (x) => Math.min(1, Math.max(0, x || 0)).toFixed(3);
const rightToLeft = (text) => /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(text);

const readingKeys = {
  ArrowRight: (v, el) => v.along(el, 1), ArrowLeft: (v, el) => v.along(el, -1),
  ArrowDown: (v, el) => v.line(el, 1), ArrowUp: (v, el) => v.line(el, -1),
  Home: (v, el) => v.list(el)[0].focus(), End: (v, el) => v.list(el).at(-1).focus(),
  Enter: (v, el) => v.pin(el), " ": (v, el) => v.pin(el),
  c: (v, el) => v.compare(el), o: (v, el) => v.cross(el),
};

views.push({
  id: "reading", title: "Reading", scope: "sentence",
  available: (_, s) => s !== null,
  create(root) {
    const v = new Reading(root);
    return {
      show: (s, st) => v.show(s, st), close: () => v.close(), onKey: (e) => v.onKey(e),
      keys: [["Arrow keys", "word by word and line by line"], ["Home, End", "first and last word"],
             ["Enter", "pin the word"], ["c, Shift and click", "compare with the pinned word"],
             ["o", "to the other text"], ["Esc", "let go"]],
    };
  },
});
