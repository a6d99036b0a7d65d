/* view_steps.js -- the decoder, word by word: what attention computes, in the numbers of this very output.
 *
 * Each word is four moves. Scores: how well each source word fits what the decoder looks for. Weights:
 * softmax makes shares of them. Context: the sum of the source's vectors, each times its weight. Likeliest
 * words: what the decoder makes of the context and of what it has written. Under each stands what
 * happened, with its numbers. Playing shows the moves one after the other; who wants no motion gets whole
 * words. Nothing plays by itself. A Transformer has scores and a context in each head of each layer, and
 * no single ones to show: then the weights of the map that stands for it are shown alone, and it says so.
 * (Bahdanau, Cho and Bengio 2015)
 */
{
  const MOVES = ["scores", "weights", "context", "likely"];
  const TITLES = { scores: "Scores", weights: "Weights", context: "Context", likely: "Likeliest words" };
  const HEADS = { scores: "score", weights: "weight", context: "share" };
  const SHORT = 24, MOVE_MS = 900;

  const two = (x) => parts.fixed(x, 2);
  const quoted = (text) => `‘${parts.name(text)}’`;

  /* Pieces as people read them: what begins a word is bare, what goes on with one begins with dots. */
  function labels(steps) {
    const cut = [...steps.source, ...steps.words].some((text) => text.startsWith("▁"));
    return (text) => {
      if (!cut || /^<.*>$/.test(text)) return text;
      return text.startsWith("▁") ? text.slice(1) || "▁" : `…${text}`;
    };
  }

  /* A number so short that words can hold it; a weight that rounds to 0 is said to be tiny. */
  const share = (x) => (x < 0.005 ? "almost 0" : two(x));

  /* ---- one plain sentence for each move ---- */

  function sayScores({ scores, source, top }) {
    if (!scores) return "";
    const [a, b] = top, next = b === undefined ? "" : `, ${quoted(source[b])} ${two(scores[b])}`;
    return parts.said("Each source word gets a score: how well it fits what the decoder is looking for.",
                      `${quoted(source[a])} has ${two(scores[a])}${next}.`);
  }

  const ALL = "All weights of a step sum to 1.";

  function sayWeights({ scores, weights, source, top }) {
    const [a, b] = top, next = b === undefined ? "" : `, ${quoted(source[b])} ${share(weights[b])}`;
    if (a === undefined) return "";
    if (!scores) return `${quoted(source[a])} gets ${two(weights[a])}${next}. ${ALL}`;
    if (b === undefined)
      return `With one source word there is nothing to choose: its weight is ${two(weights[a])}.`;
    return parts.said(`Softmax turns ${two(scores[a])} and ${two(scores[b])}`,
                      `into ${two(weights[a])} and ${share(weights[b])}:`,
                      `e to the power of each score, divided by the sum of them all. ${ALL}`);
  }

  function sayContext({ context, source }) {
    if (!context) return "";
    const [a, next] = parts.sorted(context.map((_, i) => i), (i) => context[i], false);
    const rest =
        context[next] >= 0.005 ? `, ${parts.percent(context[next])} from ${quoted(source[next])}` : "";
    return parts.said("The context is a mixture: every source word's vector times its weight, summed.",
                      `${parts.percent(context[a])} of it comes from ${quoted(source[a])}${rest}.`);
  }

  function sayTaken({ likely: [best, second], word, probability }) {
    const next = second ? `; next comes ${quoted(second[0])} with ${parts.chance(second[1])}` : "";
    if (best[0] === word) return `${quoted(word)} is the likeliest with ${parts.chance(probability)}${next}.`;
    return parts.said(`The likeliest is ${quoted(best[0])} with ${parts.chance(best[1])};`,
                      `the output has ${quoted(word)} here, with ${parts.chance(probability)}.`);
  }

  const sayLikely = (step) => parts.said(
      "From the context and what is written so far every word of the vocabulary gets a probability.",
      step.likely.length > 0 && sayTaken(step));

  const SAY = { scores: sayScores, weights: sayWeights, context: sayContext, likely: sayLikely };

  /* ---- the numbers of a step ---- */

  const rowOf = (matrix, t) => (matrix && t < matrix.rows ? Array.from(matrix.row(t)) : null);

  function stepOf({ source, words, probability, scores, weights, context, likely }, t, label) {
    const step = {
      t,
      source: source.map(label),
      word: label(words[t]),
      probability: probability?.[t],
      scores: rowOf(scores, t),
      weights: rowOf(weights, t) ?? [],
      context: rowOf(context, t),
      likely: (likely?.[t] ?? []).map(([text, p]) => [label(text), p]),
    };
    step.top = parts.sorted(step.weights.map((_, i) => i), (i) => step.weights[i], false);
    step.moves = MOVES.filter((move) => move === "weights" || move === "likely" || step[move]);
    return step;
  }

  /* The source words that are drawn, in their order: all of a short text, the heaviest of a long one. */
  function drawnOf(step, all) {
    if (all || step.source.length <= SHORT) return step.source.map((_, i) => i);
    return step.top.slice(0, SHORT).sort((a, b) => a - b);
  }

  /* ---- bars ---- */

  /* Scores have a sign: the bar goes from the zero line to the left or the right. */
  function scoreBar(x, low, high) {
    const range = high - low || 1, zero = -low / range, from = Math.min(zero, (x - low) / range);
    return h("span", { class: "length score", "aria-hidden": "true" },
             h("i", { style: { left: `${100 * zero}%` } }),
             h("span", { style: { left: `${100 * from}%`, width: `${100 * Math.abs(x) / range}%` } }));
  }

  function cells(step, i, range) {
    return {
      scores: step.scores && [scoreBar(step.scores[i], ...range), h("b", {}, two(step.scores[i]))],
      weights: [parts.length(step.weights[i]), h("b", {}, two(step.weights[i]))],
      context: step.context && [parts.length(step.context[i]), h("b", {}, parts.percent(step.context[i]))],
    };
  }

  /* ---- the view ---- */

  class StepsView {
    constructor(root) {
      this.all = false;
      this.timer = null;
      this.written = h("div", { class: "steps-written", role: "group", "aria-label": "Written so far" });
      this.titles = Object.fromEntries(MOVES.map((move) => [move, h("h2")]));
      this.says = Object.fromEntries(MOVES.map((move) => [move, h("p")]));
      this.table = h("table", { class: "steps-table" });
      this.likely = h("ol", { class: "steps-likely" });
      this.about = h("p", { class: "note" });
      this.more =
          h("button", { type: "button", class: "plain steps-more", onclick: () => this.turnAll() });
      this.stage = h("div", { class: "steps-stage" }, this.sourceCard(), this.likelyCard());
      root.append(this.controls(), this.written, this.about, this.stage);
      this.keys = [
        ["Left, Right", "the word before, the next word"], ["Home, End", "first and last word"],
        ["Space", "play, pause"]
      ];
      document.addEventListener("visibilitychange", () => document.hidden && this.pause());
    }

    controls() {
      const button = (text, label, go) =>
          h("button", { type: "button", "aria-label": label, tabindex: "-1", onclick: go },
            h("span", { "aria-hidden": "true" }, text));
      this.player =
          h("button",
            { type: "button", class: "steps-play", tabindex: "-1", onclick: () => this.turnPlay() });
      this.slider = h("input", {
        type: "range",
        min: "0",
        step: "1",
        "aria-label": "Word of the output",
        oninput: () => this.go(Number(this.slider.value))
      });
      this.place = h("span", { class: "steps-place" });
      return h("div", { class: "view-controls steps-controls" }, button("⏮", "First word", () => this.go(0)),
               button("◀", "The word before", () => this.go(this.t - 1)), this.player,
               button("▶", "Next word", () => this.go(this.t + 1)), this.slider, this.place);
    }

    told(move) { return h("div", { class: `steps-says move-${move}` }, this.titles[move], this.says[move]); }

    sourceCard() {
      return h("section", { "aria-label": "Scores, weights, context" },
               h("div", { class: "steps-explained" }, this.told("scores"), this.told("weights"),
                 this.told("context")),
               h("div", { class: "table-box" }, this.table), this.more);
    }

    likelyCard() {
      return h("section", { class: "move-likely", "aria-label": "Likeliest words" }, this.told("likely"),
               this.likely);
    }

    /* ---- what is shown ---- */

    show(s, state) {
      if (this.s !== s) this.pause();
      this.s = s;
      this.steps = s.steps;
      this.label = labels(s.steps);
      this.last = this.steps.words.length - 1;
      const t = Math.min(this.last, Math.max(0, state.step));
      if (t !== this.t) this.move = this.playing ? 0 : MOVES.length - 1;
      this.t = t;
      this.draw();
    }

    draw() {
      this.step = stepOf(this.steps, this.t, this.label);
      this.drawWritten();
      this.drawTable();
      this.drawLikely();
      this.drawSays();
      this.about.textContent = this.steps.scores ? "" : this.noScores();
      this.about.hidden = Boolean(this.steps.scores);
      this.slider.max = String(this.last);
      this.slider.value = String(this.t);
      this.slider.setAttribute("aria-valuetext", `word ${this.t + 1} of ${this.last + 1}, ${this.step.word}`);
      this.place.textContent = `word ${this.t + 1} of ${this.last + 1}`;
      this.drawMove();
    }

    noScores() {
      return parts.said(
          "A Transformer has scores and a context of its own in each head of each layer, and no one row of",
          "them that leads to the word. Shown are the weights of one map",
          `(${page.readout?.name ?? "the one that stands for the model"}):`,
          "they say where it looked, not how the word was made.");
    }

    drawSays() {
      const { moves } = this.step;
      for (const move of MOVES) {
        this.says[move].textContent = SAY[move](this.step);
        this.says[move].parentNode.hidden = !moves.includes(move);
        this.titles[move].textContent = `${moves.indexOf(move) + 1} ${TITLES[move]}`;
      }
      this.stage.dataset.moves = moves.length - 1;
    }

    drawWritten() {
      const words = this.steps.words.slice(0, this.t + 1);
      clear(this.written)
          .append(h("span", { class: "note" }, "Written: "),
                  ...words.map((word, t) => h("button", {
                                 type: "button",
                                 tabindex: "-1",
                                 class: t === this.t ? "word now" : "word",
                                 "aria-current": t === this.t ? "step" : null,
                                 onclick: () => this.go(t)
                               },
                                              bdi(this.label(word)))));
      this.written.dir = parts.direction(words);
      this.written.scrollTop = this.written.scrollHeight;
    }

    drawTable() {
      const { step } = this, shown = step.moves.slice(0, -1);
      const range = step.scores ? [Math.min(0, ...step.scores), Math.max(0, ...step.scores)] : [0, 1];
      const drawn = drawnOf(step, this.all), best = step.top[0];
      const head = h("tr", {}, h("th", { scope: "col" }, "Source"),
                     shown.map((move) => h("th", { scope: "col", class: `move-${move}` }, HEADS[move])));
      const body = drawn.map((i) => {
        const cell = cells(step, i, range);
        return h(
            "tr", { class: i === best ? "best" : null }, h("th", { scope: "row" }, bdi(step.source[i])),
            shown.map((move) =>
                          h("td", { class: `move-${move}` }, h("div", { class: "barred" }, cell[move]))));
      });
      const caption = h("caption", {}, `What the decoder looked at before it wrote ${quoted(step.word)}`);
      clear(this.table).append(caption, h("thead", {}, head), h("tbody", {}, body));
      this.drawMore(step, drawn);
    }

    drawMore(step, drawn) {
      const left = step.source.length - drawn.length, there = new Set(drawn);
      const rest = step.weights.reduce((sum, w, i) => (there.has(i) ? sum : sum + w), 0);
      this.more.hidden = step.source.length <= SHORT;
      this.more.textContent = left > 0
          ? `and ${parts.count(left, "more source piece")}, together ${two(rest)} of the weight: ` +
              "show them"
          : `show the ${SHORT} heaviest only`;
    }

    turnAll() {
      this.all = !this.all;
      this.draw();
    }

    drawLikely() {
      const { likely, word, probability } = this.step;
      const rows = likely.map(([text, p]) => this.likelyRow(text, p, text === word));
      if (!likely.some(([text]) => text === word)) rows.push(this.likelyRow(word, probability, true));
      clear(this.likely).append(...rows);
    }

    likelyRow(text, p, written) {
      return h("li", { class: written ? "written" : null },
               h("span", {}, bdi(text), written && h("span", { class: "note" }, " written")),
               h("b", {}, parts.chance(p)), parts.length(p));
    }

    /* Moves that are yet to come stay in the background while it plays. */
    drawMove() {
      MOVES.forEach((move, i) => this.stage.classList.toggle(`before-${move}`, i > this.move));
      this.written.classList.toggle("waits", this.move < MOVES.length - 1);
      this.player.textContent = this.playing ? "Pause" : "Play";
    }

    /* ---- playing ---- */

    get playing() { return this.timer !== null; }

    go(t) {
      const to = Math.min(this.last, Math.max(0, t));
      if (to === this.t) return;
      change({ step: to });
      if (!this.playing) announce(this.spoken(to));
    }

    spoken(t) {
      const step = stepOf(this.steps, t, this.label), a = step.top[0];
      const looked =
          a === undefined ? "" : ` looked most at ${quoted(step.source[a])}, ${two(step.weights[a])};`;
      return `Word ${t + 1}, ${quoted(step.word)}:${looked} probability ${parts.chance(step.probability)}.`;
    }

    turnPlay() {
      if (this.playing) return this.pause();
      this.timer = setInterval(() => this.tick(), parts.still() ? MOVES.length * MOVE_MS : MOVE_MS);
      this.move = parts.still() ? MOVES.length - 1 : 0;
      if (this.t === this.last) this.go(0);
      this.drawMove();
    }

    pause() {
      clearInterval(this.timer);
      this.timer = null;
      this.move = MOVES.length - 1;
      if (this.stage.isConnected) this.drawMove();
    }

    tick() {
      if (!this.stage.checkVisibility()) return this.pause();
      if (this.move < MOVES.length - 1)
        this.move++;
      else if (this.t < this.last)
        return this.nextWord();
      else
        return this.pause();
      this.drawMove();
    }

    nextWord() {
      this.move = parts.still() ? MOVES.length - 1 : 0;
      change({ step: this.t + 1 });
      announce(this.spoken(this.t + 1));
    }

    close() { this.pause(); }

    onKey(event) {
      const to = { ArrowLeft: this.t - 1, ArrowRight: this.t + 1, Home: 0, End: this.last }[event.key];
      if (event.key === " " && event.target.tagName !== "BUTTON") return this.turnPlay(), true;
      if (to === undefined) return false;
      this.go(to);
      return true;
    }
  }

  views.push({
    readings: false,
    id: "steps",
    title: "Steps",
    scope: "sentence",
    create: (root) => new StepsView(root),
    available: (_, s) => Boolean(s?.steps?.weights && s.steps.words.length)
  });
}
