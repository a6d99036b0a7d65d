"""axe.py -- axe-core, the usual checker of accessibility: fetched once through npm, run inside the page.

It is kept in a folder of the build. Its text goes in through the DevTools protocol, so the page's own policy stays as it is.
"""
import hashlib
import json
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

VERSION = "4.10.3"
SHA256 = "880970c081707360e64f34cea25ff91892f5bc95675b0776925b9709dd8a68bb"
# What a file that stands for itself must keep: all rules of WCAG 2.2 A and AA and the common good practices.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def fetch(folder):
    """The text of axe.min.js, or None and why not."""
    kept = pathlib.Path(folder, f"axe-{VERSION}.js")
    if not kept.exists():
        why = download(kept)
        if why:
            return None, why
    text = kept.read_bytes()
    if hashlib.sha256(text).hexdigest() != SHA256:
        return None, f"{kept} is not axe-core {VERSION}"
    return text.decode(), None


def download(kept):
    """None, or why it is not there."""
    if not shutil.which("npm"):
        return "no npm"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        command = ["npm", "pack", f"axe-core@{VERSION}", "--silent", "--fetch-retries=0", "--fetch-timeout=30000"]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=90, stdin=subprocess.DEVNULL)
            packed = next(pathlib.Path(folder).glob("*.tgz"))
            with tarfile.open(packed) as t:
                text = t.extractfile("package/axe.min.js").read()
        except (subprocess.SubprocessError, OSError, KeyError, StopIteration, tarfile.TarError):
            return "npm could not fetch it"
        new = pathlib.Path(folder, "axe.js")
        new.write_bytes(text)
        new.rename(kept)
    return None


def violations(browser, text, only=None):
    """What axe finds wrong with what is on the screen now, by all rules or one: a line for each rule and element."""
    if not browser.js("typeof axe === 'object'"):
        browser.js(text + "\n;0")
    run = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": TAGS}
    options = {"runOnly": run, "resultTypes": ["violations"], "preload": False}
    found = browser.js(f"axe.run(document, {json.dumps(options)}).then(r => r.violations.flatMap(v => v.nodes.slice(0, 3)"
                       ".map(n => `${v.id}: ${v.help}: ${n.html.slice(0, 160)} ${(n.any[0] ?? n.all[0] ?? n.none[0])"
                       "?.message ?? ''}`)))")
    return found
