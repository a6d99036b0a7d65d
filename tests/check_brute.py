"""Computes the table of `lookback check` again, by brute force and on its own (Python 3, standard library only).

    check_brute.py LOOKBACK MODEL EXPORT REPORT

EXPORT is what `check --export` wrote, REPORT what `check --json` printed, of one run with --control none and --erase unk or
delete. Every log-probability comes from `LOOKBACK score --input tokens --word-scores`, one line for each erased word; which
words are the likeliest, which sentences are neighbours, the random orders of --sets, and for tau alone the order of drops
that differ by less than `score` prints, come from EXPORT. Weights, ties,
tops, figures, intervals and the verdict are made here, and must agree within 1e-4.
"""
import json, math, subprocess, sys, tempfile

MASK, LN2, TOLERANCE = (1 << 64) - 1, math.log(2), 1e-4
lookback, model, export, report = sys.argv[1:5]
head, *data = [json.loads(line) for line in open(export)]
report = json.loads(open(report).read())
worst = 0.0


def agree(mine, theirs, what):
    global worst
    if (mine is None) != (theirs is None):
        sys.exit(f"{what}: {mine} here, {theirs} there")
    if mine is not None:
        worst = max(worst, abs(mine - theirs))
        if not abs(mine - theirs) <= TOLERANCE:
            sys.exit(f"{what}: {mine} here, {theirs} there")


# ---- chance (src/base/rng.h) ----

def rng_hash(key, counter):
    x = (key + 0x9E3779B97F4A7C15 * (counter + 1)) & MASK
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & MASK
    return x ^ x >> 31


def units(seed):
    s = [rng_hash(seed, i) for i in range(4)]
    turn = lambda x, by: (x << by | x >> (64 - by)) & MASK
    while True:
        out, t = turn(s[1] * 5 & MASK, 7) * 9 & MASK, s[1] << 17 & MASK
        s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = turn(s[3], 45)
        yield (out >> 11) * 2.0**-53


def order(row, line, t, what):
    key = rng_hash(rng_hash(rng_hash(head["seed"], line), t), what)
    return sorted(range(len(row)), key=lambda s: (-row[s], rng_hash(key, s)))


# ---- scores ----

def score(sources, targets):
    """log p of every piece of each target, end of sentence last"""
    with tempfile.TemporaryDirectory() as work:
        for name, lines in ("s", sources), ("t", targets):
            open(f"{work}/{name}", "w").write("".join(" ".join(line) + "\n" for line in lines))
        out = subprocess.run([lookback, "score", "-m", model, "--input", "tokens", "--word-scores", "--quiet", f"{work}/s",
                              f"{work}/t"], check=True, capture_output=True, text=True).stdout
    return [[float(x) for x in line.split("|||")[1].split()] for line in out.splitlines()]


def erased(x, words):
    kept = [None if w in words else p for p, w in zip(x["source"], x["source_word"])]
    return [p or "<unk>" for p in kept] if head["erase"] == "unk" else [p for p in kept if p]


def by_word(x, pieces):
    """sums over the pieces of a word, end of sentence last"""
    out = [0.0] * (x["target_word"][-1] + 2)
    for p, w in zip(pieces, x["target_word"] + [len(out) - 1]):
        out[w] += p
    return out


assert head["control"] == "none" and head["erase"] in ("unk", "delete")
sources, targets = [], []
for x in data:
    x["S"], x["T"] = x["source_word"][-1] + 1, x["target_word"][-1] + 1
    for words in [()] + [(s,) for s in range(x["S"])]:
        sources.append(erased(x, words)); targets.append(x["target"])
scores = iter(score(sources, targets))
for x in data:
    x["whole"] = next(scores)
    whole, without = by_word(x, x["whole"]), [by_word(x, next(scores)) for _ in range(x["S"])]
    x["D"] = [[whole[t] - without[s][t] for s in range(x["S"])] for t in range(x["T"])]
    for t in range(x["T"]):
        agree(whole[t], x["log_probs"][0][t], "log p")
        for s in range(x["S"]):
            agree(x["D"][t][s], x["drop"][t][s], f"line {x['line']}: D[{t}][{s}]")

# ---- where each column points ----

def even(row):
    most = max(row)
    return [round(r / most * 2**20) if most > 0 else 0 for r in row]  # halves to even, as rint


for x in data:
    pieces = [x["source_word"].count(s) for s in range(x["S"])]
    x["pieces"], x["rank"] = pieces, [even([w / p for w, p in zip(row, pieces)]) for row in x["weights"]]


