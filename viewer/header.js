/* header.js -- above the views: title, model, how the page was made, and the tools of sentence and page. */

/* ---- small parts ---- */

function button(label, press, props = {}) {
  return h("button", { type: "button", class: "quiet", onclick: press, ...props }, label);
}

/* A labelled native select. options [[value, text]]. */
function choice(label, options, value, choose) {
  return h("label", { class: "choice" }, h("span", {}, label),
    h("select", { onchange: (e) => choose(e.target.value) },
      options.map(([v, text]) => h("option", { value: v, selected: v === value }, text))));
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "aside-said", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

function copyButton(label, text) {
  const b = button(label, async () => {
    await copyText(text());
    b.textContent = "Copied";
    announce("Copied.");
    setTimeout(() => { b.textContent = label; }, 1500);
  });
  return b;
}

/* ---- a menu ---- */

function menuKey(event, list, close) {
  const items = [...list.querySelectorAll("[role=menuitem]")], now = items.indexOf(document.activeElement);
  const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") close();
  if (to === undefined && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  if (to !== undefined) items[(to + items.length) % items.length]?.focus();
}

/* A button that opens a list of things to do. items() -> [[name, act]] */
function menu(label, items) {
  const list = h("div", { role: "menu", class: "menu", "aria-label": label, hidden: true });
  const open = h("button", { type: "button", class: "quiet", "aria-haspopup": "menu",
                             "aria-expanded": "false" }, label);
  const close = (focus = true) => {
    if (list.hidden) return;
    list.hidden = true;
    open.setAttribute("aria-expanded", "false");
    if (focus) open.focus();
  };
  const item = ([name, act]) =>
    h("button", { type: "button", role: "menuitem", tabindex: "-1",
                  onclick: () => { close(); act(); } }, name);
  open.addEventListener("click", () => {
    if (!list.hidden) return close();
    clear(list).append(...items().map(item));
    list.hidden = false;
    open.setAttribute("aria-expanded", "true");
    list.firstChild?.focus();
  });
  list.addEventListener("keydown", (e) => menuKey(e, list, close));
  addEventListener("pointerdown", (e) => {
    if (!list.contains(e.target) && e.target !== open) close(false);
  });
  return h("div", { class: "menu-place" }, open, list);
}

/* ---- downloads ---- */

function save(blob, file) {
  const url = URL.createObjectURL(blob), a = h("a", { href: url, download: file });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/* What --json says of the sentence, with its matrices as references. */
function sentenceJson() {
  const text = document.getElementById(`s${state.sentence}`)?.textContent ?? "null";
  return { name: "JSON", file: `sentence-${state.sentence}.json`,
           make: async () => new Blob([text], { type: "application/json" }) };
}

/* A view may have its own. */
function downloadItems() {
  const own = shell.current?.made.downloads?.();
  const list = own ??
    (typeof downloads === "function" ? downloads(shell.sentence, state) : [sentenceJson()]);
  return list.map((d) => [d.name, async () => {
    save(await d.make(), d.file);
    announce(`${d.file} saved.`);
  }]);
}

/* ---- title, model, how it was made ---- */

const number = (n) => n.toLocaleString("en");

function modelText(m) {
  if (!m) return "";
  const depth = m.layers > 1 || m.heads > 1 ? `${m.layers} layers, ${m.heads} heads` : null;
  return [m.type, m.score && m.score !== "none" ? `${m.score} attention` : null, depth,
          m.hash ? `weights ${m.hash}` : null].filter(Boolean).join(" · ");
}

function decodingText(d) {
  if (!d) return null;
  if (d.given) return "the output was given (--target)";
  const read = d.max_input ? `, at most ${d.max_input} pieces read` : "";
  return `beam ${d.beam}, length exponent ${d.normalize}${read}`;
}

const ERASED = { unk: "read as <unk>", delete: "taken out of the source",
                 attention: "hidden from attention, while the encoder had read them" };

function fact(name, ...value) {
  return [h("dt", {}, name), h("dd", {}, ...value)];
}

function errorText(q) {
  const drops = known(q.error_nats) ? ` (drops: ${q.error_nats.toPrecision(1)} nats)` : "";
  const heads = q.error_heads > 0 ? `, of layers and heads within ${q.error_heads.toPrecision(1)}` : "";
  return `the ${q.exact} largest of each row exact, others within ${q.error.toPrecision(1)}${heads}${drops}`;
}

function made() {
  const r = page.readout, q = page.quantised, m = page.model;
  const all = h("details", { class: "made" }, h("summary", {}, "How this page was made"), h("dl", {},
    page.command && fact("Command", h("code", {}, page.command), " ", copyButton("Copy", () => page.command)),
    m && fact("Model", [m.name, modelText(m), known(m.parameters) && `${number(m.parameters)} parameters`]
      .filter(Boolean).join(" · ")),
    decodingText(page.decoding) && fact("Decoding", decodingText(page.decoding)),
    r && fact("Attention read", `${r.name ?? ""}${r.chosen ? ` (${r.chosen})` : ""}`),
    page.erase && fact("Words erased", ERASED[page.erase] ?? page.erase),
    q && known(q.error) && fact("Numbers", errorText(q)),
    page.lookback && fact("Program", `lookback ${page.lookback}`)));
  addEventListener("beforeprint", () => { all.open = true; });
  return all;
}

/* What a page of each kind answers; a title of its own goes first. */
const TITLES = { explain: "Where the model looked", check: "Does it matter where the model looks?",
                 diagnose: "Which outputs to doubt", watch: "Attention while the model learns",
                 study: "Quality and length" };

const titleOf = (p) => (p.title && !p.title.startsWith("lookback") ? p.title : TITLES[p.kind] ?? "lookback");

const themes = [["auto", "Theme: auto"], ["light", "Theme: light"], ["dark", "Theme: dark"]];

function header() {
  const m = page.model;
  return h("header", { class: "top" },
    h("div", { class: "title" }, h("h1", { dir: "auto" }, titleOf(page)),
      m && h("p", { class: "model" }, h("b", {}, m.name ?? "model"), " · ", modelText(m))),
    h("div", { class: "actions" },
      copyButton("Copy link", () => location.href), menu("Download", downloadItems),
      h("select", { class: "quiet", "aria-label": "Theme",
                    onchange: (e) => change({ theme: e.target.value }) },
        themes.map(([v, text]) => h("option", { value: v, selected: state.theme === v }, text))),
      button("?", openHelp, { "aria-label": "Help: keys", title: "Keys (?)" })));
}

/* ---- which sentence ---- */

function goTo(i) {
  change({ sentence: i, row: null, column: null, other: null, step: 0, span: null });
}

function stepSentence(by) {
  const to = state.sentence + by;
  if (to >= 0 && to < sentenceCount()) goTo(to);
}

const LISTED = 200;

function listSentences(list, query, close) {
  const wanted = query.toLowerCase();
  const found = page.sentences.map((x, i) => [x, i]).filter(([x]) =>
    `${x.source} ${x.output}`.toLowerCase().includes(wanted));
  clear(list).append(...found.slice(0, LISTED).map(([x, i]) =>
    h("li", {}, h("button", { type: "button", "aria-current": i === state.sentence ? "true" : null,
                              onclick: () => { close(); goTo(i); } },
                  h("span", { class: "number" }, String(i + 1)), h("span", { dir: "auto" }, x.source),
                  h("span", { class: "small", dir: "auto" }, x.output)))));
  if (found.length > LISTED) list.append(h("li", { class: "small" }, `and ${found.length - LISTED} more`));
  if (!found.length) list.append(h("li", { class: "small" }, "No sentence has these letters."));
}

function openSentences() {
  const list = h("ol", { class: "sentences" }), close = () => box.close();
  const filter = h("input", { type: "search", placeholder: "Filter", autofocus: true,
                              "aria-label": "Filter sentences",
                              oninput: (e) => listSentences(list, e.target.value, close) });
  const box = dialog("Sentences", filter, list);
  listSentences(list, "", close);
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
}

function chooser() {
  const n = sentenceCount(), i = state.sentence;
  return h("div", { class: "chooser", role: "group", "aria-label": "Sentence" },
    button("‹", () => stepSentence(-1),
           { "aria-label": "Previous sentence", title: "Previous ([)", disabled: i <= 0 }),
    button(`Sentence ${i + 1} of ${n}`, openSentences, { "aria-haspopup": "dialog" }),
    button("›", () => stepSentence(1),
           { "aria-label": "Next sentence", title: "Next (])", disabled: i >= n - 1 }));
}

/* ---- which reading, which map ---- */

const READINGS = { attention: "Attention", gradient: "Gradient", erasing: "Erasing" };
const READING_HELP = { attention: "where it looked", gradient: "what it leans on, by the model's slope",
                       erasing: "what is lost without a word" };

function readingSwitch(s) {
  const names = Object.keys(READINGS).filter((k) => s.readings[k]);
  if (names.length < 2) return null;
  const now = currentReading(s, state);
  return h("fieldset", { class: "switch" }, h("legend", { class: "aside-said" }, "Reading"), names.map((k) =>
    h("label", { title: READING_HELP[k] },
      h("input", { type: "radio", name: "reading", value: k, checked: k === now, class: "aside-said",
                   onchange: () => change({ reading: k, map: null }) }), h("span", {}, READINGS[k]))));
}

/* In few words, for the list: "cross, layer 2, mean". */
function shortName(m) {
  const head = typeof m.head === "number" && m.head >= 0 ? `head ${m.head}` : "mean";
  return known(m.layer) && m.layer >= 0 ? `${m.kind}, layer ${m.layer}, ${head}` : m.kind;
}

function mapChooser(s) {
  if (s.maps.length < 2) return null;
  return choice("Map", s.maps.map((m) => [m.id, shortName(m)]), currentMap(s, state)?.id,
                (id) => change({ map: id === s.maps[0].id ? null : id, row: null, column: null,
                                 other: null }));
}

/* Tools keep the focus that they had. */
function drawTools(view) {
  const bar = shell.frame.tools, s = shell.sentence, hasFocus = bar.contains(document.activeElement);
  const controls = () => [...bar.querySelectorAll("button, input, select")];
  const at = hasFocus ? controls().indexOf(document.activeElement) : -1;
  clear(bar);
  if (view?.scope !== "sentence") return;
  if (sentenceCount() > 1) bar.append(chooser());
  if (s && view.readings !== false) bar.append(...[readingSwitch(s), mapChooser(s)].filter(Boolean));
  if (hasFocus) controls()[at]?.focus();
}

/* ---- dialogs ---- */

function dialog(title, ...content) {
  const close = button("Close", () => box.close());
  const box = h("dialog", { class: "dialog", "aria-label": title, onclose: () => box.remove(),
                            onclick: (e) => { if (e.target === box) box.close(); } },
    h("div", { class: "dialog-body" },
      h("div", { class: "dialog-top" }, h("h2", {}, title), close), content));
  document.body.append(box);
  box.showModal();
  return box;
}

const generalKeys = [["[ and ]", "previous and next sentence"], ["Esc", "let go of what is pinned"],
                     ["Tab", "to the next part of the page"], ["?", "this list"]];

function keyTable(rows) {
  return h("table", { class: "keys" }, h("tbody", {}, rows.map(([keys, what]) =>
    h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, keys)), h("td", {}, what)))));
}

function openHelp() {
  const current = shell.current;
  dialog("Keys", current && [h("h3", {}, current.view.title), keyTable(current.made.keys ?? [])],
         h("h3", {}, "Everywhere"), keyTable(generalKeys));
}
