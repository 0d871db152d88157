#!/usr/bin/env python3
"""AutoML within a limit of time, beside H2O-3 and FLAML: how good is the leader on rows held out, and when did it end?

A run is ENGINE:DATA:SECONDS:SEED, as in neve:covtype:60:1. Engines: neve, h2o, flaml; data sets: see SETS. Runs that
are done for this build are not done again, and none begins that would not end within --minutes. The files of all data
sets but the airlines, which are made, are looked for in --files. FLAML wants an environment of its own, as it brings
other versions of the peers: requirements-flaml.txt.
"""
import argparse
import dataclasses
import json
import os
import sys
import time
from pathlib import Path

import pandas as pd

import data
import process
from peers.task import auc
from results import Results

ROOT = Path(__file__).resolve().parent.parent
AIRLINE_ROWS = 50_000
HELD_OUT = 0.25
OVERHEAD_SECONDS = 30  # of a run, beside the limit of its training: the start, reading, scores


@dataclasses.dataclass(frozen=True)
class Set:
    file: str
    target: str
    metric: str            # auc, logloss or rmse
    columns: tuple = ()    # predictors, if not all
    header: bool = True    # else columns are C1, C2, …, and the target is a class


SETS = {
    "airlines": Set("", data.TARGET, "auc"),
    "allyears": Set("allyears2k_headers.zip", "IsDepDelayed", "auc",
                    ("Year", "Month", "DayofMonth", "DayOfWeek", "CRSDepTime", "CRSArrTime", "UniqueCarrier", "FlightNum",
                     "Origin", "Dest", "Distance")),  # what is known before the flight
    "covtype": Set("covtype.20k.data", "C55", "logloss", header=False),
    "diamonds": Set("diamonds.csv", "price", "rmse"),
}


def ready(name, files, root):
    """Folder with train.csv and test.csv: the airlines' own parts, a fixed quarter of the rows of the others."""
    folder = root / f"budgets-{name}"
    if (folder / "test.csv").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    of = SETS[name]
    if name == "airlines":
        made = data.ready(root, "airlines", 0.1)
        train, test = (pd.read_csv(made / f"{part}.csv") for part in ("train", "test"))
        train = train.head(AIRLINE_ROWS)
    else:
        path = next(Path(files).rglob(of.file), None)
        if path is None:
            raise FileNotFoundError(f"no {of.file} in or below {files}: say where it lies with --files")
        table = pd.read_csv(path, header=0 if of.header else None, encoding="latin-1", low_memory=False)
        if not of.header:
            table.columns = [f"C{i + 1}" for i in range(table.shape[1])]
            table[of.target] = "c" + table[of.target].astype(str)
        table = table[[*of.columns, of.target]] if of.columns else table
        held_out = data.stream(f"held out of {name}").random(len(table)) < HELD_OUT
        train, test = table[~held_out], table[held_out]
    train.to_csv(folder / "train.csv", index=False)
    test.to_csv(folder / "test.csv", index=False)
    return folder


def score(metric, truth, predicted):
    """`predicted`: numbers, or a frame of probabilities with a column for each class."""
    from sklearn.metrics import log_loss, mean_squared_error
    if metric == "rmse":
        return float(mean_squared_error(truth, predicted)) ** 0.5
    classes = sorted(predicted.columns)
    if metric == "auc":
        return auc(truth == classes[1], predicted[classes[1]])
    return float(log_loss(truth, predicted[classes], labels=classes))


def on_server(engine, folder, of, seconds, seed):
    from h2o.automl import H2OAutoML

    from servers import Server
    with Server(engine, folder) as server:
        h2o = server.client()
        train, test = (h2o.import_file(str(folder / f"{part}.csv")) for part in ("train", "test"))
        run = H2OAutoML(max_runtime_secs=seconds, seed=seed)
        run.train(y=of.target, training_frame=train)
        predicted = run.leader.predict(test).as_data_frame(use_pandas=True)
        predicted = predicted["predict"] if of.metric == "rmse" else predicted.drop(columns="predict")
        made = {"job_seconds": server.job_seconds(run.key), "leader": run.leader.model_id, "models": run.leaderboard.nrow}
        h2o.connection().close()
    return predicted, made


