/* view_watch.js -- a training as it goes on: curves, and where the model looked in a few pairs, through time.
 *
 * Time is the step of a snapshot; null is the newest, so a page that reads itself anew stays with what is
 * newest. While training runs the page does that every 20 seconds, but not while somebody uses it: what was
 * chosen is in the link and comes back, and so do the place on the page and what had the focus.
 */
(() => {
  const { fixed, whole, percent, count, still, narrow, commonWords, spread } = parts;

  const RELOAD_MS = 20000, QUIET_MS = 15000, PLAY_MS = 500, STALE_MINUTES = 15;

  const METRICS = { accuracy: "Accuracy, %", bleu: "BLEU", chrf: "chrF", exact: "Exact lines, %", rouge: "ROUGE-L" };
  const WHY = {
    epochs: "all its epochs are done", max_steps: "all its steps are done", minutes: "its time is over",
    patience: "it no longer became better", cancelled: "it was stopped and saved; --resume goes on",
    diverged: "it diverged",
  };

  /* ---- what the page holds ---- */

  const stepsOf = w => (w.probes[0]?.snapshots ?? []).map(s => s.step);

  /* The snapshot that is looked at: the last one at or before state.time. */
  function timeIndex(steps, time) {
    if (time === null)
      return steps.length - 1;
    return Math.max(0, steps.findLastIndex(s => s <= time));
  }

  /* Words of rows and columns of a probe's map. */
  function sidesOf(kind, probe) {
    if (kind === "encoder")
      return [probe.source, probe.source];
    if (kind === "decoder")
      return [probe.reference, ["<s>", ...probe.reference.slice(0, -1)]];
    return [probe.reference, probe.source];
  }

  const isMark = word => word === "<s>" || word === "</s>";

  /* The mean entropy of rows in nats, and their mean weight on the end of the sentence. */
  function figuresOf(matrix, ends) {
    let entropy = 0, end = 0;
    for (let r = 0; r < matrix.rows; r++) {
      const row = matrix.row(r);
      for (const x of row)
        entropy -= x > 0 ? x * Math.log(x) : 0;
      end += ends ? row[row.length - 1] : 0;
    }
    return { entropy: entropy / matrix.rows, end: end / matrix.rows, most: Math.log(matrix.columns) };
  }

  /* ---- curves ---- */

  /* Round numbers from low to high, about n of them. */
  function ticks(low, high, n) {
    const raw = (high - low) / n || 1, unit = 10 ** Math.floor(Math.log10(raw));
    const step = unit * [1, 2, 2.5, 5, 10].find(k => k * unit >= raw), out = [];
    for (let x = Math.ceil(low / step - 1e-9) * step; x <= high + 1e-9 * step; x += step)
      out.push(Math.abs(x) < step * 1e-6 ? 0 : x);
    return out;
  }

  const short = x => String(Number(x.toPrecision(6)));

  const valuesOf = (list, name) => list.filter(v => Number.isFinite(v[name])).map(v => [v.step, v[name]]);

  /* { title, unit, lines: [{ name, points: [[step, value]], look }], zero: the axis begins at 0 } */
  function chartsOf(w) {
    const v = w.validations, last = v.at(-1)?.step ?? w.reports.at(-1)?.step ?? 0;
    const level = y => [[0, y], [last, y]];
    const metric = w.metric === "loss" ? "accuracy" : w.metric;
    return [
      { title: "Loss, nats a word", lines: [
        { name: "training", points: valuesOf(w.reports, "loss"), look: "thin" },
        { name: "validation", points: valuesOf(v, "loss"), look: "main" }] },
      { title: METRICS[metric] ?? metric, zero: true,
        lines: [{ name: "validation", points: valuesOf(v, metric), look: "main" }] },
      { title: "Entropy of attention, nats", zero: true, lines: [
        { name: "all alike", points: w.uniform_entropy ? level(w.uniform_entropy) : [], look: "limit" },
        { name: "validation", points: valuesOf(v, "entropy"), look: "main" }], needs: "validation" },
      { title: "Weight on the end of the sentence", zero: true,
        lines: [{ name: "validation", points: valuesOf(v, "end_mass"), look: "main" }] },
    ].filter(c => c.lines.some(l => l.points.length && (!c.needs || l.name === c.needs)));
  }

  function rangeOf(chart, last) {
    const all = chart.lines.flatMap(l => l.points.map(p => p[1]));
    const low = chart.zero ? 0 : Math.min(...all), high = Math.max(...all);
    const gap = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1;
    return { x0: 0, x1: last || 1, y0: chart.zero ? 0 : low - gap, y1: high + gap };
  }

  function nearest(points, step) {
    let best = null;
    for (const p of points)
      if (!best || Math.abs(p[0] - step) <= Math.abs(best[0] - step))
        best = p;
    return best;
  }

  function chartSaid(chart) {
    const said = chart.lines.filter(l => l.points.length).map(l => {
      const [a, b] = [l.points[0], l.points.at(-1)];
      return `${l.name} from ${fixed(a[1])} at step ${a[0]} to ${fixed(b[1])} at step ${b[0]}`;
    });
    return `${chart.title}: ${said.join("; ")}.`;
  }

  class Chart {
    constructor(chart, last, choose) {
      this.chart = chart;
      this.range = rangeOf(chart, last);
      this.choose = choose;
      this.lines = chart.lines.filter(l => l.points.length);
      this.now = h("span", { class: "watch-now" });
      this.box = h("div", { class: "watch-plot" });
      this.el = h("figure", { class: "watch-chart" },
        h("figcaption", {}, h("h2", {}, chart.title), this.now), this.box);
      this.width = 0;
    }

    resize(step) {
      const width = Math.floor(this.box.clientWidth);
      if (width && width !== this.width)
        this.draw(width, step);
      else
        this.at(step);
    }

    draw(width, step) {
      const height = 150, left = 40, right = Math.min(110, width * 0.3), bottom = 20, top = 6;
      const { x0, x1, y0, y1 } = this.range;
      Object.assign(this, { width, left, right, top, bottom: height - bottom });
      this.x = s => left + (s - x0) / (x1 - x0) * (width - left - right);
      this.y = v => height - bottom - (v - y0) / (y1 - y0) * (height - bottom - top);
      this.cursor = svg("g", { class: "watch-cursor" });
      const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
                                "aria-label": chartSaid(this.chart) },
        this.axes(), this.lines.map(l => this.line(l)), this.labels(), this.cursor);
      root.addEventListener("pointerdown", e => this.point(e));
      root.addEventListener("pointermove", e => e.buttons && this.point(e));
      clear(this.box).append(root);
      this.at(step);
    }

    axes() {
      const { x0, x1, y0, y1 } = this.range, end = this.width - this.right;
      const rows = ticks(y0, y1, 3).map(v => [
        svg("line", { class: "watch-grid", x1: this.left, x2: end, y1: this.y(v), y2: this.y(v) }),
        svg("text", { x: this.left - 6, y: this.y(v) + 4, "text-anchor": "end" }, short(v))]);
      const columns = ticks(x0, x1, Math.max(2, Math.floor((end - this.left) / 90))).map(s =>
        svg("text", { x: this.x(s), y: this.bottom + 16, "text-anchor": s ? "middle" : "start" }, short(s)));
      return svg("g", { class: "watch-axes", "aria-hidden": "true" }, rows, columns);
    }

    line(l) {
      const points = l.points.map(p => `${this.x(p[0]).toFixed(1)},${this.y(p[1]).toFixed(1)}`);
      const [step, value] = l.points[0];
      if (points.length === 1)
        return svg("circle", { class: `watch-dot ${l.look}`, cx: this.x(step), cy: this.y(value), r: 3 });
      return svg("polyline", { class: `watch-line ${l.look}`, points: points.join(" ") });
    }

    labels() {
      const ys = spread(this.lines.map(l => this.y(l.points.at(-1)[1])), 15, this.bottom);
      return svg("g", { class: "watch-labels", "aria-hidden": "true" }, this.lines.map((l, i) =>
        svg("text", { class: l.look, x: this.width - this.right + 7, y: ys[i] + 4 },
          `${l.name} ${fixed(l.points.at(-1)[1])}`)));
    }

    point(event) {
      const from = event.currentTarget.getBoundingClientRect(), { x0, x1 } = this.range;
      const share = (event.clientX - from.left - this.left) / (this.width - this.left - this.right);
      this.choose(x0 + Math.min(1, Math.max(0, share)) * (x1 - x0));
    }

    /* Where the slider stands. */
    at(step) {
      const found = this.lines.filter(l => l.look !== "limit").map(l => [l, nearest(l.points, step)]);
      this.now.textContent = step === null ? "" : found.map(([l, p]) =>
        found.length > 1 ? `${l.name} ${fixed(p[1])}` : fixed(p[1])).join(", ");
      if (!this.cursor || step === null)
        return;
      const x = this.x(step);
      clear(this.cursor).append(
        svg("line", { x1: x, x2: x, y1: this.top, y2: this.bottom }),
        ...found.map(([l, [s, v]]) => svg("circle", { class: l.look, cx: this.x(s), cy: this.y(v), r: 3 })));
    }
  }

  /* ---- the map ---- */

  const NUMBERS_IN_CELLS = 16;
  const CJK = /[\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]/;

  /* A table of which only colours and numbers change through time. */
  class Heat {
    constructor(rows, columns, say) {
      Object.assign(this, { rows, columns, say, row: 0, column: 0, matrix: null });
      this.cells = rows.map(() => columns.map(() => h("td", {}, h("span", {}))));
      const head = columns.map(w => h("th", { scope: "col" }, bdi(w, CJK.test(w) ? "upright" : "turned")));
      const body = rows.map((w, r) => h("tr", {}, h("th", { scope: "row" }, bdi(w)), this.cells[r]));
      const dense = columns.length > NUMBERS_IN_CELLS;
      this.table = h("table", { class: `watch-map ${dense ? "dense" : ""}` },
        h("thead", {}, h("tr", {}, h("td", { class: "corner" }), head)), h("tbody", {}, body));
      this.el = h("div", { class: "watch-map-box", id: "watch-map", tabindex: "0", role: "region",
                           "aria-label": "Where it looked: arrow keys go from cell to cell" }, this.table);
      this.table.addEventListener("pointerover", e => this.over(e));
      this.el.addEventListener("pointerleave", () => this.say(null));
      this.el.addEventListener("focus", () => this.select(this.row, this.column, true));
      this.el.addEventListener("blur", () => this.mark(null));
    }

    show(matrix) {
      this.matrix = matrix;
      for (let r = 0; r < matrix.rows; r++)
        matrix.row(r).forEach((x, c) => this.paint(this.cells[r][c], x));
    }

    paint(cell, x) {
      const rgb = cividis(x);
      cell.style.background = cssColour(rgb);
      cell.style.color = inkOn(rgb);
      cell.firstChild.textContent = x >= 0.005 ? x.toFixed(2).replace(/^0/, "") : "";
    }

    over(event) {
      const cell = event.target.closest("td"), r = this.cells.findIndex(row => row.includes(cell));
      if (r >= 0)
        this.say([r, this.cells[r].indexOf(cell)]);
    }

    mark(cell) {
      this.table.querySelector(".here")?.classList.remove("here");
      cell?.classList.add("here");
    }

    select(r, c, quiet) {
      this.row = Math.min(this.rows.length - 1, Math.max(0, r));
      this.column = Math.min(this.columns.length - 1, Math.max(0, c));
      const cell = this.cells[this.row][this.column];
      this.mark(cell);
      if (!quiet)
        cell.scrollIntoView({ block: "nearest", inline: "nearest" });
      this.say([this.row, this.column], true);
    }

    onKey(event) {
      const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (by)
        this.select(this.row + by[0], this.column + by[1]);
      return Boolean(by);
    }
  }

  /* ---- what it wrote ---- */

  const wordsIn = text => text.split(/\s+/).filter(Boolean);

  function outputWords(output, reference) {
    const words = wordsIn(output), same = commonWords(words, reference.filter(w => !isMark(w)));
    return words.flatMap((w, i) => [" ", bdi(w, same.has(i) ? "watch-same" : "watch-other")]);
  }

  const plain = words => words.filter(w => !isMark(w)).flatMap(w => [" ", bdi(w)]);

  /* ---- the state of the run ---- */

  function endText(w) {
    const step = w.validations.at(-1)?.step ?? w.reports.at(-1)?.step ?? 0, why = WHY[w.why] ?? w.why;
    return `Training has ended after step ${whole(step)}: ${why}.`;
  }

  function clock(date) {
    const time = date.toLocaleTimeString();
    return date.toDateString() === new Date().toDateString() ? time : `${date.toLocaleDateString()}, ${time}`;
  }

  function runText(w) {
    const written = new Date(document.lastModified), minutes = (Date.now() - written) / 60000;
    const step = Math.max(w.validations.at(-1)?.step ?? 0, w.reports.at(-1)?.step ?? 0);
    const stale = minutes > STALE_MINUTES
      ? ` Nothing new for ${count(Math.floor(minutes), "minute")}: it may no longer be running.` : "";
    return `Training is under way: step ${whole(step)}, written at ${clock(written)}.${stale}`;
  }

  const MAP_HELP = {
    cross: "A row for each word of the reference, a column for each word of the source: what the model " +
      "looks at when the words before are given.",
    encoder: "A row and a column for each word of the text.",
    decoder: "A row for each word, a column for each word read before it.",
  };

  /* ---- reading anew ---- */

  /* Place and focus survive in the tab, where a tab can keep anything. */
  const memory = {
    put() {
      try {
        const focus = document.activeElement?.id ?? "";
        sessionStorage.setItem("watch", JSON.stringify({ page: location.pathname, y: scrollY, focus }));
      } catch { /* then the page begins at its top */ }
    },
    take() {
      try {
        const kept = JSON.parse(sessionStorage.getItem("watch"));
        sessionStorage.removeItem("watch");
        return kept?.page === location.pathname ? kept : null;
      } catch {
        return null;
      }
    },
  };

  class Reloader {
    constructor(busy) {
      this.busy = busy;
      this.used = -Infinity;
      for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "input"])
        addEventListener(kind, () => { this.used = performance.now(); }, { passive: true });
      setInterval(() => this.turn(), 1000);
    }

    turn() {
      const now = performance.now();
      const quiet = now - this.used > QUIET_MS && !this.busy() && !document.querySelector("dialog[open]");
      if (!state.live || now < RELOAD_MS || !quiet || document.hidden)
        return;
      memory.put();
      location.reload();
    }
  }

  /* ---- downloads ---- */

  function curvesText(w) {
    const names = [...new Set(w.validations.flatMap(v => Object.keys(v)))];
    const rows = w.validations.map(v => names.map(n => v[n] ?? ""));
    return [names, ...rows].map(r => `${r.join(",")}\n`).join("");
  }

  /* The section as JSON, its matrices written out. */
  function sectionText(w, bytes) {
    const row = values => [...values].map(v => Number(v.toPrecision(5)));
    const written = (_, x) => {
      const m = matrixOf(x, bytes);
      return m ? Array.from({ length: m.rows }, (__, r) => row(m.row(r))) : x;
    };
    return `${JSON.stringify(w, written)}\n`;
  }

  const blobOf = (text, type) => new Blob([text], { type: `${type};charset=utf-8` });

  /* ---- the view ---- */

  class Watch {
    constructor(root) {
      this.w = page.watch;
      this.steps = stepsOf(this.w);
      this.root = root;
      this.playing = null;
      this.heats = new Map();
      this.build();
      this.ready = unpack("nwatch").then(bytes => { this.bytes = bytes; });
      new ResizeObserver(() => this.charts.forEach(c => c.resize(this.stepShown()))).observe(this.curves);
      if (!this.w.done)
        this.reloader = new Reloader(() => this.playing !== null);
    }

    build() {
      const w = this.w, last = Math.max(w.validations.at(-1)?.step ?? 0, w.reports.at(-1)?.step ?? 0);
      this.charts = chartsOf(w).map(c => new Chart(c, last, step => this.go(step)));
      const drawn = this.charts.map(c => c.el);
      this.curves = h("section", { class: "watch-curves", "aria-label": "Curves" }, drawn);
      this.probe = h("section", { class: "watch-probe", "aria-label": "Where it looked" });
      this.root.append(this.status(), this.alarm() ?? "", this.time() ?? "", this.probe, this.curves,
        this.honest() ?? "");
      this.buildProbe();
    }

    status() {
      const w = this.w;
      if (w.done)
        return h("p", { class: "watch-status" }, h("strong", {}, endText(w)));
      const box = h("input", { type: "checkbox", id: "watch-live",
                               onchange: e => change({ live: e.target.checked }) });
      box.checked = state.live;
      return h("p", { class: "watch-status" }, h("strong", {}, runText(w)),
        h("label", { class: "choice" }, box, h("span", {}, "Read anew every 20 seconds")));
    }

    alarm() {
      const a = this.w.alarm;
      return a && h("p", { class: "watch-alarm", role: "alert" },
        h("strong", {}, "Alarm. "), `${a.text[0].toUpperCase()}${a.text.slice(1)}.`);
    }

    time() {
      if (this.steps.length < 2)
        return null;
      const max = this.steps.length - 1;
      this.slider = h("input", { type: "range", id: "watch-time", "aria-label": "Time", min: 0, max, step: 1,
                                 oninput: e => this.slide(Number(e.target.value)) });
      this.play = h("button", { type: "button", id: "watch-play", onclick: () => this.toggle() }, "Play");
      this.said = h("output", { for: "watch-time" });
      return h("div", { class: "watch-time view-controls" }, this.play, this.slider, this.said);
    }

    honest() {
      const r = page.readout;
      return r && h("p", { class: "honest" },
        `Maps: ${r.name} (${r.chosen}), the reference given word by word. Whether the output depends on ` +
        `what is looked at was not checked here; lookback check does. ${honestError()} `,
        h("strong", {}, "Attention alone is not a reason."));
    }

    /* ---- one probe ---- */

    buildProbe() {
      const n = this.w.probes.length;
      if (!n) {
        this.probe.append(h("p", { class: "note" }, "No pair of validation data is there to be looked at."));
        return;
      }
      this.chosen = h("select", { id: "watch-pair", "aria-label": "Pair",
                                  onchange: e => change({ probe: Number(e.target.value) }) },
        this.w.probes.map((p, i) => h("option", { value: i }, this.pairName(p, i))));
      this.mapPlace = h("div", { class: "watch-stage" });
      this.cellSaid = h("p", { class: "watch-cell note" });
      this.texts = h("dl", { class: "watch-texts" });
      this.probe.append(
        h("div", { class: "watch-left" }, h("div", { class: "view-controls" },
          button("‹", () => this.turnPair(-1), { "aria-label": "Previous pair", title: "Previous ([)" }),
          this.chosen,
          button("›", () => this.turnPair(1), { "aria-label": "Next pair", title: "Next (])" })),
          this.mapPlace, this.cellSaid),
        this.texts);
    }

    pairName(p, i) {
      const words = (p.source.every(isMark) ? p.reference : p.source).filter(w => !isMark(w));
      const text = words.slice(0, 5).join(" ");
      return `Pair ${i + 1} of ${this.w.probes.length}: ${text}${words.length > 5 ? " …" : ""}`;
    }

    probeNow() {
      return Math.min(this.w.probes.length - 1, state.probe);
    }

    turnPair(by) {
      const n = this.w.probes.length;
      change({ probe: (this.probeNow() + by + n) % n });
    }

    heat(i) {
      if (!this.heats.has(i)) {
        const [rows, columns] = sidesOf(this.w.map, this.w.probes[i]);
        this.heats.set(i, new Heat(rows, columns, (at, aloud) => this.sayCell(at, aloud)));
      }
      return this.heats.get(i);
    }

    sayCell(at, aloud) {
      const heat = this.heats.get(this.probeNow());
      this.pointed = at;
      if (!at || !heat?.matrix) {
        this.cellSaid.textContent = this.cellHelp();
        return;
      }
      const [r, c] = at, verb = this.w.map === "cross" ? "looks at" : "reads";
      const [row, column] = [heat.rows[r], heat.columns[c]].map(parts.name);
      const text = `${row} ${verb} ${column}: ${fixed(heat.matrix.at(r, c), 3)}`;
      this.cellSaid.textContent = `${text}, at step ${whole(this.stepShown())}.`;
      if (aloud)
        announce(text);
    }

    cellHelp() {
      return MAP_HELP[this.w.map] ?? "";
    }

    showMap(i, snapshot) {
      const matrix = matrixOf(snapshot.weights, this.bytes);
      if (!matrix) {
        clear(this.mapPlace).append(h("p", { class: "note" },
          "This model has no attention: there are only its curves and what it writes."));
        return null;
      }
      const heat = this.heat(i);
      if (this.mapPlace.firstChild !== heat.el)
        clear(this.mapPlace).append(heat.el);
      heat.show(matrix);
      this.sayCell(this.pointed);
      return matrix;
    }

    showTexts(probe, snapshot, matrix) {
      const term = (name, ...text) => [h("dt", {}, name), h("dd", { dir: "auto" }, text)];
      const cross = this.w.map !== "encoder" && this.w.map !== "decoder";
      const rows = [
        !probe.source.every(isMark) && term(cross ? "Source" : "Text", plain(probe.source)),
        snapshot.output !== null &&
          term(`It writes, at step ${whole(snapshot.step)} (underlined: as in the reference)`,
          snapshot.output ? outputWords(snapshot.output, probe.reference) : h("i", {}, "nothing")),
        (cross || probe.source.every(isMark)) && term(cross ? "Reference" : "Text", plain(probe.reference)),
      ];
      if (matrix && cross)
        rows.push(this.figures(matrix, probe));
      clear(this.texts).append(...rows.flat(Infinity).filter(Boolean));
    }

    figures(matrix, probe) {
      const f = figuresOf(matrix, probe.source.at(-1) === "</s>"), share = f.entropy / f.most;
      return [h("dt", {}, "In this pair"), h("dd", {},
        `entropy ${fixed(f.entropy)} of ${fixed(f.most)} nats, ${percent(share)} of looking everywhere ` +
          `alike; ${percent(f.end)} on the end of the sentence`)];
    }

    /* ---- through time ---- */

    stepShown() {
      if (!this.steps.length)
        return state.time;
      return this.steps[timeIndex(this.steps, state.time)];
    }

    goIndex(i) {
      const last = this.steps.length - 1;
      change({ time: i >= last ? null : this.steps[Math.max(0, i)] });
    }

    slide(i) {
      this.pause();
      this.goIndex(i);
    }

    /* To the snapshot nearest to a step. */
    go(step) {
      if (!this.steps.length)
        return;
      this.pause();
      const near = this.steps.reduce((a, b) => (Math.abs(b - step) < Math.abs(a - step) ? b : a));
      this.goIndex(this.steps.indexOf(near));
    }

    move(by) {
      this.pause();
      this.goIndex(Math.min(this.steps.length - 1, timeIndex(this.steps, state.time) + by));
    }

    toggle() {
      if (this.playing !== null)
        return this.pause();
      if (state.time === null)
        this.goIndex(0);
      this.play.textContent = "Pause";
      this.playing = setInterval(() => this.tick(), still() ? 3 * PLAY_MS : PLAY_MS);
    }

    tick() {
      const i = timeIndex(this.steps, state.time) + 1;
      this.goIndex(i);
      if (i >= this.steps.length - 1)
        this.pause();
    }

    pause() {
      if (this.playing === null)
        return;
      clearInterval(this.playing);
      this.playing = null;
      this.play.textContent = "Play";
    }

    showTime() {
      if (!this.slider)
        return;
      const i = timeIndex(this.steps, state.time);
      const text = `step ${whole(this.steps[i])} of ${whole(this.steps.at(-1))}`;
      this.slider.value = i;
      this.slider.setAttribute("aria-valuetext", text);
      this.said.textContent = text;
    }

    async show() {
      await this.ready;
      this.showTime();
      if (this.w.probes.length)
        this.showProbe();
      for (const c of this.charts)
        c.resize(this.stepShown());
      this.comeBack();
    }

    showProbe() {
      const i = this.probeNow(), probe = this.w.probes[i], at = timeIndex(this.steps, state.time);
      const snapshot = probe.snapshots[at];
      this.chosen.value = i;
      if (snapshot)
        this.showTexts(probe, snapshot, this.showMap(i, snapshot));
    }

    /* Once, after the page has read itself anew. */
    comeBack() {
      if (this.back)
        return;
      this.back = true;
      const kept = memory.take();
      if (!kept)
        return;
      document.getElementById(kept.focus)?.focus({ preventScroll: true });
      scrollTo(0, kept.y);
    }

    downloads() {
      return [
        { name: "Curves, CSV", file: "watch.csv", make: async () => blobOf(curvesText(this.w), "text/csv") },
        { name: "All of it, JSON", file: "watch.json",
          make: async () => blobOf(sectionText(this.w, this.bytes), "application/json") },
      ];
    }

    onKey(event) {
      if (event.target.id === "watch-map")
        return this.heats.get(this.probeNow())?.onKey(event) ?? false;
      if (!this.slider || !Object.hasOwn(KEYS, event.key))
        return false;
      KEYS[event.key](this);
      return true;
    }
  }

  const KEYS = {
    ArrowRight: v => v.move(1), ArrowLeft: v => v.move(-1), Home: v => v.move(-v.steps.length),
    End: v => v.move(v.steps.length), "]": v => v.turnPair(1), "[": v => v.turnPair(-1), p: v => v.toggle(),
  };

  views.push({
    id: "watch", title: "Training", scope: "page",
    available: p => Boolean(p.watch),
    create(root) {
      const v = new Watch(root);
      return {
        show: () => v.show(), close: () => v.pause(), onKey: e => v.onKey(e), downloads: () => v.downloads(),
        keys: [["Left, right", "earlier and later"], ["Home, End", "the first and the newest"],
               ["p", "play and pause"], ["[ and ]", "previous and next pair"],
               ["Arrow keys in the map", "from cell to cell"]],
      };
    },
  });
})();
