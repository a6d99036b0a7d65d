/* plot.js -- a Figure on a canvas: bitmaps, places, zoom, labels, marks.
 *
 * The map is painted once, one pixel a cell, into bitmaps: the first is the map, each next one half as large,
 * holding the largest of four cells. Drawing is one scaled copy of the bitmap whose pixels come out at least
 * as large as the screen's, so that a single bright cell among a million is never lost, and panning costs the
 * same for every size. Marks, numbers and labels are drawn for visible cells only.
 *
 * Places: cell (r, c) lies at (x + c kx, y + r ky) of the plot, which lies at (left, top) of the canvas.
 * Words keep their order from left to right in every script, as in the command's pictures.
 */
const plots = (() => {
  const { numberText, labelText } = figures;

  /* ---- bitmaps ---- */

  const bitmapSide = 8192; /* browsers draw no larger canvas safely */

  function rowMaxima(figure) {
    const m = figure.columns.length;
    return figure.rows.map((_, r) => {
      let most = 0;
      for (let i = r * m; i < (r + 1) * m; i++)
        most = Math.abs(figure.values[i]) > most ? Math.abs(figure.values[i]) : most;
      return most;
    });
  }

  /* Below the threshold a cell is as empty as one of 0. */
  function shadesOf(figure, scale, threshold) {
    const m = figure.columns.length, most = rowMaxima(figure);
    const out = new Float32Array(figure.values.length);
    for (let r = 0, i = 0; r < figure.rows.length; r++)
      for (let c = 0; c < m; c++, i++) {
        const v = figure.values[i];
        out[i] = v !== v ? NaN : Math.abs(v) < threshold ? 0 : shade(v, scale, most[r]);
      }
    return { rows: figure.rows.length, columns: m, by: 1, shades: out };
  }

  /* Half as large; a cell is the one of four that is farthest from 0. */
  function halved(level) {
    const rows = Math.ceil(level.rows / 2), columns = Math.ceil(level.columns / 2);
    const out = new Float32Array(rows * columns).fill(NaN);
    for (let r = 0, i = 0; r < level.rows; r++)
      for (let c = 0; c < level.columns; c++, i++) {
        const at = (r >> 1) * columns + (c >> 1), v = level.shades[i];
        if (out[at] !== out[at] || Math.abs(v) > Math.abs(out[at]))
          out[at] = v;
      }
    return { rows, columns, by: level.by * 2, shades: out };
  }

  let palettes = null;

  /* NaN stays transparent: the ground shows. */
  function painted(level, signed) {
    palettes = palettes || { plain: paletteWords(cividis, 0), signed: paletteWords(difference, -1) };
    const image = new ImageData(level.columns, level.rows), words = new Uint32Array(image.data.buffer);
    for (let r = 0, i = 0; r < level.rows; r++) {
      const two = signed(r * level.by), palette = two ? palettes.signed : palettes.plain;
      for (let c = 0; c < level.columns; c++, i++) {
        const v = level.shades[i];
        words[i] = v !== v ? 0 : palette[Math.round(two ? (v + 1) * 127.5 : v > 0 ? v * 255 : 0)];
      }
    }
    const canvas = h("canvas", {});
    canvas.width = level.columns;
    canvas.height = level.rows;
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }

  /* [{ by, canvas }], the finest first. */
  function bitmapsOf(figure, scale, threshold) {
    const out = [];
    let level = shadesOf(figure, scale, threshold);
    for (;;) {
      if (Math.max(level.rows, level.columns) <= bitmapSide)
        out.push({ by: level.by, canvas: painted(level, figure.signed) });
      if (level.rows * level.columns <= 4096 || figure.compares)
        return out;
      level = halved(level);
    }
  }

  /* One bitmap alone, no side longer than most. */
  function smallBitmap(figure, scale, most) {
    let level = shadesOf(figure, scale, 0);
    while (Math.max(level.rows, level.columns) > most)
      level = halved(level);
    return painted(level, figure.signed);
  }

  function bitmapFor(bitmaps, pixelsPerCell) {
    return bitmaps.find(b => b.by * pixelsPerCell >= 1) || bitmaps[bitmaps.length - 1];
  }

  /* ---- marks ---- */

  /* Lines from the lower left to the upper right of a square, clipped to it. */
  function hatchPath(ctx, x, y, w, hgt) {
    const step = Math.max(4, Math.min(w, hgt) / 6);
    for (let d = step / 2; d < w + hgt; d += step) {
      ctx.moveTo(x + Math.min(d, w), y + Math.max(0, d - w));
      ctx.lineTo(x + Math.max(0, d - hgt), y + Math.min(d, hgt));
    }
  }

  function framePath(ctx, x, y, w, hgt) {
    const inset = Math.max(1, Math.min(w, hgt) / 16) + 0.5;
    ctx.rect(x + inset, y + inset, w - 2 * inset, hgt - 2 * inset);
  }

  const markPaths = { supported: framePath, unsupported: hatchPath, unchecked: framePath };

  /* Marks of one kind and one ink are one path: a thousand of them are one stroke. */
  function strokeMarks(ctx, mark, ink, cells) {
    if (!cells.length)
      return;
    const side = Math.min(cells[0].w, cells[0].h);
    ctx.beginPath();
    for (const cell of cells)
      markPaths[mark](ctx, cell.x, cell.y, cell.w, cell.h);
    ctx.strokeStyle = ink;
    ctx.lineWidth = Math.max(1, side / (mark === "unsupported" ? 36 : 28));
    ctx.globalAlpha = mark === "unsupported" ? 0.55 : 0.8;
    const dot = Math.max(1, side / 20);
    ctx.setLineDash(mark === "unchecked" ? [dot, dot * 1.5] : []);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
  }

  /* cells: { x, y, w, h, mark, ink } */
  function drawMarks(ctx, cells) {
    for (const mark of Object.keys(markPaths))
      for (const ink of ["#000", "#fff"])
        strokeMarks(ctx, mark, ink, cells.filter(c => c.mark === mark && c.ink === ink));
  }

  /* A disc is a sure link, a ring a possible one; both are white on black, to be seen on every colour. */
  function drawGold(ctx, cell, kind) {
    const r = Math.max(1.5, Math.min(7, Math.min(cell.w, cell.h) / 7)), off = Math.max(r + 1, r * 1.6);
    const x = cell.x + Math.max(cell.w - off, cell.w / 2), y = cell.y + Math.max(cell.h - off, cell.h / 2);
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.lineWidth = Math.max(1, r / 2);
    ctx.fillStyle = kind === "sure" ? "#fff" : "#000";
    ctx.strokeStyle = kind === "sure" ? "#000" : "#fff";
    ctx.fill();
    ctx.stroke();
  }

  /* ---- labels ---- */

  const scripts = names => names.map(name => `\\p{Script=${name}}`).join("");
  const eastern = scripts(["Han", "Hiragana", "Katakana", "Hangul"]);
  const cjk = new RegExp(`^[${eastern}\\u3000-\\u303F\\uFF00-\\uFFEFー]+$`, "u");
  const rtl = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
  const labelFont = size => `${size}px system-ui, sans-serif`;

  function letters(text) {
    return "Segmenter" in Intl ? [...new Intl.Segmenter().segment(text)].map(s => s.segment) : [...text];
  }

  /* As much of the word as fits, with a dots sign where it was cut. */
  function fitText(ctx, text, room) {
    if (text.length < 200 && ctx.measureText(text).width <= room)
      return text;
    const parts = letters(text.slice(0, 400));
    let low = 0, high = parts.length;
    while (low < high) {
      const half = (low + high + 1) >> 1;
      if (ctx.measureText(parts.slice(0, half).join("") + "…").width <= room)
        low = half;
      else
        high = half - 1;
    }
    return parts.slice(0, low).join("") + "…";
  }

  /* A label is drawn again in every frame: its cut form is kept. */
  class Labels {
    constructor() {
      this.kept = new Map();
    }

    fit(ctx, text, room, size) {
      const key = `${size} ${Math.round(room)} ${text}`;
      if (!this.kept.has(key)) {
        if (this.kept.size > 4000)
          this.kept.clear();
        this.kept.set(key, fitText(ctx, labelText(text), room));
      }
      return this.kept.get(key);
    }
  }

  /* Chinese, Japanese and Korean words stand upright, one letter below the other. */
  function drawStacked(ctx, text, x, y, size, room) {
    const all = letters(text), fit = Math.max(1, Math.floor(room / (size * 1.1)));
    const shown = all.length > fit ? [...all.slice(0, fit - 1), "…"] : all;
    ctx.textAlign = "center";
    shown.forEach((letter, i) => ctx.fillText(letter, x, y - (shown.length - i - 0.5) * size * 1.1));
  }

  const leaning = { flat: 0, leaning: -Math.PI / 3, standing: -Math.PI / 2 };

  /* (x, y): the middle of the column's upper end. */
  function drawHead(ctx, text, how, x, y) {
    ctx.direction = rtl.test(text) ? "rtl" : "ltr";
    ctx.textBaseline = "middle";
    if (how === "flat") {
      ctx.textAlign = "center";
      ctx.fillText(text, x, y - 8);
      return;
    }
    ctx.save();
    ctx.translate(x, y - 4);
    ctx.rotate(leaning[how]);
    ctx.textAlign = "left";
    ctx.fillText(text, 0, 0);
    ctx.restore();
  }

  /* ---- the plot: places and zoom ---- */

  const cellMost = 96, cellFit = 64, cellReadable = 15, stretchMost = 24;

  const clampTo = (x, low, high) => Math.max(low, Math.min(high, x));

  /* Where everything lies, in CSS pixels. zoom 1 shows the whole map. Long thin maps are stretched, up to
   * stretchMost pixels across, to be seen at all. */
  class Plot {
    constructor() {
      Object.assign(this, { width: 0, height: 0, left: 0, top: 0, right: 8, zoom: 1, x: 0, y: 0,
        fitX: 1, fitY: 1, n: 0, m: 0 });
    }

    get plotWidth() { return this.width - this.left - this.right; }
    get plotHeight() { return this.height - this.top - 2; }
    get kx() { return this.side(this.fitX, this.fitY); }
    get ky() { return this.side(this.fitY, this.fitX); }
    get zoomMost() { return Math.max(1, cellMost / Math.min(this.fitX, this.fitY)); }
    get whole() { return this.zoom < 1.001; }

    side(own, other) {
      return own > other ? Math.max(other * this.zoom, Math.min(own * this.zoom, Math.max(own, stretchMost)))
        : own * this.zoom;
    }

    /* Room: what the page gives at most. The height becomes what the map needs of it. */
    fit(n, m, width, heightMost, left, top, right) {
      Object.assign(this, { n, m, width, left, top, right });
      const across = Math.max(40, this.plotWidth) / m, down = Math.max(40, heightMost - top - 2) / n;
      const side = Math.min(across, down, cellFit);
      const thin = other => side < 12 && other > 3 * side;
      const stretched = other => thin(other) ? Math.min(other, 4 * side, stretchMost) : side;
      this.fitX = stretched(across);
      this.fitY = stretched(down);
    }

    /* A map of some dozen words that does not fit a narrow page begins at a size that can be read. */
    begin(heightMost) {
      const side = Math.min(this.fitX, this.fitY);
      this.zoom = side < cellReadable && Math.max(this.n, this.m) <= 80 ? cellReadable / side : 1;
      this.height = Math.min(Math.max(heightMost, this.top + 60), this.top + Math.ceil(this.n * this.ky) + 2);
      this.x = this.y = 0;
      this.clamp();
    }

    clamp() {
      this.zoom = clampTo(this.zoom, 1, this.zoomMost);
      this.x = clampTo(this.x, Math.min(0, this.plotWidth - this.m * this.kx), 0);
      this.y = clampTo(this.y, Math.min(0, this.plotHeight - this.n * this.ky), 0);
    }

    /* What lies at (px, py) of the canvas stays there. */
    zoomAt(px, py, factor) {
      const column = (px - this.left - this.x) / this.kx, row = (py - this.top - this.y) / this.ky;
      this.zoom = clampTo(this.zoom * factor, 1, this.zoomMost);
      this.x = px - this.left - column * this.kx;
      this.y = py - this.top - row * this.ky;
      this.clamp();
    }

    pan(dx, dy) {
      this.x += dx;
      this.y += dy;
      this.clamp();
    }

    /* The cell at (px, py) of the canvas; on a label, its row or column alone. */
    cellAt(px, py) {
      const c = Math.floor((px - this.left - this.x) / this.kx);
      const r = Math.floor((py - this.top - this.y) / this.ky);
      const column = px >= this.left && c >= 0 && c < this.m ? c : null;
      const row = py >= this.top && r >= 0 && r < this.n ? r : null;
      return { row, column };
    }

    box(r, c) {
      const { kx, ky } = this;
      return { x: this.left + this.x + c * kx, y: this.top + this.y + r * ky, w: kx, h: ky };
    }

    /* Moved as little as makes the cell visible. */
    reveal(r, c) {
      const b = this.box(r ?? 0, c ?? 0);
      if (c !== null)
        this.x += Math.max(0, this.left - b.x) - Math.max(0, b.x + b.w - this.left - this.plotWidth);
      if (r !== null)
        this.y += Math.max(0, this.top - b.y) - Math.max(0, b.y + b.h - this.top - this.plotHeight);
      this.clamp();
    }

    get columns() { return range(-this.x / this.kx, (this.plotWidth - this.x) / this.kx, this.m); }
    get rows() { return range(-this.y / this.ky, (this.plotHeight - this.y) / this.ky, this.n); }
  }

  function range(from, to, n) {
    return [Math.max(0, Math.floor(from)), Math.min(n, Math.ceil(to))];
  }

  /* ---- drawing ---- */

  /* Also the colours of print. */
  const onPaper = { ink: "#22262b", paper: "#fff", muted: "#5b6168", accent: "#06c", "accent-ink": "#fff" };

  function themeOf(el) {
    const style = getComputedStyle(el);
    return Object.fromEntries(Object.entries(onPaper).map(([name, other]) =>
      [name, style.getPropertyValue(`--${name}`).trim() || other]));
  }

  /* A canvas as large as its box in device pixels, whose context counts in CSS pixels. */
  function sized(canvas, width, height) {
    const ratio = window.devicePixelRatio || 1;
    const w = Math.round(width * ratio), hgt = Math.round(height * ratio);
    if (canvas.width !== w || canvas.height !== hgt) {
      canvas.width = w;
      canvas.height = hgt;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const ctx = canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    return ctx;
  }

  function clipToPlot(ctx, p) {
    ctx.save();
    ctx.beginPath();
    const w = Math.min(p.plotWidth, p.x + p.m * p.kx), hgt = Math.min(p.plotHeight, p.y + p.n * p.ky);
    ctx.rect(p.left, p.top, w, hgt);
    ctx.clip();
  }

  function drawBitmap(ctx, p, bitmaps) {
    const b = bitmapFor(bitmaps, Math.min(p.kx, p.ky) * (window.devicePixelRatio || 1));
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(b.canvas, 0, 0, p.m / b.by, p.n / b.by, p.left + p.x, p.top + p.y, p.m * p.kx, p.n * p.ky);
  }

  function drawLines(ctx, p, colour) {
    if (Math.min(p.kx, p.ky) < 7)
      return;
    const large = Math.min(p.kx, p.ky) >= 28, [c0, c1] = p.columns, [r0, r1] = p.rows;
    ctx.beginPath();
    for (let c = Math.max(1, c0); c < c1; c++) {
      ctx.moveTo(p.left + p.x + c * p.kx, p.top);
      ctx.lineTo(p.left + p.x + c * p.kx, p.top + p.plotHeight);
    }
    for (let r = Math.max(1, r0); r < r1; r++) {
      ctx.moveTo(p.left, p.top + p.y + r * p.ky);
      ctx.lineTo(p.left + p.plotWidth, p.top + p.y + r * p.ky);
    }
    ctx.strokeStyle = colour;
    ctx.lineWidth = large ? 1.5 : 0.5;
    ctx.globalAlpha = large ? 1 : 0.4;
    ctx.stroke();
    ctx.globalAlpha = 1;
  }

  function colourOfCell(figure, r, c, look) {
    const i = r * figure.columns.length + c, v = figure.values[i];
    const x = Math.abs(v) < look.threshold ? 0 : shade(v, look.scale, look.most[r]);
    return figure.signed(r) ? difference(x) : cividis(x);
  }

  /* Visible cells with something in them: { r, c, x, y, w, h, back, ink, mark, gold, text }. */
  function visibleCells(p, figure, look) {
    const out = [], [r0, r1] = p.rows, [c0, c1] = p.columns, small = Math.min(p.kx, p.ky);
    for (let r = r0; r < r1; r++)
      for (let c = c0; c < c1; c++) {
        const mark = small >= 8 ? figure.mark(r, c) : null, gold = figure.gold(r, c);
        const told = small >= 30 && Math.abs(figure.values[r * p.m + c]) >= 0.005;
        const text = told ? numberText(figure, r, c) : "";
        if (!mark && !gold && !text)
          continue;
        const back = colourOfCell(figure, r, c, look);
        out.push({ r, c, ...p.box(r, c), back, ink: inkOn(back), mark, gold, text });
      }
    return out;
  }

  /* A number on hatching stands on a patch of its cell's colour. */
  function drawNumbers(ctx, cells) {
    if (!cells.length)
      return;
    const size = Math.min(14, Math.min(cells[0].w, cells[0].h) * 0.3);
    ctx.font = `${size}px system-ui, sans-serif`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.direction = "ltr";
    for (const cell of cells) {
      const x = cell.x + cell.w / 2, y = cell.y + cell.h / 2;
      if (cell.mark === "unsupported") {
        const wide = ctx.measureText(cell.text).width + 4;
        ctx.fillStyle = cssColour(cell.back);
        ctx.fillRect(x - wide / 2, y - size * 0.65, wide, size * 1.3);
      }
      ctx.fillStyle = cell.ink;
      ctx.fillText(cell.text, x, y);
    }
  }

  function drawCells(ctx, p, figure, look) {
    if (Math.min(p.kx, p.ky) < 3)
      return;
    const cells = Math.min(p.kx, p.ky) >= 8 || figure.hasGold ? visibleCells(p, figure, look) : [];
    drawMarks(ctx, cells.filter(c => c.mark));
    cells.filter(c => c.gold).forEach(c => drawGold(ctx, c, c.gold));
    drawNumbers(ctx, cells.filter(c => c.text));
  }

  /* Every how many-th label has room. */
  function everyNth(side, size) {
    const least = (size + 2) / side;
    return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find(n => n >= least) || 10000;
  }

  const labelSize = side => side >= 22 ? 14 : side >= 15 ? 13 : 11;

  function headsHow(p, widest, size) {
    return widest + 8 <= p.kx ? "flat" : p.kx >= size * 1.9 ? "leaning" : "standing";
  }

  /* Room for a head, along its direction. */
  function headRoom(p, how) {
    return how === "flat" ? p.kx - 4 : how === "leaning" ? (p.top - 10) / Math.sin(Math.PI / 3) : p.top - 10;
  }

  function drawRowLabel(ctx, p, labels, word, r, size) {
    const text = labels.fit(ctx, word.text, p.left - 14, size), y = p.top + p.y + (r + 0.5) * p.ky;
    ctx.direction = rtl.test(text) ? "rtl" : "ltr";
    ctx.textAlign = "right";
    ctx.textBaseline = "middle";
    ctx.fillText(text, p.left - 8, y);
  }

  function drawColumnLabel(ctx, p, labels, word, c, how, size) {
    const x = p.left + p.x + (c + 0.5) * p.kx, room = headRoom(p, how);
    if (how === "standing" && cjk.test(word.text)) {
      ctx.textBaseline = "middle";
      drawStacked(ctx, word.text, x, p.top - 4, size, room);
    } else
      drawHead(ctx, labels.fit(ctx, word.text, room, size), how, x, p.top);
  }

  /* Whether the middle of a row or column is to be seen. */
  const inside = (at, low, room) => at >= low - 1 && at <= low + room + 1;

  function drawLabels(ctx, p, figure, labels, look) {
    const rowSize = labelSize(p.ky), columnSize = labelSize(p.kx), [r0, r1] = p.rows, [c0, c1] = p.columns;
    const nthRow = everyNth(p.ky, rowSize), nthColumn = everyNth(p.kx, columnSize);
    ctx.font = labelFont(rowSize);
    for (let r = Math.ceil(r0 / nthRow) * nthRow; r < r1; r += nthRow)
      if (inside(p.top + p.y + (r + 0.5) * p.ky, p.top, p.plotHeight)) {
        ctx.fillStyle = figure.rows[r].mark ? look.theme.muted : look.theme.ink;
        drawRowLabel(ctx, p, labels, figure.rows[r], r, rowSize);
      }
    ctx.font = labelFont(columnSize);
    const how = headsHow(p, look.widest * columnSize, columnSize);
    for (let c = Math.ceil(c0 / nthColumn) * nthColumn; c < c1; c += nthColumn)
      if (inside(p.left + p.x + (c + 0.5) * p.kx, p.left, p.plotWidth)) {
        ctx.fillStyle = figure.columns[c].mark ? look.theme.muted : look.theme.ink;
        drawColumnLabel(ctx, p, labels, figure.columns[c], c, how, columnSize);
      }
  }

  /* All that stays while the pointer moves. look: { scale, threshold, most (of each row), widest, theme } */
  function drawMap(ctx, p, figure, bitmaps, labels, look) {
    clipToPlot(ctx, p);
    drawBitmap(ctx, p, bitmaps);
    drawLines(ctx, p, look.theme.paper);
    drawCells(ctx, p, figure, look);
    ctx.restore();
    drawLabels(ctx, p, figure, labels, look);
  }

  /* ---- what follows the pointer ---- */

  function strokeTwice(ctx, theme, draw) {
    ctx.beginPath();
    draw();
    ctx.lineWidth = 4;
    ctx.strokeStyle = theme.paper;
    ctx.stroke();
    ctx.lineWidth = 2;
    ctx.strokeStyle = theme.accent;
    ctx.stroke();
  }

  function drawCrosshair(ctx, p, { row, column }) {
    const b = p.box(row ?? 0, column ?? 0);
    ctx.beginPath();
    if (row !== null)
      ctx.rect(p.left - 1, b.y, p.plotWidth + 2, Math.max(1, b.h));
    if (column !== null)
      ctx.rect(b.x, p.top - 1, Math.max(1, b.w), p.plotHeight + 2);
    ctx.lineWidth = 3;
    ctx.strokeStyle = "rgba(0,0,0,0.55)";
    ctx.stroke();
    ctx.lineWidth = 1;
    ctx.strokeStyle = "#fff";
    ctx.stroke();
  }

  function drawCursor(ctx, p, cell, theme) {
    const b = p.box(cell.row, cell.column), grow = Math.max(0, (7 - Math.min(b.w, b.h)) / 2);
    strokeTwice(ctx, theme, () => ctx.rect(b.x - grow, b.y - grow, b.w + 2 * grow, b.h + 2 * grow));
  }

  /* The words of a cell in front of their neighbours, on a ground of their own. */
  function drawRowFlag(ctx, p, labels, word, r, theme, strong) {
    const size = Math.max(13, labelSize(p.ky));
    const y = clampTo(p.top + p.y + (r + 0.5) * p.ky, p.top, p.height - 8);
    ctx.font = labelFont(size);
    const text = labels.fit(ctx, word.text, p.left - 14, size), [ground, ink] = flagColours(theme, strong);
    ctx.fillStyle = ground;
    ctx.fillRect(0, y - size * 0.75, p.left - 3, size * 1.5);
    ctx.fillStyle = ink;
    ctx.direction = rtl.test(text) ? "rtl" : "ltr";
    ctx.textAlign = "right";
    ctx.textBaseline = "middle";
    ctx.fillText(text, p.left - 8, y);
  }

  function flagColours(theme, strong) {
    return strong ? [theme.accent, theme["accent-ink"]] : [theme.paper, theme.ink];
  }

  /* Where labels are too many to stand side by side: flat, in the lowest line above the map. */
  function drawFlatFlag(ctx, p, text, c, size, [ground, ink]) {
    const wide = ctx.measureText(text).width + 10, middle = p.left + p.x + (c + 0.5) * p.kx;
    const x = clampTo(middle - wide / 2, p.left, Math.max(p.left, p.width - wide));
    ctx.fillStyle = ground;
    ctx.fillRect(x, p.top - size * 1.6 - 3, wide, size * 1.6);
    ctx.fillStyle = ink;
    ctx.direction = rtl.test(text) ? "rtl" : "ltr";
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillText(text, x + wide / 2, p.top - size * 0.8 - 3);
  }

  /* Else the label where it stands, on a ground of its own. */
  function drawHeadFlag(ctx, p, text, c, size, how, [ground, ink]) {
    const x = p.left + p.x + (c + 0.5) * p.kx;
    ctx.save();
    ctx.translate(x, p.top - 4);
    ctx.rotate(leaning[how]);
    ctx.fillStyle = ground;
    ctx.fillRect(-1, -size * 0.7, ctx.measureText(text).width + 6, size * 1.4);
    ctx.restore();
    ctx.fillStyle = ink;
    drawHead(ctx, text, how, x, p.top);
  }

  /* A word whose letters stand one below the other. */
  function drawStackedFlag(ctx, p, text, c, size, room, [ground, ink]) {
    const x = p.left + p.x + (c + 0.5) * p.kx, high = Math.min(letters(text).length * size * 1.1, room);
    ctx.fillStyle = ground;
    ctx.fillRect(x - size * 0.65, p.top - 7 - high, size * 1.3, high + 6);
    ctx.fillStyle = ink;
    ctx.textBaseline = "middle";
    drawStacked(ctx, text, x, p.top - 4, size, room);
  }

  function drawColumnFlag(ctx, p, labels, word, c, theme, strong, widest) {
    const room = p.kx >= labelSize(p.kx) + 2, size = room ? labelSize(p.kx) : 13;
    const how = headsHow(p, widest * size, size), colours = flagColours(theme, strong);
    ctx.font = labelFont(size);
    if (room && how === "standing" && cjk.test(word.text))
      drawStackedFlag(ctx, p, word.text, c, size, headRoom(p, how), colours);
    else if (room && how !== "flat")
      drawHeadFlag(ctx, p, labels.fit(ctx, word.text, headRoom(p, how), size), c, size, how, colours);
    else
      drawFlatFlag(ctx, p, labels.fit(ctx, word.text, p.plotWidth - 12, size), c, size, colours);
  }

  function drawFlags(ctx, p, figure, labels, cell, look, strong) {
    const { theme } = look;
    if (cell.row !== null && inside(p.top + p.y + (cell.row + 0.5) * p.ky, p.top, p.plotHeight))
      drawRowFlag(ctx, p, labels, figure.rows[cell.row], cell.row, theme, strong);
    if (cell.column !== null && inside(p.left + p.x + (cell.column + 0.5) * p.kx, p.left, p.plotWidth))
      drawColumnFlag(ctx, p, labels, figure.columns[cell.column], cell.column, theme, strong, look.widest);
  }

  /* The number of a cell that is too small to hold it. */
  function drawChip(ctx, p, figure, cell, theme) {
    if (cell.row === null || cell.column === null || Math.min(p.kx, p.ky) >= 30)
      return;
    const b = p.box(cell.row, cell.column), text = numberText(figure, cell.row, cell.column) || "?";
    ctx.font = labelFont(13);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.direction = "ltr";
    const wide = ctx.measureText(text).width + 12, x = clampTo(b.x + b.w + 8, p.left, p.width - wide);
    const y = clampTo(b.y + b.h + 8, p.top, p.height - 22);
    ctx.fillStyle = theme.paper;
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.rect(x + 0.5, y + 0.5, wide - 1, 20);
    ctx.fill();
    ctx.stroke();
    ctx.fillStyle = theme.ink;
    ctx.fillText(text, x + wide / 2, y + 11);
  }

  /* The whole map small, in the corner away from the diagonal, while a part of it is shown. */
  function minimapBox(p) {
    if (p.plotWidth < 220 || p.plotHeight < 160 ||
      (p.m * p.kx <= p.plotWidth * 1.05 && p.n * p.ky <= p.plotHeight * 1.05))
      return null;
    const most = Math.min(150, p.plotWidth / 4), wide = Math.max(p.m * p.kx, p.n * p.ky);
    const w = Math.max(12, most * p.m * p.kx / wide), hgt = Math.max(12, most * p.n * p.ky / wide);
    return { x: p.left + p.plotWidth - w - 8, y: p.top + 8, w, h: hgt };
  }

  function drawMinimap(ctx, p, bitmaps, theme) {
    const box = minimapBox(p);
    if (!box)
      return;
    const b = bitmapFor(bitmaps, Math.min(box.w / p.m, box.h / p.n) * (window.devicePixelRatio || 1));
    ctx.imageSmoothingEnabled = false;
    ctx.fillStyle = theme.ink;
    ctx.fillRect(box.x - 4, box.y - 4, box.w + 8, box.h + 8);
    ctx.fillStyle = theme.paper;
    ctx.fillRect(box.x - 3, box.y - 3, box.w + 6, box.h + 6);
    ctx.drawImage(b.canvas, 0, 0, p.m / b.by, p.n / b.by, box.x, box.y, box.w, box.h);
    const sx = box.w / (p.m * p.kx), sy = box.h / (p.n * p.ky);
    strokeTwice(ctx, theme, () => ctx.rect(box.x - p.x * sx, box.y - p.y * sy,
      Math.min(box.w, p.plotWidth * sx), Math.min(box.h, p.plotHeight * sy)));
  }

  const pointsAt = cell => cell && (cell.row !== null || cell.column !== null);
  const isCell = cell => cell && cell.row !== null && cell.column !== null;

  /* cell: pointed at; pin: pinned, or null */
  function drawPointer(ctx, p, figure, bitmaps, labels, look, cell, pin) {
    const { theme } = look;
    clipToPlot(ctx, p);
    [pin, cell].filter(pointsAt).forEach(at => drawCrosshair(ctx, p, at));
    [pin, cell].filter(isCell).forEach(at => drawCursor(ctx, p, at, theme));
    ctx.restore();
    if (pin)
      drawFlags(ctx, p, figure, labels, pin, look, true);
    if (!pin || pin.row !== cell.row || pin.column !== cell.column)
      drawFlags(ctx, p, figure, labels, cell, look, false);
    drawChip(ctx, p, figure, cell, theme);
    drawMinimap(ctx, p, bitmaps, theme);
  }

  const isIn = (box, x, y) => box && x >= box.x && y >= box.y && x < box.x + box.w && y < box.y + box.h;

  return { Plot, Labels, bitmapsOf, smallBitmap, rowMaxima, headsHow, labelSize, labelFont, onPaper,
           themeOf, sized, clampTo, minimapBox, isIn, drawMarks, drawGold, shadesOf, drawMap, drawPointer,
           rtl };
})();
