#!/usr/bin/env python3
"""include_law.py [ROOT] -- who may include whom; the table below is docs/architecture.md, section 2.

Looks at every #include "..." in src/, cli/ and examples/. Prints each breach as FILE:LINE and exits 1 if
there is one. Own folder, base and lookback.h are open to every folder of src/.
"""
import re
import sys
from pathlib import Path

MAY_INCLUDE = {
    "base": "",
    "compute": "",
    "text": "",
    "metric": "",
    "synth": "",
    "tensor": "compute",
    "model": "tensor text",
    "search": "compute tensor text model",
    "train": "compute tensor text model metric",
    "explain": "tensor text model search metric",
    "view": "text explain",
    "convert": "tensor text model",
    "bench": "compute tensor text model search train metric explain view synth convert",
    "api": "compute tensor text model search train metric explain view synth convert bench",
    "cli": "",
    "examples": None,  # lookback.h and nothing else: they are what users copy
}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def folder_of(file, root):
    parts = file.relative_to(root).parts
    return parts[1] if parts[0] == "src" else parts[0]


def fault(folder, path):
    """What is wrong with including `path` in a file of `folder`; None if nothing is."""
    if path == "lookback.h":
        return None
    if folder not in MAY_INCLUDE:
        return f"folder {folder} has no row in the table of scripts/include_law.py"
    if MAY_INCLUDE[folder] is None:
        return "may include lookback.h only"
    if "/" not in path or path.startswith("."):
        return 'is not of the form "folder/file.h"'
    if path.split("/")[0] not in {folder, "base", *MAY_INCLUDE[folder].split()}:
        return f"{folder} may include: {folder}, base {MAY_INCLUDE[folder]}".rstrip()
    return None


def breaches(root):
    files = [f for top in ("src", "cli", "examples") for f in sorted((root / top).rglob("*"))]
    for file in files:
        if file.suffix not in (".c", ".h", ".cc"):
            continue
        text = file.read_text(errors="replace")
        for match in INCLUDE.finditer(text):
            why = fault(folder_of(file, root), match[1])
            if why:
                line = text.count("\n", 0, match.start(1)) + 1
                yield f'{file.relative_to(root)}:{line}: "{match[1]}": {why}'


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = list(breaches(root))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
