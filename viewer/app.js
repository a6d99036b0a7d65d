/* app.js -- the shell: tabs, one panel for each view, and the line under every map that never goes away.
 *
 * A view is a row in `views`; files of views come behind this one and push theirs. The shell is built when
 * all are there. It loads the sentence, makes the panel of a view when it is first shown, and calls
 * show(sentence, state) whenever something changed; views know nothing of each other.
 */

/* { id, title, scope: "sentence" | "page", available(page, sentence), create(root) -> {
 *   show(sentence, state), hover(cell)?, close()?, keys: [[keys, what]], onKey(event) -> handled? },
 *   readings: false where no reading or map is to be chosen } */
const views = [];

const shell = { panels: new Map(), sentence: null, frame: null, turn: 0 };

/* ---- what the views ask ---- */

/* The map that is looked at: the one chosen, or the one that stands for the model; null: there is none. */
const currentMap = (s, st) => s?.maps.find((m) => m.id === st.map) ?? s?.maps[0] ?? null;

/* The numbers of the chosen reading; heads have weights only. */
function currentValues(s, st) {
  const map = currentMap(s, st);
  if (!map) return s?.readings[st.reading] ?? null;
  return (map === s.maps[0] && s.readings[st.reading]) || map.weights;
}

/* The reading that is shown: what was not measured falls back to attention. */
function currentReading(s, st) {
  const map = currentMap(s, st);
  return s?.readings[st.reading] && (!map || map === s.maps[0]) ? st.reading : "attention";
}

/* Only all is 100 %, and only nothing 0 %. */
function percent(x) {
  if (x > 0.995 && x < 1) return ">99 %";
  return x > 0 && x < 0.005 ? "<1 %" : `${Math.round(100 * x)} %`;
}

const signed = (x, digits = 2) => x.toFixed(digits).replace("-", "−");
const known = (x) => typeof x === "number" && Number.isFinite(x);

/* ---- the line under every map ---- */

function honestRead(map) {
  const readout = page.readout ?? {};
  if (!map) return "This model has no attention.";
  if (map.id !== map.kind) return `Shown: ${map.name}.`;
  return `Shown: ${map.name}${readout.chosen ? ` (${readout.chosen})` : ""}.`;
}

function honestModel(k) {
  const range = known(k.low) ? ` (${signed(k.low)} to ${signed(k.high)})` : "";
  const verdict = k.verdict ? `, ${k.verdict}` : "";
  return `Over ${k.sentences} sentences: skill ${signed(k.skill)}${range}${verdict}; ${honestFlips(k)}`;
}

function honestFlips(f) {
  if (!known(f.flips)) return "";
  const random = known(f.flips_random) ? `, a random word ${percent(f.flips_random)}` : "";
  return `erasing the word looked at most changes ${percent(f.flips)} of the words${random}.`;
}

/* Of a sentence of which only the marks are known, the marks. */
function honestSentence(f, check) {
  const skill = known(f?.skill) ? `skill ${signed(f.skill)}; ` : "";
  const n = check.supported + check.unsupported;
  return f && honestFlips(f) ? `In this sentence: ${skill}${honestFlips(f)}`
                             : `In this sentence ${check.supported} of ${n} highlights are supported.`;
}

function honestSkill(s, map) {
  if (!map?.checked) return map ? "Self-attention is not checked: no erasing means the same there." : "";
  if (page.skill) return honestModel(page.skill);
  if (s?.check) return honestSentence(s.figures, s.check);
  return s?.evidence ? "Single words are not checked." : "Not checked.";
}

function honestEvidence(s) {
  const checks = (s.evidence?.sentences ?? []).map((x) => x.check).filter(Boolean);
  const n = checks.filter((x) => x.mark === "supported").length;
  if (checks.length === 1) return `The sentence taken out ${n ? "mattered" : "did not matter"}.`;
  return checks.length ? `Of ${checks.length} sentences taken out, ${n} mattered.` : "";
}

function honestError(map) {
  const error = page.quantised?.[map?.id.includes(".") ? "error_heads" : "error"]; // cross, but cross.2.5
  return known(error) && error > 0 ? `Stored to within ${error.toPrecision(1)}.` : "";
}

/* The fixed line: read-out, how it was chosen, skill, flips, random, and what attention by itself is not. */
function honestLine(s, map) {
  const parts = [honestRead(map), honestSkill(s, map), honestEvidence(s), map ? honestError(map) : ""].filter(Boolean).join(" ");
  return h("p", { class: "honest" }, `${parts} `,
           h("strong", {}, map ? "Attention alone is not a reason." : ""));
}

/* ---- tabs ---- */

const availableViews = () => views.filter((v) => v.available(page, shell.sentence));

/* A check begins with its verdict. */
function firstView(list) {
  const scope = page.kind === "explain" ? "sentence" : "page";
  return list.find((v) => page.kind === "check" && v.id === "report") ?? list.find((v) => v.scope === scope) ??
         list[0] ?? null;
}

