"""Many sentences: sorting, filtering and opening them; heads in a grid; reports with the figures of --json."""
import re

from using import check, equal, need

SET = ".view-set"
ORDER = f"[...document.querySelectorAll('{SET} .set-open')].map(e => Number(e.dataset.index))"


def by(sentences, column, up):
    """Indices in the order of a column; what is not known last; else as in the file."""
    known = [i for i, x in enumerate(sentences) if x["values"].get(column) is not None]
    rest = [i for i in range(len(sentences)) if i not in set(known)]
    return sorted(known, key=lambda i: sentences[i]["values"][column] * (1 if up else -1)) + rest


@check
def set_sort(u):
    """By every column, both ways; the worst come first to begin with; the address keeps it."""
    u.open("set", view="set")
    head = u.page("set").head
    sentences = head["sentences"]
    first = next(c for c in head["columns"] if c["worse"])
    equal(u.b.js(ORDER), by(sentences, first["id"], first["worse"] == "low")[:50], "the order to begin with")
    for column in head["columns"]:
        for up in (False, True):
            u.change(sort=f"{column['id']}:{'up' if up else 'down'}")
            equal(u.b.js(ORDER), by(sentences, column["id"], up)[:50], f"by {column['id']}, {'up' if up else 'down'}")
    need("sort=" in u.b.js("location.hash"), "the link does not say how it is sorted")
    u.b.click_on(f"{SET} thead button", 1)
    u.b.frame()
    sort = u.b.js(f"[...document.querySelectorAll('{SET} th[aria-sort]')].map(e => e.getAttribute('aria-sort'))")
    equal(len(sort), 1, f"heads that say they sort: {sort}")


@check
def set_filter(u):
    """Letters typed keep the lines that have them, in source or output; a link keeps them."""
    u.open("set", view="set")
    sentences = u.page("set").head["sentences"]
    u.press("/")
    u.b.type("кошка")
    u.b.frame()
    want = {i for i, x in enumerate(sentences) if "кошка" in (x["source"] + "\n" + x["output"]).lower()}
    equal(set(u.b.js(ORDER)), want, "the lines left")
    need(f"{len(want)} of" in u.text(SET), "how many are left is not said")
    link = u.b.js("location.hash")
    u.open("set", link)
    equal(set(u.b.js(ORDER)), want, "the lines left after the link was opened")
    u.change(query="<script>zzz")
    equal(u.b.js(ORDER), [], "nothing is left")


@check
def set_open(u):
    """By keys: to a row, Enter opens it in the reading view; ] goes on; the row is marked when one comes back."""
    u.open("set", view="set")
    order = u.b.js(ORDER)
    u.b.js(f"document.querySelector('{SET} .set-open[tabindex=\"0\"]').focus(), 0")
    u.press("ArrowDown", "ArrowDown", "Enter")
    u.b.until(f"shell.current.view.id === 'reading' && shell.sentence.index === {order[2]}", "the sentence opened")
    source = u.page("set").head["sentences"][order[2]]["source"]
    need(source.split()[0] in u.text(".view-reading .flow"), "another sentence was opened")
    u.change(view="set")
    equal(u.b.js(f"document.querySelector('{SET} tr[aria-current] .set-open').dataset.index"), str(order[2]), "the row marked")


@check
def set_numbers(u):
    """The figures in the table are those of diagnose --json."""
    u.open("set", view="set", sort="line:up")
    told = {o["line"]: o for o in u.json("set") if "line" in o}
    columns = [c["id"] for c in u.page("set").head["columns"]]
    rows = u.b.js(f"[...document.querySelectorAll('{SET} tbody tr')].map(r => [Number(r.querySelector('.set-open').dataset.index),"
                  "[...r.querySelectorAll('td.value')].map(c => c.textContent)])")
    n = 0
    for i, values in rows:
        for key, text in zip(columns, values):
            if told.get(i, {}).get(key) is not None:
                number = re.search(r"-?\d+(\.(\d+))?", text.replace("−", "-"))
                need(number and abs(float(number[0]) - told[i][key]) < 1.01 * 10 ** -len(number[2] or ""),
                     f"line {i}: {key} is {text}, not {told[i][key]}")
                n += 1
    need(n > 100, f"only {n} figures could be compared")


@check
def report_check(u):
    """The verdict, its skill and the table are those of check --json."""
    u.open("check", view="report")
    o, said = u.json("check")[0], u.text(".view-report")
    need(o["verdict"] in said, f"the verdict {o['verdict']} is not said")
    for x in (o["skill"]["value"], o["skill"]["low"], o["tests"]["drop"]["attention"]["value"]):
        need(f"{x:.3f}" in said or f"{x:.2f}" in said, f"{x} is not said")
    u.change(view="reading", sentence=0)
    honest = u.text(".honest")
    for part in (f"{o['skill']['value']:.2f}", o["verdict"], "Attention alone is not a reason"):
        need(part in honest, f"'{part}' is not in the line under the map: {honest}")


@check
def report_heads(u):
    """The roles of diagnose stand in the report, and a head's name opens its map."""
    u.open("set", view="report", sentence=0)
    heads = [o for o in u.json("set") if "role" in o]
    said = u.text(".view-report")
    for role in {o["role"] for o in heads if o["role"]}:
        need(role in said, f"the role {role} is not said")


@check
def heads_grid(u):
    """A tile for each head, sorted by its figures; Enter opens it as a matrix."""
    u.open("heads", view="heads", sentence=0)
    tiles = "[...document.querySelectorAll('.view-heads .grid-tile')]"
    equal(u.b.js(f"{tiles}.length"), 6, "tiles of three layers and two heads")
    for sort in ("entropy", "diagonality", "largest"):
        u.change(heads=f"cross:{sort}")
        shown = [float(x) for x in u.b.js(f"{tiles}.map(t => t.querySelector('.grid-note').textContent)")]
        equal(shown, sorted(shown, reverse=sort != "entropy"), f"sorted by {sort}")
    u.change(heads="encoder:place")
    equal(u.b.js(f"{tiles}.length"), 8, "tiles of two layers and four heads")
    u.b.js(f"{tiles}[0].focus(), 0")
    u.press("ArrowRight", "Enter")
    u.b.until("shell.current.view.id === 'matrix'", "the matrix of the head")
    equal(u.state("map"), "encoder.0.1", "the map opened")
