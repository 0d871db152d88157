"""A search of 20 GBMs, on a server."""
import data
from peers.server import Training
from peers.task import LEARN_RATE, MIN_ROWS

SPACE = {"max_depth": [3, 4, 5, 6, 7], "sample_rate": [0.6, 0.7, 0.8, 1.0]}


class Grid(Training):
    def run(self):
        from h2o.estimators import H2OGradientBoostingEstimator
        from h2o.grid.grid_search import H2OGridSearch
        grid = H2OGridSearch(H2OGradientBoostingEstimator(ntrees=20, learn_rate=LEARN_RATE, min_rows=MIN_ROWS, seed=1), SPACE,
                             parallelism=0)
        grid.train(x=data.CATEGORICAL + data.NUMERIC, y=data.TARGET, training_frame=self.train)
        assert len(grid.model_ids) == 20
        return grid

    def report(self, grid):
        return {"server_seconds": self.job_seconds(grid.grid_id)}

    def quality(self, grid):
        return super().quality(grid.models[0])

    def forget(self, grid):
        self.h2o.remove(grid.grid_id)
