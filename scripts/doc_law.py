#!/usr/bin/env python3
"""doc_law.py [ROOT] -- every declaration of include/lookback.h is explained.

A function, type or macro has a `/** ... */` right above it; a member of a struct or enum has one there or a
`/**< ... */` behind it. Prints each breach as FILE:LINE and exits 1 if there is one. What the comments say
is checked by doxygen (docs/Doxyfile), where that is installed.
"""
import re
import sys
from pathlib import Path

PREPROCESSOR = re.compile(r"#\s*(?!define\s+LB_VERSION)")
PLAIN = re.compile(r"/\*(?!\*).*?\*/", re.S)


def blank(match):
    """Keeps the lines of what is taken out."""
    return "\n" * match[0].count("\n")


def breaches(text):
    """(line number, declaration) of each that is not explained."""
    text = re.sub(PLAIN, blank, text)
    above = False  # a comment stands above
    held = None  # (line number, text) of a declaration that goes on
    inside = False  # a comment that goes on
    for number, line in enumerate(text.split("\n"), 1):
        code = re.sub(r"/\*\*.*?(\*/|$)", "", line).strip() if not inside else ""
        if inside or re.search(r"/\*\*(?!<)", line):
            above = above or not code
            inside = "*/" not in line
            if not code:
                continue
        behind = "/**<" in line
        inside = behind and "*/" not in line.split("/**<")[1]
        if not code or PREPROCESSOR.match(code) or code.startswith(("extern", "}", "#endif")):
            continue
        if held is None:
            held = (number, code, above or behind)
        else:
            held = (held[0], f"{held[1]} {code}", held[2] or behind)
        whole = held[1].count("(") == held[1].count(")")
        if code[-1] in ";{," and whole or code.startswith("#"):
            if not held[2]:
                yield held[0], held[1]
            held, above = None, False


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = [f"include/lookback.h:{n}: {what}: not explained"
             for n, what in breaches((root / "include/lookback.h").read_text())]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
