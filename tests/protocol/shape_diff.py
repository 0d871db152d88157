#!/usr/bin/env python3
"""Compare the shapes of two sets of recorded exchanges.

    shape_diff.py WANTED GOT [FLOW ...] [--schemas FILE] [--models FILE] [--without CALL ...]

Both are folders of flows as recorded.py reads them. Values do not count, shapes do: status, and per answer the names
of members and the types of their values. Answers of WANTED that were cut are compared as far as they go; what a
whole answer of GOT (recorder.py) must hold beyond that, --schemas and --models tell (described.py). --without leaves
out calls that contain the text. Exit status 1 where a member is missing or of another type.
"""
import argparse
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import recorded
from described import Models, Schemas, column_text

# Values of table cells are null where nothing was measured, whatever the column's type.
CELLS = re.compile(r"/data/\d+/\d+$")


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


def shortened(value, like):
    """A value as the recording shows it where it shortened `like` to a line of text: `__meta` and table columns."""
    if isinstance(like, str) and isinstance(value, dict):
        if "schema_name" in value:
            return "%s/%s/%s" % tuple(value.get("schema_" + part) for part in ("name", "version", "type"))
        if "format" in value:
            return column_text(value)
    return value


def differences(wanted, got, path=""):
    """Yields where two JSON values differ in shape. A null wanted says nothing about the type."""
    got = shortened(got, wanted)
    if path.endswith("/__meta") or re.search(r"/columns/\d+$", path) and kind(wanted) == "string" == kind(got):
        if wanted != got:
            yield "%s: %s wanted, is %s" % (path, wanted, got)
    elif wanted is None or got is None and CELLS.search(path):
        return
    elif kind(wanted) != kind(got):
        shown = kind(got) if kind(got) in ("object", "array") else repr(got)
        yield "%s: %s wanted, is %s" % (path, kind(wanted), shown)
    elif isinstance(wanted, dict):
        for name, value in wanted.items():
            if name not in got:
                yield "%s/%s: missing" % (path, name)
            else:
                yield from differences(value, got[name], path + "/" + name)
    elif isinstance(wanted, list):
        wanted = [w for w in wanted if not (isinstance(w, str) and recorded.CUT.match(w))]
        for index, (w, g) in enumerate(zip(wanted, got)):
            yield from differences(w, g, "%s/%d" % (path, index))
        if wanted and not got:
            yield "%s: elements wanted, is empty" % path


def compare(wanted, got):
    """Yields (call and request, what differs) of the exchanges of one flow. The n-th of equal requests of a call is held
    against the n-th, or the last where there are fewer: how often a job is asked for is a matter of luck."""
    answers = defaultdict(list)
    for exchange in got:
        answers[exchange.call, exchange.request].append(exchange)
    count = Counter()
    for exchange in wanted:
        key = exchange.call, exchange.request
        label = "%s | %s" % key
        count[key] += 1
        if key not in answers:
            # Temporaries are removed when the client's garbage collector happens to run.
            if not exchange.request.startswith("POST /#/Rapids (rm "):
                yield label, "not asked"
            continue
        answer = answers[key][min(count[key], len(answers[key])) - 1]
        if answer.status != exchange.status:
            yield label, "status %s wanted, is %s" % (exchange.status, answer.status)
        elif exchange.answer is not None:
            for difference in differences(exchange.answer, answer.answer):
                yield label, difference


def options():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip(), description=__doc__.split("\n\n")[0])
    parser.add_argument("wanted", type=Path)
    parser.add_argument("got", type=Path)
    parser.add_argument("flows", nargs="*")
    parser.add_argument("--schemas", type=Schemas)
    parser.add_argument("--models", type=Models)
    parser.add_argument("--without", action="append", default=[])
    return parser.parse_intermixed_args()


def differences_of_flow(flow, chosen):
    def read(folder):
        return [e for e in recorded.read(folder, flow) if not any(text in e.call for text in chosen.without)]

    wanted, got = read(chosen.wanted), read(chosen.got)
    if not got:
        return ["not recorded"]
    found = ["%s %s" % pair for pair in compare(wanted, got)]
    for table in filter(None, (chosen.schemas, chosen.models)):
        for exchange in filter(lambda e: e.is_whole, got):
            found += ["%s | %s %s" % (exchange.call, exchange.request, d) for d in table.differences(exchange.answer)]
    return found


def main():
    chosen = options()
    flows = chosen.flows or [f.stem for f in sorted(chosen.wanted.glob("[0-9]*.txt"))]
    count = 0
    for flow in flows:
        found = list(dict.fromkeys(differences_of_flow(flow, chosen)))
        print("%s: %d differences" % (flow, len(found)))
        for difference in found:
            print("    " + difference)
        count += len(found)
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
