"""The tasks as Neve and the reference do them: the same calls of the published client for both."""
import data
from peers import ingest
from peers.task import FOREST_DEPTH, LAMBDA, LEARN_RATE, MIN_ROWS, TREES, Task, auc
from servers import Server


class ServerTask(Task):
    def __init__(self, task, peer, root, scale):
        super().__init__(task, peer, root, scale)
        self.server = Server(peer, root)
        self.pid = self.server.pid
        self.h2o = self.server.client()

    def versions(self):
        return {self.peer: self.server.version()}

    def close(self):
        try:
            self.h2o.connection().close()
        finally:
            self.server.stop()

    def read(self, part):
        return self.h2o.import_file(str(self.folder / f"{part}.csv"))

    def model_seconds(self, model):
        return model._model_json["output"]["run_time"] / 1000

    def job_seconds(self, key):
        return self.server.job_seconds(key)


class Ingest(ingest.File, ServerTask):
    def run(self):
        return self.h2o.import_file(str(self.file))

    def report(self, frame):
        shape = self.server.get(f"/3/Frames/{frame.frame_id}?row_count=1")["frames"][0]
        return {"server_seconds": self.job_seconds(frame.frame_id), "held_bytes": shape["byte_size"],
                "rows": shape["rows"]}

    def forget(self, frame):
        self.h2o.remove(frame)


class Training(ServerTask):
    """Trains on the airlines; load has read both parts."""

    def load(self):
        self.train, self.test = self.read("train"), self.read("test")

    def run(self):
        model = self.estimator()
        model.train(x=data.CATEGORICAL + data.NUMERIC, y=data.TARGET, training_frame=self.train)
        return model

    def report(self, model):
        return {"server_seconds": self.model_seconds(model)}

    def quality(self, model):
        scores = model.predict(self.test)["Y"].as_data_frame(use_pandas=True).iloc[:, 0]
        return {"auc": auc(data.test_target(self.folder), scores)}

    def forget(self, model):
        self.h2o.remove(model.model_id)


class Glm(Training):
    def estimator(self):
        from h2o.estimators import H2OGeneralizedLinearEstimator
        return H2OGeneralizedLinearEstimator(family="binomial", alpha=0, lambda_=LAMBDA, seed=1)

    def quality(self, model):
        return super().quality(model) | {"objective": self.objective(model.coef())}

    def objective(self, coefficients):
        """deviance / 2n + penalty at the coefficients, computed here from the data for both servers alike."""
        import numpy as np
        table, target = data.airlines_table(self.folder, "train")
        margin = np.full(len(table), coefficients["Intercept"])
        penalty = 0.0
        for column in data.CATEGORICAL:
            by_level = np.array([coefficients.get(f"{column}.{level}", 0.0) for level in table[column].cat.categories])
            margin += by_level[table[column].cat.codes.to_numpy()]
            penalty += (by_level ** 2).sum()
        for column in data.NUMERIC:
            values = table[column].to_numpy("float64")
            margin += coefficients[column] * values
            penalty += (coefficients[column] * values.std(ddof=1)) ** 2
        loss = np.logaddexp(0, margin) - target * margin
        return float(loss.mean() + LAMBDA / 2 * penalty)


class GlmPath(Training):
    """The reference's defaults: 100 lambdas, or fewer where it stops."""

    def estimator(self):
        from h2o.estimators import H2OGeneralizedLinearEstimator
        return H2OGeneralizedLinearEstimator(family="binomial", alpha=1, lambda_search=True, seed=1)


class GlmGaussian(Training):
    data_name = "dense"

    def estimator(self):
        from h2o.estimators import H2OGeneralizedLinearEstimator
        return H2OGeneralizedLinearEstimator(family="gaussian", alpha=0, lambda_=LAMBDA, seed=1)

    def run(self):
        model = self.estimator()
        model.train(x=[column for column in self.train.columns if column[0] == "x"], y="y", training_frame=self.train)
        return model

    def quality(self, model):
        return {"rmse": model.model_performance(self.test).rmse()}


class GlmSparse(Training):
    data_name = "sparse"

    def load(self):
        self.train, self.test = (self.h2o.import_file(str(self.folder / f"{part}.svm")) for part in ("train", "test"))
        self.target = self.train.columns[0]
        for frame in (self.train, self.test):
            frame[self.target] = frame[self.target].asfactor()

    def run(self):
        from h2o.estimators import H2OGeneralizedLinearEstimator
        model = H2OGeneralizedLinearEstimator(family="binomial", alpha=0, lambda_=LAMBDA, standardize=False, seed=1)
        model.train(y=self.target, training_frame=self.train)
        return model

    def quality(self, model):
        return {"auc": model.model_performance(self.test).auc()}


class NaiveBayes(Training):
    def estimator(self):
        from h2o.estimators import H2ONaiveBayesEstimator
        return H2ONaiveBayesEstimator(laplace=1)


class Drf(Training):
    """Out-of-bag metrics are on, as they always are."""

    def estimator(self):
        from h2o.estimators import H2ORandomForestEstimator
        return H2ORandomForestEstimator(ntrees=TREES, max_depth=FOREST_DEPTH, min_rows=1, seed=1)


class Gbm(Training):
    def estimator(self):
        from h2o.estimators import H2OGradientBoostingEstimator
        made = H2OGradientBoostingEstimator(ntrees=TREES, max_depth=self.depth, learn_rate=LEARN_RATE,
                                            min_rows=MIN_ROWS, seed=1)
        if self.leaves:  # Neve's own, which the client has no names for
            made._parms.update(grow_policy="lossguide", max_leaves=self.leaves)
        return made

    def report(self, model):
        trees = int(model.summary()["number_of_trees"][0])
        return super().report(model) | ({} if trees == TREES else {"incomplete": f"{trees} trees"})


class Predict(Gbm):
    """Scores the training rows with a GBM of depth 6 that was trained beforehand."""

    def load(self):
        super().load()
        self.model = Gbm.run(self)

    def run(self):
        return self.model.predict(self.train)

    def report(self, predictions):
        return {"server_seconds": self.job_seconds(predictions.frame_id), "rows": predictions.nrow}

    def quality(self, predictions):
        return {}

    def forget(self, predictions):
        self.h2o.remove(predictions)
