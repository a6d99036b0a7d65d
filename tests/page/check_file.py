#!/usr/bin/env python3
"""check_file.py PAGE JSON MAPS -- a page against what --json and --attention say of the same texts, without a browser.

PAGE is read by the text of docs/page.md (read_page.py). Every number must lie within the error that the page states, the 8
largest of each row must be the very numbers, everything else must be equal. And what stands in the file must not be
able to do harm: one script, one style, nothing from outside, no end of a script in the data.
"""
import hashlib
import base64
import json
import math
import re
import sys

import read_page

SAME = 1e-6  # --json writes so many digits


def need(ok, what):
    if not ok:
        sys.exit(f"{sys.argv[1]}: {what}")


def largest(row, k=8):
    """The columns of the k cells largest in size; of equal ones the first."""
    return sorted(sorted(range(len(row)), key=lambda c: (-abs(number(row[c])), c))[:k])


def number(x):
    """A number to sort by: one that is not known comes last."""
    return -1.0 if x is None or math.isnan(x) else x


def same_matrix(shown, true, errors, where):
    """Unknown where unknown, exact in the largest of each row, else at most half a step and the stated error off."""
    need(len(shown) == len(true), f"{where}: {len(shown)} rows instead of {len(true)}")
    for r, (a, b) in enumerate(zip(shown, true)):
        need(len(a) == len(b), f"{where}: row {r} has {len(a)} cells instead of {len(b)}")
        for c, (x, y) in enumerate(zip(a, b)):
            if y is None:
                need(math.isnan(x), f"{where}: {r}, {c} is {x}, not unknown")
                continue
            off, exact = abs(x - y), (r, c) in shown.exact
            scale = SAME * max(1, abs(y))
            need(off <= (scale if exact else shown.step[r] / 2 + scale),
                 f"{where}: {r}, {c} is {x} instead of {y}")
            errors.append(off)
        need(all((r, c) in shown.exact for c in largest(b) if number(abs(b[c] or 0)) > 2 * SAME
             and sum(abs(y or 0) >= abs(b[c]) - SAME for y in b) <= 8),
             f"{where}: the largest of row {r} are not exact")


def same(shown, true, errors, where="result"):
    """errors: lists of what each kind of number is off, added to."""
    if isinstance(shown, read_page.Matrix):
        of = "nats" if "drop" in where else "slopes" if "gradient" in where else "weights"
        return same_matrix(shown, true, errors[of], where)
    if isinstance(shown, dict):
        need(isinstance(true, dict), f"{where} is no object")
        for key in shown.keys() | true.keys() - {"marks"}:
            need(key in shown and key in true, f"{where}.{key} is only in one of the two")
            same(shown[key], true[key], errors, f"{where}.{key}")
    elif isinstance(shown, list):
        need(isinstance(true, list) and len(shown) == len(true), f"{where}: not as long as in --json")
        for i, (a, b) in enumerate(zip(shown, true)):
            same(a, b, errors, f"{where}[{i}]")
    else:
        need(shown == true, f"{where} is {shown!r} instead of {true!r}")


def same_heads(given, maps, errors, i):
    """Every layer and head, where the page has them; it must not leave them out of short sentences without a word."""
    heads = given.get("heads")
    if not heads:
        several = any(len(m) * len(m[0]) > 1 for m in maps["maps"].values() if m)
        need(not several or given.get("heads_left_out"), f"s{i}: no layers and heads, and no word why")
        return
    for kind, of in heads.items():
        true = [head for layer in maps["maps"][kind] for head in layer]
        need(of["layers"] * of["heads"] == len(true) == len(of["maps"]), f"s{i}: {kind} has {len(of['maps'])} maps")
        for n, (a, b) in enumerate(zip(of["maps"], true)):
            same_matrix(a, b, errors["heads"], f"s{i}.heads.{kind}[{n}]")


def same_steps(steps, result, i):
    """The decoder's steps say what was written and how sure it was."""
    chances = steps["probability"]
    need(len(chances) == len(steps["words"]) == len(steps["likely"]), f"s{i}: steps of several lengths")
    need(len(chances) == len(result["tokens"]), f"s{i}: {len(chances)} steps for {len(result['tokens'])} words")
    for word, chance, likely in zip(steps["words"], chances, steps["likely"]):
        need([p for _, p in likely] == sorted((p for _, p in likely), reverse=True), f"s{i}: likeliest first")
        need(all(abs(p - chance) < 1e-6 for w, p in likely if w == word), f"s{i}: two probabilities of {word}")


def harmless(page):
    """What the browser will see of the file's markup: our one style, our one script, and data."""
    text, data = page.bytes, set(page.blocks.values())
    frame = text
    for block in data:
        need(b"<" not in block, "a '<' in the data")
    frame = read_page.BLOCK.sub(b"", frame)
    policy = re.search(rb'Content-Security-Policy" content="([^"]*)"', frame)[1].decode()
    found = re.findall(rb"<(script|style)\b[^>]*>(.*?)</", frame, re.S)
    need([tag for tag, _ in found] == [b"script"], f"{len(found)} scripts or styles in the frame")
    parts = {"script": [found[0][1], page.packed("script")], "style": [page.packed("style")]}
    for tag, texts in parts.items():
        hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(t).digest()).decode()}'" for t in texts)
        need(f"{tag}-src {hashes};" in policy, f"the policy does not name what stands there as {tag}")
    frame = frame.replace(found[0][1], b"")
    need("default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy, f"policy {policy}")
    need(not re.search(rb"(?i)https?:|\bsrc=|\bhref=|@import|url\(", frame), "the frame names something outside")


def objects(path):
    with open(path, encoding="utf-8", newline="\n") as f:
        return [json.loads(line) for line in f]


def main():
    page = read_page.Page(sys.argv[1])
    lines, maps = objects(sys.argv[2]), objects(sys.argv[3])
    need(len(page) == len(lines) == len(page.head["sentences"]), f"{len(page)} sentences instead of {len(lines)}")
    harmless(page)
    errors = {"weights": [], "heads": [], "nats": [], "slopes": []}
    for i, true in enumerate(lines):
        given = page.sentence(i)
        same(given["result"], true, errors, f"s{i}.result")
        same_heads(given, maps[i], errors, i)
        if given.get("steps"):
            same_steps(given["steps"], given["result"], i)
        need(page.head["sentences"][i]["output"] == true["translation"], f"the list's output of {i}")
    said = page.head["quantised"]
    for kind, key in (("weights", "error"), ("heads", "error_heads"), ("nats", "error_nats")):
        worst = max(errors[kind], default=0)
        need(worst <= said[key] + SAME * 10, f"{kind} are {worst} off, and {said[key]} is stated")
        print(f"{len(errors[kind])} {kind}: {worst:.2g} off at most, {said[key]:.2g} stated")


if __name__ == "__main__":
    main()
