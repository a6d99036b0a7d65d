/* parts.js -- what several views are built of: numbers in words, bars, one tab stop for many things, and
 * tables
 *
 * that sort.
 *
 * A number that is not known is a dash everywhere, and sorts last whichever way a table is turned. A table
 * that sorts is an ordinary table: its head says by aria-sort what it is sorted by, its buttons do it.
 */
const parts = (() => {
  const known = (x) => typeof x === "number" && Number.isFinite(x);

  /* 0.93; a dash when not known. */
  const fixed = (x, digits = 2) => (known(x) ? x.toFixed(digits).replace(/^-(0(\.0+)?)$/, "$1") : "–");

  const percent = (x, digits = 0) => (known(x) ? `${fixed(100 * x, digits)}\u00a0%` : "–");

  const whole = (x) => (known(x) ? x.toLocaleString("en") : "–");

  const count = (n, one, many = `${one}s`) => `${whole(n)} ${n === 1 ? one : many}`;

  /* A probability: as many digits as tell it from 0 and 1. */
  const chance = (x) => (known(x) && x > 0 && x < 0.0005 ? "<0.001" : fixed(x, 3));

  /* "a", "a and b", "a, b and c". */
  const list = (words) =>
      (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);

  const RTL = /[\u0590-\u08ff\ufb1d-\ufefc]/;

  /* Which way a list of words runs, by the first that has a letter. "auto" does not look into <bdi>. */
  function direction(texts) {
    const first = texts.find((text) => /\p{L}/u.test(text)) ?? "";
    return RTL.test(first) ? "rtl" : "ltr";
  }

  /* A word inside a sentence of ours: kept apart where it runs from right to left. */
  const name = (text) => (RTL.test(text) ? `\u2068${text}\u2069` : text);

  /* Sentences, one behind the other. */
  const said = (...sentences) => sentences.filter(Boolean).join(" ");

  /* A bar as long as share (0..1) of its room. It says nothing by itself: the number stands beside it. */
  const length = (share, cls) =>
      h("span", { class: cls ? `length ${cls}` : "length", "aria-hidden": "true" },
        h("span", { style: { width: `${100 * Math.min(1, Math.max(0, known(share) ? share : 0))}%` } }));

  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  const narrow = () => matchMedia("(max-width: 40rem)").matches;

  /* Ascending; what is not known comes last in both directions. */
  function compare(a, b, up) {
    const x = a ?? NaN, y = b ?? NaN, noX = Number.isNaN(x), noY = Number.isNaN(y);
    if (noX || noY) return noX - noY;
    const order = typeof x === "string" ? x.localeCompare(y) : x - y;
    return up ? order : -order;
  }

  /* A copy, sorted by value(row); what is equal stays in its order. */
  const sorted = (rows, value, up) =>
      rows.map((row) => [value(row), row]).sort((a, b) => compare(a[0], b[0], up)).map((pair) => pair[1]);

  /* One tab stop for many things: the one that was used last can be reached by Tab, the others by keys. */
  class Stop {
    constructor() { this.at = null; }

    /* `el` is the one from now on; focused when `go`. */
    take(el, go) {
      if (this.at && this.at !== el) this.at.tabIndex = -1;
      this.at = el;
      if (!el) return;
      el.tabIndex = 0;
      if (go) el.focus({ preventScroll: false });
    }
  }

  /* Places of names, none nearer than `gap` to the one above it, none below the bottom. */
  function spread(ys, gap, bottom) {
    const order = ys.map((y, i) => [y, i]).sort((a, b) => a[0] - b[0]), out = [];
    let least = -Infinity;
    for (const [y, i] of order) {
      out[i] = Math.max(y, least);
      least = out[i] + gap;
    }
    let most = bottom;
    for (const [, i] of order.reverse()) {
      out[i] = Math.min(out[i], most);
      most = out[i] - gap;
    }
    return out;
  }

  /* Which words of a are in b, in the same order: a longest common subsequence. */
  function commonWords(a, b) {
    const best = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i--)
      for (let j = b.length - 1; j >= 0; j--)
        best[i][j] = a[i] === b[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
    const found = new Set();
    for (let i = 0, j = 0; i < a.length && j < b.length;)
      if (a[i] === b[j])
        found.add(i++), j++;
      else if (best[i + 1][j] >= best[i][j + 1])
        i++;
      else
        j++;
    return found;
  }

  /* ---- a table that sorts ---- */

  const sideOf = (column) => (column.text || column.start ? "text" : "number");

  /* Columns: { id, title, help, worse: "high" or "low", value(row), cell(row) -> node or text, text: it is
   * no number, start: it is one that is written as words }. */
  function headCell(column, sort, press) {
    const now = sort.id === column.id, turn = now ? (sort.up ? "ascending" : "descending") : null;
    const sign = h("span", { class: "turn", "aria-hidden": "true" }, now ? (sort.up ? "▲" : "▼") : "↕");
    return h(
        "th", { scope: "col", class: sideOf(column), "aria-sort": turn },
        h("button", { type: "button", class: "sort", title: column.help, onclick: () => press(column) },
          column.title, sign));
  }

  /* Pressing a head sorts by it, the more telling end first; pressing it again turns it around. */
  function turned(sort, column) {
    if (sort.id === column.id) return { id: column.id, up: !sort.up };
    return { id: column.id, up: column.text || column.worse === "low" };
  }

  function bodyRow(row, columns, first) {
    return h("tr", first(row),
             columns.map((column, i) => h(i === 0 ? "th" : "td",
                                          { scope: i === 0 ? "row" : null, class: sideOf(column) },
                                          column.cell(row))));
  }

  /* A table of few rows, all of them drawn: { caption, columns, rows, sort: { id, up }, row(row) -> the
   * attributes of a row }. */
  function sortingTable({ caption, columns, rows, sort, row = () => null }) {
    const head = h("tr"), body = h("tbody"), box = h("div", { class: "table-box" });
    const draw = () => {
      const by = columns.find((column) => column.id === sort.id) ?? columns[0];
      clear(head).append(...columns.map((column) => headCell(column, sort, press)));
      clear(body).append(...sorted(rows, by.value, sort.up).map((r) => bodyRow(r, columns, row)));
    };
    const press = (column) => {
      sort = turned(sort, column);
      draw();
      head.children[columns.indexOf(column)].firstChild.focus();
      announce(`Sorted by ${column.title}, ${sort.up ? "smallest" : "largest"} first`);
    };
    draw();
    box.append(h("table", { class: "figures" }, h("caption", {}, caption), h("thead", {}, head), body));
    return box;
  }

  return {
    known,
    fixed,
    percent,
    whole,
    count,
    chance,
    list,
    name,
    direction,
    said,
    commonWords,
    spread,
    length,
    still,
    narrow,
    compare,
    sorted,
    turned,
    headCell,
    Stop,
    sortingTable
  };
})();
