#!/usr/bin/env python3
"""compute_law.py [ROOT] -- pragmas, vendor calls and intrinsics live in src/compute and nowhere else.

Looks at src/, cli/ and examples/, comments and strings left out. Prints each breach as FILE:LINE and exits
1 if there is one. The same for the one C++ library, which src/text hides.
"""
import re
import sys
from pathlib import Path

# what: (pattern, the folder it may be in)
LAWS = {
    "a pragma": (r"#\s*pragma\b|\b_Pragma\b", "src/compute"),
    "oneDNN": (r"\bdnnl_\w+|\bDNNL_\w+", "src/compute"),
    "OpenMP": (r"\bomp_\w+", "src/compute"),
    "an intrinsic": (r"\b_mm(256|512)?_\w+|\b__m(128|256|512)[di]?\b|\w+intrin\.h", "src/compute"),
    "an instruction set": (r"\btarget(_clones)?\s*\(\s*\"", "src/compute"),
    "C++ SentencePiece": (r"\bsentencepiece::|\bsentencepiece_\w+\.h\b", "src/text"),
}
NOT_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)


def code_of(text):
    """The text with comments and strings blanked, line numbers kept; the names of includes stay."""
    def blank(match):
        line_start = text.rfind("\n", 0, match.start()) + 1
        if re.match(r"\s*#\s*include", text[line_start:match.start()]):
            return match[0]
        return re.sub(r"[^\n\"]", " ", match[0])
    return NOT_CODE.sub(blank, text)


def breaches(root):
    files = [f for top in ("src", "cli", "examples") for f in sorted((root / top).rglob("*"))]
    for file in files:
        if file.suffix not in (".c", ".h", ".cc"):
            continue
        name = file.relative_to(root).as_posix()
        code = code_of(file.read_text(errors="replace"))
        for what, (pattern, home) in LAWS.items():
            if name.startswith(home + "/"):
                continue
            for match in re.finditer(pattern, code):
                line = code.count("\n", 0, match.start()) + 1
                yield f"{name}:{line}: {match[0].strip()}: {what} outside {home}"


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = list(breaches(root))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
