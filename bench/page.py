#!/usr/bin/env python3
"""How large a page is, how soon it stands and how quickly it answers, in headless Chromium.

    bench/page.py [--folder build/bench-page] [--only long,heads,pairs] [--data ../shared/data]

Three pages of real runs are made once into the folder (models, texts; pages anew each time): `long`, one map of 1,000 x
1,000 words of a recurrent model; `heads`, every map of 100 x 100 words of a Transformer of 6 layers and 8 heads; `pairs`,
500 pairs of Multi30k (without the data: of `synth svo`). Then, of each:

    file        megabytes (10^6 bytes)
    paint       from navigation to the first paint with something in it, median of 5 fresh loads, milliseconds
    shown       from navigation to the first view with its words, likewise
    heap        JavaScript objects and the bytes of their arrays after everything was used, rubbish collected, megabytes
    hover       from the mouse event reaching the page to the frame with the highlight being drawn, median
    pan         frames a second that the page draws while the matrix is dragged
    filter      from a letter typed into the search field to the frame with the rows left, median
    ... work    what each of these took of the main thread's own time, mean, milliseconds: other work on the machine
                makes the waiting longer, not this

Prints each figure beside its bar and writes them to results.json in the folder. Exits 1 if a bar is missed.
"""
import argparse
import gzip
import json
import os
import pathlib
import random
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/page"))
import browser  # noqa: E402
import making  # noqa: E402

MODEL = """model_dir: {name}
seed: 3
data:
  train: {{ source: {data}/train.src, target: {data}/train.tgt }}
  valid: {{ source: {data}/valid.src, target: {data}/valid.tgt }}
  source: {{ level: word }}
  target: {{ level: word }}
  max_length: {longest}
"""
RECURRENT = """model:
  attention: { score: general }
  encoder: { hidden: 64, embedding: 64, dropout: 0 }
  decoder: { hidden: 64, embedding: 64, dropout: 0 }
train: { learning_rate: 0.005, epochs: 3, label_smoothing: 0, batch: { sentences: 32 } }
"""
TRANSFORMER = """model:
  type: transformer
  attention: { dropout: 0 }
  encoder: { layers: 6, heads: 8, hidden: 64, feed_forward: 128, dropout: 0 }
  decoder: { layers: 6, heads: 8, hidden: 64, feed_forward: 128, dropout: 0 }
train: { learning_rate: 0.003, max_steps: %d, label_smoothing: 0, batch: { sentences: 32 } }
"""

BARS = {  # page: figure: (at most or at least, bar)
    "long": {"file": ("<=", 1.5), "paint": ("<=", 1000), "hover": ("<=", 16), "pan": (">=", 50), "heap": ("<=", 60)},
    "heads": {"file": ("<=", 0.6), "shown": ("<=", 500)},
    "pairs": {"file": ("<=", 20), "filter": ("<=", 50)},
}


# ---- models and pages ----

