"""What holds for every view of every page: links, help, themes, narrow windows, print, no network, no complaint, axe."""
import json

from using import check, equal, need

PAGES = ("words", "heads", "hostile", "hostile-heads", "set", "check", "watch", "study", "evidence")


def every_view(u, pages=PAGES):
    """Opens each page there is and goes to each of its views, with something chosen."""
    for name in pages:
        if not u.has(name):
            continue
        u.open(name)
        for view in u.views():
            u.change(view=view)
            equal(u.shown(), view, f"{name}.html shows")
            yield name, view


def once(pairs):
    """Each view once, on the first page that has it."""
    seen = set()
    for name, view in pairs:
        if view not in seen:
            seen.add(view)
            yield name, view


@check
def shell_views(u):
    """Each view can be reached by its tab and by arrows, and draws something."""
    for name, view in every_view(u, ("heads", "hostile", "set", "check", "watch", "study", "evidence")):
        need(len(u.text(f"#panel-{view}")) > 20 or u.b.count(f"#panel-{view} canvas"), f"{name} {view} is empty")
        need(u.b.js(f"document.getElementById('tab-{view}').getAttribute('aria-selected')") == "true",
             f"{name}: the tab of {view} is not selected")
        if u.b.js("shell.current.view.scope") == "sentence":
            need(u.b.count(f"#panel-{view} .honest") == 1, f"{name} {view}: no line that says what attention is not")
    u.open("heads")
    names = u.views()
    if len(names) > 1:
        u.b.js("document.querySelector('[role=tab][aria-selected=true]').focus(), 0")
        u.press("ArrowRight")
        equal(u.shown(), names[1], "after ArrowRight on the tabs")
        u.press("Home")
        equal(u.shown(), names[0], "after Home on the tabs")


@check
def shell_link(u):
    """The address restores what was looked at."""
    u.open("words", sentence=2)
    u.b.js("change({ row: 1, reading: 'erasing', theme: 'dark' }), 0")
    u.b.frame()
    before, link = u.text("main"), u.b.js("location.hash")
    for part in ("sentence=2", "row=1", "reading=erasing", "theme=dark"):
        need(part in link, f"'{part}' is not in {link}")
    u.open("words", link)
    equal(u.text("main"), before, "what the link shows")
    equal(u.b.js("document.documentElement.dataset.theme"), "dark", "the theme of the link")
    for hostile in ("#row=99999999&sentence=7", "#view=__proto__&map=constructor&sort=<b>", "#sentence=1e9", "#%E0%A4%A"):
        u.b.open(u.path("words"), hostile)
        u.b.until("document.documentElement.dataset.ready", f"a page opened at {hostile}")


@check
def shell_help(u):
    """? opens a list of the keys of the view shown; Escape closes it and gives the focus back."""
    for name, view in once(every_view(u, ("heads", "set", "watch"))):
        u.b.js("document.activeElement?.blur(), 0")
        u.press("?")
        u.b.until("document.querySelector('dialog[open]')", f"{view}: help")
        said, keys = u.text("dialog"), u.b.js("shell.current.made.keys ?? []")
        for key, what in keys:
            need(key in said and what in said, f"{view}: the help does not list {key}")
        u.press("Escape")
        u.b.until("!document.querySelector('dialog[open]')", f"{view}: help closed by Escape")


@check
def shell_themes(u):
    """Light, dark, as the system has it, and forced colours: the page follows."""
    light = "parseFloat(getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/)[0]) > 128"
    u.open("words")
    for scheme in ("light", "dark"):
        u.b.media(prefers_color_scheme=scheme)
        equal(u.b.js(light), scheme == "light", f"auto, and the system is {scheme}")
        for theme in ("light", "dark"):
            u.change(theme=theme)
            equal(u.b.js(light), theme == "light", f"theme {theme}, and the system is {scheme}")
        u.change(theme="auto")
    u.b.media(forced_colors="active")
    u.change(row=1)
    u.b.frame()
    look = ("(e => { const s = getComputedStyle(e); return [s.outlineStyle, s.borderTopStyle, s.borderBottomStyle,"
            " s.textDecorationLine, s.backgroundColor, s.backgroundImage].join() })")
    differ = u.b.js(f"{look}(document.querySelector('.w.lit')) !== {look}(document.querySelector('.flow .w:not(.lit)'))")
    need(differ, "in forced colours a word that is lit looks like one that is not")
    u.b.media()


WIDE = """((most) => [...document.querySelectorAll("main *, header *")].filter(e => {
  const r = e.getBoundingClientRect();
  return r.right > most + 0.5 && r.width > 0 && !e.closest("[hidden]"); }).slice(0, 4).map(e => e.outerHTML.slice(0, 90)))"""


