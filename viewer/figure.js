/* figure.js -- what a matrix shows: numbers for colours, numbers to print, marks, and the same in words.
 *
 * The matrix on the screen and the pictures that are downloaded come from the same Figure:
 * { title, kind, rows, columns (Words), rowAt[r] (the row's number in the map), values [rows x columns] for
 * the colours, NaN: not known; signed(r): differences, blue to orange; number(r, c): what is printed;
 * mark(r, c); gold(r, c); highlights (of check, [] where nothing was checked) }.
 *
 * The map that stands for the model was checked, no other: other maps have no marks. Erasing is coloured by
 * the share of the probability that is lost without the word, 1 - exp(-drop), as in the command's pictures.
 */
const figures = (() => {
  /* The share of the probability that is lost without the word; below 0: what is won. */
  const shareLost = drop => Math.sign(drop) * (1 - Math.exp(-Math.abs(drop)));

  function denseValues(matrix, of) {
    const values = new Float32Array(matrix.rows * matrix.columns);
    for (let r = 0; r < matrix.rows; r++)
      values.set(of ? matrix.row(r).map(of) : matrix.row(r), r * matrix.columns);
    return values;
  }

  const sameWords = (a, b) => a.weights.rows === b.weights.rows && a.weights.columns === b.weights.columns &&
    a.kind === b.kind;

  function plainFigure(sentence, map, values, more) {
    const columns = map.columns.length;
    return {
      title: map.name, rows: map.rows, columns: map.columns, values, kind: map.kind,
      rowAt: map.rows.map((_, r) => r),
      signed: () => false,
      number: (r, c) => values[r * columns + c],
      mark: () => null,
      gold: () => null,
      highlights: [],
      ...more,
    };
  }

  /* Marks are of the map that stands for the model: it alone was checked. */
  function attentionFigure(sentence, map) {
    const checked = map === sentence.maps[0] && sentence.check;
    return plainFigure(sentence, map, denseValues(map.weights), {
      unit: "weight",
      mark: checked ? (r, c) => sentence.mark(r, c) : () => null,
      highlights: checked ? sentence.check.highlights : [],
    });
  }

  function gradientFigure(sentence) {
    return plainFigure(sentence, sentence.maps[0], denseValues(sentence.readings.gradient), {
      title: "gradient × input, as a share of its row", unit: "share",
    });
  }

  /* Blue: likelier without the word. */
  function erasingFigure(sentence) {
    const values = denseValues(sentence.drops, shareLost), below = values.some(v => v < -0.02);
    return plainFigure(sentence, sentence.maps[0], values, {
      title: "share of its probability that a word loses without the other", unit: "lost",
      signed: () => below,
      mark: sentence.mark,
      highlights: sentence.check ? sentence.check.highlights : [],
    });
  }

  function minusFigure(sentence, map, other) {
    const values = denseValues(map.weights), less = denseValues(other.weights);
    return plainFigure(sentence, map, values.map((v, i) => v - less[i]), {
      title: `${map.name}, less ${other.name}`, unit: "difference", signed: () => true,
    });
  }

  /* Two rows and their difference. */
  function twoRows(figure, row, other) {
    const m = figure.columns.length, values = new Float32Array(3 * m);
    for (let c = 0; c < m; c++) {
      values[c] = figure.values[row * m + c];
      values[m + c] = figure.values[other * m + c];
      values[2 * m + c] = values[c] - values[m + c];
    }
    const at = [row, other];
    return {
      ...figure, values, rowAt: [row, other, row],
      title: `${figure.title}: ${figure.rows[row].text} less ${figure.rows[other].text}`,
      rows: [figure.rows[row], figure.rows[other], { text: "difference", mark: true, index: -1 }],
      signed: r => r === 2 || figure.signed(r),
      number: (r, c) => r < 2 ? figure.number(at[r], c) : figure.number(row, c) - figure.number(other, c),
      mark: (r, c) => r < 2 ? figure.mark(at[r], c) : null,
      gold: (r, c) => r < 2 ? figure.gold(at[r], c) : null,
      highlights: [],
      compares: true,
    };
  }

  function goldOf(sentence, figure) {
    const m = figure.columns.length, kinds = new Map(sentence.gold.map(([s, t, kind]) => [t * m + s, kind]));
    return (r, c) => kinds.get(r * m + c) || null;
  }

  function wholeFigure(sentence, state) {
    const map = currentMap(sentence, state), reading = currentReading(sentence, state);
    if (reading === "gradient")
      return gradientFigure(sentence);
    if (reading === "erasing")
      return erasingFigure(sentence);
    const other = state.versus && sentence.maps.find(m => m.id === state.versus);
    return other && other !== map && sameWords(map, other) ? minusFigure(sentence, map, other)
      : attentionFigure(sentence, map);
  }

  function isRow(figure, r) {
    return Number.isInteger(r) && r >= 0 && r < figure.rows.length;
  }

  function figureOf(sentence, state) {
    const figure = wholeFigure(sentence, state);
    if (state.gold && sentence.gold && figure.kind === "cross")
      Object.assign(figure, { gold: goldOf(sentence, figure), hasGold: true });
    return isRow(figure, state.row) && isRow(figure, state.other) && state.row !== state.other
      ? twoRows(figure, state.row, state.other) : figure;
  }

  /* What decides whether a figure has to be made again. */
  function figureKey(sentence, state) {
    const two = Number.isInteger(state.other) && Number.isInteger(state.row);
    return [sentence.index, state.map, state.reading, state.versus, state.gold,
      two ? state.row : "", two ? state.other : ""].join(" ");
  }

  /* ---- in words ---- */

  const signOf = v => Math.abs(v) < 0.005 ? "" : v > 0 ? "+" : "−";
  const signedNumber = v => signOf(v) + Math.abs(v).toFixed(2);

  function numberText(figure, r, c) {
    const v = figure.number(r, c);
    if (Number.isNaN(v))
      return "";
    return figure.signed(r) ? signedNumber(v) : fixed(v);
  }

  /* Words come from files: what is drawn never acts. Controls become \xNN, what changes the direction of its
   * surroundings or cannot stand in XML becomes U+FFFD, no word at all becomes "". */
  const controls = /[\u0000-\u001F\u007F-\u009F]/g;
  const disruptive = new RegExp("[\\u061C\\u200E\\u200F\\uFEFF\\u2028-\\u202E\\u2066-\\u206F\\uFFF9-\\uFFFB" +
    "\\uFDD0-\\uFDEF\\uFFFE\\uFFFF\\p{Cs}\\u{E0000}-\\u{E007F}]", "gu");

  function labelText(text) {
    const hex = c => "\\x" + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
    return text.replace(controls, hex).replace(disruptive, "\uFFFD") || "\"\"";
  }

  /* A cell of a comparison; other cells are told by the panel's sentences. */
  function differenceText(figure, r, c) {
    const number = numberText(figure, r, c) || "not known";
    return `${labelText(figure.rows[r].text)}, ${labelText(figure.columns[c].text)}: ${number}.`;
  }

  return { denseValues, sameWords, figureOf, figureKey, numberText, labelText, differenceText };
})();