class Maker(making.Folder):
    def __init__(self, command, folder, data):
        super().__init__(command, folder)
        self.data = data

    def synth(self, task, name, n):
        if not (self.folder / name).exists():
            self.run("synth", task, "--n", n, "--valid", 50, "--test", 60, "--out", name, "--quiet")

    def train(self, name, data, rest, longest=100):
        if not (self.folder / name / "model.safetensors").exists():
            (self.folder / f"{name}.yaml").write_text(MODEL.format(name=name, data=data, longest=longest) + rest)
            self.run("train", f"{name}.yaml", "--overwrite", "--quiet", "--threads", 1)

    def text(self, name, words, n):
        """A line of n words drawn from a file's; the same every time."""
        found = sorted(set((self.folder / words).read_text(encoding="utf-8").split()))
        rng = random.Random(1)
        line = " ".join(rng.choice(found) for _ in range(n))
        (self.folder / name).write_text(line + "\n", encoding="utf-8")
        return line

    def long(self):
        self.synth("copy", "copy", 4000)
        self.train("long-model", "copy", RECURRENT, longest=1100)
        line = self.text("long.src", "copy/train.src", 1000)
        self.run("explain", "-m", "long-model", "long.src", "--target", line, "--no-check", "--quiet", "--html", "long.html")

    def heads(self):
        self.synth("copy", "copy", 4000)
        self.train("heads-model", "copy", TRANSFORMER % 400)
        line = self.text("heads.src", "copy/train.src", 99)
        self.run("explain", "-m", "heads-model", "heads.src", "--target", line, "--no-check", "--quiet", "--html",
                 "heads.html")

    def multi30k(self):
        """pairs/: 3,000 lines to train on, 500 to look at; of Multi30k where it is there."""
        out, data = self.folder / "pairs", self.data / "multi30k"
        if out.exists():
            return
        if not data.exists():
            self.run("synth", "svo", "--n", 3000, "--valid", 50, "--test", 500, "--out", "pairs", "--quiet")
            for f in [*out.glob("*.en"), *out.glob("*.fr")]:
                f.rename(f.with_suffix({".en": ".src", ".fr": ".tgt"}[f.suffix]))
            return
        out.mkdir()
        for name, of, n in (("train", "train", 3000), ("valid", "val", 50), ("test", "test_2016_flickr", 500)):
            for language, side in (("en", "src"), ("de", "tgt")):
                with gzip.open(data / f"{of}.{language}.gz", "rt", encoding="utf-8") as f:
                    (out / f"{name}.{side}").write_text("".join(line for line, _ in zip(f, range(n))), encoding="utf-8")

    def pairs(self):
        self.multi30k()
        self.train("pairs-model", "pairs", RECURRENT)
        self.run("diagnose", "-m", "pairs-model", "pairs/test.src", "pairs/test.tgt", "--quiet", "--html", "pairs.html")


# ---- measuring ----

# Runs in the page before it loads: when the first view has its words, drawn.
BEFORE = """
globalThis.__shown = null;
new MutationObserver((_, o) => {
  if (!document.documentElement?.dataset.ready) return;
  o.disconnect();
  requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => { __shown = performance.now(); };
                                c.port2.postMessage(0); });
}).observe(document, { attributes: true, attributeFilter: ["data-ready"], subtree: true });
"""

# From an event reaching the page to the frame after it being drawn.
STOPWATCH = """
globalThis.__times = [];
for (const kind of ["pointermove", "mousemove", "input"])
  addEventListener(kind, () => {
    if (globalThis.__running) return;
    const start = globalThis.__running = performance.now();
    requestAnimationFrame(() => { const c = new MessageChannel();
      c.port1.onmessage = () => { __times.push(performance.now() - start); globalThis.__running = 0; };
      c.port2.postMessage(0); });
  }, { capture: true });
0
"""


def loads(b, path, n=5):
    """Medians over fresh loads: first contentful paint, words shown; milliseconds."""
    paints, shown = [], []
    for _ in range(n):
        b.open(path)
        shown.append(b.until("__shown", "a view with words"))
        paints.append(b.until("performance.getEntriesByName('first-contentful-paint')[0]?.startTime"))
    return {"paint": statistics.median(paints), "shown": statistics.median(shown)}


def show(b, view):
    """Goes to a view, if there is one of this name."""
    b.inside(["state", "shell", "change"])
    b.js(f"change({{ view: {json.dumps(view)} }}), 0")
    b.until(f"shell.current?.view.id === {json.dumps(view)}")
    b.frame()


def busy(b):
    """Milliseconds that the main thread has worked."""
    return 1000 * {m["name"]: m["value"] for m in b.cdp("Performance.getMetrics")["metrics"]}["TaskDuration"]


def times(b, name, act, n):
    """Median milliseconds from event to drawn frame of n acts, and the work of each."""
    b.js("__times.length = 0")
    start = busy(b)
    for i in range(n):
        act(i)
        b.until(f"__times.length > {i}")
    return {name: statistics.median(b.js("__times")), f"{name} work": (busy(b) - start) / n}


