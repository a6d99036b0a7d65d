"""look_evidence.py -- sentences that an answer rests on: what stands there is what --json says, by mouse and by keys."""
from using import check, equal, need

SENTENCES = "[...document.querySelectorAll('.evidence-sentence[role=option]')]"


def marks(u):
    return u.b.js(f"{SENTENCES}.map(x => x.dataset.mark ?? 'unchecked')")


@check
def evidence_is_json(u):
    """The view is the first; sentences, their marks and what stands instead are those of --json, malformed bytes too."""
    said = u.json("evidence")
    u.open("evidence")
    equal(u.shown(), "evidence", "the first view")
    for i, x in enumerate(said):
        u.change(sentence=i)
        u.b.until(f"shell.sentence.index === {i}", "the sentence")
        equal(u.text(".evidence-question").strip(), x["question"].strip(), "the question")
        texts = u.b.js(f"{SENTENCES}.map(x => x.textContent)")
        equal(len(texts), len(x["sentences"]), "how many sentences")
        by_number = {s["sentence"]: k for k, s in enumerate(x["sentences"])}
        found = marks(u)
        for e in x["evidence"]:
            k = by_number[e["sentence"]]
            equal(texts[k], e["text"], "a sentence")
            equal(found[k], e["check"]["mark"], f"the mark of {e['text']!r}")
            need(e["check"].get("instead", "") in u.text(".evidence-list"), "what stands instead")
        equal(u.b.count(".evidence-list li"), len(x["evidence"]), "evidence that is listed")


@check
def evidence_pointing(u):
    """Pointing at a sentence tells of it, a click keeps it and stands in the link, keys go from one to the next."""
    u.open("evidence")
    idle = u.text(".view-evidence .answer")
    u.b.click_on(".evidence-sentence[role=option]", 1)
    u.b.frame()
    equal(u.state("span"), 1, "the sentence after a click")
    need(u.text(".view-evidence .answer") != idle, "nothing is told of it")
    link = u.b.js("location.hash")
    need("span=1" in link, f"the link is {link}")
    u.open("evidence", link)
    equal(u.b.js(f"{SENTENCES}.findIndex(x => x.getAttribute('aria-selected') === 'true')"), 1, "from the link")
    u.b.js(f"{SENTENCES}[1].focus(), 0")
    u.press("ArrowRight")
    equal(u.b.js(f"{SENTENCES}.indexOf(document.activeElement)"), 2, "after ArrowRight")
    need("attention" in u.live(), f"said: {u.live()}")
    u.press("Enter")
    equal(u.state("span"), 2, "after Enter")
    u.press("Escape")
    equal(u.state("span"), None, "after Escape")
    for hostile in ("#view=evidence&span=99", "#span=-1", "#span=x&sentence=1e9"):
        u.open("evidence", hostile)
        need(u.b.count(".evidence-sentence"), f"opened at {hostile}")

