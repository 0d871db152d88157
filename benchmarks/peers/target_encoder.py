"""Target encoding of the airlines' categories on a server: learnt, and the training rows transformed by what other folds say."""
import data
from peers.server import Training
from peers.task import auc

FOLDS = 5


class TargetEncoder(Training):
    def load(self):
        super().load()
        folds = self.train.kfold_column(FOLDS, seed=1)
        folds.names = ["fold"]
        self.train = self.train.cbind(folds)
        self.train.nrow  # evaluates what is lazy

    def run(self):
        from h2o.estimators import H2OTargetEncoderEstimator
        model = H2OTargetEncoderEstimator(fold_column="fold", data_leakage_handling="k_fold", blending=True, noise=0, seed=1)
        model.train(x=data.CATEGORICAL, y=data.TARGET, training_frame=self.train)
        self.encoded = model.transform(self.train, as_training=True)
        return model

    def quality(self, model):
        encoded = model.transform(self.test)
        best = max(auc(data.test_target(self.folder), encoded[f"{column}_te"].as_data_frame(use_pandas=True).iloc[:, 0])
                   for column in data.CATEGORICAL)
        self.h2o.remove(encoded)
        return {"auc of the best column": best}

    def forget(self, model):
        self.h2o.remove(self.encoded)
        super().forget(model)
