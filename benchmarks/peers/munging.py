"""The operations on tables as servers and polars do them."""
import http.client
import json
import urllib.parse

import data
from munging import BY_NAME
from peers.server import ServerTask
from peers.task import Task

RESULT = "bench_result"


class Chosen:
    """Does the operation that was chosen last."""
    data_name = "airlines"

    def choose(self, name):
        self.operation = BY_NAME[name]


class Servers(Chosen, ServerTask):
    def __init__(self, task, peer, root, scale):
        super().__init__(task, peer, root, scale)
        self.tables = data.ready(root, "tables", scale)
        self.line = http.client.HTTPConnection("127.0.0.1", self.server.port)
        self.session = self.post("/4/sessions", {})["session_key"]

    def post(self, path, form):
        self.line.request("POST", path, urllib.parse.urlencode(form),
                          {"Content-Type": "application/x-www-form-urlencoded"})
        answer = self.line.getresponse()
        body = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(body.get("msg", body))
        return body

    def rapids(self, text):
        return self.post("/99/Rapids", {"ast": text, "session_id": self.session})

    def load(self):
        self.h2o.import_file(str(self.folder / "train.csv"), destination_frame="air")
        self.h2o.import_file(str(self.tables / "left.csv"), destination_frame="left", col_types={"code": "string"})
        self.h2o.import_file(str(self.tables / "right.csv"), destination_frame="right")
        self.rapids("(tmp= airports (GB air [5] mean 7 'all'))")

    def run(self):
        return self.rapids(f"(tmp= {RESULT} {self.operation.rapids})")

    def report(self, answer):
        return {"rows": answer["num_rows"]}

    def forget(self, answer):
        self.rapids(f"(rm {RESULT})")


class Polars(Chosen, Task):
    def __init__(self, task, peer, root, scale):
        super().__init__(task, peer, root, scale)
        self.tables = data.ready(root, "tables", scale)

    def versions(self):
        import polars
        return {"polars": polars.__version__}

    def load(self):
        import polars as pl
        texts = data.CATEGORICAL + [data.TARGET]
        air = pl.read_parquet(self.folder / "train.parquet").with_columns(pl.col(texts).cast(pl.Categorical))
        self.held = {"air": air, "airports": air.group_by("Origin").agg(pl.col("Distance").mean().alias("mean"))}
        self.held |= {part: pl.read_parquet(self.tables / f"{part}.parquet") for part in ("left", "right")}

    def run(self):
        return self.operation.polars(self.held)

    def report(self, table):
        return {"rows": table.height}