def foreign(x, t):
    y = data[x["neighbour"]] if x["neighbour"] is not None else None
    row = y["rank"][min(t, y["T"] - 1)] if y else []
    return [row[s] if s < len(row) else 0 for s in range(x["S"])]


for i, x in enumerate(data):
    apart = lambda y: abs(y["T"] - x["T"]) + abs(y["S"] - x["S"])
    assert x["neighbour"] != i and apart(data[x["neighbour"]]) == min(apart(y) for y in data if y is not x)
    x["foreign_rank"] = [foreign(x, t) for t in range(x["T"])]
    for t in range(x["T"]):
        assert order(x["rank"][t], x["line"], t, 0)[0] == x["top"][t], (x["line"], t)
        assert order(x["foreign_rank"][t], x["line"], t, 1)[0] == x["foreign"][t], (x["line"], t)
        agree(x["D"][t][x["best"][t]], max(x["D"][t]), "best")


# ---- figures ----

def tau(x, y):
    agreeing = apart_x = apart_y = 0
    for i in range(len(x)):
        for j in range(i):
            a, b = (x[i] > x[j]) - (x[i] < x[j]), (y[i] > y[j]) - (y[i] < y[j])
            agreeing += a * b; apart_x += a != 0; apart_y += b != 0
    return agreeing / math.sqrt(apart_x * apart_y) if apart_x and apart_y else 0.0


def weighted(rank, pieces, drop):
    w = [r * p for r, p in zip(rank, pieces)]
    return sum(a * d for a, d in zip(w, drop)) / sum(w) if sum(w) else sum(drop) / len(drop)


def sums_of(x):
    """{figure: (sum, count)} of one sentence"""
    sums = {}

    def add(figure, value, count=1):
        a, n = sums.get(figure, (0.0, 0))
        sums[figure] = a + value, n + count

    gold = {(s, t): sure for s, t, sure in x.get("gold", [])}
    evidence = x.get("evidence", [False] * x["S"])
    aer = {}
    for t in range(x["T"]):
        D, S = x["D"][t], x["S"]
        first, now = x["likeliest"][t], x["stays"][t]
        near = [abs(d - LN2) < 1e-5 or abs(d - 0.1) < 1e-5 for d in D]  # printed with six digits: as exported
        D1 = [x["drop"][t][s] if near[s] else D[s] for s in range(S)]
        support = [d >= LN2 or (first and not now[s] and d >= 0.1) for s, d in enumerate(D1)]
        flip = [first and not now[s] for s in range(S)]
        right = [evidence[s] or (s, t) in gold for s in range(S)]
        for column, rank, top in (("attention", x["rank"][t], x["top"][t]),
                                  ("foreign", x["foreign_rank"][t], x["foreign"][t]), ("best", D, x["best"][t])):
            add(("drop", column), D[top])
            add(("supported", column), support[top])
            add(("flips", column), flip[top], first)
            add(("weighted_drop", column), D[top] if column == "best" else weighted(rank, x["pieces"], D))
            add(("tau", column), tau(x["drop"][t] if column == "best" else rank, x["drop"][t]))  # six digits order no noise
            if any(right):
                ordered = order(rank, x["line"], t, column == "foreign")
                for k in 1, 3, 5:
                    add((f"hit_{k}", column), any(right[s] for s in ordered[:k]))
            aer.setdefault(column, set()).add((top, t))
        add(("drop", "random"), sum(D) / S)
        add(("weighted_drop", "random"), sum(D) / S)
        add(("supported", "random"), sum(support) / S)
        add(("flips", "random"), sum(flip) / S, first)
        for k in 1, 3, 5:
            if any(right):
                add((f"hit_{k}", "random"), 1 - math.comb(S - sum(right), k) / math.comb(S, k) if k <= S else 1)
        if "gradient" in x:
            g = x["gradient"][t]
            add("tau_gradient", tau(x["rank"][t], g))
            add("gradient_tau", tau(g, x["drop"][t]))
            add("gradient_drop", D[order(g, x["line"], t, 4)[0]])
        for s in range(S):
            sure = gold[s, t] if (s, t) in gold else "gold" not in x and evidence[s]
            if ("gold" in x or "evidence" in x) and (sure or not right[s]):
                add("gold_supported" if sure else "other_supported", support[s])
    for column, links in aer.items():
        if "gold" in x:
            sure = {link for link in gold if gold[link]}
            add(("aer", column), len(links & sure) + len(links & set(gold)), len(links) + len(sure))
    return sums


