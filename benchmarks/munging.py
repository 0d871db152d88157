"""What a user does with tables: each operation as the servers' clients send it (Rapids) and as polars has it.

Servers are timed from POST /99/Rapids to the answer, on one connection that is kept, with the result kept under a name;
polars with its result collected. Times below 10 ms count as 10 ms on both sides.
"""
import dataclasses
import math
import statistics
import typing

import pairs

ROUNDS = 5
SHORTEST_SECONDS = 0.01
PEERS = ("polars", "h2o")


@dataclasses.dataclass(frozen=True)
class Operation:
    name: str
    rapids: str
    polars: typing.Callable   # of the tables' dictionary


def aggregates():
    import polars as pl
    return [pl.col("Distance").sum(), pl.col("DepTime").mean()]


def quantiles(t):
    import polars as pl
    return t["air"].select([pl.col(c).quantile(q, "linear").alias(f"{c}{q}") for c in ("DepTime", "Distance")
                            for q in (.01, .25, .5, .75, .99)])


def text(t, change):
    import polars as pl
    return t["left"].select(change(pl.col("code").str))


def greater(t):
    import polars as pl
    return t["air"].filter(pl.col("Distance") > 1000)


def grouped(t):
    import polars as pl
    return t["left"].group_by("g").agg(pl.col("v").sum(), pl.col("v").mean().alias("mean"))


# Columns of the frame air: 3 DepTime, 5 Origin, 6 Dest, 7 Distance; of left: k, g, v, code; of right: k, w.
OPERATIONS = [
    Operation("filter", "(rows air (> (cols air 'Distance') 1000))", greater),
    Operation("group-by, 1 key", "(GB air [5] sum 7 'all' mean 3 'all')",
              lambda t: t["air"].group_by("Origin").agg(aggregates())),
    Operation("group-by, 2 keys", "(GB air [5 6] sum 7 'all' mean 3 'all')",
              lambda t: t["air"].group_by(["Origin", "Dest"]).agg(aggregates())),
    Operation("group-by, 100k groups", "(GB left [1] sum 2 'all' mean 2 'all')", grouped),
    Operation("join, small", "(merge air airports 1 0 [5] [0] 'hash')",
              lambda t: t["air"].join(t["airports"], on="Origin", how="left")),
    Operation("join, large", "(merge left right 0 0 [0] [0] 'auto')", lambda t: t["left"].join(t["right"], on="k")),
    Operation("sort, 2 keys", "(sort air [5 3] [1 1])", lambda t: t["air"].sort(["Origin", "DepTime"])),
    Operation("quantile", "(quantile (cols air [3 7]) [0.01 0.25 0.5 0.75 0.99] 'interpolate' _)", quantiles),
    Operation("unique", "(unique (cols left 'g') 0)", lambda t: t["left"].select("g").unique()),
    Operation("upper case", "(toupper (cols left 'code'))", lambda t: text(t, lambda s: s.to_uppercase())),
    Operation("substring", "(substring (cols left 'code') 2 6)", lambda t: text(t, lambda s: s.slice(2, 4))),
    Operation("replace", "(replaceall (cols left 'code') '-' '/' FALSE)",
              lambda t: text(t, lambda s: s.replace_all("-", "/"))),
    Operation("length", "(strlen (cols left 'code'))", lambda t: text(t, lambda s: s.len_chars())),
]
BY_NAME = {operation.name: operation for operation in OPERATIONS}


def counted(seconds):
    return max(seconds, SHORTEST_SECONDS)


def ratio(by_peer, peer):
    return counted(by_peer["neve"]["seconds"]) / counted(by_peer[peer]["seconds"])


def mean_ratio(ratios):
    return math.exp(statistics.fmean(math.log(ratio) for ratio in ratios))


def median_of(worker, name, rounds):
    """Median of some runs after one that warms up."""
    worker.run(f"run {name}")
    runs = [worker.run(f"run {name}") for _ in range(rounds)]
    return {field: statistics.median(run[field] for run in runs) for field in ("seconds", "cpu_seconds")}


def measure(row, root, scale, say):
    """Seconds of every operation by program, and the geometric means of the ratios."""
    record = {"operations": {}, "peers": {}}
    for peer in ("neve", *PEERS):
        with pairs.Worker(row.name, peer, root, scale) as worker:
            record["peers"][peer] = {"versions": worker.about["versions"]}
            for operation in OPERATIONS:
                timed = median_of(worker, operation.name, ROUNDS)
                record["operations"].setdefault(operation.name, {})[peer] = timed
                say(f"{row.name}: {operation.name}, {peer}: {timed['seconds'] * 1000:.1f} ms")
    for peer in PEERS:
        record["peers"][peer]["mean_ratio"] = mean_ratio([ratio(by, peer) for by in record["operations"].values()])
    return record
