/* panel.js -- what was found about a word, in words.
 *
 * answer...() say in one or two sentences what a word looked at and whether that mattered; checkPanel() puts
 * three readings side by side and lists what erasing changed. Both are made of nodes; their textContent is
 * what the live region says, so nobody hears less than others see.
 */

const LN2 = Math.LN2;

const fixed = (x) => (x < 0.005 && x > 0 ? "<0.01" : x.toFixed(2));

/* The size of a change in nats, without its sign. */
function nats(x) {
  const size = Math.abs(x);
  return size < 0.005 ? "0.0" : size.toFixed(size < 1 ? 2 : 1);
}

function changeOf(drop) {
  if (Math.abs(drop) < 0.005) return "loses nothing";
  return `${drop < 0 ? "gains" : "loses"} ${nats(drop)} nats`;
}

const MARK_NAME = { "</s>": "end of sentence", "<s>": "begin of sentence" };

/* A word as a node; marks by what they are. */
function wordNode(word, quoted = true) {
  if (word.mark) return h("span", { class: "mark-name" }, `the ${MARK_NAME[word.text]}`);
  return quoted ? h("span", {}, "“", bdi(word.text), "”") : bdi(word.text);
}

const strongWord = (word) => h("strong", {}, wordNode(word, false));
const firstWord = (word) => h("strong", { class: "first-word" }, wordNode(word, false));

/* ---- what happened without it ---- */

function times(drop) {
  const x = Math.exp(drop);
  return x < 10 ? x.toFixed(1) : x < 1e6 ? Math.round(x).toLocaleString("en") : `e^${drop.toFixed(0)}`;
}

function insteadOf(x) {
  return x.instead ? [", and the model would write “", bdi(x.instead), "”"] : [];
}

function supportedText(x, source) {
  return [verdict("Supported"), ": without ", wordNode(source), ` it would be ${times(x.drop)} times `,
          `less likely (it would lose ${nats(x.drop)} nats)`, insteadOf(x), "."];
}

function unsupportedText(x, source, target) {
  const change = changeOf(x.drop), only = x.drop < 0 ? "" : " only";
  if (x.instead)
    return [verdict("Not supported"), ": without ", wordNode(source), " the model would write “",
            bdi(x.instead), "”, but ", wordNode(target), ` ${change}${only}.`];
  return [verdict("Not supported"), ": without ", wordNode(source), " the model would still write ",
          wordNode(target), ` (it ${change}).`];
}

function uncheckedText(source) {
  return source.mark ? [verdict("Not checked"), ": ", wordNode(source), " cannot be erased."]
                     : ["Not checked."];
}

const verdict = (text) => h("b", {}, text);

const tellers = { supported: supportedText, unsupported: unsupportedText };

function markText(s, map, t, c) {
  const x = map.checked ? s.highlight(t, c) : null, tell = x && tellers[x.mark];
  if (tell) return tell(x, map.columns[c], map.rows[t]);
  const drop = map.checked ? s.drop(t, c) : null;
  if (drop !== null) return cellText(drop, map.columns[c]);
  return map.checked ? uncheckedText(map.columns[c]) : [];
}

function cellText(drop, source) {
  const change = `it would ${drop < 0 ? "gain" : "lose"} ${nats(drop)} nats.`;
  return [drop >= LN2 ? "It depends on this word all the same: without " : "Without ", wordNode(source),
          ` ${change}`];
}

/* ---- a word that looks ---- */

const verbs = { attention: " looked most at ", gradient: " leans most, by the gradient, on ",
                erasing: " loses most without " };
const unit = { attention: fixed, gradient: fixed, erasing: (x) => `${percent(x)} of its probability` };

function looked(map, values, t, reading) {
  const [first, second] = values.top(t, 2);
  if (!first) return [firstWord(map.rows[t]), " has no numbers here."];
  const more = reading === "attention" && second?.value >= 0.1
    ? [", then at ", wordNode(map.columns[second.column]), ` (${fixed(second.value)})`] : [];
  return [firstWord(map.rows[t]), verbs[reading], strongWord(map.columns[first.column]),
          ` (${unit[reading](first.value)})`, more, "."];
}

