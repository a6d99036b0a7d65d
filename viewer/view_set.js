/* view_set.js -- all sentences of the file in one table: sort by what makes one suspicious, filter, open.
 *
 * The head of the page lists every sentence with its figures (page.columns says what they are and which
 * end is the bad one); nothing is unpacked before a sentence is opened. Rows are drawn PAGE at a time, so
 * that 5,000 sentences cost as much as 50. A value among the worst twentieth of its column bears a sign,
 * and so does a sentence whose suspicion reaches SUSPICIOUS (docs/diagnose.md): shades and bars only
 * repeat what is written.
 */
{
  const PAGE = 50, SUSPICIOUS = 0.2, WORST = 0.05, ENOUGH = 20;

  const SIGN = { high: "▲", low: "▼" };

  const textOf = (x) => `${x.source}\n${x.output}\n${x.label ?? ""}`.toLowerCase();

  /* ---- what a column is like ---- */

  /* { most, limit }: its largest size, and from where a value is among the worst; limit null: too many are
   * as bad. */
  function rangeOf(column, rows) {
    const all = rows.map((x) => x.values?.[column.id]).filter(parts.known).sort((a, b) => a - b);
    const most = Math.max(1e-9, Math.abs(all[0] ?? 0), Math.abs(all.at(-1) ?? 0)), n = all.length;
    if (!column.worse || n < ENOUGH) return { most, limit: null };
    const at = Math.ceil(WORST * n), limit = column.worse === "high" ? all[n - at] : all[at - 1];
    const beyond = all.filter((x) => (column.worse === "high" ? x >= limit : x <= limit)).length;
    return { most, limit: beyond > 2 * at ? null : limit };
  }

  const isWorst = (x, { worse }, { limit }) =>
      limit !== null && parts.known(x) && (worse === "high" ? x >= limit : x <= limit);

  function valueCell(x, column, range) {
    const worst = isWorst(x, column, range), share = Math.min(1, Math.abs(x ?? 0) / range.most);
    return h("td",
             { class: `number value${worst ? " worst" : ""}`, style: { "--share": share.toFixed(3) } },
             worst
                 && h("span", { class: "sign", title: "among the worst twentieth" }, SIGN[column.worse],
                      h("span", { class: "aside-said" }, " among the worst twentieth: ")),
             parts.fixed(x, digitsOf(range)));
  }

  const digitsOf = ({ most }) => (most >= 100 ? 0 : most >= 10 ? 1 : most >= 2 ? 2 : 3);

  /* ---- the view ---- */

  class SetView {
    constructor(root) {
      this.stop = new parts.Stop();
      this.columns = [
        { id: "line", title: "Line", help: "Place in the file", worse: "low" }, ...(page.columns ?? [])
      ];
      this.rows = page.sentences.map(
          (x, index) => ({...x, index, values: {...x.values, line: (x.line ?? index) + 1 } }));
      this.texts = this.rows.map(textOf);
      this.ranges = new Map(this.columns.map((column) => [column.id, rangeOf(column, this.rows)]));
      this.head = h("tr");
      this.body = h("tbody");
      this.caption = h("caption");
      this.pager = this.makePager();
      root.append(...[this.controls(), this.box(), this.pager, this.help()].filter(Boolean));
      this.keys = [
        ["Up, Down", "the row before, the next one"], ["Page Up, Page Down", `${PAGE} rows back, on`],
        ["Home, End", "first and last row of the page"], ["Enter", "open the sentence"],
        ["Up from the first row", "to the heads: Left, Right, Enter sorts"], ["/", "filter"]
      ];
    }

    controls() {
      this.filter = h("input", {
        type: "search",
        placeholder: "words of source or output",
        "aria-label": "Filter sentences",
        oninput: () => this.typed()
      });
      this.order = h("select", { onchange: () => this.sortBy(this.order.value) },
                     this.columns.map((c) => h("option", { value: c.id }, c.title)));
      this.way = h("button", { type: "button", onclick: () => this.sortBy(this.sort.id, !this.sort.up) });
      this.found = h("span", { class: "note", role: "status" });
      return h("div", { class: "view-controls" }, h("label", {}, "Filter ", this.filter),
               h("label", {}, "Sort by ", this.order), this.way, this.found);
    }

    box() {
      const table =
          h("table", { class: "figures set-table" }, this.caption, h("thead", {}, this.head), this.body);
      table.addEventListener("click", (event) => this.clicked(event));
      table.addEventListener("focusin", (event) => this.stop.take(event.target.closest("button")));
      return h("div", { class: "table-box" }, table);
    }

    makePager() {
      const go = (by) => () => {
        this.turnPage(by);
        this.stop.at?.scrollIntoView({ block: "nearest" });
      };
      this.back = h("button", { type: "button", onclick: go(-1) }, "‹ Before");
      this.on = h("button", { type: "button", onclick: go(1) }, "Next ›");
      this.where = h("span", { class: "note" });
      return h("div", { class: "view-controls set-pager" }, this.back, this.where, this.on);
    }

    help() {
      const columns = this.columns.filter((c) => c.help && c.id !== "line");
      const worst = {
        high: `${SIGN.high} marks the highest twentieth.`,
        low: `${SIGN.low} marks the lowest twentieth.`
      };
      return columns.length > 0
          && h("details", { class: "columns-help" }, h("summary", {}, "What the columns say"),
               h("dl", {},
                 columns.map(
                     (c) => [h("dt", {}, c.title), h("dd", {}, parts.said(c.help, worst[c.worse]))])));
    }

    /* ---- what is shown ---- */

    show(s, state) {
      const key = `${state.query}\n${state.sort}`;
      this.current = state.sentence;
      if (key === this.key) return this.markCurrent();
      this.key = key;
      this.sort = this.sortOf(state.sort);
      if (document.activeElement !== this.filter) this.filter.value = state.query;
      this.choose(state.query.trim().toLowerCase());
      this.from = 0;
      this.draw();
    }

    /* "suspicion:down"; without one by the first column that has a bad end, that end first, or as in the
     * file. */
    sortOf(text) {
      const [id, way] = (text ?? "").split(":"), column = this.columns.find((c) => c.id === id);
      if (column) return { id, up: way === "up" };
      const first = page.kind === "diagnose" ? this.columns.slice(1).find((c) => c.worse) : null;
      return first ? { id: first.id, up: first.worse === "low" } : { id: "line", up: true };
    }

    choose(query) {
      const key = `${this.sort.id} ${this.sort.up}`, value = (row) => row.values[this.sort.id];
      if (key !== this.orderedBy) {
        this.ordered = parts.sorted(this.rows, value, this.sort.up);
        this.drawn = new Map();
      }
      this.orderedBy = key;
      this.chosen =
          query ? this.ordered.filter((row) => this.texts[row.index].includes(query)) : this.ordered;
      this.found.textContent =
          query ? `${parts.whole(this.chosen.length)} of ${parts.count(this.rows.length, "sentence")}` : "";
    }

    /* The row of the table, made once while the order stays. */
    drawnRow(row) {
      if (!this.drawn.has(row)) this.drawn.set(row, this.row(row));
      return this.drawn.get(row);
    }

    draw() {
      const to = Math.min(this.chosen.length, this.from + PAGE);
      this.drawHead();
      clear(this.body).append(...this.chosen.slice(this.from, to).map((row) => this.drawnRow(row)));
      if (!this.chosen.length)
        this.body.append(
            h("tr", {}, h("td", { colspan: this.columns.length + 1 }, "No sentence has that.")));
      this.stop.take(this.body.querySelector("button"), false);
      this.pager.hidden = this.chosen.length <= PAGE;
      this.where.textContent =
          `${parts.whole(this.from + 1)} to ${parts.whole(to)} of ${parts.whole(this.chosen.length)}`;
      this.back.disabled = this.from === 0;
      this.on.disabled = to === this.chosen.length;
      this.markCurrent();
    }

    drawHead() {
      const { id, up } = this.sort, column = this.columns.find((c) => c.id === id);
      const [line, ...values] = this.columns.map((c) => parts.headCell(c, this.sort, (x) => this.press(x)));
      for (const el of values) el.classList.add("value");
      clear(this.head).append(line, h("th", { scope: "col", class: "text" }, "Source and output"),
                              ...values);
      for (const button of this.head.querySelectorAll("button")) button.tabIndex = -1;
      this.columns.forEach((c, i) => { this.head.children[i ? i + 1 : 0].dataset.column = c.id; });
      this.caption.textContent = `${parts.count(this.chosen.length, "sentence")}, by ${column.title}, ` +
          `${up ? "smallest" : "largest"} first`;
      this.order.value = id;
      this.way.textContent = up ? "▲ smallest first" : "▼ largest first";
      this.head.closest("table").dataset.sorted = id;
    }

    row(row) {
      const suspicious = row.values.suspicion >= SUSPICIOUS;
      const open = h(
          "button", { type: "button", class: "set-open", tabindex: "-1", dataset: { index: row.index } },
          suspicious && h("span", { class: "sign" }, "⚠ suspicious "),
          h("span", { class: "set-source", dir: "auto" }, row.source),
          h("span", { class: "set-output", dir: "auto" }, row.output),
          row.label && h("span", { class: "note" }, `label: ${row.label}`));
      const [, ...values] = this.columns;
      const cells = values.map((c) => this.cell(row, c));
      return h("tr", { class: suspicious ? "suspicious" : null },
               h("td", { class: "number" }, parts.whole(row.values.line)),
               h("th", { scope: "row", class: "text" }, open), cells);
    }

    cell(row, column) {
      const el = valueCell(row.values[column.id], column, this.ranges.get(column.id));
      if (column.id === this.sort.id) el.classList.add("sorted");
      return el;
    }

    markCurrent() {
      this.marked?.removeAttribute("aria-current");
      this.marked = this.body.querySelector(`[data-index="${this.current}"]`)?.closest("tr");
      this.marked?.setAttribute("aria-current", "true");
    }

    /* ---- doing ---- */

    typed() { change({ query: this.filter.value }); }

    sortBy(id, up) {
      const column = this.columns.find((c) => c.id === id),
            sort = up === undefined ? parts.turned({}, column) : { id, up };
      change({ sort: `${id}:${sort.up ? "up" : "down"}` });
      announce(`Sorted by ${column.title}, ${sort.up ? "smallest" : "largest"} first`);
    }

    press(column) {
      this.sortBy(column.id, parts.turned(this.sort, column).up);
      queueMicrotask(() => queueMicrotask(() => this.focusHead(column.id)));
    }

    focusHead(id) {
      this.stop.take(this.head.querySelector(`[data-column="${CSS.escape(id)}"] button`), true);
    }

    clicked(event) {
      const row = event.target.closest("tbody tr"), open = row?.querySelector(".set-open");
      if (open && getSelection()?.type !== "Range") openSentence(Number(open.dataset.index));
    }

    turnPage(by) {
      const from = this.from + by * PAGE;
      if (from < 0 || from >= this.chosen.length) return;
      this.from = from;
      this.draw();
      announce(`Rows ${this.where.textContent}`);
    }

    /* ---- keys ---- */

    onKey(event) {
      const button = event.target.closest?.("button");
      if (event.key === "/") return this.filter.focus(), true;
      if (event.key === "PageDown" || event.key === "PageUp")
        return this.pageKey(event.key === "PageDown" ? 1 : -1);
      if (!button) return false;
      if (this.body.contains(button)) return this.rowKey(button, event.key);
      return this.head.contains(button) && this.headKey(button, event.key);
    }

    pageKey(by) {
      this.turnPage(by);
      this.stop.take(this.body.querySelector("button"), true);
      return true;
    }

    rowKey(button, key) {
      const all = [...this.body.querySelectorAll(".set-open")], at = all.indexOf(button);
      if (key === "ArrowUp" && at === 0) return this.focusHead(this.sort.id), true;
      const to = { ArrowUp: all[at - 1], ArrowDown: all[at + 1], Home: all[0], End: all.at(-1) };
      if (!Object.hasOwn(to, key)) return false;
      if (to[key]) this.stop.take(to[key], true);
      return true;
    }

    headKey(button, key) {
      const all = [...this.head.querySelectorAll("button")], at = all.indexOf(button);
      const to = {
        ArrowLeft: all[at - 1],
        ArrowRight: all[at + 1],
        Home: all[0],
        End: all.at(-1),
        ArrowDown: this.body.querySelector("button")
      };
      if (!Object.hasOwn(to, key)) return false;
      if (to[key]) this.stop.take(to[key], true);
      return true;
    }
  }

  views.push({
    id: "set",
    title: "Sentences",
    scope: "page",
    create: (root) => new SetView(root),
    available: () => (page.sentences?.length ?? 0) > 1
  });
}
