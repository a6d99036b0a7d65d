#!/usr/bin/env python3
"""compare.py [NAME ...] -- lookback bench beside a peer's program, or beside another lookback.

The two run alternately, round after round, because a machine's speed drifts: only a ratio from one such run
says something. Each run is a process of its own; memory is the most that was resident at once in the whole
process, but where models decode, what loading and decoding took: both sides write the model before, and say
the peak since then (CTranslate2's peer in a fresh process). Both shares of peak are of the same peak: the best
2048-cube product seen in lookback's runs.

Without --against the peers are PyTorch (torch_rnn.py, torch_transformer.py) in training and CTranslate2
(ct2_decode.py) in decoding; with it any names that `lookback bench` knows. Writes a table (Markdown) for each
peer to standard output, and everything measured to --json FILE. Prints remarks to standard error. Exit code 1:
a run failed.
"""
import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# lookback's name: the peer's program, and what makes it do the same work
TRAINING = {
    "rnn512-general": "torch_rnn.py --mode luong --emb 512 --hid 512 --vocab 8000 --batch 64 --src 30 --tgt 30",
    "rnn512-additive-feed":
        "torch_rnn.py --mode input --emb 512 --hid 512 --vocab 8000 --batch 64 --src 30 --tgt 30",
    "rnn256-general": "torch_rnn.py --mode luong --emb 256 --hid 256 --vocab 4000 --batch 64 --src 15 --tgt 15",
    "rnn256-additive-feed":
        "torch_rnn.py --mode input --emb 256 --hid 256 --vocab 4000 --batch 64 --src 15 --tgt 15",
    "transformer-tiny": "torch_transformer.py --d 128 --ff 256 --heads 4 --layers 4 --vocab 8000 --batch 128 "
                        "--src 15 --tgt 15 --dropout 0.3",
    "transformer-base": "torch_transformer.py --d 512 --ff 2048 --heads 8 --layers 6 --vocab 8000 --batch 64 "
                        "--src 30 --tgt 30 --dropout 0.1",
}
SMALL = "ct2_decode.py --d 256 --ff 1024 --heads 8 --enc 3 --dec 3 --vocab 8000 --src 25 --tgt 25"
DECODING = {
    "decode-base": "ct2_decode.py --d 512 --ff 2048 --heads 8 --enc 6 --dec 6 --vocab 32000 --src 25 --tgt 25 "
                   "--batch 32 --beam 1",
    "decode-small": f"{SMALL} --batch 32 --beam 1",
    "decode-small-beam5": f"{SMALL} --batch 32 --beam 5",
    "decode-small-batch1": f"{SMALL} --batch 1 --beam 1",
}
PEERS = {**TRAINING, **DECODING}
LONE = ["decode-rnn", "decode-rnn-beam5", "decode-rnn-batch1", "decode-rnn-beam5-batch1"]  # no peer's program
TORCH_LINE = re.compile(r"(torch \S+) .*ms/step, (\d+) tgt tok/s")
CT2_LINE = re.compile(r"(ct2 \S+) .*: (\d+) tgt tok/s, (\d+) tokens each, peak (\d+) MB")


def run(command, threads):
    """What a program prints, and the most memory (MB) it had resident."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
                          env=environment) as child:
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"compare.py: {' '.join(command)} ended with {child.returncode}")
    return output, usage.ru_maxrss * 1024 / 1e6


def run_lookback(program, name, threads):
    """One case: its speed in its own unit, and its share of the machine's limit."""
    output, memory = run([program, "bench", name, "--threads", str(threads), "--json"], threads)
    line = json.loads(output)
    share = line.get("share_of_peak", line.get("share_of_bandwidth"))
    peak = line.get("peak_gflops", line.get("peak_gbytes"))
    if "tokens_per_second" in line:
        speed, unit = line["tokens_per_second"], "words/s"
    else:
        speed, unit = share * peak, "GFLOP/s" if "peak_gflops" in line else "GB/s"
    if name in DECODING:
        memory = line["peak_rss_mb"]
    return {"speed": speed, "unit": unit, "share": share, "peak": peak, "memory_mb": memory,
            "isa": line["isa"]}


def run_peer(options, name, threads):
    """The same for a peer. CTranslate2's counts MiB, and its own peak is that of decoding alone."""
    script, *arguments = PEERS[name].split()
    decodes = name in DECODING
    rounds = ["--runs", "3"] if decodes else ["--steps", str(options.steps)]
    python = options.ct2_python if decodes else options.python
    output, memory = run([python, str(Path(options.peers) / script), *arguments, "--threads",
                          str(threads), *rounds], threads)
    found = (CT2_LINE if decodes else TORCH_LINE).search(output)
    if not found:
        sys.exit(f"compare.py: {script} printed no speed: {output!r}")
    if decodes:
        memory = int(found[4]) * 2**20 / 1e6
    return {"speed": float(found[2]), "memory_mb": memory, "version": found[1]}


def summary(runs):
    speeds = [r["speed"] for r in runs]
    return {"best": max(speeds), "median": statistics.median(speeds), "all": speeds,
            "memory_mb": max(r["memory_mb"] for r in runs)}


