"""Random forests of the libraries: 100 trees of depth 20 down to single rows, where the library has no bound on leaves."""
import importlib

import data
from peers.task import COLUMN_SHARE, FOREST_DEPTH, ROW_SHARE, THREADS, TREES, Task, auc


def codes(table):
    """Categories as numbers: scikit-learn's trees have no others."""
    import numpy as np
    return np.column_stack([table[c].cat.codes if c in data.CATEGORICAL else table[c] for c in table.columns]).astype("float32")


class Forest(Task):
    package = ""

    def __init__(self, *place):
        super().__init__(*place)
        self.library = importlib.import_module(self.package)

    def versions(self):
        return {self.peer: self.library.__version__}

    def load(self):
        self.table, self.target = data.airlines_table(self.folder, "train")

    def quality(self, model):
        table, target = data.airlines_table(self.folder, "test")
        return {"auc": auc(target, self.predict(model, table))}


class Sklearn(Forest):
    package = "sklearn"

    def run(self):
        from sklearn.ensemble import RandomForestClassifier
        return RandomForestClassifier(TREES, max_depth=FOREST_DEPTH, oob_score=True, n_jobs=THREADS,
                                      random_state=1).fit(codes(self.table), self.target)

    def predict(self, model, table):
        return model.predict_proba(codes(table))[:, 1]


class Xgboost(Forest):
    package = "xgboost"

    def run(self):
        parameters = {"objective": "binary:logistic", "tree_method": "hist", "max_depth": FOREST_DEPTH, "eta": 1,
                      "num_parallel_tree": TREES, "subsample": ROW_SHARE, "colsample_bynode": COLUMN_SHARE,
                      "nthread": THREADS, "seed": 1}
        matrix = self.library.QuantileDMatrix(self.table, self.target, enable_categorical=True)
        return self.library.train(parameters, matrix, 1)

    def predict(self, model, table):
        return model.predict(self.library.DMatrix(table, enable_categorical=True))


class Lightgbm(Forest):
    package = "lightgbm"

    def run(self):
        parameters = {"objective": "binary", "boosting": "rf", "max_depth": FOREST_DEPTH, "num_leaves": 8192,
                      "min_data_in_leaf": 1, "bagging_freq": 1, "bagging_fraction": ROW_SHARE,
                      "feature_fraction_bynode": COLUMN_SHARE, "num_threads": THREADS, "verbose": -1, "seed": 1}
        return self.library.train(parameters, self.library.Dataset(self.table, self.target), TREES)

    def predict(self, model, table):
        return model.predict(table)
