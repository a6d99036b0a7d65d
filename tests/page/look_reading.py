"""The reading view: what a word lights up is what --json says, by mouse and by keys, and an answer in words."""
import re

from using import check, equal, need

LIT, LIT_FROM = 24, 0.02  # viewer/view_reading.js
FLOW = ".view-reading .flow"
LIGHTS = (f"Object.fromEntries([...document.querySelectorAll('{FLOW} .w.lit')]"
          ".map(e => [e.at.index, [e.dataset.n, e.dataset.mark ?? null, e.at.side]]))")


def fixed(x):
    return "<0.01" if 0 < x < 0.005 else f"{x:.2f}"


def lights_of_row(o, t):
    """{source word: (number, mark)} that a target word lights up, by --json."""
    row = o["attention"][t]
    best = sorted(range(len(row)), key=lambda c: (-row[c], c))[:LIT]
    begin = 1 if o["source_tokens"][0] == "<s>" else 0
    marks = {(x["target"], x["source"] + begin): x["mark"] for x in o.get("check", {}).get("highlights", [])}
    return {str(c): [fixed(row[c]), marks.get((t, c)), "column"] for i, c in enumerate(best)
            if row[c] >= LIT_FROM or i == 0}


def lights_of_column(o, s):
    column = [row[s] for row in o["attention"]]
    best = sorted(range(len(column)), key=lambda t: (-column[t], t))[:LIT]
    marks = {(x["target"], x["source"]): x["mark"] for x in o["check"]["highlights"]}
    return {str(t): [fixed(column[t]), marks.get((t, s)), "row"] for t in best if column[t] >= LIT_FROM}


def same_lights(found, wanted, where):
    """Equal but for the last digit, which another way of rounding may change."""
    need(found.keys() == wanted.keys(), f"{where}: lit {found} instead of {wanted}")
    for k, (number, mark, side) in wanted.items():
        need(found[k][1:] == [mark, side], f"{where}: {k} is {found[k]} instead of {wanted[k]}")
        close = abs(float(found[k][0].strip("<")) - float(number.strip("<"))) < 0.011
        need(close, f"{where}: {k} says {found[k][0]} instead of {number}")


def word(u, side, index):
    """Which element of `.w` it is, for the mouse."""
    return u.b.js(f"[...document.querySelectorAll('{FLOW} .w')].findIndex(e => e.at.side === '{side}' && "
                  f"e.at.index === {index})")


def over(u, side, index):
    u.b.hover_over(f"{FLOW} .w", word(u, side, index))
    u.b.frame()


@check
def reading_first_time(u):
    """From the page alone, one hover: what does 'chats' stand on, is it supported, what happens without it?"""
    u.open("words")
    o = u.json("words")[0]
    equal(o["translation"], "Elle aime les chats", "what the model says")
    x = next(x for x in o["check"]["highlights"] if x["target_word"] == "chats" and x["source_word"] == "cats")
    over(u, "row", o["tokens"].index("chats"))
    said = u.text(".view-reading aside")
    for part in ("chats looked most at cats", "Supported: without “cats”", f"the model would write “{x['instead']}”"):
        need(part in said, f"'{part}' is not in what one hover says: {said[:300]}")


@check
def reading_hover(u):
    """Every word of some sentences in all scripts, both ways."""
    u.open("words")
    for i, o in list(enumerate(u.json("words")))[:28:7]:
        u.change(sentence=i)
        for t in range(len(o["tokens"])):
            over(u, "row", t)
            same_lights(u.b.js(LIGHTS), lights_of_row(o, t), f"sentence {i}, target word {t}")
        for s in range(len(o["source_tokens"])):
            over(u, "column", s)
            same_lights(u.b.js(LIGHTS), lights_of_column(o, s), f"sentence {i}, source word {s}")
    u.b.move(1, 1)
    u.b.frame()
    equal(u.b.js(LIGHTS), {}, "lit when nothing is pointed at")


@check
def reading_words(u):
    """What is shown as words is the words, whatever they are; nothing of it became markup or ran."""
    for name in ("words", "hostile"):
        u.open(name)
        title = u.b.js("document.title")
        for i, o in list(enumerate(u.json(name)))[::3 if name == "words" else 1]:
            u.change(sentence=i)
            for side, key in (("column", "source_tokens"), ("row", "tokens")):
                found = u.b.js(f"[...document.querySelectorAll('{FLOW} .w')].filter(e => e.at.side === '{side}')"
                               ".map(e => [e.textContent, e.title])")
                equal(len(found), len(o[key]), f"{name} {i}: words of {key}")
                for (text, title_), token in zip(found, o[key]):
                    plain = re.sub(r"[\0-\x1f\x7f\u200e\u200f\u2028-\u202e\u2066-\u2069]", "", token)
                    need(token.startswith("</s") or plain == token and token in (text, title_) or plain != token and text,
                         f"{name} {i}: '{text[:60]}' stands for '{token[:60]}'")
        equal(u.b.js("document.title"), title, "the title")
        equal(u.b.count("script:not([id])"), 2, "scripts that run: the viewer, and what starts it")
        equal(u.b.count("#app script, #app svg[onload], #app img[onerror], #app b > bold"), 0, "elements from text")


