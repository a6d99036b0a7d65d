/* export.js -- what is shown, as files: a picture (PNG, SVG), a table of cells (CSV), the object of --json,
 * links as of --alignment (Pharaoh).
 *
 * Both pictures come from one layout, the one of the command's pictures (src/view/picture.c): title, words,
 * cells with their marks, the scale, what the check found, and the fixed line of the page, always on white. A
 * PNG has two pixels for each of its units where that is not too large; else one, then smaller cells, and not
 * every word is written. An SVG has all words, as text.
 *
 * Numbers are those of the page: exact where a row is largest, elsewhere within the error that it states.
 */
const downloads = (() => {
  const { figureOf, numberText, labelText } = figures;
  const { shadesOf, rowMaxima, drawMarks, drawGold, rtl } = plots;

  /* ---- the layout of a picture ---- */

  const ink = "#22262b", pale = "#6b7178", font = "system-ui, 'Noto Sans', sans-serif", margin = 24, gap = 8;
  const areaMost = 40e6; /* pixels of a PNG */
  const sides = [[4, 64], [8, 52], [14, 42], [24, 32], [40, 24], [80, 19], [Infinity, 16]];

  const sideOf = n => sides.find(([most]) => n <= most)[1];

  const pencil = document.createElement("canvas").getContext("2d");

  function widthOf(text, size, bold) {
    pencil.font = `${bold ? "bold " : ""}${size}px ${font}`;
    return pencil.measureText(text).width;
  }

  const cut = text => text.length > 30 ? `${[...text].slice(0, 29).join("")}…` : text;
  const labelsOf = words => words.map(w => cut(labelText(w.text)));
  const widest = (labels, size) => labels.reduce((most, text) => Math.max(most, widthOf(text, size)), 0);

  /* Lines no wider than room. */
  function wrapped(text, size, room) {
    const lines = [""];
    for (const word of text.split(/\s+/)) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (lines.at(-1) && widthOf(longer, size) > room)
        lines.push(word);
      else
        lines[lines.length - 1] = longer;
    }
    return lines;
  }

  /* Flat if each fits its column, else leaning, else standing. */
  function headAngle(labels, side, size) {
    return widest(labels, size) + 6 <= side ? 0 : side >= size * 1.9 ? -60 : -90;
  }

  function layout(figure, caption, side) {
    const rows = labelsOf(figure.rows), columns = labelsOf(figure.columns);
    const size = Math.max(Math.min(14, side * 0.62), 8), angle = headAngle(columns, side, size);
    const wide = widest(columns, size), lean = Math.abs(angle) * Math.PI / 180;
    const left = Math.ceil(margin + widest(rows, size) + gap);
    const top = Math.ceil(margin + 32 + (angle ? wide * Math.sin(lean) + size : size * 1.5));
    const across = side * columns.length, down = side * rows.length, bar = Math.min(Math.max(down, 64), 320);
    const over = angle ? wide * Math.cos(lean) + size : 0;
    const title = Math.min(widthOf(caption.title, 16, true), 900);
    const width = Math.ceil(Math.max(left + across + Math.max(72, over), margin + title, 460) + margin);
    const lines = caption.lines.flatMap(text => wrapped(text, 11, width - 2 * margin));
    const under = top + Math.max(down, bar) + 20;
    return { side, size, angle, left, top, across, down, bar, width, lines, under, rows, columns,
             nth: Math.ceil((size + 2) / side),
             height: Math.ceil(under + 20 * (lines.length + caption.marks.length) + margin) };
  }

  const markNotes = {
    supported: "supported: without that word the output changes",
    unsupported: "not supported: without that word the output is nearly as likely",
    unchecked: "not checked: a begin or end of sentence cannot be erased",
  };

  function captionOf(sentence, state, figure) {
    const marks = Object.keys(markNotes).filter(m => figure.highlights?.some(x => x.mark === m));
    const { check } = sentence;
    const found = () => `${check.supported} of ${check.supported + check.unsupported} highlights supported ` +
      `(words erased: ${ERASED[check.erase] ?? check.erase}).`;
    return {
      title: `${labelText(page.title ?? "lookback")}: ${labelText(figure.title)}`,
      marks,
      lines: [marks.length ? found() : "",
              honestLine(sentence, currentMap(sentence, state)).textContent].filter(Boolean),
    };
  }

  /* ---- cells ---- */

  /* Runs of one colour within a row: f(r, from, to, colour). Empty cells are left out. */
  function eachRun(figure, shades, f) {
    const m = figure.columns.length;
    for (let r = 0; r < figure.rows.length; r++) {
      const signed = figure.signed(r), code = i => codeOf(shades[i], signed);
      for (let c = 0, next; c < m; c = next) {
        const now = code(r * m + c);
        for (next = c + 1; next < m && code(r * m + next) === now; next++);
        if (now !== 0 || signed)
          f(r, c, next, colourOf(now, signed));
      }
    }
  }

  function colourOf(code, signed) {
    return code === null ? [255, 255, 255] : signed ? difference(code / 127.5 - 1) : cividis(code / 255);
  }

  function codeOf(shade, signed) {
    return Number.isNaN(shade) ? null : Math.round(signed ? (shade + 1) * 127.5 : Math.max(0, shade) * 255);
  }

  /* Cells with a mark, a number or a gold link. */
  function toldCells(figure, shades, g) {
    const out = [], m = figure.columns.length;
    for (let r = 0; r < figure.rows.length; r++)
      for (let c = 0; c < m; c++) {
        const i = r * m + c, mark = figure.mark(r, c), gold = figure.gold(r, c);
        const text = g.side >= 32 && Math.abs(figure.values[i]) >= 0.005 ? numberText(figure, r, c) : "";
        if (!mark && !gold && !text)
          continue;
        const back = figure.signed(r) ? difference(shades[i]) : cividis(shades[i]);
        out.push({ x: g.left + c * g.side, y: g.top + r * g.side, w: g.side, h: g.side, mark, gold, text,
                   back, ink: inkOn(back) });
      }
    return out;
  }

  /* ---- one drawing, two pens ---- */

  /* A pen: rect(x, y, w, h, colour), line(x, y, x2, y2, colour, width), text(text, x, y, { size, colour,
   * anchor, angle, bold }), cells(figure, shades, g), marks(cells), gold(cells). */
  function drawPicture(pen, figure, state, caption, g) {
    const { shades } = shadesOf(figure, state.scale, state.threshold);
    pen.text(caption.title, margin, margin + 8, { size: 16, bold: true });
    drawHeads(pen, figure, g);
    figure.rows.forEach((_, r) => {
      if (figure.signed(r) === false)
        pen.rect(g.left, g.top + r * g.side, g.across, g.side, cssColour(cividis(0)));
    });
    pen.cells(figure, shades, g);
    drawGrid(pen, figure, g);
    const cells = toldCells(figure, shades, g);
    pen.marks(cells.filter(c => c.mark));
    pen.gold(cells.filter(c => c.gold));
    drawNumbers(pen, cells.filter(c => c.text), g);
    drawScale(pen, figure, g);
    drawCaption(pen, caption, g);
  }

  function drawHeads(pen, figure, g) {
    const colour = word => word.mark ? pale : ink, anchor = g.angle ? "start" : "middle";
    for (let r = 0; r < g.rows.length; r += g.nth)
      pen.text(g.rows[r], g.left - gap, g.top + (r + 0.5) * g.side,
               { size: g.size, colour: colour(figure.rows[r]), anchor: "end" });
    for (let c = 0; c < g.columns.length; c += g.nth)
      pen.text(g.columns[c], g.left + (c + 0.5) * g.side, g.top - gap,
               { size: g.size, colour: colour(figure.columns[c]), anchor, angle: g.angle });
  }

  function drawGrid(pen, figure, g) {
    const width = g.side >= 32 ? 1.5 : 0.2, colour = "#fff";
    if (g.side < 10)
      return;
    for (let c = 1; c < figure.columns.length; c++)
      pen.line(g.left + c * g.side, g.top, g.left + c * g.side, g.top + g.down, colour, width);
    for (let r = 1; r < figure.rows.length; r++)
      pen.line(g.left, g.top + r * g.side, g.left + g.across, g.top + r * g.side, colour, width);
  }

  function drawNumbers(pen, cells, g) {
    const size = Math.min(13, g.side * 0.28);
    for (const c of cells) {
      const wide = widthOf(c.text, size) + 4, x = c.x + c.w / 2, y = c.y + c.h / 2;
      if (c.mark === "unsupported")
        pen.rect(x - wide / 2, y - size * 0.65, wide, size * 1.3, cssColour(c.back));
      pen.text(c.text, x, y, { size, colour: c.ink, anchor: "middle" });
    }
  }

  function drawScale(pen, figure, g) {
    const x = g.left + g.across + 3 * gap, signed = figure.signed(0), steps = 64;
    for (let i = 0; i < steps; i++) {
      const v = 1 - (i + 0.5) / steps, colour = signed ? difference(2 * v - 1) : cividis(v);
      pen.rect(x, g.top + i * g.bar / steps, 12, g.bar / steps + 0.5, cssColour(colour));
    }
    for (let i = 0; i <= 4; i++)
      pen.text(String(signed ? i / 2 - 1 : i / 4).replace("-", "−"), x + 17, g.top + g.bar * (1 - i / 4),
               { size: 11, colour: pale });
  }

  function drawCaption(pen, caption, g) {
    let y = g.under + 10;
    const [summary, ...rest] = caption.marks.length ? g.lines : ["", ...g.lines];
    const line = text => {
      pen.text(text, margin, y, { size: 11 });
      y += 20;
    };
    if (summary)
      line(summary);
    for (const mark of caption.marks) {
      const back = cividis(0.8);
      pen.rect(margin, y - 7, 14, 14, cssColour(back));
      pen.marks([{ x: margin, y: y - 7, w: 14, h: 14, mark, ink: inkOn(back) }]);
      pen.text(markNotes[mark], margin + 14 + gap, y, { size: 11 });
      y += 20;
    }
    rest.forEach(line);
  }

  /* ---- PNG ---- */

  class CanvasPen {
    constructor(ctx) { this.ctx = ctx; }

    rect(x, y, w, h, colour) {
      this.ctx.fillStyle = colour;
      this.ctx.fillRect(x, y, w, h);
    }

    line(x, y, x2, y2, colour, width) {
      Object.assign(this.ctx, { strokeStyle: colour, lineWidth: width });
      this.ctx.beginPath();
      this.ctx.moveTo(x, y);
      this.ctx.lineTo(x2, y2);
      this.ctx.stroke();
    }

    text(text, x, y, { size, colour = ink, anchor = "start", angle = 0, bold = false }) {
      const { ctx } = this, align = { start: "left", middle: "center", end: "right" }[anchor];
      ctx.save();
      ctx.translate(x, y);
      ctx.rotate(angle * Math.PI / 180);
      ctx.font = `${bold ? "bold " : ""}${size}px ${font}`;
      ctx.direction = rtl.test(text) ? "rtl" : "ltr";
      Object.assign(ctx, { fillStyle: colour, textAlign: align, textBaseline: "middle" });
      ctx.fillText(text, 0, 0);
      ctx.restore();
    }

    cells(figure, shades, g) {
      const { left, top, side } = g;
      eachRun(figure, shades, (r, from, to, colour) =>
        this.rect(left + from * side, top + r * side, (to - from) * side, side, cssColour(colour)));
    }

    marks(cells) { drawMarks(this.ctx, cells); }

    gold(cells) { cells.forEach(c => drawGold(this.ctx, c, c.gold)); }
  }

  /* Cells become smaller until the picture is not too large. */
  function fittedLayout(figure, caption) {
    let side = sideOf(Math.max(figure.rows.length, figure.columns.length)), g = layout(figure, caption, side);
    while (g.width * g.height > areaMost && side > 1)
      g = layout(figure, caption, --side);
    return g;
  }

  async function png(sentence, state) {
    const figure = figureOf(sentence, state), caption = captionOf(sentence, state, figure);
    const g = fittedLayout(figure, caption), scale = g.width * g.height * 4 <= areaMost ? 2 : 1;
    const canvas = h("canvas", { width: g.width * scale, height: g.height * scale });
    const ctx = canvas.getContext("2d");
    ctx.scale(scale, scale);
    const pen = new CanvasPen(ctx);
    pen.rect(0, 0, g.width, g.height, "#fff");
    drawPicture(pen, figure, state, caption, g);
    const blob = await new Promise(done => canvas.toBlob(done, "image/png"));
    if (!blob)
      throw new Error("the picture is too large for this browser; SVG has no limit");
    return blob;
  }

  /* ---- SVG ---- */

  const xmlNames = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;" };
  const xml = text => labelText(text).replace(/[&<>"]/g, c => xmlNames[c]);
  const round = x => Number(x.toFixed(2));
  const given = x => x !== null && x !== undefined && x !== false;

  /* An element; numbers are rounded, what is null is left out, _ stands for -. */
  function tag(name, attributes, inside = "") {
    const list = Object.entries(attributes).filter(([, x]) => given(x)).map(([key, x]) =>
      ` ${key.replace("_", "-")}="${typeof x === "number" ? round(x) : xml(String(x))}"`).join("");
    return inside ? `<${name}${list}>${inside}</${name}>` : `<${name}${list}/>`;
  }

  class SvgPen {
    constructor() { this.out = []; }

    add(...element) { this.out.push(tag(...element)); }

    rect(x, y, width, height, fill) { this.add("rect", { x, y, width, height, fill }); }

    line(x, y, x2, y2, stroke, width) {
      this.add("line", { x1: x, y1: y, x2, y2, stroke, stroke_width: width });
    }

    /* To a text from right to left, "start" is on the right. */
    text(text, x, y, { size, colour = ink, anchor = "start", angle = 0, bold = false }) {
      const turned = rtl.test(text), other = { start: "end", end: "start", middle: "middle" };
      const at = angle ? { transform: `translate(${round(x)} ${round(y)}) rotate(${angle})` } : { x, y };
      this.add("text", { ...at, dy: "0.35em", font_size: size, fill: colour, font_weight: bold && "bold",
                         text_anchor: turned ? other[anchor] : anchor, direction: turned && "rtl" },
               xml(text));
    }

    /* All cells of one colour are one path. */
    cells(figure, shades, g) {
      const paths = new Map();
      eachRun(figure, shades, (r, from, to, rgb) => {
        const colour = cssColour(rgb), w = (to - from) * g.side;
        if (!paths.has(colour))
          paths.set(colour, []);
        paths.get(colour).push(`M${g.left + from * g.side} ${g.top + r * g.side}h${w}v${g.side}h-${w}z`);
      });
      for (const [fill, path] of paths)
        this.add("path", { fill, shape_rendering: "crispEdges", d: path.join("") });
    }

    marks(cells) {
      for (const cell of cells)
        if (cell.mark === "unsupported")
          this.rect(cell.x, cell.y, cell.w, cell.h, `url(#hatch-${cell.ink === "#000" ? "black" : "white"})`);
        else
          this.frame(cell);
    }

    frame({ x, y, w, h: tall, mark, ink: stroke }) {
      const inset = Math.max(1, w / 16) + 0.5, dot = round(Math.max(1, w / 20));
      this.add("rect", { x: x + inset, y: y + inset, width: w - 2 * inset, height: tall - 2 * inset,
                         fill: "none", stroke, stroke_opacity: 0.8, stroke_width: Math.max(1, w / 28),
                         stroke_dasharray: mark === "unchecked" && `${dot} ${dot * 1.5}` });
    }

    gold(cells) {
      for (const { x, y, w, gold } of cells) {
        const r = Math.max(1.5, Math.min(7, w / 7)), at = w - Math.max(r + 1, r * 1.6);
        const sure = gold === "sure";
        this.add("circle", { cx: x + at, cy: y + at, r, fill: sure ? "#fff" : "#000",
                             stroke: sure ? "#000" : "#fff", stroke_width: Math.max(1, r / 2) });
      }
    }
  }

  function hatch(name, stroke, side) {
    const step = Math.max(4, side / 6) / Math.SQRT2;
    return tag("pattern", { id: `hatch-${name}`, width: step, height: step, patternUnits: "userSpaceOnUse",
                            patternTransform: "rotate(45)" },
      tag("path", { d: `M0 0V${round(step)}`, stroke, stroke_opacity: 0.55,
                    stroke_width: 2 * Math.max(1, side / 36) }));
  }

  function svgText(sentence, state) {
    const figure = figureOf(sentence, state), caption = captionOf(sentence, state, figure);
    const side = sideOf(Math.max(figure.rows.length, figure.columns.length));
    const g = layout(figure, caption, side), pen = new SvgPen();
    drawPicture(pen, figure, state, caption, g);
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${g.width}" height="${g.height}" ` +
      `viewBox="0 0 ${g.width} ${g.height}" font-family="${xml(font)}">\n` +
      `<title>${xml(caption.title)}</title>\n<desc>${xml(caption.lines.join(" "))}</desc>\n` +
      `<defs>${hatch("black", "#000", g.side)}${hatch("white", "#fff", g.side)}</defs>\n` +
      `<rect width="100%" height="100%" fill="#fff"/>\n${pen.out.join("\n")}\n</svg>\n`;
  }

  /* ---- CSV ---- */

  const cellColumns = ["line", "target", "target_word", "source", "source_word", "weight", "drop", "mark",
                       "instead", "gradient"];

  /* RFC 4180 */
  const quoted = x => /[",\r\n]/.test(x) ? `"${x.replaceAll("\"", "\"\"")}"` : x;
  const sixPlaces = x => x.toFixed(6);
  const decimal = (x, say) => x === null || x === undefined || Number.isNaN(x) ? "" : say(x);

  function cellRow(sentence, map, t, s, weights, begin) {
    const checked = map === sentence.maps[0], found = checked ? sentence.highlight(t, s) : null;
    const norm = map.kind === "cross" ? sentence.readings.gradient?.of : null;
    const drop = map.kind === "cross" ? sentence.drop(t, s) : null;
    return [sentence.line, t, map.rows[t].text, s - begin, map.columns[s].text,
            decimal(weights[s], sixPlaces), decimal(drop, sixPlaces), found?.mark ?? "", found?.instead ?? "",
            decimal(norm?.at(t, s), x => String(Number(x.toPrecision(6))))];
  }

  function csv(sentence, state) {
    const map = currentMap(sentence, state), first = map.columns[0];
    const begin = first?.mark && first.text === "<s>" ? 1 : 0;
    const lines = [cellColumns.join(",")];
    map.rows.forEach((_, t) => {
      const weights = map.weights.row(t);
      map.columns.forEach((__, s) =>
        lines.push(cellRow(sentence, map, t, s, weights, begin).map(x => quoted(String(x))).join(",")));
    });
    return lines.map(line => `${line}\r\n`).join("");
  }

  /* ---- JSON ---- */

  /* As many digits as --json prints; not known is null. */
  const printed = x => Number.isNaN(x) ? null : Number(x.toPrecision(9));

  function numbersOf(matrix) {
    return Array.from({ length: matrix.rows }, (_, r) => Array.from(matrix.row(r), printed));
  }

  /* References become lists of rows again. */
  function resolved(x, sentence) {
    if (x === null || typeof x !== "object")
      return x;
    if ("$matrix" in x)
      return numbersOf(sentence.matrix(x));
    return Array.isArray(x) ? x.map(y => resolved(y, sentence))
      : Object.fromEntries(Object.entries(x).map(([key, value]) => [key, resolved(value, sentence)]));
  }

  function marksOf(sentence) {
    return sentence.target.map((_, t) => sentence.source.map((__, s) => sentence.mark(t, s)));
  }

  function json(sentence) {
    const out = resolved(sentence.result, sentence);
    if (out.check)
      out.check.marks = marksOf(sentence);
    return `${JSON.stringify(out)}\n`;
  }

  const pharaoh = sentence => `${sentence.result.alignment.map(([s, t]) => `${s}-${t}`).join(" ")}\n`;

  /* ---- the list ---- */

  function fileName(sentence) {
    const words = (page.title ?? "").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ["lookback"];
    return `${[...words.join("-")].slice(0, 60).join("")}-${sentence.line}`;
  }

  const textFile = (text, type) => new Blob([text], { type: `${type};charset=utf-8` });

  const kinds = [
    { name: "PNG", suffix: "png", map: true, make: png },
    { name: "SVG", suffix: "svg", map: true, make: (s, st) => textFile(svgText(s, st), "image/svg+xml") },
    { name: "CSV", suffix: "csv", map: true, make: (s, st) => textFile(csv(s, st), "text/csv") },
    { name: "JSON", suffix: "json", make: s => textFile(json(s), "application/json") },
    { name: "Pharaoh", suffix: "align", links: true, make: s => textFile(pharaoh(s), "text/plain") },
  ];

  /* [{ name, file, make: async () => Blob }] of what can be saved of a sentence. */
  return (sentence, state) => !sentence ? [] : kinds
    .filter(k => (!k.map || currentMap(sentence, state)) && (!k.links || sentence.result.alignment))
    .map(k => ({ name: k.name, file: `${fileName(sentence)}.${k.suffix}`,
                 make: async () => k.make(sentence, state) }));
})();
