#!/usr/bin/env python3
"""make_data.py FOLDER -- text to train tiny models on: words of six scripts and what others write to harm a page.

FOLDER/{train,valid}.{src,tgt}: sentences of 2 to 7 words of the lexicon below, said word by word (`cats` becomes `les
chats`, so that a word comes of no other). FOLDER/pairs.{src,tgt,align}: sentences with gold links. FOLDER/hostile: lines
that no model has seen: malformed UTF-8, NUL, words of 10,000 letters, 120 words.
"""
import pathlib
import random
import sys

SCRIPTS = {
    "She": "Elle", "loves": "aime", "cats": "les chats", "dogs": "les chiens", "old": "vieux", "red": "rouge",
    "кошка": "собака", "любит": "видит", "дом": "дом́",
    "قطة": "كلب", "بيت": "مدرسة", "يحب": "يرى",
    "חתול": "כלב", "אוהב": "רואה",
    "बिल्ली": "कुत्ता", "घर": "किताब",
    "猫が": "犬が", "好き": "嫌い", "我爱": "你们",
    "🙂": "👩‍👩‍👧", "🇫🇷": "❤️",
}
HOSTILE = {
    "</script><script>alert(1)</script>": "</SCRIPT><svg/onload=alert(2)>", "<!--": "--><!--<script>",
    "<img/src=x/onerror=alert(3)>": "<b>bold</b>", "&lt;i&gt;&amp;": "&#60;u&#62;",
    "\"'`": "'\"\\", "\\u003c": "\\n\\0", "${alert(4)}": "{{7*7}}", "]]>": "%00%3Cscript%3E",
    "=1+1": "@SUM(1,\"2\")", "\u202eright\u202c": "\u2066left", "e\u0301": "\ufeffx\u200by",
    "\x1b[31m": "\x01\x7f", "javascript:alert(5)": "data:text/html,x", "__proto__": "constructor",
    "i-j": "0-0", "a" * 300: "b" * 300,
}
LEXICON = {**SCRIPTS, **HOSTILE}


def sentence(rng, words, longest=7):
    return [rng.choice(words) for _ in range(rng.randint(2, longest))]


def said(words):
    return " ".join(LEXICON[w] for w in words)


def links(words):
    """Gold: the last word of what a word becomes is sure, an article is possible."""
    out, t = [], 0
    for s, word in enumerate(words):
        n = len(LEXICON[word].split())
        out += [f"{s}?{t + i}" for i in range(n - 1)] + [f"{s}-{t + n - 1}"]
        t += n
    return " ".join(out)


def write(folder, name, pairs):
    texts = {"src": " ".join, "tgt": said, "align": links}
    for kind, form in texts.items():
        (folder / f"{name}.{kind}").write_bytes("".join(form(p) + "\n" for p in pairs).encode())


def main():
    folder, rng, words = pathlib.Path(sys.argv[1]), random.Random(5), list(LEXICON)
    folder.mkdir(exist_ok=True)
    for name, n in (("train", 2400), ("valid", 60)):
        write(folder, name, [sentence(rng, words) for _ in range(n)])
    pairs = [["She", "loves", "cats"], ["חתול", "אוהב", "חתול"], ["قطة", "يحب", "بيت", "قطة"]] + [[w, "loves", v] for w, v in zip(SCRIPTS, HOSTILE)]
    pairs += [sentence(rng, words) for _ in range(60)]
    write(folder, "pairs", pairs)
    (folder / "hostile").write_bytes(b"\n".join([
        b"\xff\xfe\xc0\x80 She \xed\xa0\x80loves \xf4\x90\x80\x80", b"She\0loves \0 cats",
        "a\u2028b \u2029 c\u0085d".encode(), ("x" * 10000 + " loves " + "\u05d0" * 10000).encode(),
        b"</script><script>document.title='hit'</script> <!-- -->", b"", b"   ",
        "\u202e She \u202d loves \u2067 cats".encode(), ("She loves cats and " * 30).encode()]) + b"\n")



if __name__ == "__main__":
    main()
