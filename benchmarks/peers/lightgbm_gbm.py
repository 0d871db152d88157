"""LightGBM: boosting with its native categories; binning the data is part of the work."""
import lightgbm

import data
from peers.task import LEARN_RATE, MIN_ROWS, THREADS, TREES, Task, auc


class Gbm(Task):
    def versions(self):
        return {"lightgbm": lightgbm.__version__}

    def load(self):
        self.table, self.target = data.airlines_table(self.folder, "train")

    def run(self):
        parameters = {"objective": "binary", "max_depth": self.depth, "num_leaves": self.leaves or 2 ** self.depth,
                      "learning_rate": LEARN_RATE, "min_data_in_leaf": MIN_ROWS, "num_threads": THREADS, "seed": 1,
                      "verbose": -1}
        return lightgbm.train(parameters, lightgbm.Dataset(self.table, self.target), TREES)

    def quality(self, model):
        table, target = data.airlines_table(self.folder, "test")
        return {"auc": auc(target, model.predict(table))}


class Predict(Gbm):
    def load(self):
        super().load()
        self.model = Gbm.run(self)

    def run(self):
        return self.model.predict(self.table)

    def report(self, predictions):
        return {"rows": len(predictions)}

    def quality(self, predictions):
        return {}
