#!/usr/bin/env python3
"""How much of a difference between GBMs is the data's? Several draws of the airlines, each learnt by Neve, LightGBM and
XGBoost as in the row `gbm-10m`; prints the AUC of each on the draw's own test rows, and the means.

The first draw has the benchmark's own rows. What is done for this build is not done again. Nothing is timed.
"""
import argparse
import concurrent.futures
import json
import multiprocessing
import os
from pathlib import Path

import data
import peers
from peers.task import Task
from results import Results

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("neve", "lightgbm", "xgboost")
DEFAULT_DRAWS = 5


def learn(engine, name, root, scale):
    """AUC of the engine's trees on the test rows of the named data set."""
    Task.data_name = name
    task = peers.make("gbm-10m", engine, root, scale)
    try:
        task.load()
        return task.quality(task.run())["auc"]
    finally:
        task.close()


def print_table(records, draws):
    print("| draw |", " | ".join(ENGINES), "|")
    print("| --- |", " | ".join("---" for _ in ENGINES), "|")
    whole = []
    for draw in draws:
        found = [records.get(f"{draw}:{engine}") for engine in ENGINES]
        if all(found):
            whole.append([record["auc"] for record in found])
            print(f"| {draw} |", " | ".join(f"{auc:.4f}" for auc in whole[-1]), "|")
    if whole:
        print("| mean |", " | ".join(f"{sum(aucs) / len(aucs):.4f}" for aucs in zip(*whole)), "|")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, choices=range(1, len(data.AIRLINE_DRAWS) + 2), default=DEFAULT_DRAWS,
                        help="default: %(default)s")
    parser.add_argument("--scale", type=float, default=10, help="of 1M rows to learn from and 100k to test on (default: 10)")
    given = parser.parse_args()
    os.environ.setdefault("NEVE_BINARY", str(ROOT / "build/release/neve"))
    root = Path(os.environ.get("NEVE_DATA", ROOT / "build/data")).resolve() / "bench"
    results = Results(ROOT / "build/bench/draws.jsonl", given.scale)
    draws = ["airlines", *data.AIRLINE_DRAWS[:given.draws - 1]]
    for draw in draws:
        for engine in ENGINES:
            run = f"{draw}:{engine}"
            if results.is_done(run):
                continue
            # A process of its own, whose memory is free afterwards.
            context = multiprocessing.get_context("spawn")
            with concurrent.futures.ProcessPoolExecutor(1, context) as process:
                record = {"auc": process.submit(learn, engine, draw, root, given.scale).result(), "idle": True}
            results.add(run, record)
            print(run, json.dumps(record), flush=True)
    print_table(results.records(), draws)


if __name__ == "__main__":
    main()
