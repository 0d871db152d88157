"""What it costs to be several nodes: CPU seconds of GBM and GLM on four nodes of one thread beside one node of four
threads, and the bytes that go between nodes for each level of a tree and each iteration of a GLM."""
import concurrent.futures
import contextlib
import json
import os
import subprocess
import time
from pathlib import Path

import data
import pairs
import process
from servers import Server, free_ports

ROUNDS = 5
NODES = 4
TREES, DEPTH = 100, 6
RIDGE = 1e-4
START_SECONDS = 60
# Tasks of the engine, and what one run of each is called.
LEVEL, GRAM, LIKELIHOOD = "trees.level", "linear.gram_categorical", "linear.likelihood"


def estimators():
    from h2o.estimators import H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator
    return {"gbm": H2OGradientBoostingEstimator(ntrees=TREES, max_depth=DEPTH, seed=1),
            "glm": H2OGeneralizedLinearEstimator(family="binomial", alpha=0, lambda_=RIDGE, seed=1)}


@contextlib.contextmanager
def cluster(root, nodes, threads):
    """That many servers that have found each other."""
    ports = free_ports(nodes)
    options = ["--name", f"bench{ports[0]}", "--nthreads", str(threads), "--replication", "1"]
    if nodes > 1:
        options += ["--join", ",".join(f"127.0.0.1:{port}" for port in ports)]
    with contextlib.ExitStack() as stack, concurrent.futures.ThreadPoolExecutor(nodes) as starters:
        started = [starters.submit(Server, "neve", root, port=port, options=options) for port in ports]
        servers = [stack.enter_context(server.result()) for server in started]
        deadline = time.monotonic() + START_SECONDS
        while any(server.get("/3/Cloud")["cloud_size"] != nodes for server in servers):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{nodes} nodes do not find each other")
            time.sleep(0.1)
        yield servers


class Trainer:
    """Trains on the first server of a cluster and adds up what all of them computed."""

    def __init__(self, servers, folder):
        self._servers = servers
        self._frame = "flights"
        with self._client() as h2o:
            h2o.import_file(str(folder / "train.csv"), destination_frame=self._frame)

    @contextlib.contextmanager
    def _client(self):
        """The published client knows one server at a time."""
        h2o = self._servers[0].client()
        yield h2o
        h2o.connection().close()

    def train(self, name):
        """(CPU seconds, checksum of the model)"""
        with self._client() as h2o:
            frame, estimator = h2o.get_frame(self._frame), estimators()[name]
            before = self._cpu_seconds()
            estimator.train(x=data.CATEGORICAL + data.NUMERIC, y=data.TARGET, training_frame=frame)
            seconds = self._cpu_seconds() - before
            model = self._servers[0].get("/3/Models/" + estimator.model_id)["models"][0]
        return seconds, model["output"]["training_metrics"]["model_checksum"]

    def _cpu_seconds(self):
        return sum(process.cpu_seconds(server.pid) for server in self._servers)


def cpu_ratios(root, folder, say):
    """For each algorithm, runs of both in turn; their models have to be the same."""
    found = {}
    with cluster(root, 1, NODES) as one, cluster(root, NODES, 1) as several:
        trainers = [Trainer(servers, folder) for servers in (one, several)]
        for name in estimators():
            for trainer in trainers:
                trainer.train(name)  # warms up
            rounds = [[trainer.train(name) for trainer in trainers] for _ in range(ROUNDS)]
            if len({checksum for turn in rounds for _, checksum in turn}) != 1:
                raise RuntimeError(f"{name}: several nodes learn something else than one")
            alone, spread = ([turn[side][0] for turn in rounds] for side in (0, 1))
            found[name] = {"one": pairs.summary(alone), "several": pairs.summary(spread),
                           "ratio": pairs.summary([b / a for a, b in zip(alone, spread)]), "rounds": ROUNDS}
            say(f"{name}: {found[name]['several']['median']:.2f} s on {NODES} nodes, "
                f"{found[name]['one']['median']:.2f} s on one")
        version = one[0].version()
    return found, version


def wire(rows):
    """Per number of nodes, bytes of a run: all of them, and the least that the Partials of the others take."""
    program = Path(os.environ["NEVE_BINARY"]).resolve().parent / "benchmarks/wire_report"
    output = subprocess.run([program, str(rows)], capture_output=True, text=True, check=True).stdout
    tasks = {}
    for line in output.splitlines():
        counts = json.loads(line)
        tasks[counts["nodes"], counts["task"]] = counts
    return {str(nodes): {"level": per_run(tasks, nodes, [LEVEL], LEVEL),
                         "iteration": per_run(tasks, nodes, [GRAM, LIKELIHOOD], GRAM)}
            for nodes in sorted({nodes for nodes, _ in tasks})}


def per_run(tasks, nodes, parts, unit):
    """Bytes of what belongs to one run of `unit`. The least is one Partial from every other node."""
    counts = [tasks[nodes, task] for task in parts]
    runs = tasks[nodes, unit]["runs"]
    sent = sum(count["request_bytes"] + count["reply_bytes"] for count in counts)
    least = sum(count["partial_bytes"] / max(1, count["partials"]) * count["runs"] * (nodes - 1) for count in counts)
    return {"bytes": sent / runs, "least": least / runs,
            "partials": sum(count["partials"] for count in counts) / runs}


def measure(row, root, scale, say):
    folder = data.ready(root, "airlines", scale)
    rows = round(1_000_000 * scale)
    record = {"wire": wire(rows), "rows": rows}
    record["cpu"], version = cpu_ratios(root, folder, say)
    return record | {"neve": {"versions": {"neve": version}}}
