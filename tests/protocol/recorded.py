"""Reads recorded exchanges: NN_name.txt, whose long answers are cut, or NN_name.jsonl of recorder.py, whose are whole.

In a .txt "==== client call: " starts what a call of the client caused, "--- n METHOD PATH" an exchange, "> " lines are
the request, "< " lines the answer, the last of them its JSON. Long arrays are cut to their first elements plus
"… <length>", and what is still too long is cut in the middle.
"""
import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qs

CUT = re.compile(r"^… \d+$")


@dataclass
class Exchange:
    """One answered request; `request` without what changes from run to run, `answer` null where it was no JSON,
    `is_whole` where nothing of it was cut."""

    call: str
    request: str
    status: str
    answer: object
    is_whole: bool


def read(folder, flow):
    """The exchanges of a flow in their order, whole ones where there are both; none where nothing was recorded."""
    whole, text = folder / (flow + ".jsonl"), folder / (flow + ".txt")
    if whole.exists():
        return [exchange_of(json.loads(line)) for line in whole.read_text(encoding="utf-8").splitlines()]
    return list(exchanges(text.read_text(encoding="utf-8"))) if text.exists() else []


def exchange_of(line):
    ast = parse_qs(line["body"]).get("ast", [""])[0] if line["path"] == "/99/Rapids" else ""
    return Exchange(line["call"].strip(), pattern("%(method)s %(path)s" % line, ast), str(line["status"]),
                    line["answer"], True)


def exchanges(text):
    """Yields the exchanges of a .txt; answers that repeat an earlier one are not in it."""
    call = ""
    for block in re.split(r"\n(?=--- |==== )", text):
        if block.startswith("===="):
            call = block.split("\n")[0][len("==== client call: "):].strip()
            continue
        head = re.search(r"^--- \d+ (\S+ \S+)", block, re.M)
        answer = [line[2:] for line in block.split("\n") if line.startswith("< ")]
        if not head or not answer:
            continue
        ast = re.search(r"^> form ast = (.*)$", block, re.M)
        is_cut = answer[-1].startswith("[arrays cut")
        is_json = is_cut or answer[-1].startswith("{")
        yield Exchange(call, pattern(head.group(1), ast.group(1) if ast else ""), answer[0].split()[0],
                       repaired(answer[-1]) if is_json else None, is_json and not is_cut)


def pattern(request, ast=""):
    """A request without numbers, ids and query."""
    return (re.sub(r"[0-9a-f]{4,}|\d+", "#", request.split("?")[0] + " " + ast)).strip()


def repaired(text):
    """JSON of an answer, closed again where it was cut in the middle; None where it is no JSON."""
    text = re.sub(r"^\[arrays cut[^\]]*\] ", "", text)
    text = re.sub(r" …CUT at \d+ of \d+$", "", text)
    while text:
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            pass
        try:
            return json.loads(closed(text))
        except json.JSONDecodeError:
            # Half a member or element: leave it out.
            text = text[:max(text.rfind(c, 0, len(text) - 1) + (c != ",") for c in ",{[")]
    return None


def closed(text):
    """The text with the quotes and brackets that are open at its end."""
    stack, quoted, escaped = [], False, False
    for c in text:
        if escaped:
            escaped = False
        elif c == "\\":
            escaped = quoted
        elif c == '"':
            quoted = not quoted
        elif not quoted and c in "{[":
            stack.append("}" if c == "{" else "]")
        elif not quoted and c in "}]" and stack:
            stack.pop()
    return text + ('"' if quoted else "") + "".join(reversed(stack))
