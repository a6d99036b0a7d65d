#!/usr/bin/env python3
"""screenshots.py MODELS [--out docs/page] -- every view of the page, light and dark, at 1280 and 375 pixels, as small PNGs.

MODELS is a folder of pages to show (NAME.html, see SHOTS). Run it after the viewer has changed, and look at what it made.
"""
import argparse
import base64
import json
import pathlib
import struct
import sys
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/page"))
import browser  # noqa: E402
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


# page, view, name of the picture, state, what is done before
SHOTS = [
    ("words", "reading", "reading", {"row": 3}, None),
]
SIZES = {"wide": (1280, 800), "narrow": (375, 720)}


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("pages", type=pathlib.Path)
    p.add_argument("--out", type=pathlib.Path, default=ROOT / "docs/page")
    p.add_argument("--only", default="")
    a = p.parse_args()
    browser.right_python()
    if why := browser.is_there():
        sys.exit(f"no pictures: {why}")
    a.out.mkdir(parents=True, exist_ok=True)
    with browser.Browser() as b:
        u = using.Use(b, a.pages)
        for page, view, name, state, act in SHOTS:
            if not u.has(page) or a.only not in name:
                continue
            for size, (width, height) in SIZES.items():
                for theme in ("light", "dark"):
                    b.size(width, height)
                    u.open(page, view=view, theme=theme, **state)
                    if act:
                        act(u)
                    b.frame()
                    data = small_png(b, b.picture())
                    (a.out / f"{name}-{size}-{theme}.png").write_bytes(data)
                    print(f"{name}-{size}-{theme}.png  {len(data) // 1024} KB", flush=True)


if __name__ == "__main__":
    main()