/* Where the word looked at most is no support, what is? */
function otherSupport(s, map, t, first) {
  const x = s.highlightsOf(t).find((y) => y.mark === "supported" && y.source + s.begin !== first);
  if (x)
    return [" It stands on ", wordNode(map.columns[x.source + s.begin]), ` (${fixed(x.weight)}) instead: `,
            `without that it would lose ${nats(x.drop)} nats`, insteadOf(x), "."];
  const best = s.drops?.top(t, 1)[0];
  if (!best || best.value < LN2 || best.column === first) return [];
  const hardly = map.weights.at(t, best.column) < 0.1 ? ", at which it hardly looked" : "";
  return [" It depends on ", wordNode(map.columns[best.column]), `${hardly}: without that it would lose `,
          `${nats(best.value)} nats.`];
}

/* What the row t of the map says: [one sentence, the second]. */
function answerRow(s, map, values, t, reading) {
  const first = values.top(t, 1)[0]?.column, mark = first === undefined ? null : s.mark(t, first);
  const second = first === undefined ? [] : s.check ? markText(s, map, t, first) : ["Not checked."];
  const rest = map.checked && s.check && mark !== "supported" ? otherSupport(s, map, t, first) : [];
  return [looked(map, values, t, reading), [second, rest]];
}

/* ---- a word that is looked at ---- */

function lookers(values, c, n) {
  return largestOf(values.column(c), n).filter((x, i) => x.value >= 0.1 || i === 0);
}

function joined(nodes) {
  return nodes.flatMap((node, i) => (i ? [i === nodes.length - 1 ? " and " : ", ", node] : [node]));
}

function dependers(s, c) {
  const drops = s.drops?.column(c) ?? [];
  return [...drops.keys()].filter((t) => {
    const mark = s.mark(t, c);
    return mark === "supported" || (mark === null && drops[t] >= LN2);
  });
}

const MANY = 6;

function dependText(s, map, c) {
  if (!map.checked || !s.check) return map.checked ? ["Not checked."] : [];
  if (map.columns[c].mark) return uncheckedText(map.columns[c]);
  const on_it = dependers(s, c);
  if (!on_it.length) return ["Without ", wordNode(map.columns[c]), " the output would be nearly as likely."];
  const more = on_it.length > MANY ? [`, and ${on_it.length - MANY} more`] : [];
  return ["Without it these would lose half their probability or more: ",
          joined(on_it.slice(0, MANY).map((t) => wordNode(map.rows[t]))), more, "."];
}

const passive = { attention: " was looked at by ", gradient: " is leaned on, by the gradient, by ",
                  erasing: ", taken away, costs a share of the probability of " };

function answerColumn(s, map, values, c, reading) {
  const list = lookers(values, c, MANY);
  if (!list.length) return [[firstWord(map.columns[c]), " has no numbers here."], dependText(s, map, c)];
  const by = joined(list.map((x) => [strongWord(map.rows[x.column]), ` (${fixed(x.value)})`]));
  return [[firstWord(map.columns[c]), passive[reading], by, "."], dependText(s, map, c)];
}

/* ---- one cell ---- */

function answerCell(s, map, values, t, c, reading) {
  const x = values.at(t, c), value = Number.isNaN(x) ? "not known" : fixed(x);
  const how = { attention: "looked at", gradient: "leans on", erasing: "without" }[reading];
  return [[firstWord(map.rows[t]), ` ${how} `, strongWord(map.columns[c]), `: ${value}.`],
          s.check ? markText(s, map, t, c) : ["Not checked."]];
}

/* ---- two words ---- */

/* How the word that the row t points at bears on it, in a word or two. */
function shortVerdict(s, map, values, t) {
  const mark = map.checked ? s.mark(t, values.top(t, 1)[0].column) : null;
  return mark ? ` ${VERDICT[mark]}.` : "";
}

const VERDICT = { supported: "Supported", unsupported: "Not supported", unchecked: "Not checked" };

/* Where two rows differ most, and how much of their weight falls on the same words. */
function differenceOf(map, ra, rb, reading) {
  const apart = (c) => Math.abs((ra[c] || 0) - (rb[c] || 0));
  let far = 0, both = 0;
  ra.forEach((x, c) => {
    if (apart(c) > apart(far)) far = c;
    both += Math.min(x, rb[c]) || 0;
  });
  const same = reading === "attention" ? `; ${percent(both)} of where they looked is the same.` : ".";
  return ["They differ most at ", wordNode(map.columns[far]),
          ` (${fixed(ra[far] || 0)} and ${fixed(rb[far] || 0)})${same}`];
}

