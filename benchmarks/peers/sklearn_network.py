"""scikit-learn: a multi-layer perceptron. Of the airlines on the sparse one-hot matrix, whose making is part of the work."""
import warnings

import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import data
from peers.task import DIGITS_EPOCHS, HIDDEN, SEEDS, Task, auc, mean_over_seeds, one_hot


def fitted(matrix, target, epochs, seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # so many epochs are what is asked for
        return MLPClassifier(HIDDEN, max_iter=epochs, random_state=seed).fit(matrix, target)


class Network(Task):
    def versions(self):
        return {"scikit-learn": sklearn.__version__}

    def run(self):
        return self.train(SEEDS[0])

    def quality(self, model):
        return {self.measure: mean_over_seeds(model, self.train, self.judge)}


class Airlines(Network):
    measure = "auc"

    def load(self):
        self.table, self.target = data.airlines_table(self.folder, "train")

    def train(self, seed):
        matrix, moments = one_hot(self.table)
        return fitted(matrix, self.target, 1, seed), moments

    def judge(self, model):
        network, moments = model
        table, target = data.airlines_table(self.folder, "test")
        return auc(target, network.predict_proba(one_hot(table, moments)[0])[:, 1])


class Digits(Network):
    data_name, measure = "digits", "accuracy"

    def load(self):
        self.pixels, self.label = data.digits_table(self.folder, "train")

    def train(self, seed):
        return fitted(self.pixels, self.label, DIGITS_EPOCHS, seed)

    def judge(self, model):
        return float(model.score(*data.digits_table(self.folder, "test")))
