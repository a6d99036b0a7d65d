"""browser.py -- one headless Chromium for a test: real input, what it asked the network for, what it complained of.

Chromium runs with a fresh profile in a temporary folder and needs no network. Mouse and keys go in through the
DevTools protocol, as from a person, so what a page does about them is what a person would see. Nothing sleeps: `until`
waits for a condition in the page. Everything the page asks for over a network and everything it writes to the console
is kept and can be asked for: a page of ours does neither.
"""
import base64
import importlib.util
import json
import os
import pathlib
import shutil
import struct
import tempfile
import sys
import time
import zlib

KEYS = {"Enter": 13, "Escape": 27, "Tab": 9, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
        "Home": 36, "End": 35, "PageUp": 33, "PageDown": 34, " ": 32, "Backspace": 8, "Delete": 46}
TEXT = {"Enter": "\r", " ": " "}


class Failed(Exception):
    """What the page did is not what it must do."""


def right_python():
    """Starts the program again with Debian's own Python where this one has no selenium and that one may."""
    debian = "/usr/bin/python3"
    if importlib.util.find_spec("selenium") or os.environ.get("LOOKBACK_PYTHON") or not os.path.exists(debian):
        return
    os.environ["LOOKBACK_PYTHON"] = debian
    os.execv(debian, [debian, *sys.argv])


def is_there():
    """Why the test cannot run on this machine, or None."""
    if not importlib.util.find_spec("selenium"):
        return "no selenium for this Python"
    for program in ("chromium", "chromedriver"):
        if not shutil.which(program):
            return f"no {program}"
    return None