def with_flaml(_, folder, of, seconds, seed):
    from flaml import AutoML
    train, test = (pd.read_csv(folder / f"{part}.csv") for part in ("train", "test"))
    for column in train.select_dtypes(exclude="number").columns.drop(of.target, errors="ignore"):
        levels = sorted(train[column].dropna().unique())
        for table in (train, test):
            table[column] = pd.Categorical(table[column].where(table[column].isin(levels)), categories=levels)
    run = AutoML()
    started = time.perf_counter()
    run.fit(X_train=train.drop(columns=of.target), y_train=train[of.target], seed=seed, time_budget=seconds, verbose=0,
            task="regression" if of.metric == "rmse" else "classification", n_jobs=os.cpu_count(),
            metric={"auc": "roc_auc", "logloss": "log_loss", "rmse": "rmse"}[of.metric])
    made = {"job_seconds": time.perf_counter() - started, "leader": run.best_estimator}
    x = test.drop(columns=of.target)
    predicted = run.predict(x) if of.metric == "rmse" else pd.DataFrame(run.predict_proba(x), columns=run.classes_)
    return predicted, made


ENGINES = {"neve": on_server, "h2o": on_server, "flaml": with_flaml}


def measure(run, files, root):
    engine, name, seconds, seed = run.split(":")
    of = SETS[name]
    folder = ready(name, files, root)
    process.wait_until_idle(60, share=process.IDLE_SHARE, say=print)
    watch = process.OthersWatch()
    predicted, made = ENGINES[engine](engine, folder, of, int(seconds), int(seed))
    others = watch.share()
    truth = pd.read_csv(folder / "test.csv")[of.target]
    return made | {of.metric: score(of.metric, truth, predicted), "others_share": round(others, 3)}


def print_means(records):
    """One line for each engine, data set and time: the mean over seeds, the least and most, and the jobs' seconds."""
    groups = {}
    for run, record in records.items():
        engine, name, seconds, _ = run.split(":")
        groups.setdefault((name, int(seconds), engine), []).append(record)
    for (name, seconds, engine), of_group in sorted(groups.items()):
        metric = SETS[name].metric
        values, jobs = ([record[key] for record in of_group] for key in (metric, "job_seconds"))
        print(f"| {name} | {seconds} s | {engine} | {metric} {sum(values) / len(values):.5g} ({min(values):.5g} – "
              f"{max(values):.5g}) | {len(values)} seeds | {min(jobs):.1f} – {max(jobs):.1f} s |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", metavar="RUN", help="ENGINE:DATA:SECONDS:SEED")
    parser.add_argument("--files", default=".", help="folder in or below which the data sets' files lie (default: here)")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no run that would end later than that")
    parser.add_argument("--results", default=str(ROOT / "build/bench/budgets.jsonl"), help="default: %(default)s")
    given = parser.parse_args()
    os.environ.setdefault("NEVE_BINARY", str(ROOT / "build/release/neve"))
    root = Path(os.environ.get("NEVE_DATA", ROOT / "build/data")).resolve() / "bench"
    results = Results(given.results, 1)
    deadline = time.monotonic() + given.minutes * 60
    for run in given.runs:
        if results.is_done(run) or time.monotonic() + int(run.split(":")[2]) + OVERHEAD_SECONDS > deadline:
            continue
        try:
            record = measure(run, given.files, root)
        except Exception as failure:
            print(f"{run} failed: {failure}", file=sys.stderr, flush=True)
            continue
        record["idle"] = record["others_share"] <= process.IDLE_SHARE
        results.add(run, record)
        print(run, json.dumps(record), flush=True)
    print_means(results.records())


if __name__ == "__main__":
    main()
