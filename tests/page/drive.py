#!/usr/bin/env python3
"""drive.py FOLDER CACHE [CHECK...] -- uses the pages in FOLDER as a person would, in one headless Chromium.

Says what was checked; exits 1 if something is not as it must be, 77 where there is no browser. axe-core is kept in CACHE.
After each check: nothing was asked of a network, and the console is empty.
"""
import sys
import time

import axe
import browser
import using
import look_reading  # noqa: F401
import look_matrix  # noqa: F401
import look_views  # noqa: F401
import look_set  # noqa: F401
import look_export  # noqa: F401
import look_shell  # noqa: F401
import look_study  # noqa: F401
import look_evidence  # noqa: F401
import look_watch  # noqa: F401


def run(u, function):
    """None, or what is wrong."""
    note = None
    try:
        note = function(u)
    except (browser.Failed, AssertionError) as e:
        return f"FAILED: {e}", True
    u.b.collect()
    foreign = u.b.foreign(u.opened)
    complaints, u.b.complaints, u.b.requests = u.b.complaints, [], []
    if foreign:
        return f"FAILED: asked for {foreign[:5]}", True
    if complaints:
        return f"FAILED: the console says {complaints[:3]}", True
    return note or "ok", False


def main():
    browser.right_python()
    if why := browser.is_there():
        print(f"skipped: {why}")
        return 77
    bad = False
    with browser.Browser(flags=["--disable-frame-rate-limit"]) as b:  # nobody waits for a screen
        u = using.Use(b, sys.argv[1])
        u.axe, u.axe_missing = axe.fetch(sys.argv[2])
        for name, function in using.checks:
            if sys.argv[3:] and not any(part in name for part in sys.argv[3:]):
                continue
            start = time.monotonic()
            said, failed = run(u, function)
            bad |= failed
            print(f"{name} ({time.monotonic() - start:.1f} s): {said}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
