#!/usr/bin/env python3
"""build.py [--quick] [--keep] [--work DIR] [--lookback FILE] -- run the lesson and make its page.

The lesson is README.md and the numbered .md files beside this program. A block that begins with ```sh run is
executed, in the order of the files, by bash in one working folder (build/lesson), with `lookback` on the path.
What it prints replaces the ```text output block behind it, so that every output in the lesson is a real one;
blocks that print nothing have none. Pictures go to pictures/ and are copied back beside the text. Then all
of it becomes index.html in the working folder, with links to the pages that the commands made.

A command that fails stops the build, and so does a file that the text names (`cats.html`, `![](pictures/cats.svg)`) and
no command made, a flag or key that lookback does not know, or an output that names a folder of this machine.

--quick  train for a few steps only, on less text, and leave the text and its pictures as they are: what the tests run
--keep   a block that has been run with the same words before is not run again: for writing the lesson
"""
import argparse
import hashlib
import html
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FENCE = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.M)
OUTPUT = re.compile(r"\n\n```text output\n(?:.*\n)*?```$", re.M)
MADE = re.compile(r"^[\w-]+\.(?:html|svg|npz|json)$")
# What --quick does to a command: few steps, a fifth of the test text.
QUICK = [(re.compile(r"^STEPS=\d+", re.M), "STEPS=40"),
         (re.compile(r"--test (\d+)\b"), lambda found: f"--test {int(found[1]) // 5}")]


def fail(where, what):
    sys.exit(f"lesson: {where}: {what}")


def lesson_files():
    return [HERE / "README.md", *sorted(HERE.glob("[0-9]*.md"))]


# ---- what the lesson names ----


def commands(text):
    """(verb, what follows it) of every `lookback VERB ...` in a text, run or not."""
    text = text.replace("\\\n", " ")
    code = [body for info, body in FENCE.findall(text) if info.startswith("sh")]
    code += re.findall(r"`(lookback [^`]+)`", FENCE.sub("", text))
    for piece in code:
        yield from re.findall(r"(?:^|[|;(&]) *lookback ([a-z]+)([^|;&<>\n]*)", piece, re.M)


def check_commands(path, lookback, keys, helps={}):
    """Every verb has a help page, every flag stands on it, every key=value is a key of a configuration."""
    for verb, words in commands(path.read_text()):
        if verb not in helps:
            page = subprocess.run([lookback, "help", verb], capture_output=True, text=True)
            if page.returncode != 0:
                fail(path.name, f"there is no `lookback {verb}`")
            helps[verb] = page.stdout
        words = re.sub(r"'[^']*'|\"[^\"]*\"", "TEXT", words)
        for flag in re.findall(r"(?<=\s)--?[a-z][a-z-]*", words):
            if not re.search(rf"(?<![\w-]){flag}(?![\w-])", helps[verb]):
                fail(path.name, f"`lookback {verb}` has no {flag}")
        for key in re.findall(r"(?<=\s)([a-z_.]+)=", words):
            if key not in keys:
                fail(path.name, f"there is no key {key}")


def check_files(path, work):
    text = FENCE.sub("", path.read_text())
    names = re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)
    names += [name for name in re.findall(r"`([^`]+)`", text) if MADE.match(name)]
    for name in names:
        if not (work / name).is_file():
            fail(path.name, f"no command made {name}")


# ---- running ----


def run(command, work, env, where):
    began = time.monotonic()
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=work, env=env, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        fail(where, f"exit {done.returncode}:\n{command}{done.stdout}")
    print(f"{where}: {time.monotonic() - began:5.1f} s  {command.splitlines()[-1].strip()[:80]}", flush=True)
    output = "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n")
    if str(work) in output or str(ROOT) in output:
        fail(where, f"the output names a folder of this machine:\n{output}")
    return output


def run_once(command, work, env, where, keep):
    """As run; with keep, from what is stored of an earlier run. A change in one block runs all behind it anew."""
    env["CHAIN"] = hashlib.sha256((env.get("CHAIN", "") + command).encode()).hexdigest()[:16]
    stored = work / ".done" / env["CHAIN"]
    if keep and stored.is_file():
        return stored.read_text()
    output = run(command, work, env, where)
    stored.write_text(output)
    return output


def run_file(path, work, env, args):
    """The text of the file with its outputs as they are now."""
    text = path.read_text()
    parts, at = [], 0
    for block in FENCE.finditer(text):
        if block[1] != "sh run":
            continue
        parts.append(text[at : block.end()])
        at = block.end()
        command = block[2]
        for pattern, quicker in QUICK if args.quick else []:
            command = pattern.sub(quicker, command)
        output = run_once(command, work, env, path.stem, args.keep)
        old = OUTPUT.match(text, at)
        at = old.end() if old else at
        if output:
            parts.append(f"\n\n```text output\n{output}\n```")
    return "".join(parts) + text[at:]


# ---- the page ----


