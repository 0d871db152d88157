"""Networks as Neve and the reference train them."""
import data
from peers.server import Training
from peers.task import DIGITS_EPOCHS, HIDDEN, SEEDS, auc, mean_over_seeds


class Network(Training):
    """The reference is judged by one seed, as three take it very long."""

    def train_network(self, seed):
        from h2o.estimators import H2ODeepLearningEstimator
        model = H2ODeepLearningEstimator(hidden=list(HIDDEN), epochs=self.epochs, stopping_rounds=0, seed=seed)
        model.train(y=self.target, training_frame=self.train)
        return model

    def run(self):
        return self.train_network(SEEDS[0])

    def quality(self, model):
        if self.peer == "h2o":
            return {self.measure: self.judge(model)}
        return {self.measure: mean_over_seeds(model, self.train_network, self.judge)}


class Airlines(Network):
    target, epochs, measure = data.TARGET, 1, "auc"

    def judge(self, model):
        scores = model.predict(self.test)["Y"].as_data_frame(use_pandas=True).iloc[:, 0]
        return auc(data.test_target(self.folder), scores)


class Digits(Network):
    data_name = "digits"
    target, epochs, measure = "label", DIGITS_EPOCHS, "accuracy"

    def judge(self, model):
        named = model.predict(self.test)["predict"].as_data_frame(use_pandas=True).iloc[:, 0]
        return float((named.str[1:].astype(int).to_numpy() == data.digits_table(self.folder, "test")[1]).mean())