/* Opens a sentence in the first view that it has; the focus goes along, to its tab. */
async function openSentence(index) {
  const s = await sentence(index), view = views.find((v) => v.scope === "sentence" && v.available(page, s))?.id ?? null;
  change({ sentence: index, view, row: null, column: null, other: null, step: 0, span: null });
  setTimeout(() => document.getElementById(`tab-${view}`)?.focus());
}

const chosenView = (list) => list.find((v) => v.id === state.view) ?? firstView(list);

function tab(view, chosen) {
  const is = view === chosen;
  return h("button", { type: "button", role: "tab", id: `tab-${view.id}`, "aria-selected": String(is),
                       "aria-controls": `panel-${view.id}`, tabindex: is ? "0" : "-1", class: "tab",
                       onclick: () => change({ view: view.id }) }, view.title);
}

function tabKey(event) {
  const list = availableViews(), now = list.indexOf(chosenView(list));
  const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: list.length - 1 }[event.key];
  if (to === undefined || list.length === 0) return;
  event.preventDefault();
  event.stopPropagation();
  change({ view: list[(to + list.length) % list.length].id });
  queueMicrotask(() => document.getElementById(`tab-${chosenView(list).id}`)?.focus());
}

function drawTabs(list, chosen) {
  const bar = shell.frame.tabs;
  clear(bar).append(...list.map((v) => tab(v, chosen)));
  bar.hidden = list.length < 2;
}

/* ---- panels ---- */

function panelOf(view) {
  let panel = shell.panels.get(view.id);
  if (panel) return panel;
  const root = h("div", { class: `view view-${view.id}` }), honest = h("footer", { class: "under" });
  const box = h("div", { role: "tabpanel", id: `panel-${view.id}`, "aria-labelledby": `tab-${view.id}` },
                root, honest);
  shell.frame.panels.append(box);
  panel = { view, root, honest, box, made: view.create(root) };
  shell.panels.set(view.id, panel);
  return panel;
}

function showPanel(view) {
  const panel = panelOf(view);
  for (const other of shell.panels.values()) {
    if (other !== panel && !other.box.hidden) other.made.close?.();
    other.box.hidden = other !== panel;
  }
  shell.current = panel;
  panel.made.show(shell.sentence, state);
  clear(panel.honest);
  if (view.scope === "sentence" && shell.sentence)
    panel.honest.append(honestLine(shell.sentence, currentMap(shell.sentence, state)));
}

function note(text) {
  clear(shell.frame.note).append(text);
  shell.frame.note.hidden = !text;
}

/* ---- when something changed ---- */

async function takeSentence() {
  const turn = ++shell.turn, last = Math.max(0, sentenceCount() - 1);
  if (state.sentence > last) change({ sentence: last });
  const loaded = await sentence(state.sentence);
  if (turn !== shell.turn) return false;
  shell.sentence = loaded;
  return true;
}

function draw() {
  const list = availableViews(), view = chosenView(list);
  drawTabs(list, view);
  drawTools(view);
  note(view ? "" : "There is nothing to show for this sentence.");
  if (view) showPanel(view);
  document.documentElement.dataset.ready = "true";
}

async function update(st, keys) {
  if (keys.has("theme")) document.documentElement.dataset.theme = st.theme;
  if (keys.has("sentence") && !(await takeSentence())) return;
  draw();
}

/* ---- keys ---- */

const typing = (el) => el.closest("input:not([type=range]), select, textarea, dialog, [role=menu]");

const shellKeys = {
  "?": () => openHelp(),
  "[": () => stepSentence(-1),
  "]": () => stepSentence(1),
  Escape: () => change({ row: null, column: null, other: null, span: null }),
};

function keyPressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (shell.current?.made.onKey?.(event)) {
    event.preventDefault();
    return;
  }
  const act = Object.hasOwn(shellKeys, event.key) ? shellKeys[event.key] : null;
  if (!act) return;
  act();
  event.preventDefault();
}

/* ---- the beginning ---- */

function build() {
  const f = shell.frame = {
    tabs: h("div", { role: "tablist", class: "tabs", "aria-label": "Views", onkeydown: tabKey }),
    tools: h("div", { class: "tools" }), panels: h("div", { class: "panels" }),
    note: h("p", { class: "note", role: "alert", hidden: true }),
  };
  clear(document.getElementById("app")).append(
    header(), h("main", {}, h("div", { class: "bar" }, f.tabs, f.tools), f.note, f.panels),
    h("footer", { class: "end" }, made()));
}

async function start() {
  build();
  on((st, keys) => update(st, keys).catch(failed));
  onHover((cell) => shell.current?.made.hover?.(cell));
  addEventListener("keydown", keyPressed);
  await update(state, new Set(Object.keys(state)));
}

function failed(error) {
  note(`This page could not be drawn (${error?.message ?? error}). It needs a browser of 2023 or later.`);
}

/* When the files behind this one have said what they have. */
queueMicrotask(() => start().catch(failed));
