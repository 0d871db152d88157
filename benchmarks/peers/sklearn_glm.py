"""scikit-learn: linear models. Making the sparse one-hot matrix is part of the work of the logistic one."""
import numpy as np
import pandas as pd
import sklearn
from sklearn.datasets import load_svmlight_file
from sklearn.linear_model import LogisticRegression, Ridge

import data
from peers.task import LAMBDA, Task, auc, one_hot


class Glm(Task):
    def versions(self):
        return {"scikit-learn": sklearn.__version__}

    def load(self):
        self.table, self.target = data.airlines_table(self.folder, "train")

    def run(self):
        matrix, moments = one_hot(self.table)
        strength = 1 / (len(self.target) * LAMBDA)
        return LogisticRegression(C=strength, solver="lbfgs", max_iter=100, tol=1e-5).fit(matrix, self.target), moments

    def quality(self, result):
        model, moments = result
        table, target = data.airlines_table(self.folder, "test")
        return {"auc": auc(target, model.decision_function(one_hot(table, moments)[0]))}


class GlmGaussian(Task):
    data_name = "dense"

    def versions(self):
        return {"scikit-learn": sklearn.__version__}

    def table(self, part):
        table = pd.read_parquet(self.folder / f"{part}.parquet").drop(columns="b")
        target = table.pop("y").to_numpy("float64")
        return np.ascontiguousarray(table.to_numpy("float64")), target

    def load(self):
        self.matrix, self.target = self.table("train")

    def run(self):
        return Ridge(alpha=LAMBDA * len(self.target), solver="cholesky").fit(self.matrix, self.target)

    def quality(self, model):
        matrix, target = self.table("test")
        return {"rmse": float(np.sqrt(np.mean((model.predict(matrix) - target) ** 2)))}


class GlmSparse(Task):
    data_name = "sparse"

    def versions(self):
        return {"scikit-learn": sklearn.__version__}

    def load(self):
        self.matrix, self.target = load_svmlight_file(str(self.folder / "train.svm"))

    def run(self):
        return LogisticRegression(C=1 / (len(self.target) * LAMBDA), max_iter=200, tol=1e-5).fit(self.matrix, self.target)

    def quality(self, model):
        matrix, target = load_svmlight_file(str(self.folder / "test.svm"), n_features=self.matrix.shape[1])
        return {"auc": auc(target, model.decision_function(matrix))}
