"""Isolation forests of 100 trees on 256 rows each, and the scores of all rows that they learnt from."""
import numpy as np
import pandas as pd

from peers.server import Training
from peers.task import TREES, Task, auc

SAMPLE = 256
MOST_PLANTED = 2000


def planted(folder):
    """Rows that were not learnt from, then as many anomalies: other such rows, twice as far out."""
    table = pd.read_parquet(folder / "test.parquet")
    table = table[[column for column in table.columns if column[0] == "x"]]
    count = min(MOST_PLANTED, len(table) // 2)
    table = table.iloc[:2 * count].copy()
    table.iloc[count:] *= 2
    return table, np.repeat([0, 1], count)


class Servers(Training):
    data_name = "dense"

    def load(self):
        self.frame = self.read("train")
        self.columns = [column for column in self.frame.columns if column[0] == "x"]

    def estimator(self):
        from h2o.estimators import H2OExtendedIsolationForestEstimator, H2OIsolationForestEstimator
        if self.task.startswith("extended"):
            return H2OExtendedIsolationForestEstimator(ntrees=TREES, sample_size=SAMPLE, extension_level=len(self.columns) - 1, seed=1)
        return H2OIsolationForestEstimator(ntrees=TREES, sample_size=SAMPLE, seed=1)

    def run(self):
        model = self.estimator()
        model.train(x=self.columns, training_frame=self.frame)
        self.scores = model.predict(self.frame)
        return model

    def quality(self, model):
        table, anomalous = planted(self.folder)
        frame = self.h2o.H2OFrame(table)
        scores = model.predict(frame)
        found = {"auc": auc(anomalous, scores[0].as_data_frame(use_pandas=True).iloc[:, 0])}
        self.h2o.remove([frame, scores])
        return found

    def forget(self, model):
        self.h2o.remove(self.scores)
        super().forget(model)


class Sklearn(Task):
    data_name = "dense"

    def versions(self):
        import sklearn
        return {"scikit-learn": sklearn.__version__}

    def load(self):
        table = pd.read_parquet(self.folder / "train.parquet")
        self.matrix = table[[column for column in table.columns if column[0] == "x"]].to_numpy("float32")

    def run(self):
        from sklearn.ensemble import IsolationForest
        model = IsolationForest(n_estimators=TREES, max_samples=SAMPLE, n_jobs=-1, random_state=1).fit(self.matrix)
        self.scores = model.score_samples(self.matrix)
        return model

    def quality(self, model):
        table, anomalous = planted(self.folder)
        return {"auc": auc(anomalous, -model.score_samples(table.to_numpy("float32")))}
