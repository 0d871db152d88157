"""scikit-learn: ridge logistic regression on a sparse one-hot matrix; making the matrix is part of the work."""
import sklearn
from sklearn.linear_model import LogisticRegression

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
