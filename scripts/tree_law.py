#!/usr/bin/env python3
"""tree_law.py [ROOT] -- what a tracked file must not be: larger than 512 KiB, or tied to one machine.

Prints each breach and exits 1 if there is one. A path under the temporary folder is fine where a unique
name is made from it (XXXXXX).
"""
import re
import subprocess
import sys
from pathlib import Path

LARGEST = 512 * 1024
# The brackets keep these patterns from finding themselves.
MACHINE = re.compile(rb"(?<![\w.~-])/(?:[w]ork|[r]oot|[h]ome/\w+|[U]sers|[t]mp)/[\w.]")
UNFINISHED = re.compile(rb"\b(?:[T]ODO|[F]IXME|[X]XX)\b")


def faults(path):
    """(line number or 0, what is wrong) for each fault of one file."""
    data = path.read_bytes()
    if len(data) > LARGEST:
        yield 0, f"{len(data)} bytes: larger than {LARGEST}"
    if b"\0" in data:
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        if MACHINE.search(line) and b"XXXXXX" not in line:
            yield number, "names a folder of one machine"
        if UNFINISHED.search(line):
            yield number, "is marked as unfinished"


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    names = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True).stdout
    bad = False
    for name in filter(None, names.decode().split("\0")):
        path = root / name
        if not path.is_file() or path.is_symlink():
            continue
        for line, what in faults(path):
            print(f"{name}:{line}: {what}")
            bad = True
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
