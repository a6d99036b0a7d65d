"""using.py -- what the checks of the views share: pages by name, their JSON, and words for what must hold.

A check is a function that takes a Use and raises browser.Failed; `@check("pages", ...)` puts it on the list. Each opens what
it needs itself, so any of them can run alone: drive.py FOLDER CACHE NAME.
"""
import json
import pathlib
import urllib.parse

import read_page
from browser import Failed

checks = []  # (name, function)


def check(function):
    checks.append((function.__name__, function))
    return function


def need(ok, what):
    if not ok:
        raise Failed(what)


def equal(found, wanted, what):
    if found != wanted:
        raise Failed(f"{what}: {str(found)[:300]!r} instead of {str(wanted)[:300]!r}")


class Use:
    """A browser and the pages of a folder. NAME.html was written by lookback, NAME.json is what --json says."""

    def __init__(self, b, folder):
        self.b, self.folder, self.opened, self.cache = b, pathlib.Path(folder), set(), {}

    def path(self, name):
        return self.folder / f"{name}.html"

    def has(self, name):
        return self.path(name).exists()

    def page(self, name):
        if name not in self.cache:
            self.cache[name] = read_page.Page(self.path(name))
        return self.cache[name]

    def json(self, name):
        with open(self.folder / f"{name}.json", encoding="utf-8", newline="\n") as f:
            return [json.loads(line) for line in f]

    OWN = ["page", "state", "shell", "change", "availableViews", "sentence", "currentMap", "currentValues"]
    READY = ("document.documentElement.dataset.ready && !shell.frame.note.textContent && state &&"
             "(!shell.sentence || shell.sentence.index === state.sentence)")

    def open(self, name, link=None, **state):
        """A fresh load at this state, as from a link. The mouse is in a corner."""
        self.opened.add(self.path(name))
        self.b.open(self.path(name), link or ("#" + urllib.parse.urlencode(state) if state else ""))
        self.b.until("document.documentElement.dataset.ready", f"{name}.html drawn")
        self.b.inside(self.OWN)
        self.b.until(self.READY, f"{name}.html drawn")
        self.b.move(1, 1)
        self.b.frame()

    def change(self, **state):
        self.b.js(f"change({json.dumps(state)}), 0")
        self.b.until(self.READY, f"{state} drawn")
        self.b.frame()

    def views(self):
        """Ids of the views that the open page offers."""
        return self.b.js("availableViews().map(v => v.id)")

    def shown(self):
        return self.b.js("shell.current?.view.id ?? null")

    def text(self, selector="main"):
        return self.b.js(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.innerText).join(' ')"
                         ".replace(/\\s+/g, ' ')")

    def live(self):
        return self.b.js("document.getElementById('live').textContent")

    def state(self, key):
        return self.b.js(f"state[{json.dumps(key)}]")

    def press(self, *keys):
        for key in keys:
            self.b.key(key)
        self.b.frame()
