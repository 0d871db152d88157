"""XGBoost `hist`: with its native categories, or (xgboost-onehot) on a sparse one-hot matrix made beforehand."""
import xgboost

import data
from peers.task import LEARN_RATE, THREADS, TREES, Task, auc, one_hot


class Gbm(Task):
    def versions(self):
        return {"xgboost": xgboost.__version__}

    def load(self):
        self.table, self.target = data.airlines_table(self.folder, "train")
        self.moments = None
        if self.peer == "xgboost-onehot":
            self.table, self.moments = one_hot(self.table)

    def run(self):
        parameters = {"objective": "binary:logistic", "tree_method": "hist", "max_depth": self.depth,
                      "eta": LEARN_RATE, "nthread": THREADS, "seed": 1}
        if self.leaves:
            parameters |= {"grow_policy": "lossguide", "max_leaves": self.leaves}
        matrix = xgboost.QuantileDMatrix(self.table, self.target, enable_categorical=True)
        return xgboost.train(parameters, matrix, TREES)

    def quality(self, model):
        table, target = data.airlines_table(self.folder, "test")
        if self.moments:
            table = one_hot(table, self.moments)[0]
        return {"auc": auc(target, model.predict(xgboost.DMatrix(table, enable_categorical=True)))}


class Predict(Gbm):
    def load(self):
        super().load()
        self.model = Gbm.run(self)

    def run(self):
        return self.model.predict(xgboost.DMatrix(self.table, enable_categorical=True))

    def report(self, predictions):
        return {"rows": len(predictions)}

    def quality(self, predictions):
        return {}
