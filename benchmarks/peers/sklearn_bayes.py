"""scikit-learn: naive Bayes as two models, one of the categories and one of the numbers; coding the table is part of the work."""
import numpy as np
import sklearn
from sklearn.naive_bayes import CategoricalNB, GaussianNB

import data
from peers.task import Task, auc


class NaiveBayes(Task):
    def versions(self):
        return {"scikit-learn": sklearn.__version__}

    def load(self):
        self.table, self.target = data.airlines_table(self.folder, "train")

    @staticmethod
    def parts(table):
        return (np.column_stack([table[c].cat.codes for c in data.CATEGORICAL]), table[data.NUMERIC].to_numpy("float64"))

    def run(self):
        categories, numbers = self.parts(self.table)
        return CategoricalNB(alpha=1).fit(categories, self.target), GaussianNB().fit(numbers, self.target)

    def quality(self, models):
        table, target = data.airlines_table(self.folder, "test")
        of_categories, of_numbers = (model.predict_joint_log_proba(part) for model, part in zip(models, self.parts(table)))
        odds = (of_categories + of_numbers)[:, 1] - (of_categories + of_numbers)[:, 0]
        return {"auc": auc(target, odds)}
