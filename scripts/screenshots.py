#!/usr/bin/env python3
"""screenshots.py [--out docs/page] [--only NAME] -- every view of the page, light and dark, wide and narrow, as small PNGs.

The pages are of real runs: a recurrent model and a Transformer learn the English and French of `lookback synth svo`, a
third learns the words of tests/page/make_data.py in six scripts (build/screenshots, made once: some minutes). Run it
after the viewer has changed, and look at what it made.
"""
import argparse
import base64
import json
import pathlib
import struct
import shutil
import subprocess
import sys
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/page"))
import browser  # noqa: E402
import making  # noqa: E402
import using  # noqa: E402

# Runs in an empty page: the picture in at most 256 colours, as [width, height, palette, indices]. Colours are counted in
# 15 bits; the commonest 256, each at least so far from the others, stay, and every other one becomes the nearest of them.
REDUCE = """(async (png) => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height), c = canvas.getContext("2d");
  c.drawImage(image, 0, 0);
  const d = new Uint32Array(c.getImageData(0, 0, image.width, image.height).data.buffer), n = new Map();
  for (const p of d) n.set(p, (n.get(p) ?? 0) + 1);
  const split = (p) => [p & 255, p >> 8 & 255, p >> 16 & 255];
  const far = (a, b) => { const x = split(a), y = split(b);
    return (x[0] - y[0]) ** 2 + (x[1] - y[1]) ** 2 + (x[2] - y[2]) ** 2; };
  const common = [...n].sort((a, b) => b[1] - a[1]).map(([p]) => p), kept = [];
  for (let apart = 200; kept.length < 64 && apart >= 0; apart = apart > 12 ? apart / 4 : -1)
    for (const p of common)
      if (kept.length < 256 && kept.every((k) => far(k, p) > apart)) kept.push(p);
  const nearest = new Map(common.map((p) => [p, kept.reduce((b, k, i) => far(k, p) < far(kept[b], p) ? i : b, 0)]));
  const out = new Uint8Array(d.length);
  d.forEach((p, i) => { out[i] = nearest.get(p); });
  let text = "";
  for (let i = 0; i < out.length; i += 32768) text += String.fromCharCode(...out.subarray(i, i + 32768));
  return [image.width, image.height, kept.map(split).flat(), btoa(text)];
})"""


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def small_png(b, picture):
    """The same picture with a palette."""
    b.driver.get("about:blank")
    width, height, palette, cells = b.js(f"{REDUCE}({json.dumps(base64.b64encode(picture).decode())})")
    cells = base64.b64decode(cells)
    rows = b"".join(b"\0" + cells[y * width:(y + 1) * width] for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)) +
            chunk(b"PLTE", bytes(palette)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


# ---- the pages ----

TRANSFORMER = """model_dir: several
seed: 1
data:
  train: { source: demo/train.en, target: demo/train.fr }
  valid: { source: demo/valid.en, target: demo/valid.fr }
  source: { level: word }
  target: { level: word }
model:
  type: transformer
  attention: { dropout: 0 }
  encoder: { layers: 3, heads: 4, hidden: 64, feed_forward: 128, dropout: 0 }
  decoder: { layers: 3, heads: 4, hidden: 64, feed_forward: 128, dropout: 0 }
train: { learning_rate: 0.003, epochs: 12, metric: accuracy, label_smoothing: 0, batch: { sentences: 64 } }
"""
SCRIPTS = """model_dir: scripts
seed: 3
data:
  train: { source: words/train.src, target: words/train.tgt }
  valid: { source: words/valid.src, target: words/valid.tgt }
  source: { level: word }
  target: { level: word }
model:
  attention: { score: dot }
  encoder: { hidden: 32, embedding: 32, dropout: 0 }
  decoder: { hidden: 32, embedding: 32, dropout: 0 }
train: { learning_rate: 0.01, epochs: 8, metric: accuracy, label_smoothing: 0, batch: { sentences: 16 } }
"""
SMALL = ["model.encoder.hidden=96", "model.decoder.hidden=96", "model.encoder.embedding=64", "model.decoder.embedding=64",
         "train.schedule.steps=1000", "train.epochs=8", "train.validate_every.steps=50"]


class Pages(making.Folder):
    def train(self, name, config, *more):
        if not (self.folder / name / "model.safetensors").exists():
            self.run("train", config, "--overwrite", "--quiet", "--threads", 1, f"model_dir={name}", *more)

    def models(self):
        if not (self.folder / "demo").exists():
            self.run("synth", "svo", "--n", 8000, "--out", "demo", "--quiet")
            self.run("synth", "hallucinate", "--source", "demo/test.en", "--target", "demo/test.fr", "--test", 80,
                     "--out", "faults", "--quiet")
            subprocess.run([sys.executable, ROOT / "tests/page/make_data.py", "words"], cwd=self.folder, check=True)
        for name, text in (("several", TRANSFORMER), ("scripts", SCRIPTS)):
            (self.folder / f"{name}.yaml").write_text(text)
        self.train("attentive", ROOT / "recipes/demo.yaml", "--watch", "watch.html", *SMALL)
        self.train("several", "several.yaml")
        self.train("scripts", "scripts.yaml")

    def lines(self, name, of, n, first=()):
        """Short lines of a file, so that pictures of them can be read."""
        with open(self.folder / of, encoding="utf-8") as f:
            found = [line.rstrip("\n") for line in f]
        chosen = [*first, *(x for x in found if 6 <= len(x.split()) <= 14 and x not in first)][:n]
        (self.folder / name).write_text("".join(x + "\n" for x in chosen), encoding="utf-8")

    def make(self):
        self.models()
        self.lines("some", "demo/test.en", 24, ["She loves cats"])
        self.lines("many", "words/pairs.src", 40, ["She любит घर 猫が חתול قطة cats"])
        self.run("explain", "-m", "attentive", "some", "--quiet", "--html", "words.html")
        self.run("explain", "-m", "several", "some", "--quiet", "--html", "heads.html")
        self.run("explain", "-m", "scripts", "many", "--quiet", "--html", "scripts.html")
        self.run("diagnose", "-m", "attentive", "faults/faults.src", "faults/faults.tgt", "--labels", "faults/faults.labels",
                 "--quiet", "--html", "set.html")
        self.run("check", "-m", "several", "demo/test.en", "--quiet", "--html", "check.html")
        self.study()
        self.run("demo", "answer", "--size", 0.3, "--threads", 1, "--out", "asked")
        shutil.copy(self.folder / "asked/page.html", self.folder / "evidence.html")

    def study(self):
        """Trained on sentences of up to 15 words, tested on up to 30."""
        for part in ("train", "valid"):
            with open(self.folder / f"demo/{part}.en", encoding="utf-8") as en, \
                    open(self.folder / f"demo/{part}.fr", encoding="utf-8") as fr:
                pairs = [(a.rstrip("\n"), b) for a, b in zip(en, fr) if len(a.split()) <= 15]
            (self.folder / f"short.{part}").write_text("".join(f"{a}\t{b}" for a, b in pairs), encoding="utf-8")
        self.run("study", "length", ROOT / "recipes/demo.yaml", "--threads", 1, "--quiet", "--out", "studied", "--metric",
                 "tokens", "data.train.tsv=short.train", "data.valid.tsv=short.valid", "data.test.source=demo/test.en",
                 "data.test.target=demo/test.fr", *SMALL, "--html", "study.html")


# ---- the pictures ----

# page, view, name of the picture, state
SHOTS = [
    ("words", "reading", "reading", {"row": 3}),
    ("words", "reading", "compare", {"sentence": 3, "row": 1, "other": 3}),
    ("scripts", "reading", "scripts", {"row": 4}),
    ("words", "matrix", "matrix", {"sentence": 3, "row": 2, "column": 2}),
    ("heads", "heads", "heads", {"sentence": 3}),
    ("words", "links", "links", {"sentence": 3, "row": 1}),
    ("words", "steps", "steps", {"step": 3}),
    ("words", "document", "document", {}),
    ("set", "set", "sentences", {}),
    ("set", "report", "diagnose", {}),
    ("check", "report", "check", {}),
    ("watch", "watch", "watch", {}),
    ("study", "study", "study", {"bucket": 4}),
    ("evidence", "evidence", "evidence", {"sentence": 2}),
]
SIZES = {"": (1280, 800), "-narrow": (375, 720)}  # NAME.png, NAME-dark.png, NAME-narrow.png, NAME-narrow-dark.png


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--folder", type=pathlib.Path, default=ROOT / "build/screenshots")
    p.add_argument("--out", type=pathlib.Path, default=ROOT / "docs/page")
    p.add_argument("--only", default="")
    p.add_argument("--lookback", type=pathlib.Path, default=ROOT / "build/release/lookback")
    a = p.parse_args()
    browser.right_python()
    if why := browser.is_there():
        sys.exit(f"no pictures: {why}")
    Pages(str(a.lookback.resolve()), a.folder.resolve()).make()
    a.out.mkdir(parents=True, exist_ok=True)
    with browser.Browser() as b:
        u = using.Use(b, a.folder)
        for page, view, name, state in SHOTS:
            if a.only not in name:
                continue
            for size, (width, height) in SIZES.items():
                for theme in ("light", "dark"):
                    b.size(width, height)
                    u.open(page, view=view, theme=theme, **state)
                    b.frame()
                    data = small_png(b, b.picture())
                    file = a.out / f"{name}{size}{'-dark' if theme == 'dark' else ''}.png"
                    file.write_bytes(data)
                    print(f"{file.name}  {len(data) // 1024} KB", flush=True)


if __name__ == "__main__":
    main()
