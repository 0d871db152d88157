"""Models with folds beside the same without: both are Neve, each on a server of its own."""
from peers.server import GlmGaussian, Training
from peers.task import FOREST_DEPTH, LAMBDA, LEARN_RATE, MIN_ROWS

FOLDS = 5
FEWER_TREES = 50


class Folds(Training):
    """A training that the peer `one-model` does without folds."""

    def __init__(self, task, peer, root, scale):
        super().__init__(task, "neve" if peer == "one-model" else peer, root, scale)
        self.folds = 0 if peer == "one-model" else FOLDS

    def report(self, model):
        return {"server_seconds": self.job_seconds(model.model_id)}

    def quality(self, model):
        return {}

    def forget(self, model):
        self.h2o.remove(model.model_id)


class CvGbm(Folds):
    def estimator(self):
        from h2o.estimators import H2OGradientBoostingEstimator
        return H2OGradientBoostingEstimator(ntrees=FEWER_TREES, max_depth=6, learn_rate=LEARN_RATE, min_rows=MIN_ROWS, seed=1,
                                            nfolds=self.folds)


class CvDrf(Folds):
    def estimator(self):
        from h2o.estimators import H2ORandomForestEstimator
        return H2ORandomForestEstimator(ntrees=FEWER_TREES, max_depth=FOREST_DEPTH, seed=1, nfolds=self.folds)


class CvGlmWide(Folds):
    """The distance of flights by everything else."""

    def run(self):
        from h2o.estimators import H2OGeneralizedLinearEstimator
        model = H2OGeneralizedLinearEstimator(family="gaussian", alpha=0, lambda_=LAMBDA, seed=1, nfolds=self.folds)
        target = "Distance"
        model.train(x=[column for column in self.train.columns if column != target], y=target, training_frame=self.train)
        return model


class CvGlm(Folds, GlmGaussian):
    def estimator(self):
        from h2o.estimators import H2OGeneralizedLinearEstimator
        alpha = 1 if self.task.endswith("-lasso") else 0
        return H2OGeneralizedLinearEstimator(family="gaussian", alpha=alpha, lambda_=LAMBDA, seed=1, nfolds=self.folds)
