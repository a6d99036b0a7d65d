/* view_matrix.js -- the map as a matrix: a row for every word written, a column for every word read.
 *
 * Two canvases lie on each other: the map, and above it what follows the pointer. Hovering redraws the second
 * alone. To a screen reader the matrix is a grid of which only the cell that is selected is there, with its
 * place and what it says; the same is said in the live region.
 */
(() => {
  const { sameWords, figureOf, figureKey, labelText, differenceText } = figures;
  const { Plot, Labels, bitmapsOf, rowMaxima, headsHow, labelSize, labelFont, onPaper, themeOf, sized,
    clampTo, minimapBox, isIn, drawMarks, drawMap, drawPointer } = plots;

  /* ---- controls ---- */

  /* Squares: most of what people move a threshold over lies near 0. */
  function thresholdControl(state) {
    const said = h("output", {}, state.threshold.toFixed(2));
    const slider = h("input", {
      type: "range", min: 0, max: 1, step: 0.01, value: Math.sqrt(state.threshold),
      oninput: e => {
        const threshold = Math.round(e.target.value ** 2 * 1e4) / 1e4;
        said.textContent = threshold.toFixed(threshold < 0.1 ? 3 : 2);
        change({ threshold });
      },
    });
    return h("label", { class: "choice" }, h("span", {}, "At least"), slider, said);
  }

  function goldControl(state) {
    const box = h("input", { type: "checkbox", onchange: e => change({ gold: e.target.checked }) });
    box.checked = state.gold;
    return h("label", { class: "choice" }, box, h("span", {}, "Gold links"));
  }

  function versusControl(sentence, state) {
    const map = currentMap(sentence, state);
    const others = sentence.maps.filter(m => m !== map && sameWords(map, m));
    if (!others.length || currentReading(sentence, state) !== "attention")
      return null;
    return choice("Minus", [["", "nothing"], ...others.map(m => [m.id, m.name])], state.versus || "",
      id => change({ versus: id || null }));
  }

  const scaleNames = [["linear", "linear"], ["sqrt", "square root"], ["row", "each row"]];

  function controlsOf(sentence, state, zoom) {
    return [
      versusControl(sentence, state),
      choice("Scale", scaleNames, state.scale, scale => change({ scale })),
      zoomButtons(zoom),
      thresholdControl(state),
      sentence.gold && goldControl(state),
    ].filter(Boolean);
  }

  const zoomKeys = [["−", "Zoom out", "-"], ["+", "Zoom in", "+"], ["Fit", "Show the whole map", "0"]];

  function zoomButtons(press) {
    return h("span", { class: "control buttons" }, zoomKeys.map(([text, label, key]) =>
      button(text, () => press(key), { "aria-label": label, title: `${label} (${key})` })));
  }

  /* The colours with their numbers, and what the marks mean. */
  function legendEnds(figure, signed, scale) {
    if (figure.unit === "lost" && signed)
      return ["likelier without, −1", "+1, less likely without"];
    return signed ? ["−1", "+1"] : ["0", scale === "row" ? "the row's largest" : "1"];
  }

  function legendBar(figure, scale) {
    const signed = figure.signed(0) || figure.compares, [low, high] = legendEnds(figure, signed, scale);
    const colour = i => signed ? difference(i / 8 - 1) : cividis(i / 16);
    const stops = Array.from({ length: 17 }, (_, i) => cssColour(colour(i)));
    const said = signed ? "Colours: blue for less, white for equal, orange for more"
      : "Colours: from dark blue, 0, to yellow, 1";
    const bar = h("span", { class: "matrix-bar" });
    bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    return h("span", { class: "control", role: "img", "aria-label": said },
      h("span", {}, low), bar, h("span", {}, high));
  }

  const markNotes = { supported: "supported", unsupported: "not supported", unchecked: "not checked" };

  function swatch(mark) {
    const canvas = h("canvas", { "aria-hidden": "true" }), ctx = sized(canvas, 18, 18);
    const back = cividis(0.8), ink = inkOn(back);
    ctx.fillStyle = cssColour(back);
    ctx.fillRect(0, 0, 18, 18);
    drawMarks(ctx, [{ x: 1, y: 1, w: 16, h: 16, mark, ink }]);
    return canvas;
  }

  function legend(figure, scale) {
    const found = new Set(figure.highlights.map(x => x.mark));
    return [
      legendBar(figure, scale),
      ...Object.keys(markNotes).filter(m => found.has(m)).map(m =>
        h("span", { class: "control" }, swatch(m), h("span", {}, markNotes[m]))),
    ].filter(Boolean);
  }

  /* ---- the view ---- */

  const dragLeast = 4, scrollWait = 250, sideLeast = 300;

  class MatrixView {
    constructor(root) {
      this.root = root;
      this.plot = new Plot();
      this.labels = new Labels();
      this.key = this.lookKey = null;
      this.cell = { row: null, column: null };
      this.pointers = new Map();
      this.scrolled = 0;
      this.build();
    }

    build() {
      this.controls = h("div", { class: "matrix-controls" });
      this.said = h("p", { class: "matrix-said" });
      this.base = h("canvas", { "aria-hidden": "true" });
      this.over = h("canvas", { "aria-hidden": "true" });
      this.active = h("div", { role: "gridcell", id: "matrix-cell", "aria-selected": "false" });
      this.line = h("div", { role: "row", class: "matrix-cell" }, this.active);
      this.stage = h("div", { class: "matrix-stage", role: "grid", tabindex: 0, "aria-label": "Matrix",
        "aria-activedescendant": "matrix-cell" }, this.line, this.base, this.over);
      this.legend = h("div", { class: "matrix-controls" });
      this.panel = h("div", { class: "matrix-panel" });
      this.body = h("div", { class: "matrix-body" }, this.said, this.stage,
        h("div", { class: "matrix-notes" }, this.legend, this.panel));
      this.root.append(this.controls, this.body);
      this.listen();
    }

    listen() {
      const s = this.stage;
      s.addEventListener("pointerdown", e => this.onDown(e));
      s.addEventListener("pointermove", e => this.onMove(e));
      s.addEventListener("pointerup", e => this.onUp(e, true));
      s.addEventListener("pointercancel", e => this.onUp(e, false));
      s.addEventListener("pointerleave", e => e.pointerType === "mouse" && this.leave());
      s.addEventListener("wheel", e => this.onWheel(e), { passive: false });
      s.addEventListener("dblclick", e => this.zoomAt(e.offsetX, e.offsetY, 2));
      s.addEventListener("keydown", e => e.ctrlKey && this.jump(e) && e.preventDefault());
      s.addEventListener("focus", () => this.point(this.cell.row === null ? this.start() : this.cell));
      addEventListener("scroll", () => { this.scrolled = performance.now(); }, { passive: true });
      new ResizeObserver(() => this.resize()).observe(this.root);
      for (const q of ["(prefers-color-scheme: dark)", "(forced-colors: active)"])
        matchMedia(q).addEventListener("change", () => this.recolour());
      addEventListener("beforeprint", () => this.recolour(onPaper));
      addEventListener("afterprint", () => this.recolour());
    }

    /* ---- showing ---- */

    show(sentence, state) {
      const key = figureKey(sentence, state), lookKey = `${key} ${state.scale} ${state.threshold}`;
      const other = this.sentence !== sentence;
      this.sentence = sentence;
      this.state = state;
      if (key !== this.key)
        this.setFigure(figureOf(sentence, state), other);
      if (lookKey !== this.lookKey)
        this.setLook(state);
      if (lookKey !== this.lookKey || other)
        this.setControls();
      this.key = key;
      this.lookKey = lookKey;
      this.theme = this.look.theme = themeOf(this.root);
      this.pinned = this.pinnedCell(state);
      this.say();
      this.showPanel();
      this.draw();
    }

    setFigure(figure, other) {
      const before = this.figure, same = before && before.rows.length === figure.rows.length &&
        before.columns.length === figure.columns.length;
      this.figure = figure;
      this.stage.setAttribute("aria-rowcount", figure.rows.length);
      this.stage.setAttribute("aria-colcount", figure.columns.length);
      this.stage.setAttribute("aria-label", `Matrix: ${labelText(figure.title)}`);
      if (!same || other) {
        this.cell = { row: null, column: null };
        this.fitAnew = true;
      }
    }

    setLook(state) {
      this.bitmaps = bitmapsOf(this.figure, state.scale, state.threshold);
      this.look = { scale: state.scale, threshold: state.threshold, most: rowMaxima(this.figure) };
      if (this.fitAnew)
        this.refit();
      this.fitAnew = false;
    }

    setControls() {
      const parts = () => [...this.controls.querySelectorAll("select, input, button")];
      const focused = parts().indexOf(document.activeElement);
      if (focused >= 0 && document.activeElement.type === "range")
        return;
      clear(this.controls).append(...controlsOf(this.sentence, this.state, key => this.zoomKey(key)));
      clear(this.legend).append(...legend(this.figure, this.state.scale));
      if (focused >= 0)
        parts()[focused]?.focus();
    }

    /* A word is as wide as its letters at size 1: what the heads and the rows' words need. */
    wordWidth(words) {
      const ctx = this.base.getContext("2d");
      const longest = [...words].sort((a, b) => b.text.length - a.text.length);
      ctx.font = labelFont(100);
      return longest.slice(0, 24).reduce((most, w) =>
        Math.max(most, ctx.measureText(labelText(w.text.slice(0, 60))).width / 100), 0);
    }

    /* How much height there is below what stands above the map. */
    roomBelow() {
      const above = this.stage.getBoundingClientRect().top + scrollY;
      return clampTo(innerHeight - above - 16, Math.min(420, innerHeight * 0.8), 1400);
    }

    refit() {
      const width = Math.max(120, this.root.clientWidth), size = 14, { rows, columns } = this.figure;
      this.look.widest = this.wordWidth(columns);
      const left = Math.min(this.wordWidth(rows) * size + 18, Math.max(64, width * 0.3), 190);
      this.width = width;
      for (const beside of [true, false])
        if (this.layOut(width, left, beside))
          break;
      this.stage.style.height = `${this.plot.height}px`;
    }

    /* Beside a narrow map there is room for what it says; false: there is not. Heads are placed twice: how
     * they stand decides how high they are, which decides how large a cell is. */
    layOut(width, left, beside) {
      this.body.classList.toggle("beside", beside);
      const p = this.plot, tall = this.roomBelow(), { rows, columns } = this.figure;
      const wide = Math.min(this.look.widest * 14, 130);
      const high = { flat: 28, leaning: wide * 0.87 + 18, standing: wide + 14 };
      for (let i = 0, how = "standing"; i < 2; i++) {
        const right = how === "leaning" ? Math.min(60, wide * 0.5) : 8;
        p.fit(rows.length, columns.length, width, tall, left, high[how], right);
        p.begin(tall);
        how = headsHow(p, this.look.widest * labelSize(p.kx), labelSize(p.kx));
      }
      const needed = Math.ceil(p.left + p.m * p.kx + p.right);
      if (beside && width - needed < sideLeast)
        return false;
      p.width = beside ? needed : width;
      p.clamp();
      this.stage.style.width = beside ? `${needed}px` : "";
      return true;
    }

    resize() {
      if (!this.figure || !this.root.clientWidth || this.root.clientWidth === this.width)
        return;
      this.refit();
      this.draw();
    }

    /* At once: a printer does not wait for a frame. */
    recolour(theme = themeOf(this.root)) {
      if (!this.figure)
        return;
      this.theme = this.look.theme = theme;
      this.drawBase();
      this.drawOver();
    }

    draw() {
      if (this.frame)
        return;
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.drawBase();
        this.drawOver();
      });
    }

    drawBase() {
      const p = this.plot, ctx = sized(this.base, p.width, p.height);
      this.stage.style.touchAction = p.whole ? "pan-x pan-y" : "none";
      drawMap(ctx, p, this.figure, this.bitmaps, this.labels, this.look);
    }

    drawOver() {
      const p = this.plot, ctx = sized(this.over, p.width, p.height);
      drawPointer(ctx, p, this.figure, this.bitmaps, this.labels, this.look, this.cell, this.pinned);
    }

    /* ---- the cell pointed at, the cell pinned ---- */

    start() {
      return { row: this.pinned?.row ?? 0, column: this.pinned?.column ?? 0 };
    }

    /* State counts words of the map; a figure of two rows shows others. */
    pinnedCell(state) {
      const row = this.figure.rowAt.indexOf(state.row), column = state.column;
      const c = Number.isInteger(column) && column < this.figure.columns.length ? column : null;
      return row < 0 && c === null ? null : { row: row < 0 ? null : row, column: c };
    }

    point(cell) {
      if (cell.row === this.cell.row && cell.column === this.cell.column)
        return;
      this.cell = cell;
      hover({ row: cell.row === null ? null : this.figure.rowAt[cell.row], column: cell.column });
      this.say();
      if (!this.frame)
        this.drawOver();
    }

    /* Told by whoever points: in this view or another. */
    hover({ row, column }) {
      if (!this.figure)
        return;
      const at = row === null ? -1 : this.figure.rowAt.indexOf(row);
      const inRange = column < this.figure.columns.length;
      if (this.cell.row !== null && this.figure.rowAt[this.cell.row] === row && this.cell.column === column)
        return;
      this.cell = { row: at < 0 ? null : at, column: column !== null && inRange ? column : null };
      this.say();
      if (!this.frame)
        this.drawOver();
    }

    leave() {
      if (document.activeElement !== this.stage || !this.keyed)
        this.point({ row: null, column: null });
    }

    /* What is pointed at, as nodes; a comparison of maps has its own words, all else those of the panel. */
    told(cell) {
      const { figure, sentence, state } = this;
      if (!cell || (cell.row === null && cell.column === null))
        return ["Point at a cell or a word, or move with the arrow keys. Enter or a click pins it."];
      const compared = figure.unit === "difference" || (figure.compares && cell.row === 2);
      if (compared && cell.row !== null && cell.column !== null)
        return [differenceText(figure, cell.row, cell.column)];
      const row = cell.row === null ? null : figure.rowAt[cell.row];
      return answerFor(sentence, state, { row, column: cell.column }).flatMap(x => [x, " "]);
    }

    say() {
      const pin = this.pinned, cell = this.cell.row !== null || this.cell.column !== null ? this.cell : pin;
      clear(this.said).append(...this.told(cell).flat(Infinity));
      this.active.textContent = this.said.textContent;
      if (cell && cell.row !== null && cell.column !== null) {
        this.line.setAttribute("aria-rowindex", cell.row + 1);
        this.active.setAttribute("aria-colindex", cell.column + 1);
      }
      this.active.setAttribute("aria-selected", String(Boolean(pin && cell && cell.row === pin.row &&
        cell.column === pin.column)));
    }

    /* What was found about the row that is pinned. */
    showPanel() {
      const { sentence, state, pinned } = this;
      const row = pinned ? state.row : null, column = pinned ? state.column : null;
      clear(this.panel).append(...(row === null && column === null ? []
        : checkPanel(sentence, state, { row, column }).flat(Infinity).filter(Boolean)));
    }

    pin(cell, compare) {
      const row = cell.row === null ? null : this.figure.rowAt[cell.row], { column } = cell, { state } = this;
      if (compare && state.row !== null && row !== null && row !== state.row)
        change({ other: row });
      else if (state.row === row && state.column === column)
        change({ row: null, column: null, other: null });
      else
        change(this.figure.compares ? { column } : { row, column });
    }

    /* ---- zoom and pan ---- */

    zoomAt(x, y, factor) {
      this.plot.zoomAt(x, y, factor);
      this.draw();
    }

    /* At the selected cell, else in the middle. */
    zoomHere(factor) {
      const p = this.plot, { row, column } = this.cell;
      const b = row !== null && column !== null ? p.box(row, column)
        : { x: p.left + p.plotWidth / 2, y: p.top + p.plotHeight / 2, w: 0, h: 0 };
      this.zoomAt(b.x + b.w / 2, b.y + b.h / 2, factor);
    }

    /* A page that is being scrolled past the map is not stopped by it. */
    onWheel(e) {
      const p = this.plot, out = e.deltaY > 0, lines = e.deltaMode === 1 ? 16 : 1;
      if (performance.now() - this.scrolled < scrollWait || (out && p.whole && !e.ctrlKey) || !e.deltaY)
        return;
      e.preventDefault();
      const [x, y] = this.place(e);
      this.zoomAt(x, y, Math.exp(-e.deltaY * lines * (e.ctrlKey ? 0.01 : 0.002)));
    }

    place(e) {
      const box = this.stage.getBoundingClientRect();
      return [e.clientX - box.left - this.stage.clientLeft, e.clientY - box.top - this.stage.clientTop];
    }

    onDown(e) {
      if (e.button > 0)
        return;
      const [x, y] = this.place(e);
      this.stage.setPointerCapture(e.pointerId);
      this.pointers.set(e.pointerId, { x, y, fromX: x, fromY: y });
      this.moved = this.pointers.size > 1;
      this.inMinimap = isIn(minimapBox(this.plot), x, y);
      if (this.inMinimap)
        this.centreOn(x, y);
    }

    centreOn(x, y) {
      const p = this.plot, box = minimapBox(p);
      if (!box)
        return;
      p.x = p.plotWidth / 2 - (x - box.x) / box.w * p.m * p.kx;
      p.y = p.plotHeight / 2 - (y - box.y) / box.h * p.n * p.ky;
      p.clamp();
      this.draw();
    }

    onMove(e) {
      const [x, y] = this.place(e), held = this.pointers.get(e.pointerId);
      this.keyed = false;
      if (!held)
        return e.pointerType === "touch" ? undefined : this.point(this.under(x, y));
      if (this.pointers.size === 2)
        this.pinch(held, x, y);
      else if (this.inMinimap)
        this.centreOn(x, y);
      else if (this.moved || Math.hypot(x - held.fromX, y - held.fromY) > dragLeast) {
        this.moved = true;
        this.plot.pan(x - held.x, y - held.y);
        this.draw();
      }
      Object.assign(held, { x, y });
    }

    under(x, y) {
      return isIn(minimapBox(this.plot), x, y) ? { row: null, column: null } : this.plot.cellAt(x, y);
    }

    /* Two fingers: what lay between them stays between them. */
    pinch(held, x, y) {
      const other = [...this.pointers.values()].find(p => p !== held);
      const before = Math.hypot(held.x - other.x, held.y - other.y);
      const after = Math.hypot(x - other.x, y - other.y);
      this.moved = true;
      this.plot.pan((x - held.x) / 2, (y - held.y) / 2);
      this.zoomAt((x + other.x) / 2, (y + other.y) / 2, before > 0 ? after / before : 1);
    }

    onUp(e, done) {
      const [x, y] = this.place(e), held = this.pointers.delete(e.pointerId);
      if (!held || !done || this.moved || this.inMinimap)
        return;
      const cell = this.under(x, y);
      if (cell.row === null && cell.column === null)
        return;
      this.point(cell);
      this.pin(cell, e.shiftKey);
    }

    /* ---- keys ---- */

    step(dr, dc) {
      const { rows, columns } = this.figure, from = this.cell.row === null && this.cell.column === null ? null
        : { row: this.cell.row ?? 0, column: this.cell.column ?? 0 };
      this.goTo(from ? { row: clampTo(from.row + dr, 0, rows.length - 1),
        column: clampTo(from.column + dc, 0, columns.length - 1) } : this.start());
    }

    goTo(cell) {
      this.keyed = true;
      this.plot.reveal(cell.row, cell.column);
      this.cell = { row: null, column: null };
      this.point(cell);
      announce(this.said.textContent);
      this.draw();
    }

    letGo() {
      if (this.state.other !== null)
        change({ other: null });
      else if (this.state.row !== null || this.state.column !== null)
        change({ row: null, column: null });
      else if (this.cell.row !== null)
        this.point({ row: null, column: null });
      else
        return false;
      return true;
    }

    zoomKey(key) {
      const zoom = { "+": 1.5, "=": 1.5, "-": 1 / 1.5, "_": 1 / 1.5 }[key];
      if (zoom)
        this.zoomHere(zoom);
      else
        this.zoomAt(0, 0, 0);
      const { whole, zoom: times } = this.plot;
      announce(whole ? "The whole map." : `${times.toFixed(1)} times as large as the whole map.`);
      return true;
    }

    page() {
      return Math.max(1, Math.floor(this.plot.plotHeight / this.plot.ky) - 1);
    }

    onKey(e) {
      const arrows = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[e.key];
      if (e.key in { "+": 1, "=": 1, "-": 1, "_": 1, "0": 1 })
        return this.zoomKey(e.key);
      if (document.activeElement !== this.stage)
        return false;
      if (arrows && e.shiftKey)
        this.panBy(...arrows);
      else if (arrows)
        this.step(...arrows);
      else if (e.key === "Enter" || e.key === " ")
        this.pin(this.cell.row === null ? this.start() : this.cell, e.shiftKey);
      else
        return e.key === "Escape" ? this.letGo() : this.jump(e);
      return true;
    }

    panBy(dr, dc) {
      this.plot.pan(-dc * this.plot.plotWidth / 5, -dr * this.plot.plotHeight / 5);
      this.draw();
    }

    jump(e) {
      const all = 1e9, page = this.page();
      const steps = { Home: [e.ctrlKey ? -all : 0, -all], End: [e.ctrlKey ? all : 0, all], PageUp: [-page, 0],
        PageDown: [page, 0] }[e.key];
      if (!steps)
        return false;
      this.step(...steps);
      return true;
    }
  }

  views.push({
    id: "matrix", title: "Matrix", scope: "sentence",
    available: (_, s) => Boolean(s && s.maps[0]?.rows.length && s.maps[0].columns.length),
    create(root) {
      const view = new MatrixView(root);
      return {
        show: (sentence, state) => view.show(sentence, state),
        hover: cell => view.hover(cell),
        onKey: e => view.onKey(e),
        keys: [
          ["Arrow keys", "to the next cell"],
          ["Home, End", "to the row's first and last cell; with Ctrl the map's"],
          ["Page Up, Page Down", "up or down by what is shown"], ["Enter", "pin the cell"],
          ["Shift + Enter, Shift + click", "compare this row with the pinned one"], ["Esc", "let go"],
          ["+ −, wheel, pinch", "zoom"], ["Shift + arrow keys, drag", "move the map"],
          ["0", "show the whole map"],
        ],
      };
    },
  });
})();