function answerTwo(s, map, values, a, b, reading) {
  if (!values.top(a, 1).length || !values.top(b, 1).length) return [["Nothing to compare."], []];
  const key = (name) => h("span", { class: `key-${name}` }, name.toUpperCase());
  const told = (name, t) => h("span", { class: "told" }, key(name), " ", looked(map, values, t, reading),
                              shortVerdict(s, map, values, t));
  return [[told("a", a), " ", told("b", b)], differenceOf(map, values.row(a), values.row(b), reading)];
}

/* What is pointed at, as [first sentence, second sentence] of nodes. */
function answerFor(s, st, { row = null, column = null, other = null }) {
  const map = currentMap(s, st), values = currentValues(s, st), reading = currentReading(s, st);
  if (!map || !values) return [[], []];
  if (row !== null && other !== null) return answerTwo(s, map, values, row, other, reading);
  if (row !== null && column !== null) return answerCell(s, map, values, row, column, reading);
  if (row !== null) return answerRow(s, map, values, row, reading);
  return column !== null ? answerColumn(s, map, values, column, reading) : [[], []];
}

/* The same as plain text, for the live region. */
function say(s, st, cell) {
  return h("p", {}, answerFor(s, st, cell).flatMap((x) => [x, " "])).textContent.trim();
}

/* ---- three readings side by side ---- */

const LISTED_WORDS = 5;

/* The columns to list: the first of each reading, then the largest of any. */
function strongest(readings, t) {
  const firsts = readings.flatMap((values) => values.top(t, 1));
  const rest = readings.flatMap((values) => values.top(t, LISTED_WORDS));
  rest.sort((a, b) => b.value - a.value);
  return [...new Set([...firsts, ...rest].map((x) => x.column))].slice(0, LISTED_WORDS);
}

function bar(value, reading) {
  const ok = !Number.isNaN(value);
  return h("td", { class: `meter ${reading}` }, h("span", { class: "meter-in" },
    h("span", { class: "meter-bar", style: { "--w": ok ? Math.min(1, Math.max(0, value)) : 0 } }),
    h("span", { class: "meter-number" }, ok ? fixed(value) : "–")));
}

function readingsOfMap(s, map) {
  const out = { attention: map.weights };
  if (map.kind === "cross" && s.readings.gradient) out.gradient = s.readings.gradient;
  if (map.kind === "cross" && s.readings.erasing) out.erasing = s.readings.erasing;
  return out;
}

function barTable(map, heads, columns, cells) {
  const head = h("tr", {}, h("th", { scope: "col" }, h("span", { class: "aside-said" }, "Source word")),
                 heads.map((x) => h("th", { scope: "col" }, x)));
  const rows = columns.map((c) => h("tr", {}, h("th", { scope: "row" }, map.columns[c].mark
    ? MARK_NAME[map.columns[c].text] : bdi(map.columns[c].text)), cells(c)));
  return h("table", { class: "readings" }, h("thead", {}, head), h("tbody", {}, rows));
}

/* What of a row's weight is not in the table, and what was dropped from the row before. */
function restOf(map, t, columns) {
  const row = map.weights.row(t), all = row.reduce((sum, x) => sum + (x || 0), 0);
  const others = all - columns.reduce((sum, c) => sum + (row[c] || 0), 0), n = row.length - columns.length;
  const words = n > 1 ? `${n} more words` : "one more word";
  const said = [others >= 0.01 && n > 0 && `${fixed(others)} is spread over ${words}`,
                all < 0.99 && `${fixed(1 - all)} was dropped`].filter(Boolean);
  return said.length ? h("p", { class: "small" }, `Of the attention ${said.join("; ")}.`) : null;
}

function readingsTable(s, map, t) {
  const readings = readingsOfMap(s, map), names = Object.keys(readings);
  const columns = strongest(Object.values(readings), t);
  return [barTable(map, names.map((k) => h("span", { title: READING_HELP[k] }, READINGS[k])), columns,
                   (c) => names.map((k) => bar(readings[k].at(t, c), k))), restOf(map, t, columns)];
}

