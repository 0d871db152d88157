#!/usr/bin/env python3
"""Compare the shapes of two sets of recorded exchanges.

    shape_diff.py WANTED GOT [FLOW ...]

Both are folders of NN_name.txt files: "==== client call", "--- n METHOD PATH", "> " request and
"< " answer lines, the last "< " line holding the JSON. Values do not count, shapes do: the names of
members and the types of their values, per answer. Exit status 1 where a member is missing or of
another type. Long arrays may be cut to their first elements plus "… <length>"; long answers may be cut
altogether, and are then compared as far as they go.
"""
import json
import re
import sys
from pathlib import Path

CUT = re.compile(r"^… \d+$")


def exchanges(text):
    """Yields (call, method and path, status, answer text) of a recorded flow."""
    call = ""
    for block in re.split(r"\n(?=--- |==== )", text):
        if block.startswith("===="):
            call = block.split("\n")[0][len("==== client call: "):].strip()
            block = block[block.index("\n"):] if "\n" in block else ""
        head = re.search(r"^--- \d+ (\S+ \S+)", block, re.M)
        if not head:
            continue
        answer = [line[2:] for line in block.split("\n") if line.startswith("< ")]
        status = answer[0].split()[0] if answer else ""
        yield call, head.group(1), status, answer[-1] if answer else ""


def pattern(request):
    """The request without what changes from run to run: numbers, ids and query."""
    request = request.split("?")[0]
    return re.sub(r"[0-9a-f]{4,}|\d+", "#", request)


def repaired(text):
    """JSON of an answer, closed again where it was cut in the middle; None where it is no JSON."""
    text = re.sub(r"^\[arrays cut[^\]]*\] ", "", text)
    text = re.sub(r" …CUT at \d+ of \d+$", "", text)
    for _ in range(400):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            pass
        closed = close(text)
        try:
            return json.loads(closed)
        except json.JSONDecodeError:
            cut = max(text.rfind(","), text.rfind("{"), text.rfind("["))
            if cut <= 0:
                return None
            text = text[:cut] if text[cut] == "," else text[:cut + 1] if cut + 1 < len(text) else text[:cut]
    return None


def close(text):
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


def kind(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float) or value in ("NaN", "Infinity", "-Infinity"):
        return "real"
    return {str: "string", dict: "object", list: "array"}[type(value)]


def meta_text(value):
    if isinstance(value, dict) and "schema_name" in value:
        return "%s/%s/%s" % (value["schema_name"], value["schema_version"], value["schema_type"])
    return value


def column_text(value):
    if isinstance(value, dict) and "format" in value:
        return "%s:%s:%s" % (value.get("name"), value.get("type"), value.get("format"))
    return value


def differences(wanted, got, path):
    if path.endswith("/__meta"):
        if meta_text(wanted) != meta_text(got):
            yield "%s: %s wanted, is %s" % (path, meta_text(wanted), meta_text(got))
        return
    if wanted is None or got is None:
        if wanted is not None and kind(wanted) in ("object", "array") and wanted:
            yield "%s: %s wanted, is null" % (path, kind(wanted))
        return
    if "columns" in path.rsplit("/", 2)[-2:] and isinstance(wanted, str) and ":" in wanted:
        if column_text(wanted) != column_text(got):
            yield "%s: column %s wanted, is %s" % (path, wanted, column_text(got))
        return
    if kind(wanted) != kind(got):
        if {kind(wanted), kind(got)} == {"integer", "real"} and "/data/" in path:
            return
        yield "%s: %s wanted, is %s (%r)" % (path, kind(wanted), kind(got), got if kind(got) not in ("object", "array") else "…")
    elif isinstance(wanted, dict):
        for name, value in wanted.items():
            if name not in got:
                yield "%s/%s: missing" % (path, name)
            else:
                yield from differences(value, got[name], path + "/" + name)
    elif isinstance(wanted, list):
        plain = [w for w in wanted if not (isinstance(w, str) and CUT.match(w))]
        for i, (w, g) in enumerate(zip(plain, got)):
            yield from differences(w, g, "%s/%d" % (path, i))
        if plain and not got and "/data" not in path:
            yield "%s: elements wanted, is empty" % path


def compare(name, wanted_text, got_text):
    got = {}
    for call, request, status, answer in exchanges(got_text):
        got.setdefault((call, pattern(request)), (status, answer))
    seen = set()
    for call, request, status, answer in exchanges(wanted_text):
        key = (call, pattern(request))
        if key in seen or not status or not answer.lstrip("[").startswith(("{", "arrays")):
            continue
        seen.add(key)
        label = "%s | %s | %s" % (name, call, request.split("?")[0])
        if key not in got:
            yield "%s: not asked" % label
            continue
        if got[key][0] != status:
            yield "%s: status %s wanted, is %s" % (label, status, got[key][0])
            continue
        left, right = repaired(answer), repaired(got[key][1])
        if left is None or right is None:
            yield "%s: no JSON" % label
            continue
        for difference in differences(left, right, ""):
            yield "%s %s" % (label, difference)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    wanted, got = Path(sys.argv[1]), Path(sys.argv[2])
    flows = sys.argv[3:] or [f.stem for f in sorted(wanted.glob("[0-9]*.txt"))]
    count = 0
    for flow in flows:
        if not (got / (flow + ".txt")).exists():
            print("%s: not recorded" % flow)
            count += 1
            continue
        for line in compare(flow, (wanted / (flow + ".txt")).read_text(), (got / (flow + ".txt")).read_text()):
            print(line)
            count += 1
    print("%d differences in %d flows" % (count, len(flows)))
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