@check
def shell_narrow(u):
    """At 320 pixels, which is 400 % zoom, and at 640 nothing needs scrolling sideways."""
    faults = []
    for width in (320, 640):
        u.b.size(width, 640)
        for name, view in once(every_view(u, ("hostile-heads", "check", "watch", "study", "evidence"))):
            u.change(row=1)
            wide = u.b.js("document.documentElement.scrollWidth")
            if wide > width:
                faults.append(f"{name} {view}: {wide} pixels wide in a window of {width}: {u.b.js(f'{WIDE}({width})')}")
    u.b.size(1280, 900)
    need(not faults, "\n    ".join(faults))


@check
def shell_motion(u):
    """With reduced motion nothing moves by itself."""
    u.b.media(prefers_reduced_motion="reduce")
    for name, view in once(every_view(u, ("heads", "watch"))):
        u.change(row=0)
        equal(u.b.js("document.getAnimations().filter(a => a.playState === 'running').length"), 0,
              f"{name} {view}: animations")
    u.b.media()


@check
def shell_print(u):
    """On paper everything stands in words and nothing is cut by a window."""
    u.open("words", sentence=0)
    u.b.cdp("Emulation.setEmulatedMedia", media="print")
    u.b.js("dispatchEvent(new Event('beforeprint')), 0")
    u.b.frame()
    said = u.text("body")
    need("chats looked most at cats" in said, f"on paper: {said[:300]}")
    pdf = u.b.cdp("Page.printToPDF")["data"]
    need(len(pdf) > 4000, "an empty PDF")
    u.b.media()


KEYS = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End", "Home", "PageDown", "PageUp", "+", "-", "0", "o", "c",
        "Enter", "Escape", " ", " ", "]", "["]


@check
def shell_keys(u):
    """] and [ go to the next sentence and back; any key in any view leaves a page that works."""
    u.open("words", sentence=0)
    u.press("]", "]")
    u.b.until("state.sentence === 2 && shell.sentence.index === 2", "two sentences on")
    u.press("[")
    u.b.until("state.sentence === 1 && shell.sentence.index === 1", "one back")
    for name, view in once(every_view(u, ("heads", "set"))):
        u.b.js(f"(document.querySelector('#panel-{view} [tabindex=\"0\"]') ?? document.body).focus(), 0")
        for key in KEYS:
            u.b.key(key)
        u.change(view=view, sentence=0, row=None, column=None, other=None)
        equal(u.shown(), view, f"{name} {view} after many keys")


@check
def shell_copy(u):
    """Copy link says that it did."""
    u.open("words", sentence=3, row=1)
    u.b.js("[...document.querySelectorAll('button')].find(b => b.textContent === 'Copy link').click(), 0")
    u.b.until("document.getElementById('live').textContent.includes('opied')", "said to be copied")


@check
def shell_policy(u):
    """What the page's policy forbids does not happen, even if somebody got a script into the document."""
    u.open("words")
    u.b.js("(s => { s.textContent = 'globalThis.hit = 1'; document.body.append(s); })(document.createElement('script')), 0")
    u.b.js("(b => { b.setAttribute('onclick', 'globalThis.hit = 2'); document.body.append(b); b.click(); })"
           "(document.createElement('button')), 0")
    need(not u.b.js("globalThis.hit"), "a script that is not ours ran")
    need(u.b.js("fetch('data:text/plain,x').then(() => false, () => true)"), "a request left the page")
    u.b.collect()
    need(len([c for c in u.b.complaints if "Content Security Policy" in c]) >= 3, "the policy did not speak")
    u.b.complaints, u.b.requests = [], []


@check
def shell_file(u):
    """What the head says of model, command, decoding and error is on the page."""
    u.open("words")
    u.b.js("document.querySelectorAll('details').forEach(d => { d.open = true; }), 0")
    u.b.frame()
    head, said = u.page("words").head, u.text("body")
    for part in (head["model"]["hash"], head["model"]["name"], head["command"], f"beam {head['decoding']['beam']}",
                 head["readout"]["name"], "Attention alone is not a reason"):
        need(" ".join(part.split()) in said, f"'{part}' is not on the page")


@check
def shell_accessible(u):
    """axe-core finds nothing in any view; in the dark theme the colours are looked at."""
    if not u.axe:
        return f"skipped: {u.axe_missing}"
    import axe
    faults, n = [], 0
    for name, view in once(every_view(u, ("heads", "set", "check", "watch", "study", "evidence"))):
        n += 1
        u.change(row=1, theme="light")
        faults += [f"{name} {view}: {v}" for v in axe.violations(u.b, u.axe)]
        u.change(theme="dark")
        faults += [f"{name} {view} dark: {v}" for v in axe.violations(u.b, u.axe, only="color-contrast")]
    u.press("?")
    faults += [f"help: {v}" for v in axe.violations(u.b, u.axe)]
    need(not faults, f"{len(faults)} faults:\n    " + "\n    ".join(faults))
    return f"ok: {n} views"
