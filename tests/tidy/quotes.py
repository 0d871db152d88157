"""What docs/ quote of the code is still in the code.

    <!-- quote: path/of/file -->
    ```cpp
    lines as in the file, however far they are indented; a line … stands for lines left out
    ```
"""
import re

import project

QUOTE = re.compile(r"<!-- quote: (?P<path>\S+) -->\n+```\w*\n(?P<text>.*?)\n```", re.DOTALL)
GAP = "…"


def stripped(text):
    return [line.strip() for line in text.split("\n")]


def passages(text):
    """The runs of lines between gaps."""
    runs = [[]]
    for line in stripped(text):
        if line == GAP:
            runs.append([])
        else:
            runs[-1].append(line)
    return [run for run in runs if run]


def position(lines, run, start):
    """The line behind the first occurrence of a run from `start` on, or None."""
    for first in range(start, len(lines) - len(run) + 1):
        if lines[first:first + len(run)] == run:
            return first + len(run)
    return None


def missing_line(lines, text):
    """The first line of the first passage that is not there, in its place; None if all are."""
    at = 0
    for run in passages(text):
        at = position(lines, run, at)
        if at is None:
            return run[0]
    return None


def check_quotes():
    sources = {file.path: file for file in project.files()}
    for page in project.files():
        if not (page.path.startswith("docs/") and page.path.endswith(".md")):
            continue
        for match in QUOTE.finditer(page.text):
            number = page.text.count("\n", 0, match.start()) + 1
            path = match["path"]
            if path not in sources:
                yield f"{page.path}:{number}: quotes {path}, which is not there"
                continue
            lost = missing_line(stripped(sources[path].text), match["text"])
            if lost is not None:
                yield f"{page.path}:{number}: {path} no longer has the passage that begins with: {lost}"
