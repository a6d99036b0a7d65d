"""What can be saved: pictures that parse, a table, JSON and links that are those of --json."""
import csv
import io
import math
import struct
import xml.etree.ElementTree

import browser
from using import check, equal, need

CASES = [("words", 0), ("words", 3), ("heads", 2), ("hostile", 0), ("hostile", 1), ("hostile", 3), ("hostile", 5),
         ("hostile", 8)]
SAME = 2e-6


def saved(u, kind):
    """(file name, bytes) of what the menu saves."""
    def press():
        u.b.click_on("button[aria-haspopup=menu]")
        u.b.until("document.querySelector('[role=menu]:not([hidden]) [role=menuitem]')")
        names = u.b.texts("[role=menu]:not([hidden]) [role=menuitem]")
        need(kind in names, f"no {kind} among {names}")
        u.b.click_on("[role=menu]:not([hidden]) [role=menuitem]", names.index(kind))
    return u.b.downloaded(press)


def near(a, b, error):
    """Equal but for rounding of numbers; error: what the page states."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(near(a[k], b[k], error) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(near(x, y, error) for x, y in zip(a, b))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=SAME, abs_tol=error + SAME)
    return a == b


def errors(u, name):
    """What the page states, and for slopes half a step of the steepest row."""
    said = u.page(name).head["quantised"]
    return said["error"], said["error_nats"]


def each(u):
    name = None
    for page, i in CASES:
        if page != name:
            u.open(page)
            name = page
        u.change(sentence=i)
        yield page, i, u.json(page)[i]


@check
def export_json(u):
    """The object of --json, marks and matrices too."""
    import json
    for name, i, o in each(u):
        file, data = saved(u, "JSON")
        need(file.endswith(f"-{i}.json"), f"the file is called {file}")
        found, (error, nats) = json.loads(data), errors(u, name)
        slopes = max((max(m.step) for m in [u.page(name).sentence(i)["result"].get("gradient", {}).get("norm")] if m),
                     default=0)
        for key in o.keys() | found.keys():
            limit = {"check": nats, "gradient": slopes}.get(key, error)
            need(key in o and key in found and near(found[key], o[key], limit),
                 f"{name} {i}: {key} is {str(found.get(key))[:200]} instead of {str(o.get(key))[:200]}")


@check
def export_csv(u):
    """A row for each cell, quoted as RFC 4180 says: any word comes back as it was."""
    for name, i, o in each(u):
        _, data = saved(u, "CSV")
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        error, nats = errors(u, name)
        weights, n = o["attention"], len(o["source_tokens"])
        equal(len(rows), len(weights) * n, f"{name} {i}: rows of the table")
        marks = {(x["target"], x["source"]): x for x in o["check"]["highlights"]} if "check" in o else {}
        for k, row in enumerate(rows):
            t, s = divmod(k, n)
            equal((row["line"], row["target"], row["source"]), (str(i), str(t), str(s)), f"{name} {i}: places")
            equal((row["target_word"], row["source_word"]), (o["tokens"][t], o["source_tokens"][s]), f"{name} {i}: words")
            need(abs(float(row["weight"]) - weights[t][s]) <= error + SAME, f"{name} {i}: weight of {t}, {s}")
            if "check" in o:
                drop = o["check"]["drop"][t][s]
                need((row["drop"] == "") == (drop is None) and (drop is None or abs(float(row["drop"]) - drop) <= nats + SAME),
                     f"{name} {i}: drop of {t}, {s} is {row['drop']}, not {drop}")
            equal(row["mark"], marks.get((t, s), {}).get("mark", ""), f"{name} {i}: mark of {t}, {s}")
            equal(row["instead"], marks.get((t, s), {}).get("instead") or "", f"{name} {i}: what stands instead")


@check
def export_links(u):
    """Pharaoh's links are those of --json."""
    for name, i, o in each(u):
        _, data = saved(u, "Pharaoh")
        links = [[int(x) for x in link.split("-")] for link in data.decode().split()]
        equal(links, o["alignment"], f"{name} {i}: links")