def figures(rows):
    """from sums over sentences to values"""
    value = {f: a / n if n else 0.0 for f, (a, n) in rows.items()}
    for f in list(value):
        if f[0] == "aer":
            value[f] = 1 - value[f]
    drop = {c: value["drop", c] for c in ("attention", "foreign", "random", "best")}
    value["over_random"], value["over_foreign"] = drop["attention"] - drop["random"], drop["attention"] - drop["foreign"]
    room = drop["best"] - drop["random"]
    value["skill"] = value["over_random"] / room if room > 1e-9 else 0.0
    return value


def total(rows):
    out = {}
    for row in rows:
        for f, (a, n) in row.items():
            b, m = out.get(f, (0.0, 0))
            out[f] = b + a, m + n
    return out


def resamples(n):
    u = units(head["seed"])
    return [[int(next(u) * n) for _ in range(n)] for _ in range(head["samples"])]


def interval(values):
    values, outside = sorted(values), len(values) // 40
    return values[outside], values[len(values) - 1 - outside]


rows = [sums_of(x) for x in data]
n, all_rows = len(rows), total(rows)
drawn = resamples(n)
values = figures(all_rows)
again = [figures(total([rows[i] for i in draw])) for draw in drawn]


def compare(theirs, f, what):
    low, high = interval([r.get(f, 0.0) for r in again])
    for mine, name in (values[f], "value"), (low, "low"), (high, "high"):
        agree(mine, theirs[name], f"{what} {name}")


compared = 0
for test, row in report["tests"].items():
    for column, estimate in row.items():
        compare(estimate, (test, column), f"{test} {column}")
        compared += 1
for f in ("over_random", "over_foreign", "skill", "gold_supported", "other_supported", "tau_gradient", "gradient_tau",
          "gradient_drop"):
    if f in report:
        compare(report[f], f, f)
        compared += 1
low = {f: interval([r[f] for r in again])[0] for f in ("over_random", "over_foreign", "skill")}
verdict = ("too little data" if n < 50 else "not faithful" if min(low["over_random"], low["over_foreign"]) <= 0 else
           "faithful" if low["skill"] >= 0.5 else "weak")
assert verdict == report["verdict"], (verdict, report["verdict"])
assert report["sentences"] == n and report["words"] == sum(x["T"] for x in data)

# ---- sets of words ----

def sizes(S):
    return [min(k, S) for k in (1, 2, 3, 5)] + [min(S, max(1, math.floor(S * f + 0.5))) for f in (0.1, 0.2, 0.5)]


if "sets" in report:
    sources, targets = [], []
    for x in data:
        mean = even([sum(row[s] for row in x["weights"]) / x["pieces"][s] for s in range(x["S"])])
        by_map = x["orders"][0]
        assert sorted(by_map) == list(range(x["S"])) and len(x["orders"]) == 21
        assert all(mean[a] >= mean[b] - 1 for a, b in zip(by_map, by_map[1:])), x["line"]
        for o in x["orders"]:
            for k in sizes(x["S"]):
                sources += [erased(x, o[:k]), erased(x, o[k:])]
                targets += [x["target"]] * 2
    scores = iter(score(sources, targets))
    kinds = {k: [] for k in report["sets"]}  # one row of eight a sentence
    for x in data:
        drops = [[[(sum(x["whole"]) - sum(next(scores))) / len(x["whole"]) for _ in range(2)] for _ in range(7)]
                 for _ in range(21)]
        for kind, side in ("comprehensiveness", 0), ("sufficiency", 1):
            own = [d[side] for d in drops[0]]
            random = [sum(drops[o][k][side] for o in range(1, 21)) / 20 for k in range(7)]
            kinds[kind].append(own + [sum(own) / 7])
            kinds[kind + "_random"].append(random + [sum(random) / 7])
    for kind, table in kinds.items():
        for k, name in enumerate(["1", "2", "3", "5", "10%", "20%", "50%", "aopc"]):
            column = [row[k] for row in table]
            low, high = interval([sum(column[i] for i in draw) / n for draw in drawn])
            for mine, what in (sum(column) / n, "value"), (low, "low"), (high, "high"):
                agree(mine, report["sets"][kind][name][what], f"{kind} {name} {what}")
            compared += 1

print(f"{n} sentences, {compared} figures agree; the largest difference is {worst:.1e}")
