"""Latency of GET /3/Cloud for a native client that keeps its connection (wrk), beside a trivial server that sends the
same bytes, and while a model trains on all cores."""
import json
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import data
from peers.task import LEARN_RATE
from servers import Server, accepts, ask, free_port

HERE = Path(__file__).resolve().parent
SECONDS = 10
WARM_SECONDS = 2
TRAINING_TREES = 2000
TRAINING_LEAD_SECONDS = 3


def wrk(port, path="/3/Cloud", seconds=SECONDS):
    """Latencies over one connection, one request at a time, in microseconds."""
    command = ["wrk", "-t1", "-c1", f"-d{seconds}s", "--timeout", "10s", "-s", str(HERE / "http/percentiles.lua"),
               f"http://127.0.0.1:{port}{path}"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    answer = json.loads(next(line for line in output.splitlines() if line.startswith("{")))
    if answer["failed"]:
        raise RuntimeError(f"{answer['failed']} of {answer['requests']} requests failed")
    return answer


def trivial_binary():
    """The trivial server stands beside the benchmarks of the build that made Neve."""
    return Path(os.environ["NEVE_BINARY"]).resolve().parent / "benchmarks/trivial_server"


def trivial_latency(body):
    """Of the trivial server with this body."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        port = free_port()
        server = subprocess.Popen([trivial_binary(), str(port), file.name])
        try:
            while server.poll() is None and not accepts(port):
                time.sleep(0.01)
            wrk(port, seconds=WARM_SECONDS)
            return wrk(port)
        finally:
            server.kill()
            server.wait()


class Training:
    """A model that trains for as long as the block lasts."""

    def __init__(self, server, folder):
        self._h2o = server.client()
        self._frame = self._h2o.import_file(str(folder / "train.csv"))
        from h2o.estimators import H2OGradientBoostingEstimator
        self._model = H2OGradientBoostingEstimator(ntrees=TRAINING_TREES, max_depth=10, learn_rate=LEARN_RATE, seed=1,
                                                   model_id="latency_gbm")
        self._server = server

    def _train(self):
        try:
            self._model.train(x=data.CATEGORICAL + data.NUMERIC, y=data.TARGET, training_frame=self._frame)
        except Exception as failure:  # it is cancelled at the end of the block
            self.failure = failure

    def running_job(self):
        jobs = self._server.get("/3/Jobs")["jobs"]
        return next((job for job in jobs if job["status"] == "RUNNING"
                     and (job["dest"] or {}).get("name") == "latency_gbm"), None)

    def __enter__(self):
        self._thread = threading.Thread(target=self._train, daemon=True)
        self._thread.start()
        time.sleep(TRAINING_LEAD_SECONDS)
        if self.running_job() is None:
            raise RuntimeError(f"the model does not train: {getattr(self, 'failure', 'it is done already')}")
        return self

    def __exit__(self, *_):
        job = self.running_job()
        if job:
            self._h2o.api(f"POST /3/Jobs/{job['key']['name']}/cancel")
        self._thread.join(60)
        self._h2o.connection().close()


def measure(row, root, scale, say):
    """Neve's latencies idle and training, the trivial server's, and the reference's idle."""
    record = {}
    with Server("neve", root) as server:
        body = ask(server.port).partition(b"\r\n\r\n")[2]
        wrk(server.port, seconds=WARM_SECONDS)
        record["neve"] = {"idle": wrk(server.port), "versions": {"neve": server.version()}}
        record["trivial"] = trivial_latency(body)
        with Training(server, data.ready(root, "airlines", scale)) as training:
            record["neve"]["training"] = wrk(server.port)
            record["neve"]["trained_throughout"] = training.running_job() is not None
    with Server("h2o", root) as server:
        wrk(server.port, seconds=WARM_SECONDS)
        record["h2o"] = {"idle": wrk(server.port), "versions": {"h2o": server.version()}}
    say(f"{row.name}: p99 {record['neve']['idle']['p99_us']} µs idle, {record['trivial']['p99_us']} µs trivial, "
        f"{record['neve']['training']['p99_us']} µs while training")
    return record
