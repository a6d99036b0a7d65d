"""look_study.py -- a study of lengths: what the chart and the table say, buckets by mouse and keys, their sentences."""
import json

from using import check, equal, need


def study(u):
    return u.json("study")[0]


@check
def study_figures(u):
    """The table says what --json says, of each metric; the chart has a curve for each score, a column for each bucket."""
    if not u.has("study"):
        return "skipped: no study.html"
    s = study(u)
    u.open("study")
    equal(u.shown(), "study", "the first view")
    for metric in ("bleu", "exact", "tokens"):
        u.change(metric=metric)
        rows = u.b.js("[...document.querySelectorAll('.study-table tbody tr')].map(r => [...r.children]"
                      ".map(c => c.firstChild?.textContent ?? ''))")
        groups = s["buckets"] + s["groups"]
        equal([r[0] for r in rows], [g["name"] for g in groups], "names of rows")
        for row, g in zip(rows, groups):
            for k, system in enumerate(s["systems"]):
                value = g["scores"][system["score"]][metric]["value"]
                equal(row[3 + k], f"{value:.1f}", f"{metric} of {system['score']}, {g['name']}")
    equal(u.b.count(".study-line polyline"), len(s["systems"]), "curves")
    equal(u.b.count(".study-column"), len(s["buckets"]), "columns")
    for hostile in ("#bucket=99&metric=bleu", "#bucket=-1&metric=__proto__", "#bucket=x"):
        u.open("study", hostile)
        need(u.b.count(".study-table"), f"opened at {hostile}")


@check
def study_buckets(u):
    """A click on a column, a row of the table and arrow keys choose a bucket, and its sentences stand below."""
    if not u.has("study"):
        return "skipped: no study.html"
    s, page = study(u), u.page("study")
    u.open("study")
    last = len(s["buckets"]) - 1
    need(s["buckets"][last]["name"].replace("-", " to ") in u.text(".study-bucket h2"), "it begins with the longest")
    u.b.click_on(".study-column", 0)
    u.b.frame()
    equal(u.state("bucket"), 0, "the bucket after a click")
    shown = page.head["study"]["buckets"][0]["shown"]
    equal(u.b.count(".study-sentence"), len(shown), "its sentences")
    first = json.loads(page.blocks[f"s{shown[0]}"])
    need(first["reference"] in u.text(".study-sentence dd"), "the reference of the first")
    equal([x["score"] for x in first["said"]], [x["score"] for x in s["systems"]], "who said something")
    u.b.js("document.querySelectorAll('.study-column')[0].focus(), 0")
    u.press("ArrowRight")
    equal(u.state("bucket"), 1, "after ArrowRight")
    need("none" in u.live() and "sentence" in u.live(), f"said: {u.live()}")
    u.press("End")
    equal(u.state("bucket"), last, "after End")
    u.b.click_on(".study-row", 0)
    u.b.frame()
    equal(u.state("bucket"), 0, "after a click in the table")
    link = u.b.js("location.hash")
    need("bucket=0" in link, f"the link is {link}")
    u.open("study", link)
    equal(u.b.js("document.querySelectorAll('.study-column')[0].getAttribute('aria-pressed')"), "true", "from the link")


@check
def study_opens(u):
    """A sentence of a bucket opens in the first view of sentences, and the study is one tab away."""
    if not u.has("study"):
        return "skipped: no study.html"
    u.open("study", bucket=1, theme="dark")
    index = u.page("study").head["study"]["buckets"][1]["shown"][0]
    u.b.click_on(".study-open", 0)
    u.b.until("shell.current.view.scope === 'sentence'", "a view of sentences")
    equal(u.state("sentence"), index, "the sentence")
    u.b.js("document.getElementById('tab-study').click(), 0")
    u.b.frame()
    equal(u.state("bucket"), 1, "the bucket, back in the study")
