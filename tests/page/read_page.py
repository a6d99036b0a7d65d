"""read_page.py -- the page as data, by the text of docs/page.md alone: what the viewer's own reader is checked against.

A page is one HTML file with blocks <script type="application/json" id="s0">, <script type="text/plain" id="n0"> (numbers:
base64 of a zlib stream) and so on, and at the end the head, id="page". A matrix stands in the JSON as
{"$matrix": {"at", "rows", "columns"}}; at that byte of the unpacked numbers: a code for each cell, then the lowest and
highest value of each row and the exact values of its 8 largest cells, all float32 with their bytes in four planes.
"""
import base64
import json
import math
import re
import struct
import zlib

BLOCK = re.compile(rb'<script type="(application/json|text/plain)" id="(\w+)">(.*?)</script>', re.S)
EXACT, NOT_A_NUMBER, TOP = 255, 254, 253


def floats(data, at, n):
    """n float32 whose lowest bytes come first, then the next ..."""
    planes = [data[at + i * n: at + (i + 1) * n] for i in range(4)]
    return struct.unpack(f"<{n}f", bytes(b for cell in zip(*planes) for b in cell)), at + 4 * n


class Matrix(list):
    """Rows of numbers; .exact: (row, column) of the cells whose float32 value is in the file; .step: see error()."""

    def __init__(self, data, at, rows, columns):
        k = min(8, columns)
        codes = data[at: at + rows * columns]
        low, at = floats(data, at + rows * columns, rows)
        high, at = floats(data, at, rows)
        kept, at = floats(data, at, rows * k)
        self.exact, self.end = set(), at
        self.step = [(h - l) / TOP for l, h in zip(low, high)]
        for r in range(rows):
            left = iter(kept[r * k: (r + 1) * k])
            self.append([self._cell(r, c, code, left, low[r]) for c, code in
                         enumerate(codes[r * columns: (r + 1) * columns])])
            assert next(left, None) is None, "a row with too few exact cells"

    def _cell(self, r, c, code, kept, low):
        if code == EXACT:
            self.exact.add((r, c))
            return next(kept)
        return math.nan if code == NOT_A_NUMBER else low + code * self.step[r]


def matrices(value, data):
    """The same value with each reference replaced by its matrix."""
    if isinstance(value, dict):
        if list(value) == ["$matrix"]:
            return Matrix(data, **value["$matrix"])
        return {k: matrices(v, data) for k, v in value.items()}
    return [matrices(v, data) for v in value] if isinstance(value, list) else value


class Page:
    """.head; .sentences, each as the file describes it, its matrices unpacked (lazily: sentence(i))."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.bytes = f.read()
        self.blocks = {name.decode(): text for _, name, text in BLOCK.findall(self.bytes)}
        self.head = json.loads(self.blocks["page"])

    def __len__(self):
        return sum(1 for name in self.blocks if re.fullmatch(r"s\d+", name))

    def packed(self, name):
        """The bytes of a packed block; none where there is no such block."""
        block = self.blocks.get(name, b"").strip()
        return zlib.decompress(base64.b64decode(block)) if block else b""

    def sentence(self, i):
        return matrices(json.loads(self.blocks[f"s{i}"]), self.packed(f"n{i}"))