class Browser:
    def __init__(self, width=1280, height=900, lang="en-US", flags=()):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
        self.folder = tempfile.mkdtemp(prefix="lookback-page-")
        self.downloads = pathlib.Path(self.folder, "downloads")
        self.downloads.mkdir()
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--disable-extensions", "--disable-default-apps", "--hide-scrollbars", "--mute-audio",
                     "--force-device-scale-factor=1", "--force-color-profile=srgb", f"--lang={lang}",
                     "--js-flags=--expose-gc", "--enable-precise-memory-info",
                     f"--user-data-dir={self.folder}/profile", f"--window-size={width},{height}"):
            options.add_argument(flag)
        for flag in flags:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        options.add_experimental_option("perfLoggingPrefs", {"enableNetwork": True, "enablePage": False})
        driver = Service(shutil.which("chromedriver"), log_path=os.devnull)
        self.driver = webdriver.Chrome(service=driver, options=options)
        self.driver.set_script_timeout(30)
        self.complaints, self.requests, self.mouse = [], [], (0, 0)
        self.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(self.downloads))
        self.driver.get("about:blank")
        for log in ("browser", "performance"):  # what Chromium's own first page did
            self.driver.get_log(log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.driver.quit()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def cdp(self, method, **arguments):
        return self.driver.execute_cdp_cmd(method, arguments)

    def js(self, expression):
        """The value of an expression (promises are waited for) in the page's own top scope."""
        answer = self.cdp("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            what = answer["exceptionDetails"]
            raise Failed(f"{expression[:200]}: {what.get('exception', {}).get('description', what.get('text'))}")
        return answer["result"].get("value")

    def inside(self, names):
        """Makes these names of the page's own script, which keeps them to itself, known to js().

        Through the debugger: a listener on the window is a function of the script, and knows the scope it was made in.
        """
        window = self.cdp("Runtime.evaluate", expression="window", objectGroup="inside")["result"]["objectId"]
        for listener in self.cdp("DOMDebugger.getEventListeners", objectId=window)["listeners"]:
            for scope in self._scopes(listener["handler"]["objectId"]):
                found = {p["name"]: p["value"] for p in self._properties(scope)["result"] if "value" in p}
                if set(names) <= found.keys():
                    self.cdp("Runtime.callFunctionOn", objectId=window, functionDeclaration="function(names, ...values)"
                             "{ names.split(' ').forEach((n, i) => { this[n] = values[i]; }); }", arguments=[
                                 {"value": " ".join(names)}, *({"objectId": found[n]["objectId"]} for n in names)])
                    return
        raise Failed(f"the page's script does not have all of {names}")

    def _properties(self, thing):
        return self.cdp("Runtime.getProperties", objectId=thing, ownProperties=True)

    def _scopes(self, function):
        """What a function can see, innermost first; the window itself left out."""
        own = self._properties(function)["internalProperties"]
        scopes = next(p["value"]["objectId"] for p in own if p["name"] == "[[Scopes]]")
        return [p["value"]["objectId"] for p in self._properties(scopes)["result"]
                if "value" in p and p["value"].get("description") != "Global"]

    def until(self, expression, what=None, seconds=30):
        """Waits until an expression is true in the page; returns its value."""
        end = time.monotonic() + seconds
        while True:
            value = self.js(expression)
            if value or value == {}:  # {}: an element
                return value
            if time.monotonic() > end:
                raise Failed(f"{what or expression}: not within {seconds} s")
            self.frame()

    def frame(self):
        """Lets the page draw: two animation frames, so that what was changed before the first is on the screen."""
        self.js("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(0))))")

    def open(self, path, fragment=""):
        """A page from a file; a fresh load even if it is open already."""
        url = pathlib.Path(path).resolve().as_uri() + fragment
        self.driver.get("about:blank")
        self.driver.get(url)
        self.mouse = (0, 0)

    def size(self, width, height, mobile=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        self.frame()

    def media(self, **features):
        """media(prefers_color_scheme="dark", forced_colors="active"); without arguments as the system has it."""
        listed = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        self.cdp("Emulation.setEmulatedMedia", media="", features=listed)
        self.frame()

    def _mouse(self, kind, **more):
        x, y = self.mouse
        self.cdp("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def move(self, x, y, buttons=0):
        self.mouse = (x, y)
        self._mouse("mouseMoved", buttons=buttons, button="left" if buttons else "none")

    def click(self, x, y, modifiers=0):
        self.move(x, y)
        for kind in ("mousePressed", "mouseReleased"):
            self._mouse(kind, button="left", buttons=1, clickCount=1, modifiers=modifiers)

    def tap(self, x, y):
        self.cdp("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.cdp("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def drag(self, x, y, to_x, to_y, steps=8):
        self.move(x, y)
        self._mouse("mousePressed", button="left", buttons=1, clickCount=1)
        for i in range(1, steps + 1):
            self.move(x + (to_x - x) * i / steps, y + (to_y - y) * i / steps, buttons=1)
        self._mouse("mouseReleased", button="left", buttons=0, clickCount=1)

    def wheel(self, x, y, delta, modifiers=0):
        self.move(x, y)
        self._mouse("mouseWheel", deltaX=0, deltaY=delta, modifiers=modifiers)

    def key(self, name, modifiers=0):
        """One key press: a name of KEYS or a character. modifiers: 1 Alt, 2 Ctrl, 4 Meta, 8 Shift."""
        code = KEYS.get(name, ord(name.upper()[0]))
        text = TEXT.get(name, name if len(name) == 1 else "")
        named = {" ": "Space"}.get(name, name if len(name) > 1 else "")
        common = {"key": name, "code": named, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        typed = text and not modifiers & 7
        self.cdp("Input.dispatchKeyEvent", type="keyDown" if typed else "rawKeyDown",
                 **({"text": text} if typed else {}), **common)
        self.cdp("Input.dispatchKeyEvent", type="keyUp", **common)

    def type(self, text):
        self.cdp("Input.insertText", text=text)

    def box(self, selector, nth=0):
        """[x, y, width, height] of an element on the screen, scrolled to."""
        found = self.js(f"(() => {{ const e = document.querySelectorAll({json.dumps(selector)})[{nth}]; if (!e) return null;"
                        "e.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});"
                        "const r = e.getClientRects()[0] ?? e.getBoundingClientRect();"
                        "return [r.x, r.y, r.width, r.height]; })()")
        if not found or not found[2] or not found[3]:
            raise Failed(f"{selector} [{nth}] is not on the page")
        return found

    def middle(self, selector, nth=0):
        x, y, width, height = self.box(selector, nth)
        return x + width / 2, y + height / 2

    def hover_over(self, selector, nth=0):
        self.move(*self.middle(selector, nth))

    def click_on(self, selector, nth=0, modifiers=0):
        self.click(*self.middle(selector, nth), modifiers=modifiers)

    def texts(self, selector):
        return self.js(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)")

    def count(self, selector):
        return self.js(f"document.querySelectorAll({json.dumps(selector)}).length")

    def downloaded(self, start, pattern="*", seconds=30):
        """What a call of start() writes into the folder of downloads: (name, bytes)."""
        for old in self.downloads.iterdir():
            old.unlink()
        start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            done = [f for f in self.downloads.glob(pattern) if f.suffix != ".crdownload"]
            if done and not list(self.downloads.glob("*.crdownload")):
                return done[0].name, done[0].read_bytes()
            self.frame()
        raise Failed(f"nothing was downloaded within {seconds} s")

    def collect(self):
        """Adds what the browser has logged since the last call to .complaints and .requests."""
        for entry in self.driver.get_log("browser"):
            if entry["level"] in ("SEVERE", "WARNING"):
                self.complaints.append(entry["message"])
        for entry in self.driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                self.requests.append(event["params"]["request"]["url"])
            elif event["method"] == "Network.webSocketCreated":
                self.requests.append(event["params"]["url"])

    def foreign(self, own):
        """The requests that were for anything but these files and what a page makes itself."""
        own = {pathlib.Path(p).resolve().as_uri() for p in own} | {"about:blank"}
        return [u for u in self.requests if u.split("#")[0] not in own and not u.startswith(("blob:", "data:"))]

    def heap(self):
        """Megabytes of JavaScript objects and of the bytes of their arrays, rubbish collected."""
        self.cdp("HeapProfiler.enable")
        self.cdp("HeapProfiler.collectGarbage")
        usage = self.cdp("Runtime.getHeapUsage")
        return (usage["usedSize"] + usage.get("backingStorageSize", 0)) / 1e6

    def picture(self, clip=None):
        """PNG of what is on the screen, or of a part of it: (x, y, width, height)."""
        part = {"clip": dict(zip(("x", "y", "width", "height", "scale"), (*clip, 1)))} if clip else {}
        return base64.b64decode(self.cdp("Page.captureScreenshot", format="png", **part)["data"])


def pixels(png, most=10000):
    """Rows of (red, green, blue) of a PNG of 8 bits a channel, without interlacing; the first so many."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert depth == 8 and kind in (2, 6), "not a PNG of true colours"
    at, packed, n = 8, b"", 3 if kind == 2 else 4
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at: at + 8])
        packed += png[at + 8: at + 8 + size] if name == b"IDAT" else b""
        at += size + 12
    data, rows, above = zlib.decompress(packed), [], bytearray(n * width)
    for y in range(min(height, most)):
        line = data[y * (n * width + 1): (y + 1) * (n * width + 1)]
        above = unfilter(line[0], bytearray(line[1:]), above, n)
        rows.append([tuple(above[i: i + 3]) for i in range(0, n * width, n)])
    return rows


def unfilter(how, line, above, n):
    """One row of a PNG as bytes (the PNG specification, section 9)."""
    for i in range(len(line) if how else 0):
        left, up = line[i - n] if i >= n else 0, above[i]
        corner = above[i - n] if i >= n else 0
        near = min((left, up, corner), key=lambda x: abs(left + up - corner - x))
        line[i] = line[i] + (0, left, up, (left + up) // 2, near)[how] & 255
    return line
