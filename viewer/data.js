/* data.js -- what the file holds: the head, and sentences that are unpacked when somebody looks at them.
 *
 * Text of a sentence is JSON in the element s0, s1, ...; its numbers are n0, n1, ...: base64 of a zlib stream
 * of quantised matrices (docs/page.md). A matrix stays as its bytes: a row becomes floats when it is asked
 * for, so that a map of 1,000 x 1,000 takes a megabyte and not four.
 *
 * Everywhere in the viewer t and s count the words of the output and the source with their marks "<s>" and
 * "</s>"; only highlights and gold links count the source from its first word. Offsets become UTF-16.
 */

const page = readPage();

function readPage() {
  const block = document.getElementById("page");
  return block ? JSON.parse(block.textContent) : { format: 0, sentences: [] };
}

/* ---- matrices ---- */

const EXACT = 255, UNKNOWN = 254, LEVELS = 253;

/* Floats whose bytes lie in four planes, lowest first. */
function planes(bytes, at, n) {
  const floats = new Float32Array(n), out = new Uint8Array(floats.buffer);
  for (let b = 0; b < 4; b++)
    for (let i = 0; i < n; i++)
      out[4 * i + b] = bytes[at + b * n + i];
  return floats;
}

/* What every matrix can do, given row(r). */
class Rows {
  constructor(rows, columns) {
    this.rows = rows;
    this.columns = columns;
    this.lastRow = -1;
    this.last = null;
    this.largest = null;
  }

  /* Weight of row r, column c; NaN: not known. */
  at(r, c) {
    if (this.lastRow !== r) {
      this.last = this.row(r);
      this.lastRow = r;
    }
    return this.last[c];
  }

  exact() { return true; }

  column(c) {
    const out = new Float32Array(this.rows);
    for (let r = 0; r < this.rows; r++)
      out[r] = this.row(r)[c];
    return out;
  }

  /* The n largest of row r, largest first, unknown ones left out. */
  top(r, n) { return largestOf(this.row(r), n); }

  get max() {
    if (this.largest === null) {
      this.largest = 0;
      for (let r = 0; r < this.rows; r++)
        for (const x of this.row(r))
          if (x > this.largest) this.largest = x;
    }
    return this.largest;
  }
}

function largestOf(values, n) {
  const best = [];
  values.forEach((value, column) => {
    if (Number.isNaN(value) || (best.length === n && value <= best[n - 1].value)) return;
    let i = best.length;
    while (i > 0 && best[i - 1].value < value) i--;
    best.splice(i, 0, { column, value });
    if (best.length > n) best.pop();
  });
  return best;
}

/* A matrix as it lies in the unpacked block. */
class Quantised extends Rows {
  constructor(bytes, { at, rows, columns }) {
    super(rows, columns);
    const k = this.k = Math.min(8, columns), n = rows * columns;
    this.codes = bytes.subarray(at, at + n);
    this.lo = planes(bytes, at + n, rows);
    this.hi = planes(bytes, at + n + 4 * rows, rows);
    this.values = planes(bytes, at + n + 8 * rows, rows * k);
  }

  exact(r, c) { return this.codes[r * this.columns + c] === EXACT; }

  row(r) {
    const out = new Float32Array(this.columns), lo = this.lo[r], step = (this.hi[r] - lo) / LEVELS;
    for (let c = 0, at = r * this.columns, e = r * this.k; c < this.columns; c++, at++) {
      const code = this.codes[at];
      out[c] = code === EXACT ? this.values[e++] : code === UNKNOWN ? NaN : lo + code * step;
    }
    return out;
  }

  column(c) {
    const out = new Float32Array(this.rows);
    for (let r = 0; r < this.rows; r++)
      out[r] = this.cell(r, c);
    return out;
  }

  cell(r, c) {
    const from = r * this.columns, code = this.codes[from + c];
    if (code === UNKNOWN) return NaN;
    if (code !== EXACT) return this.lo[r] + code * (this.hi[r] - this.lo[r]) / LEVELS;
    let e = r * this.k;
    for (let i = from; i < from + c; i++)
      if (this.codes[i] === EXACT) e++;
    return this.values[e];
  }
}

/* Another matrix with change(row) done to each row. */
class Derived extends Rows {
  constructor(of, change) {
    super(of.rows, of.columns);
    this.of = of;
    this.change = change;
  }

