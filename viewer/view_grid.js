/* view_grid.js -- every layer and head at once: small maps, sorted by what they do.
 *
 * Figures are means over the rows that stand for a word and have two columns or more to look at, as those of
 * `lookback diagnose` (docs/diagnose.md), but of this sentence alone. For a row with weights p over n columns
 * and its diagonal place d: entropy -sum p log p (normalised: / log n), largest max p, diagonality
 * 1 - sum p |k - d| / max |k - d|, end and first: the weight on the end of sentence and on the first column.
 * The role is the first that holds; it says where a head looks, not that the output depends on it. What a
 * data set says of a head (page.heads, page.check) stands beside it.
 */
(() => {
  const { labelText, denseValues } = figures;
  const { smallBitmap } = plots;

  /* ---- figures ---- */

  /* A causal row sees columns up to its own, and those behind that have some weight. */
  function seen(p, r, causal) {
    let n = p.length;
    while (causal && n > r + 1 && !(p[n - 1] > 0))
      n--;
    return n;
  }

  /* The row's own place; in cross attention the diagonal goes evenly from the first word to the last. */
  function diagonalOf(map, r) {
    if (map.kind !== "cross")
      return r;
    const [r0, r1] = wordRange(map.rows), [c0, c1] = wordRange(map.columns);
    return r1 - r0 < 2 || c1 <= c0 ? c0 : c0 + Math.floor((r - r0) / (r1 - r0 - 1) * (c1 - c0 - 1) + 0.5);
  }

  function wordRange(words) {
    const from = words.length && words[0].mark && words[0].text === "<s>" ? 1 : 0;
    return [from, words.length - (words.length > from && words[words.length - 1].mark ? 1 : 0)];
  }

  function rowFigures(p, d, hasEnd) {
    const n = p.length, most = Math.max(d, n - 1 - d);
    let entropy = 0, largest = 0, away = 0;
    for (let k = 0; k < n; k++) {
      entropy -= p[k] > 0 ? p[k] * Math.log(p[k]) : 0;
      largest = Math.max(largest, p[k] || 0);
      away += (p[k] || 0) * Math.abs(k - d);
    }
    return { entropy, normalised: entropy / Math.log(n), largest, diagonality: 1 - away / most, first: p[0],
             previous: p[d - 1] || 0, same: p[d] || 0, next: p[d + 1] || 0, end: hasEnd ? p[n - 1] : NaN };
  }

  /* Means over rows; null: no row counts. */
  function figuresOf(map, values) {
    const [from, to] = wordRange(map.rows), last = map.columns[map.columns.length - 1];
    const hasEnd = map.kind !== "decoder" && Boolean(last && last.mark), sums = {};
    const n = map.columns.length;
    let rows = 0;
    for (let r = from; r < to; r++) {
      const all = values.subarray(r * n, (r + 1) * n);
      const p = all.subarray(0, seen(all, r, map.kind === "decoder"));
      if (p.length < 2)
        continue;
      rows++;
      for (const [name, value] of Object.entries(rowFigures(p, diagonalOf(map, r), hasEnd)))
        sums[name] = (sums[name] || 0) + value;
    }
    return rows ? Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / rows])) : null;
  }

  const roles = [
    ["uniform", f => f.normalised >= 0.9], ["end", f => f.end >= 0.5], ["first", f => f.first >= 0.5],
    ["previous", (f, self) => self && f.previous >= 0.5], ["same", (f, self) => self && f.same >= 0.5],
    ["next", (f, self) => self && f.next >= 0.5], ["diagonal", f => f.diagonality >= 0.8],
  ];

  const roleOf = (f, self) => roles.find(([, holds]) => f && holds(f, self))?.[0] ?? null;

  /* What a data set said of a head: a number, or { value, low, high }. */
  const estimate = x => x !== null && typeof x === "object" ? x.value : x;

  function overData(map) {
    const lists = [page.heads, page.check?.heads].filter(Array.isArray);
    const row = lists.flat().find(x => x.kind === map.kind && x.layer === map.layer && x.head === map.head);
    return { skill: estimate(row?.skill), role: row?.role };
  }

  /* ---- what can be sorted by ---- */

  const sorts = {
    place: { title: "layer and head" },
    entropy: { title: "entropy", help: "mean entropy of a row, in nats", up: true },
    diagonality: { title: "diagonality", help: "1: all weight on the diagonal" },
    end: { title: "end of sentence", help: "weight on the end of sentence" },
    largest: { title: "largest weight", help: "mean of each row's largest weight" },
    first: { title: "first column", help: "weight on the first column" },
    skill: { title: "skill over the data set", help: "how well its weights tell what the output depends on" },
  };

  function sorted(tiles, by) {
    if (by === "place")
      return tiles;
    const value = t => t.figures[by] * (sorts[by].up ? 1 : -1), has = t => Number.isFinite(value(t));
    return [...tiles.filter(has).sort((a, b) => value(a) - value(b)), ...tiles.filter(t => !has(t))];
  }

  /* ---- a tile ---- */

  const side = 150;

  const asFigure = map => ({ rows: map.rows, columns: map.columns, values: denseValues(map.weights),
                             signed: () => false });

  /* The finest bitmap that is not much larger than the tile. */
  function picture(figure, scale) {
    const canvas = smallBitmap(figure, scale, side * (window.devicePixelRatio || 1) * 1.5);
    const across = figure.columns.length, down = figure.rows.length;
    canvas.style.width = `${100 * Math.max(across / Math.max(across, down), 0.1)}%`;
    canvas.style.aspectRatio = `${across} / ${Math.max(down, across / 10)}`;
    canvas.setAttribute("aria-hidden", "true");
    return canvas;
  }

  const known = x => typeof x === "number" && Number.isFinite(x);

  function figureTexts(tile) {
    const f = tile.figures;
    return [
      tile.role && `role ${tile.role}`,
      known(f.entropy) && `entropy ${f.entropy.toFixed(2)} nats`,
      known(f.normalised) && `${f.normalised.toFixed(2)} of an even spread`,
      known(f.diagonality) && `diagonality ${f.diagonality.toFixed(2)}`,
      known(f.end) && `on the end of sentence ${f.end.toFixed(2)}`,
      known(f.first) && `on the first column ${f.first.toFixed(2)}`,
      known(f.largest) && `largest weight ${f.largest.toFixed(2)}`,
      known(f.skill) && `skill over the data set ${f.skill.toFixed(2)}`,
    ].filter(Boolean).join(", ");
  }

  function tileText(tile) {
    return `${tile.map.name}: ${figureTexts(tile)}.`;
  }

  /* The figure sorted by stands on the tile, else its role. */
  function tileNote(tile, by) {
    const value = tile.figures[by];
    return known(value) ? value.toFixed(2) : tile.role ?? "";
  }

  /* ---- the view ---- */

  class GridView {
    constructor(root) {
      this.root = root;
      this.tools = h("div", { class: "matrix-controls" });
      this.said = h("p", { class: "grid-said" });
      this.list = h("div", { class: "grid-tiles", role: "group", onkeydown: e => this.onArrow(e) });
      root.append(this.tools, this.said, this.list);
      this.tiles = [];
      this.at = 0;
    }

    /* state.heads: "kind:sort" */
    chosen(sentence, state) {
      const kinds = [...new Set(sentence.maps.filter(isHead).map(m => m.kind))];
      const [kind, by] = String(state.heads ?? "").split(":");
      return { kinds, kind: kinds.includes(kind) ? kind : kinds[0],
               by: Object.hasOwn(sorts, by) ? by : "place" };
    }

    show(sentence, state) {
      const now = this.chosen(sentence, state), key = [sentence.index, now.kind, state.scale].join(" ");
      if (key !== this.key || sentence !== this.sentence)
        this.tiles = this.tilesOf(sentence, now.kind, state.scale);
      const all = `${key} ${now.by} ${state.map}`;
      if (all !== this.all || sentence !== this.sentence)
        this.draw(now, state);
      Object.assign(this, { sentence, key, all });
    }

    tilesOf(sentence, kind, scale) {
      return sentence.maps.filter(m => isHead(m) && m.kind === kind).map(map => {
        const figure = asFigure(map), data = overData(map);
        const figures = { ...figuresOf(map, figure.values), skill: data.skill };
        const role = data.role ?? roleOf(figures, kind !== "cross");
        return { map, figures, role, canvas: picture(figure, scale) };
      });
    }

    draw(now, state) {
      const tiles = sorted(this.tiles, now.by), heads = 1 + Math.max(...tiles.map(t => t.map.head));
      this.setTools(now, state);
      this.at = Math.max(0, tiles.findIndex(t => t.map.id === state.map));
      this.shown = tiles;
      this.list.setAttribute("aria-label", `${tiles.length} heads, sorted by ${sorts[now.by].title}`);
      this.list.classList.toggle("by-place", now.by === "place");
      this.list.style.setProperty("--heads", heads);
      clear(this.list).append(...tiles.map((tile, i) => this.button(tile, i, now.by, state)));
      this.tell(tiles[this.at]);
    }

    button(tile, i, by, state) {
      const { map } = tile, pressed = map.id === state.map;
      return h("button", { type: "button", class: "grid-tile", tabindex: i === this.at ? 0 : -1,
                           "aria-label": tileText(tile), "aria-current": pressed ? "true" : null,
                           onclick: () => this.open(map), onfocus: () => this.take(i),
                           onpointerenter: () => this.tell(tile) },
        tile.canvas,
        h("span", { class: "grid-name" }, h("span", {}, `layer ${map.layer}, head ${map.head}`),
          h("span", { class: "grid-note" }, tileNote(tile, by))));
    }

    setTools(now, state) {
      const kind = id => change({ heads: `${id}:${now.by}` });
      const sort = id => change({ heads: `${now.kind}:${id}` });
      const has = by => by === "place" || this.tiles.some(t => known(t.figures[by]));
      const before = [...this.tools.querySelectorAll("select")].indexOf(document.activeElement);
      clear(this.tools).append(...[
        now.kinds.length > 1 && choice("Kind", now.kinds.map(k => [k, kindNames[k]]), now.kind, kind),
        choice("Sort by", Object.keys(sorts).filter(has).map(by => [by, sorts[by].title]), now.by, sort),
        choice("Scale", [["linear", "linear"], ["sqrt", "square root"], ["row", "each row"]], state.scale,
          scale => change({ scale })),
      ].filter(Boolean));
      if (before >= 0)
        this.tools.querySelectorAll("select")[before]?.focus();
    }

    tell(tile) {
      if (tile)
        clear(this.said).append(h("strong", {}, labelText(tile.map.name)), ". ",
          figureTexts(tile), ".");
    }

    take(i) {
      this.list.children[this.at]?.setAttribute("tabindex", -1);
      this.at = i;
      this.list.children[i].setAttribute("tabindex", 0);
      this.tell(this.shown[i]);
    }

    open(map) {
      change({ view: "matrix", map: map.id, reading: "attention", versus: null, row: null, column: null,
               other: null });
      setTimeout(() => document.querySelector(".matrix-stage")?.focus(), 50);
    }

    columns() {
      const [first, ...rest] = this.list.children, next = rest.findIndex(b => b.offsetTop > first.offsetTop);
      return next < 0 ? this.list.children.length : next + 1;
    }

    onArrow(e) {
      const n = this.shown.length, across = this.columns();
      const to = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, ArrowUp: this.at - across,
        ArrowDown: this.at + across, Home: 0, End: n - 1 }[e.key];
      if (to === undefined || e.ctrlKey || e.altKey || e.metaKey)
        return;
      e.preventDefault();
      e.stopPropagation();
      if (to >= 0 && to < n)
        this.list.children[to].focus();
    }
  }

  const kindNames = { cross: "cross: output to source", encoder: "encoder: source to source",
                      decoder: "decoder: output to output" };
  const isHead = map => map.id !== map.kind;

  views.push({
    id: "heads", title: "Heads", scope: "sentence",
    available: (head, sentence) => Boolean(sentence && sentence.maps.some(isHead)),
    create(root) {
      const view = new GridView(root);
      return {
        show: (sentence, state) => view.show(sentence, state),
        keys: [["Arrow keys", "to the next head"], ["Home, End", "first and last head"],
               ["Enter", "open the head as a matrix"]],
      };
    },
  });
})();
