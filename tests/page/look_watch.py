"""look_watch.py -- a training through time: slider, keys, play, pairs, maps and curves; reading itself anew."""
import base64
import json
import re
import zlib

import read_page

from using import check, equal, need


def data(u, name):
    page = u.page(name)
    return read_page.matrices(page.head["watch"], zlib.decompress(base64.b64decode(page.blocks["nwatch"])))


def cells(u):
    """The map as it is shown: [rows][columns] of texts."""
    return u.b.js("[...document.querySelectorAll('.watch-map tbody tr')].map(r => [...r.querySelectorAll('td')]"
                  ".map(c => c.textContent))")


def short(x):
    return f"{x:.2f}".removeprefix("0") if x >= 0.005 else ""


def squeeze(text):
    """Without what a script counts as space, which is more than what Python does."""
    return re.sub(r"[\s\ufeff]", "", text)


def is_map(u, probe, time, what):
    wanted = [[short(x) for x in row] for row in probe["snapshots"][time]["weights"]]
    near = lambda a, b: abs(float(a or 0) - float(b or 0)) < 0.0101  # halves are rounded either way
    found = cells(u)
    equal([len(r) for r in found], [len(r) for r in wanted], f"{what}: the map's shape")
    need(all(near(a, b) for f, w in zip(found, wanted) for a, b in zip(f, w)), f"{what}: {found} instead of {wanted}")


@check
def watch_time(u):
    """The map, the output and the curves are those of the time that slider, keys, link and pointer choose."""
    if not u.has("watch"):
        return "skipped: no watch.html"
    w, last = data(u, "watch"), len(data(u, "watch")["probes"][0]["snapshots"]) - 1
    steps = [s["step"] for s in w["probes"][0]["snapshots"]]
    u.open("watch")
    equal(u.shown(), "watch", "the first view")
    is_map(u, w["probes"][0], last, "the newest")
    u.press("ArrowLeft")
    is_map(u, w["probes"][0], last - 1, "after ArrowLeft")
    equal(u.state("time"), steps[last - 1], "the time in the link")
    u.press("Home", "]", "]")
    is_map(u, w["probes"][2], 0, "the first time of the third pair")
    written, shown = w["probes"][2]["snapshots"][0]["output"] or "nothing", u.text(".watch-texts")
    need(squeeze(written) in squeeze(shown), f"'{written}' is not in: {shown}")
    u.b.js("(e => { e.value = 1; e.dispatchEvent(new Event('input')); })(document.getElementById('watch-time')), 0")
    u.b.frame()
    is_map(u, w["probes"][2], 1, "after the slider")
    u.open("watch", probe=1, time=steps[2])
    is_map(u, w["probes"][1], 2, "from a link")
    x, y, width, height = u.b.box(".watch-plot svg", 0)
    u.b.click(x + width - 1, y + height / 2)
    u.b.frame()
    equal(u.state("time"), None, "after a press at the end of a curve")
    need(u.b.count(".watch-chart") == 4 and u.b.count(".watch-line.limit") == 1, "the curves")
    for hostile in ("#probe=99&time=999999999", "#probe=x&time=-1&live=no"):
        u.open("watch", hostile)
        need(cells(u), f"no map at {hostile}")


@check
def watch_keys(u):
    """p plays to the end; in the map arrows go from cell to cell, said aloud."""
    if not u.has("watch"):
        return "skipped: no watch.html"
    probe = data(u, "watch")["probes"][0]
    u.open("watch", time=0)
    u.press("p")
    u.b.until("document.getElementById('watch-play').textContent === 'Pause'")
    u.b.until("document.getElementById('watch-play').textContent === 'Play'", "played to the end", 30)
    equal(u.state("time"), None, "the time after playing")
    u.b.js("document.getElementById('watch-map').focus(), 0")
    u.press("ArrowRight", "ArrowDown")
    said = u.live()
    need(said.startswith(f"{probe['reference'][1]} looks at {probe['source'][1]}: "), f"said: {said}")
    u.press("ArrowUp", "ArrowUp", "ArrowUp")
    need(u.live().startswith(f"{probe['reference'][0]} looks at "), f"said: {u.live()}")
    u.open("watch", theme="dark")
    for width in (1280, 375):
        u.b.size(width, 800)
        need(u.b.js("document.documentElement.scrollWidth") <= width, f"wider than {width}")
    u.b.size(1280, 900)


@check
def watch_downloads(u):
    """The curves as CSV and all of it as JSON are what the file holds."""
    if not u.has("watch"):
        return "skipped: no watch.html"
    w = data(u, "watch")
    u.open("watch")

    def save(nth):
        u.b.js("[...document.querySelectorAll('button')].find(b => b.textContent === 'Download').click(), 0")
        u.b.js(f"document.querySelectorAll('[role=menuitem]')[{nth}].click(), 0")
    name, text = u.b.downloaded(lambda: save(0))
    lines = [line.split(",") for line in text.decode().splitlines()]
    equal(name, "watch.csv", "the file of the curves")
    equal(lines[0][:3], ["step", "epoch", "loss"], "its columns")
    equal([float(line[2]) for line in lines[1:]], [v["loss"] for v in w["validations"]], "its losses")
    name, text = u.b.downloaded(lambda: save(1))
    saved = json.loads(text)
    for a, b in zip(saved["probes"], w["probes"]):
        equal([s["output"] for s in a["snapshots"]], [s["output"] for s in b["snapshots"]], "outputs in the JSON")
        near = [abs(x - y) < 1e-4 for s, t in zip(a["snapshots"], b["snapshots"])
                for r, q in zip(s["weights"], t["weights"]) for x, y in zip(r, q)]
        need(near and all(near), "weights in the JSON")


@check
def watch_live(u):
    """While training runs the page reads itself anew, unless somebody uses it or says no."""
    if not u.has("live"):
        return "skipped: no live.html"
    u.open("live", probe=2)
    need("under way" in u.text(".watch-status"), "what it says of the run")
    reloaded = "performance.now() < 100000"
    u.b.js("(performance.now = () => 1e6), document.body.dispatchEvent(new Event('wheel', { bubbles: true })), 0")
    u.b.js("new Promise(done => setTimeout(done, 1500))")
    need(not u.b.js(reloaded), "read anew while it was used")
    u.b.js("(performance.now = () => 2e6), 0")
    u.b.until(reloaded, "read anew", 10)
    u.b.until("document.documentElement.dataset.ready", "drawn again")
    need("probe=2" in u.b.js("location.hash"), "the link after reading anew")
    u.b.click_on("#watch-live")
    u.b.js("(performance.now = () => 3e6), new Promise(done => setTimeout(done, 1500))")
    need(not u.b.js(reloaded), "read anew although nobody wants it")


@check
def watch_alarm(u):
    """The alarm says what to try; a run that has ended says why."""
    if not u.has("alarm"):
        return "skipped: no alarm.html"
    u.open("alarm")
    said = u.text(".watch-alarm")
    need("uniform in" in said and "any other score" in said, f"the alarm: {said}")
    need("has ended" in u.text(".watch-status") and "epochs are done" in u.text(".watch-status"), "how it ended")