def inline(text, work):
    """Markdown inside a paragraph; a code span that names a page which was made becomes a link to it."""
    def code(match):
        name, shown = match[1], f"<code>{html.escape(match[1])}</code>"
        if name.endswith(".html") and (work / name).is_file():
            shown = f'<a class="made" href="{name}">{shown}</a>'
        spans.append(shown)
        return f"\0{len(spans) - 1}\0"

    def link(match):
        place = re.sub(r"^(\d\d-[\w-]+)\.md$", r"#\1", match[2])
        return f'<a href="{place}">{match[1]}</a>' if place.startswith("#") else match[1]

    spans = []
    text = html.escape(re.sub(r"`([^`]+)`", code, text), quote=False)
    text = re.sub(r"!\[([^]]*)\]\(([^)]+)\)", r'<img src="\2" alt="\1">', text)
    text = re.sub(r"\[([^]]*)\]\(([^)]+)\)", link, text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
    text = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text)
    return re.sub(r"\0(\d+)\0", lambda m: spans[int(m[1])], text)


def table(lines, work):
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    cells = lambda row, tag: "".join(f"<{tag}>{inline(cell, work)}</{tag}>" for cell in row)
    body = "\n".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows[2:])
    return f'<div class="wide" tabindex="0"><table><tr>{cells(rows[0], "th")}</tr>\n{body}</table></div>'


def paragraph(lines, work):
    """One block of Markdown that is no code."""
    text = " ".join(lines)
    if heading := re.match(r"(#+) (.*)", text):
        level = len(heading[1])
        return f"<h{level}>{inline(heading[2], work)}</h{level}>"
    if lines[0].startswith("|"):
        return table(lines, work)
    if re.match(r"- |\d+\. ", lines[0]):
        tag = "ul" if lines[0].startswith("-") else "ol"
        items = re.split(r"\n(?:- |\d+\. )", "\n" + "\n".join(lines))[1:]
        return f"<{tag}>" + "\n".join(f"<li>{inline(' '.join(i.split()), work)}</li>" for i in items) + f"</{tag}>"
    if lines[0].startswith("!["):
        return f"<figure>{inline(text, work)}</figure>"
    kind = ' class="try"' if lines[0].startswith("**Try") else ""
    return f"<p{kind}>{inline(text, work)}</p>"


def code_block(info, body):
    kind = "output" if "output" in info else "command" if info.startswith("sh") else "code"
    label = {"output": "what came out", "command": "type this", "code": "text"}[kind]
    return f'<pre class="{kind}" tabindex="0" aria-label="{label}"><code>{html.escape(body)}</code></pre>'


def to_html(text, work):
    parts, at = [], 0
    for block in [*FENCE.finditer(text), None]:
        prose = text[at : block.start() if block else len(text)]
        parts += [paragraph(p.splitlines(), work) for p in re.split(r"\n\s*\n", prose.strip("\n")) if p.strip()]
        if block:
            parts.append(code_block(block[1], block[2]))
            at = block.end()
    return "\n".join(parts)


def write_page(texts, work):
    first, *topics = texts
    contents = "\n".join(f'<li><a href="#{path.stem}">{html.escape(re.sub(r"^# [0-9. ]*", "", text.splitlines()[0]))}'
                         "</a></li>" for path, text in topics)
    sections = "\n".join(f'<section id="{path.stem}">\n{to_html(text, work).replace("h1>", "h2>")}\n</section>'
                         for path, text in topics)
    page = (HERE / "page.html").read_text()
    for name, value in {"intro": to_html(first[1], work), "contents": contents, "sections": sections}.items():
        page = page.replace(f"<!--{name}-->", value)
    (work / "index.html").write_text(page)


# ---- all of it ----


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "lesson")
    parser.add_argument("--lookback", type=Path, default=ROOT / "build" / "release" / "lookback")
    return parser.parse_args()


def prepare(args):
    """The working folder, empty unless it is kept, and the environment of the commands."""
    work = args.work.resolve()
    if work.exists() and any(work.iterdir()) and not (work / ".done").is_dir():
        fail(work.name, "holds something else than a lesson; name another folder")
    if work.exists() and not args.keep:
        shutil.rmtree(work)
    for name in ("pictures", ".done"):
        (work / name).mkdir(parents=True, exist_ok=True)
    if not (work / "recipes").exists():
        (work / "recipes").symlink_to(os.path.relpath(ROOT / "recipes", work))
    path = f"{args.lookback.resolve().parent}:{os.environ['PATH']}"
    return work, dict(os.environ, PATH=path, COLUMNS="80", LC_ALL="C.UTF-8", TERM="dumb", OMP_WAIT_POLICY="passive")


def main():
    args = arguments()
    files = lesson_files()
    keys = set(re.findall(r"^\| `([a-z_.0-9]+)` \|", (ROOT / "docs" / "config.md").read_text(), re.M))
    for path in files:
        check_commands(path, args.lookback.resolve(), keys)
    work, env = prepare(args)
    texts = [(path, run_file(path, work, env, args)) for path in files]
    for path in files:
        check_files(path, work)
    write_page(texts, work)
    if not args.quick:
        for path, text in texts:
            path.write_text(text)
        shutil.copytree(work / "pictures", HERE / "pictures", dirs_exist_ok=True)
    print(f"lesson: open {os.path.relpath(work / 'index.html')}")


if __name__ == "__main__":
    main()
