"""polars: files into memory. `polars-cat` makes categories of the text columns, as the servers do."""
import polars

import data
from peers import ingest
from peers.task import Task


class Ingest(ingest.File, Task):
    def versions(self):
        return {"polars": polars.__version__}

    def run(self):
        as_categories = self.peer == "polars-cat"
        if self.kind == "parquet":
            table = polars.read_parquet(self.file)
            return table.with_columns(polars.col(polars.String).cast(polars.Categorical)) if as_categories else table
        types = {column: polars.Categorical for column in data.CATEGORICAL + [data.TARGET]} if as_categories else None
        return polars.read_csv(self.file, schema_overrides=types)

    def report(self, table):
        return {"held_bytes": table.estimated_size(), "rows": table.height}
