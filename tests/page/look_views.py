"""Links, steps, document: what they draw, say and play is what --json and the page's own numbers say."""
from using import check, equal, need

LINKS = ".view-links"


def fixed(x, digits=2):
    return f"{x:.{digits}f}"


def close(text, value, digits=2):
    """A number shown with so many digits; the last may be rounded the other way."""
    return abs(float(text) - value) < 1.01 * 10 ** -digits


def links_of(o, t, least=0.1, most=8):
    row = o["attention"][t]
    best = sorted(range(len(row)), key=lambda c: -row[c])[:most]
    marks = {(x["target"], x["source"]): x["mark"] for x in o["check"]["highlights"]}
    return {c: marks.get((t, c), "plain") for c in best if row[c] >= least}


@check
def links_light(u):
    """Pointing at a word lights its links, whole, dashed or dotted by their marks, and the words at their ends."""
    u.open("words", view="links")
    for i in (0, 7, 11):
        u.change(sentence=i)
        o = u.json("words")[i]
        for t in range(len(o["tokens"])):
            u.b.hover_over(f"{LINKS} .links-word[data-side=target]", t)
            u.b.frame()
            lit = u.b.js(f"[...document.querySelectorAll('{LINKS} .links-word.lit')].map(e => Number(e.dataset.at))")
            marks = u.b.js(f"[...document.querySelectorAll('{LINKS} svg .lit path')].map(e => e.classList[1])")
            want = links_of(o, t)
            equal(sorted(lit), sorted(want), f"sentence {i}, word {t}: words lit")
            equal(sorted(marks), sorted(want.values()), f"sentence {i}, word {t}: links lit")
    n = sum(len(links_of(o, t)) for t in range(len(o["tokens"])))
    equal(u.b.count(f"{LINKS} svg .all path"), n, "links drawn")


@check
def links_keys(u):
    """Arrows go along and over, Enter pins; the threshold takes links away and stands in the address."""
    u.open("words", view="links", sentence=0)
    o = u.json("words")[0]
    u.b.js(f"document.querySelector('{LINKS} .links-word[tabindex=\"0\"]').focus(), 0")
    u.press("End", "ArrowLeft")
    at = "(e => [e.dataset.side, Number(e.dataset.at)])(document.activeElement)"
    t = len(o["tokens"]) - 2
    equal(u.b.js(at), ["target", t], "after End and ArrowLeft")
    need(o["tokens"][t] in u.live() and "cats" in u.live(), f"the live region says {u.live()}")
    u.press("Enter")
    equal(u.state("row"), t, "pinned by Enter")
    u.press("ArrowUp")
    equal(u.b.js(at), ["source", max(range(4), key=lambda c: o["attention"][t][c])], "over to the other text")
    u.press("Escape")
    equal(u.state("row"), None, "after Escape")
    u.change(threshold=0.9)
    n = sum(len(links_of(o, t, 0.9)) for t in range(len(o["tokens"])))
    equal(u.b.count(f"{LINKS} svg .all path"), n, "links from 0.9")


@check
def steps_numbers(u):
    """Every step: the weights, the likeliest words and their probabilities are those of the file."""
    u.open("words", view="steps", sentence=0)
    steps = u.page("words").sentence(0)["steps"]
    u.b.js("document.querySelector('.view-steps input[type=range]').focus(), 0")
    for t, word in enumerate(steps["words"]):
        need(u.b.js("Number(document.querySelector('.view-steps input[type=range]').value)") == t, f"step {t} is not shown")
        shown = u.b.js("[...document.querySelectorAll('.steps-table tbody tr')].map(r => "
                       "[r.querySelector('th').textContent, r.querySelector('td.move-weights b').textContent])")
        equal([x for x, _ in shown], steps["source"], f"step {t}: source words")
        for (name, text), value in zip(shown, steps["weights"][t]):
            need(close(text, value), f"step {t}: weight of {name} is {text}, not {value}")
        likely = u.b.js("[...document.querySelectorAll('.steps-likely li')].map(e => e.querySelector('bdi').textContent)")
        need(likely[:5] == [w for w, _ in steps["likely"][t]], f"step {t}: likeliest {likely}")
        need(word in u.b.js("document.querySelector('.steps-likely li.written').textContent"), f"step {t}: written")
        u.press("ArrowRight")
    scores = u.b.js("document.querySelectorAll('.steps-table td.move-scores').length")
    need((scores > 0) == (steps["scores"] is not None), "scores are shown that the file does not hold, or the reverse")


