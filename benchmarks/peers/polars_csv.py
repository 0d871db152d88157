"""polars: CSV into memory. `polars-cat` makes categories of the text columns, as the servers do."""
import polars

import data
from peers.task import Task


class Ingest(Task):
    def __init__(self, task, peer, root, scale):
        self.data_name = task.removeprefix("ingest-")
        super().__init__(task, peer, root, scale)

    def versions(self):
        return {"polars": polars.__version__}

    def run(self):
        types = None
        if self.peer == "polars-cat":
            types = {column: polars.Categorical for column in data.CATEGORICAL + [data.TARGET]}
        return polars.read_csv(self.folder / "train.csv", schema_overrides=types)

    def report(self, table):
        return {"held_bytes": table.estimated_size(), "rows": table.height}
