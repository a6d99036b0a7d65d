"""The matrix: each cell says and shows the number that --json gives, under every scale; zoom, pan, pin and compare."""
import collections
import json
import re

import browser
from using import check, equal, need

STAGE = ".view-matrix .matrix-stage"
CELL = ("(c => [Number(c.parentElement.getAttribute('aria-rowindex')) - 1, Number(c.getAttribute('aria-colindex')) - 1,"
        "c.textContent])(document.getElementById('matrix-cell'))")
NUMBER = re.compile(r"(?:: |\()(<?[−+]?\d\.\d\d)")


def focus(u):
    u.b.js(f"document.querySelector('{STAGE}').focus(), 0")


def says(text, value):
    """Whether a text gives this number, to two digits."""
    if value is None:
        return "not known" in text
    found = NUMBER.search(text)
    return bool(found) and abs(float(found[1].replace("−", "-").strip("<")) - value) < 0.0101


def walk(u, weights, where):
    """Through every cell by the arrow keys, as an ox ploughs."""
    focus(u)
    u.b.key("Home", modifiers=2)
    for r, row in enumerate(weights):
        columns = range(len(row)) if r % 2 == 0 else range(len(row) - 1, -1, -1)
        for c in columns:
            at_row, at_column, text = u.b.js(CELL)
            equal((at_row, at_column), (r, c), f"{where}: the cell")
            need(says(text, row[c]), f"{where}: cell {r}, {c} says '{text}', its weight is {row[c]}")
            if c != columns[-1]:
                u.b.key("ArrowRight" if r % 2 == 0 else "ArrowLeft")
        u.b.key("ArrowDown")


@check
def matrix_cells(u):
    """What is said of every cell, and aloud, is what --json says; of heads what --attention says."""
    u.open("words", view="matrix")
    for i in (0, 1, 7):
        u.change(sentence=i)
        o = u.json("words")[i]
        walk(u, o["attention"], f"sentence {i}")
    need(o["tokens"][-2] in u.live() or "end of sentence" in u.live(), f"the live region says {u.live()}")
    maps = json.loads((u.folder / "heads.jsonl").read_text(encoding="utf-8").split("\n")[0])["maps"]
    u.open("heads", view="matrix")
    for kind, layer, head in (("cross", 2, 1), ("encoder", 0, 3), ("decoder", 1, 0)):
        u.change(map=f"{kind}.{layer}.{head}")
        walk(u, maps[kind][layer][head], f"{kind} {layer} {head}")


def colours(u, n=9):
    """{(row, column): commonest colour around the places that say they are this cell}, of n x n places."""
    x, y, width, height = u.b.box(STAGE)
    places = collections.defaultdict(list)
    for i in range(n):
        for j in range(n):
            px, py = width * (j + 0.37) / n, height * (i + 0.37) / n
            u.b.move(x + px, y + py)
            r, c, text = u.b.js(CELL)
            if " looked at " in text and " was looked at " not in text:
                places[r, c].append((int(px), int(py)))
    u.b.move(1, 1)
    u.b.frame()
    rows = browser.pixels(u.b.picture((x, y, width, height)))
    around = [(dx, dy) for dx in range(-3, 4) for dy in range(-3, 4)]
    return {cell: collections.Counter(rows[py + dy][px + dx] for px, py in at for dx, dy in around).most_common(1)[0][0]
            for cell, at in places.items() if cell[0] >= 0}


@check
def matrix_colours(u):
    """Cells have the colour of their number, linear and by square roots."""
    u.open("words", view="matrix", sentence=0)
    u.b.inside(["cividis", "shade"])
    weights = u.json("words")[0]["attention"]
    for scale in ("linear", "sqrt"):
        u.change(scale=scale)
        seen = colours(u)
        need(len(seen) >= 9, f"only {len(seen)} cells were found by pointing")
        for (r, c), colour in seen.items():
            want = u.b.js(f"cividis(shade({weights[r][c]}, '{scale}', 1)).map(Math.round)")
            off = max(abs(a - b) for a, b in zip(colour, want))
            need(off <= 6, f"{scale}: cell {r}, {c} of {weights[r][c]:.3f} has colour {colour} instead of {want}")


@check
def matrix_zoom(u):
    """The wheel zooms at the pointer, dragging takes the map along, 0 shows all of it."""
    u.open("hostile", view="matrix", sentence=8)
    x, y, width, height = u.b.box(STAGE)
    px, py = x + width * 0.6, y + height * 0.55
    u.b.move(px, py)
    u.b.frame()
    before = u.b.js(CELL)[:2]
    for _ in range(6):
        u.b.wheel(px, py, -300)
        u.b.frame()
    u.b.move(px + 1, py)
    after = u.b.js(CELL)[:2]
    need(all(abs(a - b) <= 1 for a, b in zip(before, after)), f"zoomed at {before}, and {after} is there now")
    u.b.drag(px, py, px - 150, py - 100)
    u.b.move(px - 151, py - 100)
    u.b.frame()
    need(all(abs(a - b) <= 1 for a, b in zip(u.b.js(CELL)[:2], after)), "dragging does not take the cell along")
    u.b.move(px, py)
    need(u.b.js(CELL)[:2] != after, "dragging did not move the map")
    focus(u)
    u.press("0")
    need("whole map" in u.live(), f"after 0 the live region says {u.live()}")
    u.b.move(px, py)
    u.b.frame()
    equal(u.b.js(CELL)[:2], before, "after 0 the cell is")
    u.press("+")
    need("times as large" in u.live(), f"after + the live region says {u.live()}")


@check
def matrix_pin(u):
    """Enter and a click pin a cell, Shift compares rows, Escape lets go step by step; other views know."""
    u.open("words", view="matrix", sentence=0)
    focus(u)
    u.b.key("Home", modifiers=2)
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        u.b.key(key)
    u.b.frame()
    equal([u.state("row"), u.state("column")], [1, 1], "pinned by Enter")
    need("row=1" in u.b.js("location.hash") and "column=1" in u.b.js("location.hash"), "the link does not say it")
    u.change(view="reading")
    need("loves" in u.text(".view-reading aside"), "the reading view does not know of the pin")
    u.change(view="matrix")
    focus(u)
    u.b.key("ArrowDown")
    u.b.key("Enter", modifiers=8)
    u.b.frame()
    equal(u.state("other"), 2, "compared by Shift and Enter")
    need("difference" in u.b.js(f"document.querySelector('{STAGE}').getAttribute('aria-label')").lower() or
         u.b.js(f"document.querySelector('{STAGE}').getAttribute('aria-rowcount')") == "3", "no rows compared")
    u.press("Escape")
    equal(u.state("other"), None, "after the first Escape")
    u.press("Escape")
    equal(u.state("row"), None, "after the second Escape")


@check
def matrix_controls(u):
    """Scale, threshold and map are chosen by hand and stand in the link."""
    u.open("heads", view="matrix", sentence=0)
    u.b.js("(s => { s.value = 'sqrt'; s.dispatchEvent(new Event('change')); })([...document.querySelectorAll("
           "'.view-matrix select')].find(s => [...s.options].some(o => o.value === 'sqrt'))), 0")
    u.b.js("(r => { r.value = 0.5; r.dispatchEvent(new Event('input', { bubbles: true })); })("
           "document.querySelector('.view-matrix input[type=range]')), 0")
    u.b.frame()
    link = u.b.js("location.hash")
    need("scale=sqrt" in link and "threshold=0.25" in link, f"the link is {link}")
    u.open("heads", link)
    need(u.state("scale") == "sqrt" and abs(u.state("threshold") - 0.25) < 1e-9, "the link does not restore them")