/* Two words that look, side by side. */
function twoTable(map, values, a, b) {
  const columns = [...new Set([...strongest([values], a), ...strongest([values], b)])].filter((c) =>
    values.at(a, c) >= 0.01 || values.at(b, c) >= 0.01);
  const key = (name, t) => [h("span", { class: `key-${name}` }, name.toUpperCase()), " ",
                            wordNode(map.rows[t], false)];
  return barTable(map, [key("a", a), key("b", b)], columns, (c) => [bar(values.at(a, c), "of-a"),
                                                                    bar(values.at(b, c), "of-b")]);
}

/* Where each reading points, among words: marks have attention only. */
function points(readings, map, t) {
  return Object.entries(readings).map(([k, values]) =>
    [k, values.top(t, 3).find((x) => !map.columns[x.column].mark)?.column]);
}

function agreement(s, map, t) {
  const list = points(readingsOfMap(s, map), map, t).filter(([, c]) => c !== undefined);
  if (list.length < 2) return null;
  const all = list.length === 3 ? "All three" : "Both";
  if (list.every(([, c]) => c === list[0][1]))
    return h("p", {}, `${all} point at `, wordNode(map.columns[list[0][1]]), ".");
  const places = [...new Set(list.map(([, c]) => c))];
  return h("p", {}, "They differ: ", joined(places.map((c) => {
    const names = list.filter(([, x]) => x === c).map(([k]) => READINGS[k].toLowerCase());
    return [joined(names), names.length > 1 ? " point at " : " points at ", wordNode(map.columns[c])];
  })), ".");
}

/* ---- what erasing changed ---- */

const MARK_WORDS = { supported: "supported", unsupported: "not supported", unchecked: "not checked" };

function changeText(x, source, target) {
  if (x.mark === "unchecked") return [wordNode(source), " cannot be erased"];
  const t = wordNode(target), sign = Math.abs(x.drop) < 0.005 ? "" : x.drop < 0 ? "+" : "−";
  const size = ` (${sign}${nats(x.drop)} nats)`;
  return x.instead ? ["erasing ", wordNode(source), " changes ", t, " to “", bdi(x.instead), "”", size]
                   : ["erasing ", wordNode(source), x.drop >= LN2 ? " weakens " : " leaves ", t, size];
}

function highlightItem(s, map, x, column, row) {
  return h("li", { dataset: { mark: x.mark } }, h("span", { class: "sample" }),
    h("span", {}, changeText(x, map.columns[column], map.rows[row]), ": ", h("b", {}, MARK_WORDS[x.mark])));
}

const LISTED_CHANGES = 10;

function highlightList(s, map, list) {
  if (!list.length) return null;
  const more = list.length - LISTED_CHANGES;
  return h("ul", { class: "changes" },
    list.slice(0, LISTED_CHANGES).map((x) => highlightItem(s, map, x, x.source + s.begin, x.target)),
    more > 0 ? h("li", {}, h("span"), `and ${more} more`) : null);
}

function howErased(s) {
  const erased = ERASED[s.check.erase] ?? s.check.erase;
  return h("p", { class: "small" }, `To check, words were ${erased}, one after the other, and the same output `,
    "was scored again. Begin and end of sentence cannot be erased: not checked.");
}

function howToCheck(map) {
  if (!map.checked)
    return h("p", { class: "small" }, "Self-attention is not checked: no erasing means the same there.");
  return h("p", { class: "small" }, "Nothing was checked in this page. ", h("code", {}, "lookback explain"),
    " checks unless it is told ", h("code", {}, "--no-check"), ".");
}

/* The panel for what is pointed at: rows show their readings, columns what depends on them. */
function checkPanel(s, st, { row, column, other = null }) {
  const map = currentMap(s, st);
  if (!map) return [];
  if (other !== null) return [twoTable(map, currentValues(s, st), row, other)];
  const checked = map.checked && s.check, all = s.check?.highlights ?? [];
  const list = row !== null ? s.highlightsOf(row) : all.filter((x) => x.source + s.begin === column);
  return [row === null ? null : [readingsTable(s, map, row), agreement(s, map, row)],
          checked ? highlightList(s, map, list) : null, checked ? howErased(s) : howToCheck(map)];
}
