#!/usr/bin/env python3
"""Does a model write what it is told to look at?

    bench/whatif.py -m models/synth-lexicon-rnn models/synth-lexicon [--n 1000] [--seed 1] [--layer N] [--head N]

DATA is a folder that `lookback synth lexicon` made, MODEL was trained on it. For every test sentence a word t of the
model's output and a source word s are drawn: t among those that come from a source word (`os` comes from none: it follows
certain words of the output, wherever the model looks; --all draws it, too), s among those that the training text's gold
links always translate with the same single word. `lookback whatif --attend t:s` then tells word t to look at s only: how
often is it the translation of s? Beside it: how often it was before, and what it was otherwise, commonest first.
"""
import argparse
import collections
import json
import os
import random
import subprocess


def read(path):
    with open(path, encoding="utf-8") as f:
        return [line.split() for line in f]


def lexicon(data):
    """Source words with one translation of one word, everywhere in the training text; words never linked."""
    seen, linked, written = collections.defaultdict(set), set(), set()
    for source, target, links in zip(*(read(f"{data}/train.{x}") for x in ("src", "tgt", "align"))):
        words = [[] for _ in source]
        for link in links:
            s, t = (int(x) for x in link.replace("?", "-").split("-")[:2])
            words[s].append(target[t])
            linked.add(target[t])
        written.update(target)
        for s, found in enumerate(words):
            seen[source[s]].add(tuple(found))
    one = {w: next(iter(found)) for w, found in seen.items() if len(found) == 1}
    return {w: found[0] for w, found in one.items() if len(found) == 1}, written - linked


def run(command, lines):
    out = subprocess.run(command, input="".join(line + "\n" for line in lines), capture_output=True, text=True,
                         check=True)
    return out.stdout.splitlines()


def draw(cases, outputs, lex, nothing, seed):
    rng, drawn = random.Random(seed), collections.defaultdict(list)
    for source, output in zip(cases, outputs):
        known = [s for s, w in enumerate(source) if w in lex]
        places = [t for t, w in enumerate(output) if w not in nothing]
        if known and places:
            drawn[rng.choice(places), rng.choice(known)].append((source, output))
    return drawn


def main():
    p = argparse.ArgumentParser()
    p.add_argument("-m", required=True, metavar="MODEL")
    p.add_argument("data", metavar="DATA")
    p.add_argument("--n", type=int, default=1000, help="test sentences")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--all", action="store_true", help="words that come from nothing, too")
    p.add_argument("--layer")
    p.add_argument("--head")
    p.add_argument("--beam")
    p.add_argument("--lookback", default=os.environ.get("LOOKBACK", "build/release/lookback"))
    a = p.parse_args()
    lex, nothing = lexicon(a.data)
    cases = read(f"{a.data}/test.src")[: a.n]
    flags = [f"--{k}={v}" for k in ("layer", "head", "beam") if (v := getattr(a, k))]
    base = [a.lookback, "translate", "-m", a.m, "--quiet"] + [x for x in flags if "beam" in x]
    drawn = draw(cases, [x.split() for x in run(base, [" ".join(c) for c in cases])], lex,
                 set() if a.all else nothing, a.seed)
    n = before = after = 0
    wrong = collections.Counter()
    for (t, s), group in sorted(drawn.items()):
        command = [a.lookback, "whatif", "-m", a.m, "--attend", f"{t}:{s}", "--json", "--quiet"] + flags
        for (source, output), line in zip(group, run(command, [" ".join(x) for x, _ in group])):
            told = json.loads(line)["attended"][0]
            assert told["before"] == output[t]
            n += 1
            want = lex[source[s]]
            before += told["before"] == want
            after += told["after"] == want
            if told["after"] != want:
                wrong[told["after"]] += 1
    print(f"{a.m}: {n} cases, {len(lex)} source words with one translation")
    print(f"word t was the translation of s before: {before} ({100 * before / n:.1f} %)")
    print(f"word t is the translation of s, told to look at it: {after} ({100 * after / n:.1f} %)")
    print("otherwise:", ", ".join(f"{w} {k}" for w, k in wrong.most_common(8)) or "-")


if __name__ == "__main__":
    main()
