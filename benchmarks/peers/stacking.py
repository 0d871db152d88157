"""Stacked ensembles of base models that were trained beforehand."""
import data
from peers.server import Training
from peers.task import LAMBDA, LEARN_RATE, MIN_ROWS

FOLDS = {"nfolds": 3, "fold_assignment": "Modulo", "keep_cross_validation_predictions": True, "seed": 1}
FEW_TREES = 20


class Stack(Training):
    def load(self):
        super().load()
        self.bases = [self.trained(estimator) for estimator in self.base_estimators()]

    def base_estimators(self):
        from h2o.estimators import (H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator, H2ORandomForestEstimator)
        yield H2OGeneralizedLinearEstimator(family="binomial", alpha=0, lambda_=LAMBDA, **FOLDS)
        yield H2OGradientBoostingEstimator(ntrees=FEW_TREES, max_depth=6, learn_rate=LEARN_RATE, min_rows=MIN_ROWS, **FOLDS)
        yield H2ORandomForestEstimator(ntrees=FEW_TREES, max_depth=10, **FOLDS)

    def trained(self, estimator):
        estimator.train(x=data.CATEGORICAL + data.NUMERIC, y=data.TARGET, training_frame=self.train)
        return estimator

    def estimator(self):
        from h2o.estimators import H2OStackedEnsembleEstimator
        return H2OStackedEnsembleEstimator(base_models=self.bases, score_training_samples=0, seed=1)