def hover(b):
    """Over the words of the output in the reading view, each time another one."""
    show(b, "reading")
    b.js(STOPWATCH)
    words = b.js("""[...document.querySelectorAll(".view-reading .flow .w")].map((w) => {
        const r = w.getClientRects()[0]; return r && [r.x + r.width / 2, r.y + r.height / 2]; })
        .filter((p) => p && p[0] > 0 && p[1] > 0 && p[0] < innerWidth && p[1] < innerHeight)""")
    step = max(1, len(words) // 40)
    return times(b, "hover", lambda i: b.move(*words[i * step % len(words)]), 40)


def pan(b):
    """Frames a second and main-thread milliseconds of each while the matrix is dragged for two seconds."""
    show(b, "matrix")
    x, y, width, height = b.js("""(() => { const c = [...document.querySelectorAll("[role=tabpanel]:not([hidden]) canvas")]
        .sort((a, b) => b.width * b.height - a.width * a.height)[0]; c.scrollIntoView({ block: "center" });
        const r = c.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })()""")
    cx, cy = x + width / 2, y + min(height, 800) / 2
    for _ in range(8):
        b.wheel(cx, cy, -240)
    b.frame()
    b.js("globalThis.__frames = 0; (function f() { __frames++; requestAnimationFrame(f); })(), 0")
    b.move(cx, cy)
    b._mouse("mousePressed", button="left", buttons=1, clickCount=1)
    from_task, from_frame, start, i = busy(b), b.js("__frames"), time.monotonic(), 0
    while time.monotonic() - start < 2:
        i += 1
        b.move(cx - 150 * (i % 50) / 50, cy - 100 * (i % 50) / 50, buttons=1)
    seconds, frames, work = time.monotonic() - start, b.js("__frames") - from_frame, busy(b) - from_task
    b._mouse("mouseReleased", button="left", buttons=0, clickCount=1)
    return {"pan": frames / seconds, "pan work": work / frames}


def search(b):
    """Letters typed into the search field of the set view."""
    show(b, "set")
    b.until("document.querySelector('[role=tabpanel]:not([hidden]) input[type=search]')")
    b.js(STOPWATCH)
    b.click_on("[role=tabpanel]:not([hidden]) input[type=search]")
    text = "a man in the street a woman"
    return times(b, "filter", lambda i: b.type(text[i % len(text)]), 20)


def measure(b, name, path):
    out = {"file": path.stat().st_size / 1e6, **loads(b, path)}
    if name == "long":
        out.update(hover(b))
        out.update(pan(b))
    elif name == "pairs":
        out.update(search(b))
    out["heap"] = b.heap()
    return out


def report(name, figures):
    """Prints them; whether every bar is kept."""
    good = True
    for key, value in figures.items():
        side, bar = BARS[name].get(key, ("", None))
        kept = bar is None or (value <= bar if side == "<=" else value >= bar)
        good &= kept
        print(f"{name:6} {key:11} {value:9.2f}" + (f"  {side} {bar}{'' if kept else '  MISSED'}" if bar else ""))
    return good


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/bench-page")
    p.add_argument("--only", default="long,heads,pairs")
    p.add_argument("--data", type=pathlib.Path, default=pathlib.Path(os.environ.get("LOOKBACK_DATA", ROOT / "../shared/data")))
    p.add_argument("--lookback", default=os.environ.get("LOOKBACK", ROOT / "build/release/lookback"))
    a = p.parse_args()
    browser.right_python()
    if why := browser.is_there():
        print(f"page: skipped: {why}")
        return 0
    maker, results, good = Maker(str(pathlib.Path(a.lookback).resolve()), a.folder.resolve(), a.data), {}, True
    for name in a.only.split(","):
        getattr(maker, name)()
        with browser.Browser() as b:
            b.cdp("Page.addScriptToEvaluateOnNewDocument", source=BEFORE)
            b.cdp("Performance.enable", timeDomain="threadTicks")
            results[name] = measure(b, name, maker.folder / f"{name}.html")
        good &= report(name, results[name])
    (maker.folder / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