@check
def export_svg(u):
    """An SVG parses, runs nothing, names nothing outside, and its words are text."""
    for name, i, o in each(u):
        _, data = saved(u, "SVG")
        root = xml.etree.ElementTree.fromstring(data)
        tags = {e.tag.split("}")[1] for e in root.iter()}
        need(root.tag.endswith("svg") and tags <= {"svg", "title", "desc", "defs", "pattern", "path", "rect", "text", "g",
                                                   "circle", "tspan", "line", "clipPath", "linearGradient", "stop"},
             f"{name} {i}: elements {sorted(tags)}")
        for e in root.iter():
            for key, value in e.attrib.items():
                need(not key.startswith("on") and "href" not in key and "javascript:" not in value and "http" not in value,
                     f"{name} {i}: {key}={value[:80]}")
        texts = {e.text for e in root.iter() if e.tag.endswith("text")}
        if name == "words":
            short = [w for w in o["tokens"][:-1] + o["source_tokens"][:-1] if len(w) < 25 and w.isprintable()]
            need(all(w in texts for w in short), f"{name} {i}: {[w for w in short if w not in texts]} are not in the picture")


@check
def export_png(u):
    """A PNG is one, as large as it says, and has a cell of the brightest colour."""
    for name, i, o in each(u):
        if (name, i) not in (("words", 0), ("hostile", 5), ("hostile", 8)):
            continue
        _, data = saved(u, "PNG")
        need(data[:8] == b"\x89PNG\r\n\x1a\n" and data[-8:-4] == b"IEND", f"{name} {i}: not a whole PNG")
        width, height = struct.unpack(">II", data[16:24])
        need(100 < width < 8000 and 100 < height < 12000, f"{name} {i}: {width} x {height}")
        if (name, i) == ("words", 0):
            yellow = sum(1 for row in browser.pixels(data, 300) for p in row if p[0] > 235 and p[1] > 210 and p[2] < 90)
            need(yellow > 400, f"{yellow} bright pixels in the picture of a model that looks at one word")


@check
def export_heads(u):
    """Of a head that is chosen its own weights are saved."""
    import json
    u.open("heads", view="matrix", sentence=0, map="cross.2.1")
    _, data = saved(u, "CSV")
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    maps = json.loads((u.folder / "heads.jsonl").read_text(encoding="utf-8").split("\n")[0])["maps"]["cross"][2][1]
    found = [float(r["weight"]) for r in rows]
    need(near(found, [x for row in maps for x in row], 1e-5), f"weights {found[:6]} instead of {maps[0]}")


@check
def export_shown(u):
    """Everywhere: what the file holds is the number itself in the top 8 of a row, within the stated error elsewhere."""
    for name in ("hostile", "hostile-heads"):
        u.open(name, sentence=8)
        o, error = u.json(name)[8], errors(u, name)[0]
        m = "sentence(8).then(s => s.maps[0].weights).then(w => "
        shown = u.b.js(m + "Array.from({ length: w.rows }, (_, r) => Array.from(w.row(r))))")
        exact = u.b.js(m + "Array.from({ length: w.rows }, (_, r) => Array.from(w.row(r), (_, c) => w.exact(r, c))))")
        for t, row in enumerate(o["attention"]):
            best = sorted(range(len(row)), key=lambda c: -row[c])[:8]
            need(all(exact[t][c] for c in best if row[c] > row[best[-1]]), f"{name}: row {t} is not exact where it is largest")
            for c, x in enumerate(row):
                limit = 1e-8 + 1e-7 * x if exact[t][c] else error + 1e-8
                need(abs(shown[t][c] - x) <= limit, f"{name}: {t}, {c} shown as {shown[t][c]}, is {x}")