  exact(r, c) { return this.of.exact(r, c); }

  row(r) { return this.change(this.of.row(r)); }
}

/* ---- words ---- */

/* The UTF-16 offset of each UTF-8 byte offset of text. */
function utf16Offsets(text) {
  const at = [];
  let i = 0;
  for (const char of text) {
    const code = char.codePointAt(0), n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let b = 0; b < n; b++) at.push(i);
    i += char.length;
  }
  at.push(i);
  return at;
}

/* Where a token of a repaired text stands: its spans are those of the raw line, so it is looked for. */
function lookedFor(text, token, from) {
  const start = text.indexOf(token, from);
  return start < 0 ? [from, from] : [start, start + token.length];
}

/* Words with their places in the text; where spans are missing or wrong, each word stands after the last. A
 * mark stands between words: that of a part of a long line, too. */
function wordsOf(tokens, spans, text) {
  const at = utf16Offsets(text ?? ""), clamp = (byte) => at[Math.max(0, Math.min(at.length - 1, byte))];
  const repaired = text?.includes("\ufffd") && spans?.length && spans.at(-1)[1] !== at.length - 1;
  let last = 0;
  return (tokens ?? []).map((token, index) => {
    const [from, to] = spans?.[index] ?? [0, 0], mark = from === to && /^<\/?s>$/.test(token);
    const place = mark ? [last, last] : repaired ? lookedFor(text, token, last) : [clamp(from), clamp(to)];
    const start = Math.max(last, place[0]), end = Math.max(start, place[1]);
    last = end;
    return { text: token, start, end, mark, index };
  });
}

/* ---- a sentence ---- */

