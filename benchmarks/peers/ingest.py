"""Which file the tasks read: ingest-<data> a CSV file, parquet-<data> a Parquet file."""


class File:
    def __init__(self, task, peer, root, scale):
        self.kind, _, name = task.partition("-")
        self.data_name = "dense" if name == "dense" else "airlines"
        super().__init__(task, peer, root, scale)

    @property
    def file(self):
        return self.folder / ("train.parquet" if self.kind == "parquet" else "train.csv")
