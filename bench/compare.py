#!/usr/bin/env python3
"""compare.py [NAME ...] -- lookback bench beside a peer's program, or beside another lookback.

The two run alternately, round after round, because a machine's speed drifts: only a ratio from one such run
says something. Each run is a process of its own; memory is the most that was resident at once in the whole
process. Both shares of peak are of the same peak: the best 2048-cube product seen in lookback's runs.

Without --against the peer is PyTorch (torch_rnn.py) on the four shapes of training; with it any names that
`lookback bench` knows. Writes a table (Markdown) to standard output, and everything measured to --json FILE.
Prints remarks to standard error. Exit code 1: a run failed.
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

# lookback's name: what makes torch_rnn.py do the same work
TRAINING = {
    "rnn512-general": "--mode luong --emb 512 --hid 512 --vocab 8000 --batch 64 --src 30 --tgt 30",
    "rnn512-additive-feed": "--mode input --emb 512 --hid 512 --vocab 8000 --batch 64 --src 30 --tgt 30",
    "rnn256-general": "--mode luong --emb 256 --hid 256 --vocab 4000 --batch 64 --src 15 --tgt 15",
    "rnn256-additive-feed": "--mode input --emb 256 --hid 256 --vocab 4000 --batch 64 --src 15 --tgt 15",
}
DECODING = ["decode-rnn", "decode-rnn-beam5", "decode-rnn-batch1", "decode-rnn-beam5-batch1"]
PEER_LINE = re.compile(r"([\d.]+) ms/step, (\d+) tgt tok/s")


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
    return {"speed": speed, "unit": unit, "share": share, "peak": peak, "memory_mb": memory,
            "isa": line["isa"]}


def run_torch(python, peers, name, threads, steps):
    program = str(Path(peers) / "torch_rnn.py")
    output, memory = run([python, program, *TRAINING[name].split(), "--threads", str(threads),
                          "--steps", str(steps)], threads)
    found = PEER_LINE.search(output)
    if not found:
        sys.exit(f"compare.py: {program} printed no speed: {output!r}")
    return {"speed": float(found[2]), "memory_mb": memory, "version": output.split(" rnn ")[0]}


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
    for i in range(options.rounds):
        ours.append(run_lookback(options.lookback, name, options.threads))
        if options.against:
            other.append(run_lookback(options.against, name, options.threads))
        else:
            other.append(run_torch(options.python, options.peers, name, options.threads, options.steps))
        print(f"{name}, round {i + 1}: {ours[-1]['speed']:,.1f} and {other[-1]['speed']:,.1f} "
              f"{ours[-1]['unit']}", file=sys.stderr)
    case = judge(name, ours, other)
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
    p.add_argument("names", nargs="*", metavar="NAME", help="cases; none: all of training (with --against: "
                   "and decoding)")
    p.add_argument("--lookback", default=os.environ.get("LOOKBACK", str(ROOT / "build/release/lookback")))
    p.add_argument("--against", metavar="PATH", help="another lookback instead of PyTorch: before and after")
    p.add_argument("--python", default=os.environ.get("PEER_PYTHON", "python3"),
                   help="a Python that has torch (environment: PEER_PYTHON)")
    p.add_argument("--peers", default=os.environ.get("PEERS", str(ROOT.parent / "shared/peers")),
                   help="the folder of torch_rnn.py (environment: PEERS)")
    p.add_argument("--rounds", type=int, default=3, metavar="N")
    p.add_argument("--steps", type=int, default=10, metavar="N", help="that the peer measures in a round")
    p.add_argument("--threads", type=int, default=os.cpu_count(), metavar="N", help="of both")
    p.add_argument("--json", metavar="FILE", help="everything that was measured")
    o = p.parse_args()
    o.names = o.names or [*TRAINING, *(DECODING if o.against else [])]
    unknown = [name for name in o.names if name not in TRAINING]
    if unknown and not o.against:
        p.error(f"PyTorch has no program for {', '.join(unknown)}; it has {', '.join(TRAINING)}")
    if o.rounds < 1 or o.steps < 1 or o.threads < 1:
        p.error("rounds, steps and threads begin at 1")
    return o


def main():
    o = parse()
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"compare.py: others use this machine as well (load {load:.1f})", file=sys.stderr)
    cases = [measure(o, name) for name in o.names]
    label = "the other" if o.against else cases[0]["runs"]["other"][0]["version"]
    print(f"{processor()}, {cases[0]['isa']}, threads: {o.threads}, alternating rounds: {o.rounds}\n")
    print("\n".join(table(cases, label)))
    if o.json:
        result = {"processor": processor(), "threads": o.threads, "rounds": o.rounds, "load_before": load,
                  "other": label,
                  "cases": cases}
        Path(o.json).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