@check
def steps_play(u):
    """Space plays to the end, move by move, and pauses; nothing plays by itself."""
    u.open("words", view="steps", sentence=0)
    last = len(u.page("words").sentence(0)["steps"]["words"]) - 1
    equal(u.b.js("document.querySelector('.steps-play').textContent"), "Play", "the button")
    u.b.js("(real => { globalThis.setInterval = (f, ms) => real(f, ms / 10); })(setInterval), 0")
    u.b.js("document.querySelector('.view-steps input[type=range]').focus(), 0")
    u.press(" ")
    u.b.until("document.querySelector('.steps-play').textContent === 'Pause'", "playing")
    u.press(" ")
    equal(u.b.js("document.querySelector('.steps-play').textContent"), "Play", "paused")
    u.press(" ")
    u.b.until(f"state.step === {last} && document.querySelector('.steps-play').textContent === 'Play'", "played to the end")


def units_of(o, chunk=25, longest=60):
    """The document view's units of a text without sentence ends."""
    words = [i for i, w in enumerate(o["source_tokens"]) if w not in ("</s>", "<s>")]
    return [words[i:i + chunk] for i in range(0, len(words), chunk)] if len(words) > longest else [words]


@check
def document_bars(u):
    """A long text in units: each bar's number is the attention a word of it got, of all and of one word."""
    u.open("hostile", view="document", sentence=8)
    o = u.json("hostile")[8]
    units = units_of(o)
    rows = [t for t, w in enumerate(o["tokens"]) if w not in ("</s>", "<s>")]
    for row in (None, rows[1]):
        if row is not None:
            u.b.hover_over(".view-document .document-output [role=option]", row + 1)
            u.b.frame()
        shown = u.b.texts(".view-document .document-figures > b")
        equal(len(shown), len(units), "units")
        for text, unit in zip(shown, units):
            over = rows if row is None else [row]
            value = sum(o["attention"][t][c] for t in over for c in unit) / len(over) / len(unit)
            need(close(text, value, 3), f"a unit has {text}, not {value:.4f}, row {row}")


@check
def document_search(u):
    """Typing hides what does not hold the letters, in one text and in a file of lines."""
    for name, i, text in (("hostile", 8, "LOVES"), ("words", 0, "кошка")):
        u.open(name, view="document", sentence=i)
        all_units = u.b.count(".view-document .document-unit:not(.rest)")
        u.press("/")
        u.b.type(text)
        u.b.frame()
        lines = u.b.texts(".view-document .document-unit:not([hidden]):not(.rest) .document-text")
        need(lines and all(text.lower() in line.lower() for line in lines), f"{name}: found {lines[:3]}")
        if name == "words":
            want = [o for o in u.page(name).head["sentences"] if text in o["source"]]
            equal(len(lines), len(want), "lines found")
        u.b.type("\u0f00zz")
        u.b.frame()
        equal(u.b.count(".view-document .document-unit:not([hidden]):not(.rest)"), 0, "found nothing")
        need(all_units >= len(lines), "more found than there are")


@check
def document_open(u):
    """A line opens to its words by Enter; its button leads to the reading view."""
    u.open("words", view="document", sentence=0)
    u.b.js("document.querySelector('.view-document .document-open').focus(), 0")
    u.press("ArrowDown", "Enter")
    u.b.until("document.querySelectorAll('.view-document .document-words:not([hidden]) .document-word').length > 0")
    words = u.b.texts(".view-document .document-words:not([hidden]) .document-word")
    equal(words, u.json("words")[1]["source_tokens"][:-1], "the words of line 2")
    u.b.click_on(".view-document .document-words:not([hidden]) button")
    u.b.until("state.sentence === 1 && shell.current.view.id === 'reading'", "the line opened")
