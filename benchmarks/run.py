#!/usr/bin/env python3
"""Measures Neve beside its peers and prints one table of ratios.

Every row waits until the machine is otherwise idle (others use at most 5 % of all cores over 10 s), for 5 minutes at
most; a row measured on a busy machine is marked. Rows that are done for this build are not measured again: a run that
was cut off goes on where it was.
"""
import argparse
import os
import sys
import time
from pathlib import Path

import data
import distribution
import latency
import munging
import pairs
import process
import rows
import startup
import table
from results import Results

ROOT = Path(__file__).resolve().parent.parent
MEASURES = {"start": startup.measure, "rest": latency.measure, "distribution": distribution.measure,
            "munge": munging.measure, "munge-10m": munging.measure}


def options():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="ROW,…", help=f"rows to measure: {', '.join([*rows.BY_NAME, *rows.GROUPS])}")
    parser.add_argument("--again", action="store_true", help="measure rows that are done, too")
    parser.add_argument("--table", action="store_true", help="measure nothing, print what is there")
    parser.add_argument("--idle-seconds", type=float, default=300, help="wait that long for idle (default: %(default)s)")
    parser.add_argument("--scale", type=float, default=1, help="part of the rows, to try things out (default: 1)")
    parser.add_argument("--results", default=str(ROOT / "build/bench/results.jsonl"), help="default: %(default)s")
    return parser.parse_args()


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def measure(row, root, scale, idle_seconds):
    """One row's record, with whether others left the machine alone before and while it was measured."""
    say(f"{row.name}: {row.title}")
    idle_before = process.wait_until_idle(idle_seconds, share=process.IDLE_SHARE, say=say)
    watch = process.OthersWatch()
    try:
        record = MEASURES.get(row.name, pairs.measure)(row, root, scale * row.times, say)
    except (pairs.PeerFailed, RuntimeError) as failure:
        say(f"{row.name}: failed: {failure}")
        record = {"error": str(failure)[-600:]}
    others = watch.share()
    return record | {"idle": idle_before and others <= process.IDLE_SHARE, "others_share": round(others, 3)}


def main():
    given = options()
    os.environ.setdefault("NEVE_BINARY", str(ROOT / "build/release/neve"))
    root = Path(os.environ.get("NEVE_DATA", ROOT / "build/data")).resolve() / "bench"
    results = Results(given.results, given.scale)
    wanted = rows.chosen(given.only)
    if not given.table:
        for name in ("airlines", "dense"):
            data.ready(root, name, given.scale)
        for row in wanted:
            if given.again or not results.is_done(row.name):
                results.add(row.name, measure(row, root, given.scale, given.idle_seconds))
    records = results.records()
    print(table.text([(row, records[row.name]) for row in rows.ROWS if row.name in records], given.scale))


if __name__ == "__main__":
    main()