@check
def reading_pin(u):
    """A click pins, another word compares, Escape lets go; the address follows."""
    u.open("words", sentence=0)
    o = u.json("words")[0]
    u.b.click_on(f"{FLOW} .w", word(u, "row", 3))
    u.b.move(1, 1)
    u.b.frame()
    equal(u.state("row"), 3, "the pinned word")
    need("row=3" in u.b.js("location.hash"), "the link does not say what is pinned")
    same_lights(u.b.js(LIGHTS), lights_of_row(o, 3), "pinned")
    need("Pinned" in u.live() and "cats" in u.live(), f"the live region says {u.live()}")
    u.b.click_on(f"{FLOW} .w", word(u, "row", 0), modifiers=8)
    u.b.frame()
    equal([u.state("row"), u.state("other")], [3, 0], "the words compared")
    said = u.text(".view-reading aside")
    need("differ most" in said and "She" in said and "cats" in said, f"two words compared: {said[:200]}")
    u.press("Escape")
    equal([u.state("row"), u.state("other")], [None, None], "after Escape")
    u.b.move(1, 1)
    u.b.frame()
    equal(u.b.js(LIGHTS), {}, "lit after Escape")


@check
def reading_keys(u):
    """One tab stop for each text; arrows go along, Enter pins, o crosses over; the live region says it."""
    u.open("words", sentence=0)
    stops = u.b.js(f"[...document.querySelectorAll('{FLOW} .w')].filter(e => e.tabIndex === 0).length")
    equal(stops, 1, "tab stops in the view")
    u.b.js(f"document.querySelector('{FLOW} .w[tabindex=\"0\"]').focus(), 0")
    at = "(e => e && e.at && [e.at.side, e.at.index])(document.activeElement)"
    side, index = u.b.js(at)
    u.press("ArrowRight")
    equal(u.b.js(at), [side, index + 1], "after ArrowRight")
    u.press("End")
    u.press("ArrowLeft")
    last = len(u.json("words")[0]["tokens" if side == "row" else "source_tokens"]) - 2
    equal(u.b.js(at), [side, last], "after End and ArrowLeft")
    need(u.json("words")[0]["tokens"][last] in u.live(), f"the live region says {u.live()}")
    u.press("Enter")
    equal(u.state("row" if side == "row" else "column"), last, "pinned by Enter")
    u.press("o")
    need(u.b.js(at)[0] != side, "o does not cross over")
    u.press("Escape")
    equal(u.state("row"), None, "after Escape")


@check
def reading_modes(u):
    """Gradient and erasing light up what they say."""
    u.open("words", sentence=0)
    o = u.json("words")[0]
    t = o["tokens"].index("chats")
    for reading, key in (("gradient", "gradient"), ("erasing", "leave_one_out")):
        u.b.js(f"document.querySelector('input[name=reading][value={reading}]').click(), 0")
        u.b.frame()
        equal(u.state("reading"), reading, "the reading chosen")
        over(u, "row", t)
        lit = {k: float(v[0].strip("<")) for k, v in u.b.js(LIGHTS).items()}
        want = next(r for r in o["readings"] if r["target"] == t)[key]["source"]
        equal(max(lit, key=lit.get), str(want), f"what {reading} lights up most")


@check
def reading_right_to_left(u):
    """Hebrew and Arabic run from the right, and the left arrow goes on."""
    for i in (1, 2):
        u.open("words", sentence=i)
        for key, side in (("source_tokens", "column"), ("tokens", "row")):
            words = [t for t, w in enumerate(u.json("words")[i][key]) if w != "</s>"]
            x = u.b.js(f"[...document.querySelectorAll('{FLOW} .w')].filter(e => e.at.side === '{side}')"
                       ".map(e => e.getBoundingClientRect().x)")
            need(all(x[a] > x[b] for a, b in zip(words, words[1:])), f"sentence {i}: {key} stand at {x}")
        u.b.js(f"[...document.querySelectorAll('{FLOW} .w')].find(e => e.at.side === 'row' && e.at.index === 0).focus(), 0")
        u.press("ArrowLeft")
        equal(u.b.js("document.activeElement.at.index"), 1, "ArrowLeft goes on")


@check
def reading_tap(u):
    """A tap pins a word; a tap beside the text lets go."""
    u.open("words", sentence=0)
    u.b.cdp("Emulation.setTouchEmulationEnabled", enabled=True)
    x, y = u.b.middle(f"{FLOW} .w", word(u, "row", 3))
    u.b.tap(x, y)
    u.b.until("state.row === 3", "pinned by a tap")
    same_lights(u.b.js(LIGHTS), lights_of_row(u.json("words")[0], 3), "tapped")
    u.b.tap(x + 350, y)
    u.b.until("state.row === null", "let go by a tap")
    u.b.cdp("Emulation.setTouchEmulationEnabled", enabled=False)
