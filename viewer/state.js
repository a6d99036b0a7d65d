/* state.js -- what is being looked at: one plain object, written into the link of the page.
 *
 * change({ row: 3 }) merges and tells everybody once, when the running task is done; what differs from the
 * beginning stands behind the # of the address, so that a copied link shows the same again.
 * What the mouse is over is not state: hover({ row }) tells its listeners at once and is forgotten.
 */

const whole = (x) => (/^\d{1,9}$/.test(x) ? Number(x) : null);
const oneOf = (...names) => (x) => (names.includes(x) ? x : null);

const initial = Object.freeze({
  view: null, sentence: 0, map: null, versus: null, heads: null, reading: "attention", row: null, column: null,
  other: null, scale: "linear", threshold: 0, gold: true, theme: "auto", query: "", sort: null, step: 0,
  probe: 0, time: null, live: true, bucket: null, metric: null, span: null,
});
const state = { ...initial, ...fromHash(location.hash) };

/* ---- the link ---- */

function fromHash(hash) {
  const read = {
    view: String, sentence: whole, map: String, versus: String, heads: String,
    reading: oneOf("attention", "gradient", "erasing"), row: whole, column: whole,
    other: whole, scale: oneOf("linear", "sqrt", "row"),
    threshold: (x) => Math.min(1, Math.max(0, Number(x) || 0)), gold: (x) => x !== "false",
    theme: oneOf("auto", "light", "dark"), query: String, sort: String, step: whole,
    probe: whole, time: whole, live: (x) => x !== "false", bucket: whole, span: whole,
    metric: oneOf("bleu", "exact", "tokens"),
  };
  const out = {};
  for (const [key, value] of new URLSearchParams(hash.slice(1)))
    if (Object.hasOwn(read, key)) {
      const x = read[key](value);
      if (x !== null) out[key] = x;
    }
  return out;
}

function toHash() {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(state))
    if (value !== initial[key] && value !== null && value !== "")
      out.set(key, String(value));
  return out.toString();
}

/* file: pages of some browsers may not write their history; the page works without. */
function writeHash() {
  const hash = toHash(), now = location.hash.slice(1);
  if (hash === now) return;
  try {
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  } catch {
    if (hash) location.replace(`#${hash}`);
  }
}

/* ---- telling ---- */

const listeners = [], hoverListeners = [];
let changed = new Set();

const on = (fn) => listeners.push(fn);
const onHover = (fn) => hoverListeners.push(fn);

function tell() {
  const keys = changed;
  changed = new Set();
  writeHash();
  for (const fn of listeners) fn(state, keys);
}

function change(part) {
  for (const [key, value] of Object.entries(part)) {
    if (!Object.hasOwn(state, key) || Object.is(state[key], value)) continue;
    state[key] = value;
    if (changed.size === 0) queueMicrotask(tell);
    changed.add(key);
  }
}

/* { row, column } with null for what is not pointed at; nothing is pointed at: hover({}). */
function hover({ row = null, column = null }) {
  for (const fn of hoverListeners) fn({ row, column });
}

addEventListener("hashchange", () => {
  if (location.hash.slice(1) !== toHash()) change({ ...initial, ...fromHash(location.hash) });
});