async function unpack(id) {
  const block = document.getElementById(id);
  if (!block || !block.textContent.trim()) return new Uint8Array(0);
  const packed = Uint8Array.from(atob(block.textContent.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const isReference = (x) => x !== null && typeof x === "object" && "$matrix" in x;

/* The matrix that a reference stands for, or null. */
function matrixOf(reference, bytes) {
  return isReference(reference) ? new Quantised(bytes, reference.$matrix) : null;
}

const KIND = { cross: "attention from output to source", encoder: "self-attention of the source",
               decoder: "self-attention of the output" };

/* Layers and heads are counted from 0, as by --layer and --head. */
const mapName = (kind, layer, head) => `${kind} attention, layer ${layer}, head ${head}`;

/* The words of a kind's rows or columns: its own list where it has one, else the sentence's. */
function sideOf(s, kind, list, isRow) {
  const target = kind === "decoder" || (kind === "cross" && isRow);
  const words = target ? s.target : s.source, text = target ? s.output : s.text;
  const shift = list ? list.length - words.length : 0;
  if (!list || (shift === 0 && words.every((w, i) => w.text === list[i]))) // a decoder's columns begin with <s>
    return { words, text, side: target ? "target" : "source" };
  if (shift === 1 && list[0] === "<s>")
    return { words: [{ text: "<s>", start: 0, end: 0, mark: true, index: 0 },
                     ...words.map((w) => ({ ...w, index: w.index + 1 }))], text, side: "columns" };
  return { words: listed(list, words), text, side: "columns" };
}

/* A list that is the words or the first of them, perhaps behind a mark. */
function listed(list, words) {
  const skip = list[0] === "<s>" && words[0]?.text !== "<s>" ? 1 : 0;
  return list.map((text, index) => {
    const w = words[index - skip];
    if (w && w.text === text) return { ...w, index };
    return { text, start: 0, end: 0, mark: /^<\/?s>$/.test(text), index };
  });
}

function makeMap(s, id, name, kind, layer, head, weights, rowList, columnList) {
  const r = sideOf(s, kind, rowList, true), c = sideOf(s, kind, columnList, false);
  return { id, name, kind, layer, head, weights, rows: r.words, columns: c.words, rowText: r.text,
           columnText: c.text, checked: kind === "cross" };
}

function ownMap(s, bytes) {
  const m = s.result.map, readout = page.readout ?? {};
  const weights = matrixOf(m ? m.weights : s.result.attention, bytes);
  const kind = m?.kind ?? readout.kind ?? "cross";
  const layer = m?.layer ?? readout.layer, head = m?.head ?? readout.head;
  if (!weights) return [];
  return [makeMap(s, kind, readout.name ?? KIND[kind], kind, layer, head, weights, m?.rows, m?.columns)];
}

/* What is given for each layer and head, in the order cross, encoder, decoder. */
function headMaps(s, heads, bytes) {
  const out = [];
  for (const kind of Object.keys(KIND)) {
    const of = heads?.[kind];
    of?.maps.forEach((reference, i) => {
      const layer = Math.floor(i / of.heads), head = i % of.heads, weights = matrixOf(reference, bytes);
      if (weights)
        out.push(makeMap(s, `${kind}.${layer}.${head}`, mapName(kind, layer, head), kind, layer, head,
                         weights, of.rows, of.columns));
    });
  }
  return out;
}

/* Lengths as shares of their row; marks are no words and have none. */
function shares(words) {
  return (row) => {
    let sum = 0;
    row.forEach((x, i) => { if (words[i]?.mark) row[i] = NaN; else sum += x || 0; });
    return row.map((x) => (sum > 0 ? x / sum : x));
  };
}

/* The share of the probability that is lost without the word. */
const lost = (row) => row.map((drop) => (Number.isNaN(drop) ? NaN : Math.max(0, 1 - Math.exp(-drop))));

function readingsOf(s, bytes) {
  const norm = matrixOf(s.result.gradient?.norm, bytes);
  return { attention: s.maps[0]?.weights ?? null,
           gradient: norm ? new Derived(norm, shares(s.source)) : null,
           erasing: s.drops ? new Derived(s.drops, lost) : null };
}

/* Gold links and steps, with their references resolved. */
function stepsOf(steps, bytes) {
  if (!steps) return null;
  const out = { ...steps };
  for (const key of ["scores", "weights", "context"])
    out[key] = matrixOf(steps[key], bytes);
  return out;
}

function sentenceFrom(index, given, bytes) {
  const result = given.result ?? {}, text = given.text ?? "", output = result.translation ?? "";
  const s = { index, line: given.line ?? index, text, output, result, figures: given.figures ?? null,
              source: wordsOf(result.source_tokens, result.source_spans, text),
              target: wordsOf(result.tokens, result.target_spans, output),
              check: result.check ?? null, headsLeftOut: given.heads_left_out ?? null };
  const begin = s.source[0]?.mark && s.source[0].text === "<s>" ? 1 : 0;
  s.begin = begin;
  s.gold = given.gold?.map(([from, to, kind]) => [from + begin, to, kind]) ?? null;
  s.maps = [...ownMap(s, bytes), ...headMaps(s, given.heads, bytes)];
  s.drops = matrixOf(result.check?.drop, bytes);
  s.matrix = (reference) => matrixOf(reference, bytes);
  s.readings = readingsOf(s, bytes);
  s.steps = stepsOf(given.steps, bytes);
  s.evidence = given.evidence ?? null;
  return addMarks(s);
}

/* highlight(t, s), mark(t, s), drop(t, s): what erasing the word s did to the word t. */
function addMarks(s) {
  const cells = new Map(), key = (t, c) => t * (s.source.length + 1) + c;
  for (const x of s.check?.highlights ?? [])
    cells.set(key(x.target, x.source + s.begin), x);
  s.highlight = (t, c) => cells.get(key(t, c)) ?? null;
  s.mark = (t, c) => s.highlight(t, c)?.mark ?? null;
  s.drop = (t, c) => {
    const x = s.drops?.at(t, c);
    return x === undefined || Number.isNaN(x) ? null : x;
  };
  s.highlightsOf = (t) => (s.check?.highlights ?? []).filter((x) => x.target === t);
  return s;
}

/* ---- the last few ---- */

const KEPT = 6, kept = new Map();

async function load(i) {
  const block = document.getElementById(`s${i}`);
  if (!block) return null;
  return sentenceFrom(i, JSON.parse(block.textContent), await unpack(`n${i}`));
}

/* The i-th sentence of the file, or null where there is none. */
function sentence(i) {
  const found = kept.get(i) ?? load(i);
  kept.delete(i);
  kept.set(i, found);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  return found;
}

/* Those that the file holds; the head may list more. */
const sentenceCount = () => page.sentences?.length ?? 0;
