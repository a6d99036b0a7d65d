/* view_report.js -- what was measured over a whole data set, and what it means.
 *
 * Of `check`: the verdict in words, the three differences it rests on, the table of docs/check.md with its
 * intervals drawn, controls, and the skill of every layer and head. Of `diagnose`: what each head does,
 * and how well known faults are found (docs/diagnose.md). A verdict is never given without what it does
 * not mean; an interval that crosses the line that decides is seen to cross it. Tables are rows here too:
 * a figure that is not in these lists is still shown, under its own name.
 */
{
  /* ---- the words of a verdict ---- */

  const VERDICTS = {
    "faithful": [
      "✓",
      "The output depends on the words that attention points at: more than on other words, more than " +
          "their position explains, and at least half as much as on the words that matter most."
    ],
    "weak": [
      "≈",
      "The output depends on the words that attention points at more than on others, but other words " +
          "matter much more: do not read the highlights as reasons."
    ],
    "not faithful": [
      "✗",
      "The output does not depend on the words that attention points at more than on others: the " +
          "highlights are no evidence."
    ],
    "too little data": ["?", "A verdict needs 50 sentences."],
  };

  const POSITION =
      "The output depends on the words that attention points at, but the rows of another sentence of the " +
      "same lengths point at them as well: the highlights show position, and nothing of this sentence.";

  const NOT_MEANT =
      "It does not mean that the output is right, that the model knew it through attention alone, or that " +
      "every single highlight holds: those are checked one by one in each sentence.";

  const CONTROLS = {
    "shuffled" :
        "A negative control: the weights of each row were shuffled. It must come out “not faithful”.",
    "foreign": "A negative control: the weights of another sentence. It must come out “not faithful”.",
    "uniform": "A negative control: every word weighs the same. It must come out “not faithful”.",
    "leave-one-out": "A positive control: leave-one-out itself, in place of attention. It must come out " +
        "“faithful” with a skill of 1.",
  };

  const ERASING = {
    unk: "each piece read as <unk>",
    delete: "its pieces taken out",
    attention: "its weights set to 0, the others share them"
  };

  /* ---- the figures ---- */

  const NATS = (x) => parts.fixed(x, 3), SHARE = (x) => parts.percent(x, 1);

  const TESTS = {
    drop: ["drop", "nats lost when the top word is erased", NATS],
    weighted_drop: ["weighted drop", "nats lost over all words, by their weight", NATS],
    supported: ["supported", "words that depend on their top word", SHARE],
    flips: ["flips", "without the top word another word is likeliest", SHARE],
    tau: ["tau", "agreement of the order with leave-one-out; no test", NATS],
    aer: ["AER", "alignment error of the links to top words; lower is better", SHARE],
  };

  const testOf = (id) => TESTS[id]
      ?? (/^hit_\d+$/.test(id)
              ? [id.replace("_", "@"), "a gold word is among the top " + id.slice(4), SHARE]
              : [id, "", NATS]);

  const MARKS = [
    ["attention", "the map under test", "●"],
    ["foreign", "the row of another sentence: what position explains", "◇"],
    ["random", "the mean over all source words", "○"], ["best", "the word with the largest drop", "❙"]
  ];

  const OTHERS = {
    tau_gradient: ["tau between attention and gradient × input", NATS],
    gradient_tau: ["tau between gradient × input and drops", NATS],
    gradient_drop: ["drop where gradient × input points", NATS],
    gold_supported: ["gold cells that the output depends on", SHARE],
    other_supported: ["all other cells that it depends on", SHARE],
  };

  const range = (e, show) => (parts.known(e?.low) ? `${show(e.low)} to ${show(e.high)}` : "");

  /* ---- intervals, drawn ---- */

  /* Where x stands between low and high, in percent. */
  const place = (x, [low, high]) => `${100 * Math.min(1, Math.max(0, (x - low) / (high - low || 1)))}%`;

  function whisker(e, scale, cls = "") {
    const from = place(e.low ?? e.value, scale), to = place(e.high ?? e.value, scale);
    return [
      h("i", { class: `range ${cls}`, style: { left: from, width: `calc(${to} - ${from})` } }),
      h("i", { class: `dot ${cls}`, style: { left: place(e.value, scale) } })
    ];
  }

  const tick = (x, scale, label) =>
      h("i", { class: "tick", style: { left: place(x, scale) }, "data-label": label });

  const strip = (...content) => h("div", { class: "strip", "aria-hidden": "true" }, content);

  function testStrip(row) {
    const all = MARKS.flatMap(([id]) => [row[id]?.value, row[id]?.high]).filter(parts.known);
    const scale = [Math.min(0, ...all), Math.max(...all, 1e-9)];
    return strip(
        MARKS.slice(1)
            .filter(([id]) => parts.known(row[id]?.value))
            .map(([id, , sign]) =>
                     h("i", { class: `sign ${id}`, style: { left: place(row[id].value, scale) } }, sign)),
        whisker(row.attention, scale));
  }

  /* ---- check ---- */

  function verdictOf(check) {
    const position = check.verdict === "not faithful" && check.over_random?.low > 0;
    const [sign, says] = VERDICTS[check.verdict] ?? ["", ""];
    return { sign, says: position ? POSITION : says };
  }

  function verdictCard(check) {
    const { sign, says } = verdictOf(check), control = CONTROLS[check.control];
    return h("section", { class: "card verdict", dataset: { verdict: check.verdict } },
             h("h2", {}, h("span", { class: "verdict-sign", "aria-hidden": "true" }, sign), check.verdict),
             control && h("p", { class: "control" }, control), h("p", {}, says),
             check.verdict === "faithful" && h("p", { class: "note" }, NOT_MEANT),
             h("p", { class: "note" }, howMeasured(check)),
             h("p", { class: "note" }, `Map under test: ${mapName(check.map)}.`));
  }

  function howMeasured(check) {
    const { sentences, words, erase, samples, empty, too_long: long } = check;
    return parts.said(
        `${parts.count(sentences, "sentence")}, ${parts.count(words, "word")} of output; a word is erased:`,
        `${ERASING[erase] ?? erase}; ranges hold 95 % of ${parts.whole(samples)} resamples of sentences.`,
        (empty || long)
            && `Left out: ${parts.count(empty, "line")} with nothing to check, ${long} too long.`);
  }

  function difference(name, e, scale, line, says) {
    return h("div", { class: "difference" }, h("h3", {}, name, " ", h("b", {}, parts.fixed(e?.value, 3))),
             e && strip(line, whisker(e, scale)),
             h("p", { class: "note" }, e ? `${range(e, NATS)}. ${says(e)}` : "not known"));
  }

  function differences(check) {
    const most = Math.max(check.over_random?.high ?? 0, check.over_foreign?.high ?? 0, 0.1);
    const least = Math.min(0, check.over_random?.low ?? 0, check.over_foreign?.low ?? 0);
    const scale = [least - 0.05 * most, 1.05 * most], zero = tick(0, scale, "0");
    const s = check.skill, skills = [Math.min(-0.1, (s?.low ?? 0) - 0.05), Math.max(1.05, s?.high ?? 0)];
    return h("section", { class: "card differences", "aria-label": "What the verdict rests on" },
             difference("over random", check.over_random, scale, zero,
                        (e) => (e.low > 0 ? "The whole range is above 0: it points at words that matter."
                                          : "Not above 0: any word would do as well.")),
             difference("over foreign", check.over_foreign, scale, zero.cloneNode(),
                        (e) => (e.low > 0 ? "The whole range is above 0: more than position explains."
                                          : "Not above 0: position explains as much.")),
             difference("skill", s, skills,
                        [[0, "random"], [0.5, "0.5"], [1, "best"]].map(([x, says]) =>
                                                                                   tick(x, skills, says)),
                        (e) => parts.said("The share of what leave-one-out finds.",
                                          `Its lower end is ${e.low >= 0.5 ? "at least" : "below"} 0.5.`)));
  }

  function testRow(id, row) {
    const [name, says, show] = testOf(id), a = row.attention;
    return h("tr", {}, h("th", { scope: "row" }, name, says && h("span", { class: "note" }, says)),
             h("td", { class: "number main" }, h("b", {}, show(a?.value)),
               h("span", { class: "note" }, range(a, show))),
             h("td", { class: "plot" }, a && testStrip(row)),
             MARKS.slice(1).map(([column]) => h("td", { class: "number" }, show(row[column]?.value))));
  }

  function testsTable(check) {
    const [main, ...others] = MARKS;
    const head = ([id, says, sign]) => h("th", { scope: "col", class: "number", title: says },
                                           h("span", { "aria-hidden": "true" }, `${sign} `), id);
    return h("section", { class: "card" }, h("h2", {}, "The measurement"),
             h("div", { class: "table-box" },
               h("table", { class: "figures tests" }, h("caption", {}, "Means over words of the output"),
                 h("thead", {},
                   h("tr", {}, h("th", { scope: "col" }, "Figure"), head(main), h("td", { class: "plot" }),
                     others.map(head))),
                 h("tbody", {}, Object.entries(check.tests ?? {}).map(([id, row]) => testRow(id, row))))),
             h("p", { class: "note" },
               MARKS.map(([id, says, sign]) => `${sign} ${id}: ${says}`).join("; "), "."));
  }

  function othersTable(check) {
    const there = Object.entries(OTHERS).filter(([id]) => check[id]);
    return there.length > 0
        && h("section", { class: "card" }, h("h2", {}, "Beside it"),
             h("div", { class: "table-box" },
               h("table", { class: "figures" }, h("caption", { class: "aside-said" }, "Gradient and gold"),
                 h("tbody", {},
                   there.map(([id, [says, show]]) =>
                                 h("tr", {}, h("th", { scope: "row" }, says),
                                   h("td", { class: "number" }, h("b", {}, show(check[id].value))),
                                   h("td", { class: "number note" }, range(check[id], show))))))));
  }

  function uniformCard({ uniform: u }) {
    if (!u) return null;
    const says = u.better.low > 0
        ? "it needs to choose where it looks."
        : "a model that cannot choose does as well, so attention tells nothing here.";
    const of = (e) => `${NATS(e.value)}`, better = `${of(u.better)} (${range(u.better, NATS)})`;
    return h("section", { class: "card" }, h("h2", {}, "Without a choice of where to look"),
             h("p", {}, `The same model with uniform attention: ${of(u.uniform)} nats a piece of the `,
               `references, this one ${of(u.own)}. Better by ${better}: ${says}`));
  }

  const SETS = [
    ["comprehensiveness", "without them, words of the map"],
    ["comprehensiveness_random", "without them, 20 random orders"],
    ["sufficiency", "with them alone, words of the map"],
    ["sufficiency_random", "with them alone, 20 random orders"]
  ];

  function setsTable({ sets }) {
    if (!sets) return null;
    const sizes = Object.keys(sets.comprehensiveness ?? {});
    return h(
        "section", { class: "card" }, h("h2", {}, "Sets of words (ERASER)"),
        h("div", { class: "table-box" },
          h("table", { class: "figures" },
            h("caption", {},
              "Nats a piece of the output loses, words ranked for the whole output; no verdict hangs on it"),
            h("thead", {},
              h("tr", {}, h("th", { scope: "col" }, "Words taken"),
                sizes.map((k) => h("th", { scope: "col", class: "number" }, k === "aopc" ? "AOPC" : k)))),
            h("tbody", {},
              SETS.filter(([id]) => sets[id])
                  .map(([id, says]) =>
                           h("tr", {}, h("th", { scope: "row" }, says),
                             sizes.map((k) => h("td", { class: "number" }, NATS(sets[id][k]?.value)))))))));
  }

  /* ---- maps and heads ---- */

  const depth = (kind) => page.model?.[kind];

  function placeName({ layer, head }) {
    return `layer ${layer}, ${head === "mean" ? "mean over heads" : `head ${head}`}`;
  }

  const ROWS = { output: "where a word is said", input: "where a word is read" };
  const WEIGHTS = { raw: "weights", norm: "weights times value norms" };

  const mapName = (m) => [depth("layers") > 1 || depth("heads") > 1 ? placeName(m) : "",
                          `the row ${ROWS[m.rows] ?? m.rows}`, WEIGHTS[m.weights] ?? m.weights]
                             .filter(Boolean)
                             .join(", ");

  /* A name that opens the map, where the sentence at hand has it. */
  function mapLink(id, name, has) {
    if (!has(id) || !views.some((v) => v.id === "matrix")) return name;
    return h("button", {
      type: "button",
      class: "plain",
      title: "Open this map of the sentence at hand",
      onclick: () => change({ view: "matrix", map: id, row: null, column: null })
    },
             name);
  }

  const sameMap = (a, b) => ["layer", "head", "rows", "weights"].every((key) => a?.[key] === b?.[key]);

  function skillCell(e) {
    const scale = [-0.1, 1.05];
    return h(
        "div", { class: "skill" }, strip([0, 0.5, 1].map((x) => tick(x, scale, null)), whisker(e, scale)),
        h("b", {}, parts.fixed(e.value, 3)), h("span", { class: "note" }, range(e, (x) => parts.fixed(x))));
  }

  function mapColumns(check, has) {
    const value = (key) => (m) => m[key]?.value;
    const name = (m) => [mapLink(`cross.${m.layer}.${m.head}`, placeName(m), has),
                         sameMap(m, check.map) && h("b", {}, " ← under test")];
    const said = (id, title, names) =>
        ({ id, title, text: true, value: (m) => m[id], cell: (m) => names[m[id]] ?? m[id] });
    return [
      {
        id: "map",
        title: "Map",
        start: true,
        worse: "low",
        value: (m) => m.layer * 1e3 + (m.head === "mean" ? -1 : m.head),
        cell: name
      },
      said("rows", "Row where a word is", { output: "said", input: "read" }),
      said("weights", "By", { raw: "weights", norm: "value norms" }),
      {
        id: "skill",
        title: "Skill",
        help: "The share of what leave-one-out finds",
        value: value("skill"),
        cell: (m) => skillCell(m.skill)
      },
      {
        id: "drop",
        title: "Drop",
        help: "Nats lost when the top word is erased",
        value: value("drop"),
        cell: (m) => NATS(m.drop?.value)
      },
      {
        id: "over_random",
        title: "Over random",
        value: value("over_random"),
        cell: (m) => NATS(m.over_random?.value)
      },
      {
        id: "over_foreign",
        title: "Over foreign",
        value: value("over_foreign"),
        cell: (m) => NATS(m.over_foreign?.value)
      },
      {
        id: "verdict",
        title: "Verdict",
        text: true,
        value: (m) => m.verdict,
        cell: (m) => verdictText(m.verdict)
      },
    ];
  }

  const verdictText =
      (verdict) => [h("span", { class: "sign", "aria-hidden": "true" }, `${VERDICTS[verdict]?.[0] ?? ""} `),
                    verdict];

  function mapsTable(check, has) {
    if (!(check.maps?.length > 1)) return null;
    return h(
        "section", { class: "card" }, h("h2", {}, "Every layer and head"), parts.sortingTable({
          caption: `${parts.count(check.maps.length, "map")} on these sentences`,
          rows: check.maps,
          columns: mapColumns(check, has),
          sort: { id: "skill", up: false },
          row: (m) => ({ class: sameMap(m, check.map) ? "chosen" : null })
        }),
        h("p", { class: "note" },
          "The best of many is chosen on the sentences it is judged by; with some hundred sentences that " +
              "hardly matters."));
  }

  function checkSections(check, has) {
    return [
      verdictCard(check), differences(check), testsTable(check), othersTable(check), mapsTable(check, has),
      uniformCard(check), setsTable(check)
    ];
  }

  /* ---- diagnose ---- */

  const FIGURES = [
    ["entropy", "Entropy", "how spread a row is, in nats: 0, all on one word"],
    ["normalised_entropy", "Norm. entropy", "entropy over that of an even spread: 1 is even"],
    ["largest", "Largest", "mean of a row's largest weight"],
    ["diagonality", "Diagonal", "1: all weight on the diagonal"],
    ["previous", "Previous", "weight on the word before the row's own place"],
    ["same", "Same", "weight on the row's own place; in a decoder, the word just written"],
    ["next", "Next", "weight on the word after the row's own place"],
    ["first", "First", "weight on the first column, a common sink"],
    ["end", "End", "weight on the end of sentence, a common sink"],
    ["gold_accuracy", "Gold", "share of words with gold whose largest weight is on it"],
    ["gold_aer", "AER", "alignment error of the links to the largest weights; lower is better"],
  ];

  const ROLES = parts.said(
      "The role is the first of these that holds: uniform (normalised entropy at least 0.9); end, first,",
      "previous, same, next (at least 0.5 of the weight there; the last three in self-attention only);",
      "alignment (gold at least 0.5); diagonal (at least 0.8).",
      "It says where a head looks, not that the output depends on it.");

  const KINDS = { cross: "cross", encoder: "encoder", decoder: "decoder" };

  function headName(x) { return `${KINDS[x.kind] ?? x.kind}, layer ${x.layer}, head ${x.head}`; }

  const place_of = (x) => Object.keys(KINDS).indexOf(x.kind) * 1e6 + x.layer * 1e3 + x.head;

  function headColumns(heads, has) {
    const there = FIGURES.filter(([id]) => heads.some((x) => parts.known(x[id])));
    const cell = (id) => (x) => (parts.known(x[id]) ? h("div", { class: "stacked" }, parts.fixed(x[id], 3),
                                                        id === "entropy" ? null : parts.length(x[id]))
                                                    : "–");
    return [
      {
        id: "head",
        title: "Head",
        worse: "low",
        start: true,
        value: place_of,
        cell: (x) => mapLink(`${x.kind}.${x.layer}.${x.head}`, headName(x), has)
      },
      {
        id: "role",
        title: "Role",
        text: true,
        value: (x) => x.role ?? "~",
        cell: (x) => (x.role ? h("b", {}, x.role) : "–")
      },
      ...there.map(([id, title, help]) => ({ id, title, help, value: (x) => x[id], cell: cell(id) })),
    ];
  }

  function headsSection(heads, has) {
    return h("section", { class: "card" }, h("h2", {}, "What the heads do"), parts.sortingTable({
      caption: "Means over rows that stand for a word",
      rows: heads,
      columns: headColumns(heads, has),
      sort: { id: "head", up: true }
    }),
             h("p", { class: "note" }, ROLES),
             h("details", { class: "columns-help" }, h("summary", {}, "What the columns say"),
               h("dl", {}, FIGURES.map(([, title, help]) => [h("dt", {}, title), h("dd", {}, help)]))));
  }

  /* ---- known faults ---- */

  const OWN = { wrong: "detached", dropped: "dropped", looped: "looped" };

  const FAULTS = {
    wrong: "a wrong source",
    dropped: "a part that is not said",
    looped: "words said again and again"
  };

  function area(x, own) {
    return h("td", { class: own ? "number own" : "number" },
             h("div", { class: "stacked" }, own ? h("b", {}, parts.fixed(x, 3)) : parts.fixed(x, 3),
               parts.length(2 * (x - 0.5))));
  }

  function faultRow(f, signs) {
    return h("tr", {},
             h("th", { scope: "row" }, f.fault,
               h("span", { class: "note" },
                 `${FAULTS[f.fault] ?? ""}, beside ${f.against}; ` +
                     `${f.n} and ${f.n_against} sentences`)),
             signs.map((sign) => area(f.auroc[sign], OWN[f.fault] === sign)),
             h("td", { class: "number" }, parts.percent(f.located, 1)));
  }

  function faultsSection(faults) {
    const signs = Object.keys(faults[0]?.auroc ?? {});
    return h(
        "section", { class: "card" }, h("h2", {}, "How well known faults are found"),
        h("div", { class: "table-box" },
          h("table", { class: "figures" }, h("caption", {}, "Area under the ROC curve, by fault and sign"),
            h("thead", {},
              h("tr", {}, h("th", { scope: "col" }, "Fault"),
                signs.map((sign) => h("th", { scope: "col", class: "number" }, sign)),
                h("th", { scope: "col", class: "number" }, "Located"))),
            h("tbody", {}, faults.map((f) => faultRow(f, signs))))),
        h("p", { class: "note" },
          "How often a sentence with the fault looks worse than one without: 0.5 is chance, 1 is always;",
          " bars begin at chance. Bold: the fault's own sign; surprise goes by the log-probability alone.",
          " Located: the place found and the true one share more than half of their words."));
  }

  /* ---- the view ---- */

  class ReportView {
    constructor(root) {
      this.root = root;
      this.keys = [
        ["Tab", "from one head of a table to the next"], ["Enter", "sort by it; once more: the other way"]
      ];
    }

    /* Built once; again when other maps can be opened. */
    show(s) {
      const ids = new Set(s?.maps.map((m) => m.id)), key = [...ids].join();
      if (key === this.key) return;
      this.key = key;
      const has = (id) => ids.has(id), { check, faults = [] } = page;
      const heads = (page.heads ?? []).filter((x) => x.kind),
            maps = (page.heads ?? []).filter((x) => x.skill);
      const sections = [
        ...(check ? checkSections({ maps, ...check }, has) : []), faults.length > 0 && faultsSection(faults),
        heads.length > 0 && headsSection(heads, has)
      ];
      clear(this.root).append(...sections.filter(Boolean));
    }
  }

  views.push({
    id: "report",
    title: "Report",
    scope: "page",
    create: (root) => new ReportView(root),
    available: () => Boolean(page.check || page.heads?.some((x) => x.kind) || page.faults?.length)
  });
}
