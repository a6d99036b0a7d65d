/* view_links.js -- what was read above, what was written below, and a line between two words for each
 * weight
 *
 * that counts.
 *
 * A link is drawn where the weight is at least the threshold, at most MOST of a row. Its width and its
 * opacity say the weight; its stroke says the check: whole where the output depends on the word, dashed
 * where it does not, dotted where nobody asked, thin where the cell is no highlight. Gold links have a
 * stroke of their own. Links that are pointed at are drawn once more on top, with their weights, and all
 * others fade as one group: pointing at a word of a long text costs as little as in a short one. Where two
 * lines do not fit, the words stand in two columns. Not here: links within one word's pieces.
 */
{
  const FROM = 0.1, MOST = 8, WIDEST = 7;

  const STROKES = [
    ["supported", "the output depends on it"],
    ["unsupported", "looked at, but written nearly as surely without it"],
    ["unchecked", "looked at, not checked"],
    ["plain", "less than a highlight"],
    ["gold", "gold link, made by hand"],
  ];

  const SHOWN = {
    attention: "attention",
    gradient: "gradient × input, as a share of its row,",
    erasing: "erasing, the share of the probability that is lost,"
  };

  const lowest = (state) => state.threshold || FROM;

  /* The map that is shown: of the chosen head, or of one of the three readings. */
  function shown(s, state) {
    const map = currentMap(s, state);
    return { map, weights: currentValues(s, state), reading: currentReading(s, state) };
  }

  /* [{ row, column, weight, mark }], the strong ones last, so that they lie on top. */
  function linksOf(s, { map, weights }, least) {
    const out = [];
    for (let row = 0; row < map.rows.length; row++)
      for (const { column, value } of weights.top(row, MOST))
        if (value >= least)
          out.push({ row, column, weight: value, mark: (map.checked && s.mark(row, column)) || "plain" });
    return out.sort((a, b) => a.weight - b.weight);
  }

  const goldOf = (s, state, { map }) =>
      (state.gold && s.gold && map.kind === "cross"
           ? s.gold.map(([column, row, kind]) => ({ row, column, kind, mark: "gold", weight: null }))
           : []);

  /* ---- geometry ---- */

  const middle = (a, b) => (a + b) / 2;

  /* From the lower edge of the upper word to the upper edge of the lower one. */
  function across(a, b) {
    const x1 = a.left + a.width / 2, y1 = a.top + a.height, x2 = b.left + b.width / 2, y2 = b.top;
    const y = middle(y1, y2);
    return {
      d: `M${x1} ${y1}C${x1} ${y} ${x2} ${y} ${x2} ${y2}`,
      from: [x1, y1 + 12],
      to: [x2, y2 - 12]
    };
  }

  /* From the right edge of the left word to the left edge of the right one. */
  function down(a, b) {
    const x1 = a.left + a.width, y1 = a.top + a.height / 2, x2 = b.left, y2 = b.top + b.height / 2;
    const x = middle(x1, x2);
    return {
      d: `M${x1} ${y1}C${x} ${y1} ${x} ${y2} ${x2} ${y2}`,
      from: [x1 + 16, y1],
      to: [x2 - 16, y2]
    };
  }

  /* Gold runs beside the link that it may agree with. */
  const beside = (at, { weight }) => (weight === null ? {...at, left: at.left + 8, top: at.top + 6 } : at);

  const box = (el) =>
      ({ left: el.offsetLeft, top: el.offsetTop, width: el.offsetWidth, height: el.offsetHeight });

  function pathOf(link, line) {
    const wide = link.weight === null ? 2 : Math.max(1, WIDEST * link.weight);
    return svg("path", {
      d: line.d,
      class: `link ${link.mark} ${link.kind ?? ""}`,
      "stroke-width": wide.toFixed(1),
      "stroke-opacity": link.weight === null ? 1 : (0.35 + 0.65 * link.weight).toFixed(2)
    });
  }

  /* ---- the view ---- */

  class LinksView {
    constructor(root) {
      this.stop = new parts.Stop();
      this.says = h("p", { class: "links-says" });
      this.note = h("p", { class: "note" });
      this.upper = this.line("source");
      this.lower = this.line("target");
      this.faded = svg("g", { class: "all" });
      this.lit = svg("g", { class: "lit" });
      this.drawing = svg("svg", { class: "links-drawing", "aria-hidden": "true" }, this.faded, this.lit);
      this.field = h("div", { class: "links-field" }, this.drawing, this.upper, this.lower);
      this.legend = h("ul", { class: "links-legend" });
      this.box = h("div", { class: "links-box" }, this.field);
      root.append(this.controls(), this.says, this.box, this.legend, this.note);
      new ResizeObserver(() => this.box.clientWidth !== this.width && this.layOut()).observe(this.box);
      this.keys = [
        ["Left, Right", "the next word of this text"], ["Up, Down", "over to the other text"],
        ["Home, End", "first and last word"], ["Enter", "pin the word"], ["Esc", "let it go"]
      ];
    }

    controls() {
      this.slider = h("input", {
        type: "range",
        min: "0.01",
        max: "0.9",
        step: "0.01",
        id: "links-from",
        oninput: () => change({ threshold: Number(this.slider.value) })
      });
      this.from = h("output", { for: "links-from"
      });
      this.turn =
          h("button", { type: "button", "aria-pressed": "false", onclick: () => this.turnAround() },
            "Words in two columns");
      return h("div", { class: "view-controls" }, h("label", { for: "links-from"
               }, "Links from ", this.slider, this.from), this.turn);
    }

    line(side) {
      const list =
          h("div", { class: `links-line ${side}`, role: "listbox", "aria-multiselectable": "false" });
      const wordAt = (event) => event.target.closest?.(".links-word");
      list.addEventListener("pointerover", (event) => wordAt(event) && hover(this.cellOf(wordAt(event))));
      list.addEventListener("pointerleave", () => hover({}));
      list.addEventListener("focusin", (event) => this.focused(wordAt(event)));
      list.addEventListener("click", (event) => wordAt(event) && this.pin(wordAt(event)));
      return list;
    }

    cellOf(el) {
      const at = Number(el.dataset.at);
      return el.dataset.side === "target" ? { row: at } : { column: at };
    }

    /* ---- what is shown ---- */

    show(s, state) {
      this.s = s;
      this.state = {...state };
      this.now = shown(s, state);
      const key = `${s.index} ${this.now.map.id}`;
      if (key !== this.key) this.words();
      this.key = key;
      this.links = [...linksOf(s, this.now, lowest(state)), ...goldOf(s, state, this.now)];
      this.slider.value = String(lowest(state));
      this.from.textContent = parts.fixed(lowest(state));
      this.drawLegend();
      this.layOut();
    }

    words() {
      const { map } = this.now;
      this.columns =
          this.fillLine(this.upper, map.columns, "source", map.kind === "decoder" ? "Words read" : "Source");
      this.rows = this.fillLine(this.lower, map.rows, "target",
                                map.kind === "encoder" ? "Words that look" : "Output");
      this.stop.take(this.rows[0] ?? this.columns[0], false);
      this.turned = null;
    }

    fillLine(list, words, side, label) {
      const els = words.map((word, at) => h("span", {
                              class: word.mark ? "links-word mark" : "links-word",
                              role: "option",
                              tabindex: "-1",
                              "aria-selected": "false",
                              dataset: { at, side }
                            },
                                            bdi(word.text)));
      clear(list).append(...els);
      list.setAttribute("aria-label", label);
      return els;
    }

    drawLegend() {
      const there = new Set(this.links.map((link) => link.mark));
      clear(this.legend)
          .append(
              ...STROKES.filter(([mark]) => there.has(mark))
                  .map(([mark, says]) =>
                           h("li", {},
                             svg("svg", { width: 44, height: 12, "aria-hidden": "true" },
                                 svg("path", { d: "M2 6H42", class: `link ${mark}`, "stroke-width": 3 })),
                             h("b", {}, mark === "plain" ? "other" : mark), `: ${says}`)));
      const n = this.links.filter((link) => link.mark !== "gold").length;
      this.note.textContent =
          `${parts.count(n, "link")} of ${SHOWN[this.now.reading]} from ${parts.fixed(lowest(this.state))}` +
          `, at most ${MOST} from a word. Wider and darker: more.`;
    }

    /* ---- where it stands ---- */

    turnAround() {
      this.turned = !this.isDown();
      this.layOut();
    }

    /* Two columns where the screen is narrow, or two lines would be longer than twice the room. */
    isDown() {
      if (this.turned !== null) return this.turned;
      return parts.narrow() || this.lineLength() > 1.6 * this.box.clientWidth;
    }

    lineLength() {
      const letters = (words) => words.reduce((n, w) => n + w.text.length + 3, 0);
      return 8 * Math.max(letters(this.now.map.rows), letters(this.now.map.columns));
    }

    layOut() {
      if (!this.s || this.box.clientWidth === 0) return;
      const isDown = this.isDown();
      this.width = this.box.clientWidth;
      this.field.classList.toggle("down", isDown);
      this.turn.setAttribute("aria-pressed", String(isDown));
      this.orient(this.upper, isDown, this.now.map.columns);
      this.orient(this.lower, isDown, this.now.map.rows);
      this.draw(isDown ? down : across);
    }

    /* A line runs as its words do; a column has its words on the side of the links. */
    orient(list, isDown, words) {
      list.setAttribute("aria-orientation", isDown ? "vertical" : "horizontal");
      list.dir = isDown ? "ltr" : parts.direction(words.map((w) => w.text));
    }

    draw(shape) {
      const columns = this.columns.map(box), rows = this.rows.map(box);
      this.drawing.setAttribute("width", this.field.scrollWidth);
      this.drawing.setAttribute("height", this.field.scrollHeight);
      for (const link of this.links)
        if (columns[link.column] && rows[link.row]) {
          link.line = shape(beside(columns[link.column], link), beside(rows[link.row], link));
          link.path = pathOf(link, link.line);
        }
      this.links = this.links.filter((link) => link.path);
      clear(this.faded).append(...this.links.map((link) => link.path));
      this.point(this.pinned());
    }

    pinned() {
      return this.state.column !== null && this.state.row === null
          ? { column: this.state.column, row: null }
          : { row: this.state.row, column: null };
    }

    /* ---- pointing ---- */

    hover(cell) {
      if (!this.s) return;
      this.point(cell.row === null && cell.column === null ? this.pinned() : cell);
    }

    point({ row = null, column = null }) {
      const of = row !== null ? this.links.filter((l) => l.row === row)
          : column !== null   ? this.links.filter((l) => l.column === column)
                              : [];
      this.field.classList.toggle("some", row !== null || column !== null);
      clear(this.lit).append(...of.map((link) => link.path.cloneNode()),
                             ...of.map((l) => this.number(l, row !== null)));
      this.mark(of, row, column);
      this.write(row, column);
    }

    /* What the links say, in words. */
    write(row, column) {
      if (row === null && column === null)
        return this.says.replaceChildren(
            "Point at a word, or go to it by keys: its links light up and are said here.");
      const said = answerFor(this.s, this.state, { row, column });
      this.says.replaceChildren(...said.flatMap((x) => [x, " "]).flat(Infinity));
    }

    /* The weight stands at the other end of the link. */
    number(link, atColumn) {
      if (link.weight === null) return "";
      const [x, y] = atColumn ? link.line.from : link.line.to;
      return svg("text", { x, y, class: "links-number" }, parts.fixed(link.weight));
    }

    mark(of, row, column) {
      for (const el of this.marked ?? []) el.classList.remove("here", "lit");
      const here = row !== null ? this.rows[row] : this.columns[column];
      const lit = of.map((link) => (row !== null ? this.columns[link.column] : this.rows[link.row]));
      for (const el of lit) el.classList.add("lit");
      here?.classList.add("here");
      this.marked = [...lit, here].filter(Boolean);
      this.selected?.setAttribute("aria-selected", "false");
      const { row: r, column: c } = this.pinned();
      this.selected = r !== null ? this.rows[r] : this.columns[c];
      this.selected?.setAttribute("aria-selected", "true");
    }

    /* ---- keys ---- */

    focused(el) {
      if (!el) return;
      this.stop.take(el, false);
      const cell = this.cellOf(el);
      hover(cell);
      announce(say(this.s, this.state, cell));
    }

    pin(el) {
      const cell = this.cellOf(el), same = this.pinned();
      const again =
          cell.row !== undefined ? same.row === cell.row : same.row === null && same.column === cell.column;
      change({ row: again ? null : cell.row ?? null, column: again ? null : cell.column ?? null });
      this.stop.take(el, true);
    }

    onKey(event) {
      const el = event.target.closest?.(".links-word");
      if (!el) return false;
      if (event.key === "Enter" || event.key === " ") return this.pin(el), true;
      if (event.key === "Escape") return change({ row: null, column: null }), hover({}), true;
      const to = this.next(el, event.key);
      if (to) this.stop.take(to, true);
      return Boolean(to);
    }

    /* The word that a key leads to, or null for a key that leads nowhere. */
    next(el, key) {
      const target = el.dataset.side === "target", mine = target ? this.rows : this.columns,
            at = Number(el.dataset.at);
      const isDown = this.field.classList.contains("down");
      const rtl = !isDown && mine.length > 1 && mine[0].offsetLeft > mine.at(-1).offsetLeft;
      const [back, on] = isDown ? ["ArrowUp", "ArrowDown"]
          : rtl                 ? ["ArrowRight", "ArrowLeft"]
                                : ["ArrowLeft", "ArrowRight"];
      const over = isDown ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
      if (key === back) return mine[Math.max(0, at - 1)];
      if (key === on) return mine[Math.min(mine.length - 1, at + 1)];
      if (key === "Home") return mine[0];
      if (key === "End") return mine.at(-1);
      return over.includes(key) ? this.partner(target, at) : null;
    }

    /* The word of the other text that this one is most linked to; else the nearest by place. */
    partner(target, at) {
      const others = target ? this.columns : this.rows;
      const best = this.links.filter((l) => l.weight !== null && (target ? l.row : l.column) === at).at(-1);
      return others[best ? (target ? best.column : best.row) : Math.min(at, others.length - 1)];
    }
  }

  views.push({
    id: "links",
    title: "Links",
    scope: "sentence",
    create: (root) => new LinksView(root),
    available: (_, s) => Boolean(s && s.maps.length)
  });
}
