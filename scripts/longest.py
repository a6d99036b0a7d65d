#!/usr/bin/env python3
"""longest.py [ROOT] -- the ten longest functions of src/, cli/ and examples/, and how long the others are.

It relies on the format of the tree: a function's body is a `{` alone in column 0 up to a `}` alone in
column 0; its length is the lines between them. Its name is the last word before the first `(` of what
stands above the brace.
"""
import re
import sys
from pathlib import Path


def name_above(lines, brace):
    """The name of the function whose body opens at lines[brace]; None if it is no function."""
    head = []
    for line in reversed(lines[max(0, brace - 12):brace]):
        if not line.strip() or line.startswith(("}", "#", "*/", " */")) or line.endswith(";"):
            break
        head.insert(0, line)
    match = re.search(r"(\w+)\s*\(", " ".join(head))
    return match[1] if match else None


def functions(root):
    for file in sorted(f for top in ("src", "cli", "examples") for f in (root / top).rglob("*")):
        if file.suffix not in (".c", ".h", ".cc"):
            continue
        lines = file.read_text(errors="replace").splitlines()
        start = None
        for i, line in enumerate(lines):
            if line == "{":
                start = i
            elif line == "}" and start is not None:
                name = name_above(lines, start)
                if name:
                    yield i - start - 1, name, f"{file.relative_to(root)}:{start + 1}"
                start = None


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = sorted(functions(root), reverse=True)
    if not found:
        return
    print("the ten longest functions (lines of body)")
    for length, name, where in found[:10]:
        print(f"  {length:4}  {name:32} {where}")
    lengths = [f[0] for f in found]
    print(f"  {len(found)} functions: median {lengths[len(found) // 2]}, "
          f"90th percentile {lengths[len(found) // 10]}, over 30: {sum(n > 30 for n in lengths)}")


if __name__ == "__main__":
    main()
