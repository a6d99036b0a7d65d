/* view_study.js -- quality against length: a curve for each score, and behind each bucket its sentences.
 *
 * A bucket is a column of the chart and a row of the table; choosing it, by pointer or by keys, lists some of its
 * sentences with what every score said of them. Opening one shows where the attention of the first score that
 * looks went. Bucket and metric stand in the link.
 */
(() => {
  const { fixed, whole, count, known, commonWords, list, spread } = parts;

  const METRICS = { bleu: "BLEU", exact: "Exact outputs, %", tokens: "Tokens in their place, %" };
  const TRAINED = {
    inside: "among the lengths trained on",
    rare: "longer than 95 % of what was trained on",
    beyond: "longer than anything trained on",
    mixed: "in part longer than anything trained on",
  };

  const one = x => fixed(x, 1);
  const plus = x => (known(x) ? `${x < 0 ? "−" : "+"}${fixed(Math.abs(x), 1)}` : "–");
  const range = (q, show = one) => (known(q.low) ? `${show(q.low)} to ${show(q.high)}` : "");
  const differs = q => q.low > 0 || q.high < 0;
  const same = (a, b) => a.trim() === b.trim();

  /* ---- figures ---- */

  class Figures {
    constructor(study) {
      this.study = study;
      this.scores = study.systems.map(s => s.score);
      this.base = study.baseline;
      this.others = this.scores.filter(s => s !== this.base);
    }

    /* "base", or "s1", "s2", ...: its look in the drawing. */
    look(score) {
      return score === this.base ? "base" : `s${1 + (this.others.indexOf(score) % 8)}`;
    }

    of(bucket, score, metric) {
      return bucket.scores[score][metric];
    }

    said(bucket, metric) {
      const each = this.scores.map(s => {
        const q = this.of(bucket, s, metric);
        return `${s} ${one(q.value)}, ${range(q)}`;
      });
      return `${this.title(bucket)}, ${count(bucket.sentences, "sentence")}: ${each.join("; ")}`;
    }

    title(bucket) {
      return `${bucket.name.replace("-", " to ")} ${this.study.unit}`;
    }
  }

  /* ---- the chart ---- */

  const HEIGHT = 340, TOP = 26, BOTTOM = 44, LEFT = 44;

  /* Round numbers from 0 to high, about n of them. */
  function ticks(high, n) {
    const raw = high / n || 1, unit = 10 ** Math.floor(Math.log10(raw)), out = [];
    const step = unit * [1, 2, 5, 10].find(k => k * unit >= raw * (1 - 1e-9));
    for (let i = 0; i * step <= high * (1 + 1e-9); i++)
      out.push(i * step);
    return out;
  }

  const SHAPES = [
    (x, y) => svg("circle", { cx: x, cy: y, r: 4 }),
    (x, y) => svg("rect", { x: x - 3.7, y: y - 3.7, width: 7.4, height: 7.4 }),
    (x, y) => svg("path", { d: `M${x},${y - 5.2}l5.2,5.2l-5.2,5.2l-5.2,-5.2z` }),
    (x, y) => svg("path", { d: `M${x},${y - 5}l4.6,8l-9.2,0z` }),
  ];

  class Chart {
    constructor(view) {
      this.view = view;
      this.f = view.f;
      this.buckets = view.study.buckets;
      this.box = h("div", { class: "study-plot" });
      this.stop = new parts.Stop();
      this.width = 0;
    }

    resize(metric, chosen) {
      const width = Math.floor(this.box.clientWidth), key = `${width} ${metric}`;
      if (width && key !== this.key) {
        this.key = key;
        this.draw(width, metric);
      }
      this.choose(chosen);
    }

    scales(width, metric) {
      const all = this.buckets.flatMap(b => this.f.scores.map(s => this.f.of(b, s, metric)));
      const most = Math.max(1, ...all.flatMap(q => [q.value, q.high]).filter(known));
      const longest = Math.max(...this.buckets.map(b => b.high), 1);
      this.right = Math.min(130, width * 0.3);
      this.x = v => LEFT + v / (longest + 0.5) * (width - LEFT - this.right);
      this.top = metric === "bleu" ? most * 1.04 : 100;
      this.y = v => HEIGHT - BOTTOM - v / this.top * (HEIGHT - BOTTOM - TOP);
      this.longest = longest;
    }

    draw(width, metric) {
      this.width = width;
      this.metric = metric;
      this.scales(width, metric);
      this.columns = this.buckets.map((b, i) => this.column(b, i));
      const root = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "group",
                                "aria-label": `${METRICS[metric]} by length of the ${this.view.study.by}; ` +
                                  "left and right go from bucket to bucket" },
        this.shade(), this.axes(), this.f.scores.map(s => this.band(s)), this.f.scores.map(s => this.curve(s)),
        this.names(), this.columns);
      root.addEventListener("keydown", e => this.key_(e));
      clear(this.box).append(root);
    }

    shade() {
      const { shortest, longest } = this.view.study.trained;
      const from = this.x(Math.max(0, shortest - 0.5)), to = this.x(Math.min(longest, this.longest) + 0.5);
      if (!longest || to <= from)
        return [];
      return svg("g", { "aria-hidden": "true" },
        svg("rect", { class: "study-trained", x: from, y: TOP, width: to - from, height: HEIGHT - BOTTOM - TOP }),
        svg("text", { x: from, y: TOP - 8 }, "lengths trained on"));
    }

    axes() {
      const end = this.width - this.right, floor = HEIGHT - BOTTOM;
      const rows = ticks(this.top, 5).map(v => [
        svg("line", { class: "study-grid", x1: LEFT, x2: end, y1: this.y(v), y2: this.y(v) }),
        svg("text", { x: LEFT - 6, y: this.y(v) + 4, "text-anchor": "end" }, whole(v))]);
      const columns = ticks(this.longest, Math.max(2, Math.floor((end - LEFT) / 70))).map(v =>
        svg("text", { x: this.x(v), y: floor + 16, "text-anchor": "middle" }, whole(v)));
      const title = svg("text", { x: (LEFT + end) / 2, y: floor + 36, "text-anchor": "middle" },
        `${this.view.study.by} length, ${this.view.study.unit}`);
      return svg("g", { class: "study-axes", "aria-hidden": "true" }, rows, columns, title);
    }

    points(score) {
      return this.buckets.map(b => ({ ...this.f.of(b, score, this.metric), x: this.x(b.mean_length) }))
        .filter(p => known(p.value));
    }

    band(score) {
      const all = this.points(score).filter(p => known(p.low)), at = (p, v) => `${p.x.toFixed(1)},${this.y(v).toFixed(1)}`;
      const edge = [...all.map(p => at(p, p.high)), ...all.toReversed().map(p => at(p, p.low))];
      return all.length > 1 ? svg("polygon", { class: `study-band ${this.f.look(score)}`, points: edge.join(" ") }) : [];
    }

    curve(score) {
      const all = this.points(score), shape = SHAPES[this.f.scores.indexOf(score) % SHAPES.length];
      const line = all.map(p => `${p.x.toFixed(1)},${this.y(p.value).toFixed(1)}`).join(" ");
      return svg("g", { class: `study-line ${this.f.look(score)}`, "aria-hidden": "true" },
        svg("polyline", { points: line }), all.map(p => shape(p.x, this.y(p.value))));
    }

    names() {
      const ends = this.f.scores.map(s => this.points(s).at(-1));
      const ys = spread(ends.map(p => (p ? this.y(p.value) : TOP)), 16, HEIGHT - BOTTOM);
      return svg("g", { class: "study-names", "aria-hidden": "true" }, this.f.scores.map((s, i) =>
        svg("text", { class: this.f.look(s), x: this.width - this.right + 8, y: ys[i] + 4 }, s)));
    }

    /* The whole height of the chart answers for its bucket. */
    column(b, i) {
      const from = this.x(i ? b.low - 0.5 : Math.max(0, b.low - 0.5)), to = this.x(b.high + 0.5);
      return svg("g", { class: "study-column", role: "button", tabindex: "-1", "aria-label": this.f.said(b, this.metric),
                        onclick: () => this.view.choose(i) },
        svg("rect", { x: from, y: TOP, width: Math.max(2, to - from), height: HEIGHT - BOTTOM - TOP }));
    }

    choose(i) {
      this.columns?.forEach((c, k) => c.setAttribute("aria-pressed", String(k === i)));
      if (this.columns?.[i])
        this.stop.take(this.columns[i], false);
    }

    key_(event) {
      const at = this.columns.indexOf(document.activeElement), last = this.columns.length - 1;
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last, Enter: at, " ": at }[event.key];
      if (at < 0 || to === undefined)
        return;
      event.preventDefault();
      event.stopPropagation();
      const go = Math.min(last, Math.max(0, to));
      this.view.choose(go);
      this.stop.take(this.columns[go], true);
    }
  }

  /* ---- sentences ---- */

  const wordsIn = text => text.split(/\s+/).filter(Boolean);
  const MOST_WORDS = 400;

  /* Words that the reference has as well, in its order, are underlined. */
  function outputWords(output, reference) {
    const words = wordsIn(output), against = wordsIn(reference);
    if (words.length > MOST_WORDS || against.length > MOST_WORDS)
      return output;
    const found = commonWords(words, against);
    return words.flatMap((w, i) => [" ", bdi(w, found.has(i) ? "watch-same" : "watch-other")]);
  }

  function given(i) {
    const block = document.getElementById(`s${i}`);
    return block ? JSON.parse(block.textContent) : null;
  }

  const BEGINNING = 60;

  /* Folded, but for the first. */
  function card(index, shown, isOpen) {
    const s = given(index);
    if (!s)
      return null;
    const outputs = (s.said ?? []).map(x => [
      h("dt", {}, x.score, same(x.text, s.reference) && h("span", { class: "note" }, " ✓ exact")),
      h("dd", { dir: "auto" }, x.text ? outputWords(x.text, s.reference) : h("i", {}, "nothing"))]);
    const begins = s.text.length > BEGINNING ? `${s.text.slice(0, BEGINNING)} …` : s.text;
    return h("li", { class: "study-sentence" }, h("details", { open: isOpen },
      h("summary", {}, `Line ${s.line + 1}: `, bdi(begins)),
      h("button", { type: "button", class: "study-open", onclick: () => openSentence(index) }, `Where ${shown} looked`),
      h("dl", { class: "watch-texts" }, h("dt", {}, "Source"), h("dd", { dir: "auto" }, s.text),
        h("dt", {}, "Reference"), h("dd", { dir: "auto" }, s.reference), outputs)));
  }

  /* ---- the view ---- */

  class Study {
    constructor(root) {
      this.study = page.study;
      this.f = new Figures(this.study);
      this.chart = new Chart(this);
      this.metric = h("select", { id: "study-metric", onchange: e => change({ metric: e.target.value }) },
        Object.entries(METRICS).map(([id, name]) => h("option", { value: id }, name)));
      this.table = h("div", { class: "table-box" });
      this.bucket = h("section", { class: "study-bucket", "aria-label": "The bucket" });
      root.append(this.intro(), h("div", { class: "view-controls" }, h("label", {}, "Measured by ", this.metric)),
        this.chart.box, this.bucket, this.table, this.honest());
      new ResizeObserver(() => this.chart.resize(this.metricNow(), this.bucketNow())).observe(this.chart.box);
    }

    metricNow() {
      return Object.hasOwn(METRICS, state.metric ?? "") ? state.metric : this.study.metric;
    }

    /* Without a choice the longest: it is what a study is about. */
    bucketNow() {
      const last = this.study.buckets.length - 1;
      return state.bucket === null ? last : Math.min(last, state.bucket);
    }

    intro() {
      const s = this.study, t = s.trained, runs = s.systems[0].runs.length;
      const trainings = runs > 1 ? `, mean of ${runs} trainings of each` : "";
      return h("p", { class: "study-intro" },
        `${count(s.sentences, "test sentence")} by length of the ${s.by}: ${list(this.f.others)} beside ${s.baseline}, ` +
        `trained on ${whole(t.pairs)} pairs of ${whole(t.shortest)} to ${whole(t.longest)} ${s.unit} ` +
        `(95 % up to ${whole(t.usual)})${trainings}. Bands and ranges hold 95 % of ${whole(s.samples)} resamples.`);
    }

    honest() {
      return h("p", { class: "honest" },
        "A higher curve says that the model does better, not why: whether an output depends on what was looked at " +
        "is checked sentence by sentence. ", h("strong", {}, "Attention alone is not a reason."));
    }

    choose(i) {
      change({ bucket: i });
      announce(this.f.said(this.study.buckets[i], this.metricNow()));
    }

    show() {
      const metric = this.metricNow(), i = this.bucketNow(), key = `${metric} ${i}`;
      this.metric.value = metric;
      this.chart.resize(metric, i);
      if (key === this.key)
        return;
      this.key = key;
      this.drawTable(metric, i);
      this.drawBucket(this.study.buckets[i], metric);
    }

    row(group, metric, index, chosen) {
      const f = this.f, values = f.scores.map(s => f.of(group, s, metric));
      const gains = f.others.map(s => f.of(group, s, metric).gain);
      const name = index === null ? group.name : h("button", { type: "button", class: "sort study-row",
        "aria-pressed": String(index === chosen), onclick: () => this.choose(index) }, group.name);
      return h("tr", { class: index !== null && index === chosen ? "chosen" : null },
        h("th", { scope: "row" }, name), h("td", {}, group.trained), h("td", { class: "number" }, whole(group.sentences)),
        values.map(q => h("td", { class: "number" }, one(q.value), h("span", { class: "note" }, range(q)))),
        gains.map(q => h("td", { class: "number" }, differs(q) ? h("b", {}, plus(q.value)) : plus(q.value),
          h("span", { class: "note" }, range(q, plus)))));
    }

    drawTable(metric, chosen) {
      const f = this.f, s = this.study, focus = document.activeElement?.classList.contains("study-row");
      const head = [s.unit, "trained on", "sentences"].map((t, i) => h("th", { scope: "col", class: i === 2 ? "number" : null }, t));
      const columns = [...f.scores, ...f.others.map(x => `${x} − ${f.base}`)].map(t =>
        h("th", { scope: "col", class: "number" }, t));
      const rows = [...s.buckets.map((b, i) => this.row(b, metric, i, chosen)),
                    ...s.groups.map(g => this.row(g, metric, null, chosen))];
      clear(this.table).append(h("table", { class: "figures study-table" },
        h("caption", {}, `${METRICS[metric]}; differences are paired, in bold where their range lies on one side of 0`),
        h("thead", {}, h("tr", {}, head, columns)), h("tbody", {}, rows)));
      if (focus)
        this.table.querySelector(".chosen .study-row")?.focus();
    }

    gainText(bucket, metric) {
      const f = this.f;
      return f.others.map(s => {
        const q = f.of(bucket, s, metric).gain;
        return known(q.value) ? `${s} ${plus(q.value)} (${range(q, plus)})` : null;
      }).filter(Boolean).join(", ");
    }

    drawBucket(bucket, metric) {
      const shown = this.study.shown, cards = (bucket.shown ?? []).map((i, k) => card(i, shown, k === 0));
      const gain = this.gainText(bucket, metric);
      clear(this.bucket).append(
        h("h2", {}, `${this.f.title(bucket)}, ${TRAINED[bucket.trained] ?? bucket.trained}`),
        h("p", { class: "note" }, `${count(bucket.sentences, "sentence")}, ${count(cards.length, "of them", "of them")} below, ` +
          `drawn by chance; underlined: as in the reference.${gain ? ` Over ${this.f.base}: ${gain}.` : ""}`),
        h("ol", { class: "study-sentences" }, cards));
    }

    downloads() {
      const blob = new Blob([JSON.stringify(this.study)], { type: "application/json;charset=utf-8" });
      return [{ name: "Figures, JSON", file: "study.json", make: async () => blob }];
    }
  }

  views.push({
    id: "study", title: "Study", scope: "page",
    available: p => Boolean(p.study),
    create(root) {
      const v = new Study(root);
      return {
        show: () => v.show(), downloads: () => v.downloads(),
        keys: [["Left, right in the chart", "the bucket before, the next one"],
               ["Home, End in the chart", "the shortest and the longest"],
               ["Enter on a line", "open the sentence"]],
      };
    },
  });
})();
