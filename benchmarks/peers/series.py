"""Exact nearest neighbours of 100 random walks among a million: Neve's index beside a scan."""
import os
import subprocess
from pathlib import Path

import data
from peers.server import ServerTask
from peers.task import Task


class Neve(ServerTask):
    """The index is made beforehand, and the frame let go of, as it is needed no more."""
    data_name = "walks"

    def load(self):
        train = self.h2o.import_file(str(self.folder / "train.parquet"))
        self.queries = self.h2o.import_file(str(self.folder / "test.parquet"))
        self.wait(self.h2o.api("POST /99/SeriesIndexes", data={"frame": train.frame_id, "index_id": "walks"}))
        self.h2o.remove(train)
        self.h2o.api("POST /3/GarbageCollect")

    def wait(self, job):
        from h2o.job import H2OJob
        H2OJob(job, "series").poll()

    def run(self):
        self.wait(self.h2o.api("POST /99/SeriesIndexes/walks/neighbors",
                               data={"queries": self.queries.frame_id, "k": 1, "destination_frame": "near"}))
        return "near"

    def report(self, name):
        return {"server_seconds": self.job_seconds(name),
                "held_bytes": self.h2o.api("GET /99/SeriesIndexes/walks")["byte_size"]}

    def quality(self, name):
        found = self.h2o.get_frame(name).as_data_frame(use_pandas=True)
        return {"sum of distances": round(float(found["distance"].sum()), 3)}

    def forget(self, name):
        self.h2o.remove(name)


class Scan(Task):
    """Early abandoning, AVX-512 or AVX2, all cores, all queries over each block of series."""
    data_name = "walks"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        program = Path(os.environ["NEVE_BINARY"]).resolve().parent / "benchmarks/series_scan"
        files = [str(self.folder / f"{part}.f32") for part in ("train", "test")]
        self.scan = subprocess.Popen([str(program), *files, str(data.POINTS)], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, text=True)
        self.pid = self.scan.pid

    def versions(self):
        return {}

    def load(self):
        assert self.ask() == "ready\n"

    def ask(self):
        self.scan.stdin.write("\n")
        self.scan.stdin.flush()
        return self.scan.stdout.readline()

    def run(self):
        return [float(word) for word in self.ask().split()]

    def report(self, found):
        return {"server_seconds": found[0]}

    def quality(self, found):
        return {"sum of distances": round(sum(found[2::2]), 3)}

    def close(self):
        self.scan.stdin.close()
        self.scan.wait()
