"""numpy: a low-rank product by alternating least squares, each half solved in closed form; standardising is part of the work."""
import numpy as np
import pandas as pd

from peers.task import RANK, RANK_ITERATIONS, Task


class Glrm(Task):
    data_name = "dense"

    def versions(self):
        return {"numpy": np.__version__}

    def load(self):
        table = pd.read_parquet(self.folder / "test.parquet")
        columns = [column for column in table.columns if column[0] == "x"]
        self.matrix = np.ascontiguousarray(table[columns].to_numpy("float64"))

    def run(self):
        scaled = (self.matrix - self.matrix.mean(0)) / self.matrix.std(0, ddof=1)
        y = np.random.default_rng(1).normal(size=(RANK, scaled.shape[1]))
        for _ in range(RANK_ITERATIONS):
            x = scaled @ y.T @ np.linalg.inv(y @ y.T)
            y = np.linalg.solve(x.T @ x, x.T @ scaled)
        return float(((scaled - x @ y) ** 2).sum())

    def quality(self, objective):
        return {"objective": round(objective, 1)}