def judge(name, ours, other):
    """Both sides of one case. Work for a word is what lookback's share says it is: the same for both."""
    left, right = summary(ours), summary(other)
    peak = max(r["peak"] for r in ours + [r for r in other if "peak" in r])
    work = ours[0]["share"] * ours[0]["peak"] / ours[0]["speed"]
    for side in (left, right):
        side["share"] = work * side["median"] / peak
        side["best_share"] = work * side["best"] / peak
    return {"name": name, "unit": ours[0]["unit"], "peak": peak, "isa": ours[0]["isa"], "lookback": left,
            "other": right, "ratio_of_best": left["best"] / right["best"],
            "ratio_of_medians": left["median"] / right["median"],
            "memory_ratio": left["memory_mb"] / right["memory_mb"]}


def measure(options, name):
    ours, other = [], []
    threads = options.threads or (1 if name in DECODING or name in LONE else os.cpu_count())
    for i in range(options.rounds):
        ours.append(run_lookback(options.lookback, name, threads))
        if options.against:
            other.append(run_lookback(options.against, name, threads))
        else:
            other.append(run_peer(options, name, threads))
        print(f"{name}, round {i + 1}: {ours[-1]['speed']:,.1f} and {other[-1]['speed']:,.1f} "
              f"{ours[-1]['unit']}", file=sys.stderr)
    case = judge(name, ours, other)
    case["other_is"] = other[0].get("version", "the other")
    case["threads"] = threads
    case["runs"] = {"lookback": ours, "other": other}
    return case


def table(cases, label):
    head = ["case", "lookback best / median", f"{label} best / median", "ratio best / median",
            "share of peak (median)", "memory, MB", "memory ratio"]
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for c in cases:
        left, right = c["lookback"], c["other"]
        digits = 0 if c["unit"] == "words/s" else 1
        speed = "{:,.%df} / {:,.%df} %s" % (digits, digits, c["unit"])
        yield "| " + " | ".join([
            f"`{c['name']}`", speed.format(left["best"], left["median"]),
            speed.format(right["best"], right["median"]),
            f"**{c['ratio_of_best']:.2f}** / {c['ratio_of_medians']:.2f}",
            f"{100 * left['share']:.0f} % / {100 * right['share']:.0f} %",
            f"{left['memory_mb']:,.0f} / {right['memory_mb']:,.0f}", f"{c['memory_ratio']:.2f}"]) + " |"


def processor():
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
        return found[1] if found else platform.machine()
    except OSError:
        return platform.machine()


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("names", nargs="*", metavar="NAME", help="cases; none: all that a peer's program knows (with "
                   "--against: and decode-rnn)")
    p.add_argument("--lookback", default=os.environ.get("LOOKBACK", str(ROOT / "build/release/lookback")))
    p.add_argument("--against", metavar="PATH", help="another lookback instead of the peers: before and after")
    p.add_argument("--python", default=os.environ.get("PEER_PYTHON", "python3"),
                   help="a Python that has torch (environment: PEER_PYTHON)")
    p.add_argument("--ct2-python", default=os.environ.get("PEER_PYTHON_CT2"),
                   help="a Python that has ctranslate2 and numpy (environment: PEER_PYTHON_CT2; none: --python)")
    p.add_argument("--peers", default=os.environ.get("PEERS", str(ROOT.parent / "shared/peers")),
                   help="the folder of torch_rnn.py and so on (environment: PEERS)")
    p.add_argument("--rounds", type=int, default=3, metavar="N")
    p.add_argument("--steps", type=int, default=10, metavar="N", help="that the peer measures in a round")
    p.add_argument("--threads", type=int, metavar="N",
                   help="of both; without it all processors in training and 1 in decoding")
    p.add_argument("--json", metavar="FILE", help="everything that was measured")
    o = p.parse_args()
    o.ct2_python = o.ct2_python or o.python
    o.names = o.names or [*PEERS, *(LONE if o.against else [])]
    unknown = [name for name in o.names if name not in PEERS]
    if unknown and not o.against:
        p.error(f"no peer has a program for {', '.join(unknown)}; there are {', '.join(PEERS)}")
    if o.rounds < 1 or o.steps < 1 or (o.threads is not None and o.threads < 1):
        p.error("rounds, steps and threads begin at 1")
    return o


def main():
    o = parse()
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"compare.py: others use this machine as well (load {load:.1f})", file=sys.stderr)
    cases = [measure(o, name) for name in o.names]
    kinds = list(dict.fromkeys((c["other_is"], c["threads"]) for c in cases))
    for label, threads in kinds:
        some = [c for c in cases if (c["other_is"], c["threads"]) == (label, threads)]
        print(f"{processor()}, {cases[0]['isa']}, threads: {threads}, alternating rounds: {o.rounds}\n")
        print("\n".join(table(some, label)) + "\n")
    if o.json:
        result = {"processor": processor(), "rounds": o.rounds, "load_before": load, "cases": cases}
        Path(o.json).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
