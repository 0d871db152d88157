"""Clusters, components and low-rank products as Neve and the reference make them: the same calls for both."""
import statistics

from peers.server import Training
from peers.task import CLUSTER_ITERATIONS, CLUSTER_SEEDS, CLUSTERS, COMPONENTS, RANK, RANK_ITERATIONS


class Unsupervised(Training):
    """Learns from the columns x0, x1, … of one part of the data."""
    data_name = "dense"
    part = "train"

    def load(self):
        self.frame = self.read(self.part)
        self.columns = [column for column in self.frame.columns if column[0] == "x"]

    def run(self):
        return self.fit(1)

    def fit(self, seed):
        model = self.estimator(seed)
        model.train(x=self.columns, training_frame=self.frame)
        return model


class KMeans(Unsupervised):
    data_name = "clusters"

    def estimator(self, seed):
        from h2o.estimators import H2OKMeansEstimator
        return H2OKMeansEstimator(k=CLUSTERS, max_iterations=CLUSTER_ITERATIONS, init="PlusPlus", standardize=True,
                                  seed=seed)

    def quality(self, model):
        """Where the iteration ends depends on its start, so that one seed says little."""
        shares = []
        for seed in CLUSTER_SEEDS:
            made = self.fit(seed)
            shares.append(made.tot_withinss() / made.totss())
            self.forget(made)
        return {"within / total": round(statistics.median(shares), 5)}


class Pca(Unsupervised):
    def estimator(self, seed):
        from h2o.estimators import H2OPrincipalComponentAnalysisEstimator
        return H2OPrincipalComponentAnalysisEstimator(k=COMPONENTS, transform="standardize", pca_method="gram_s_v_d",
                                                      seed=seed)

    def quality(self, model):
        return {"explained": round(float(model.varimp()[2][-1]), 6)}


class Glrm(Unsupervised):
    part = "test"

    def estimator(self, seed):
        from h2o.estimators import H2OGeneralizedLowRankEstimator
        return H2OGeneralizedLowRankEstimator(k=RANK, max_iterations=RANK_ITERATIONS, transform="standardize",
                                              loss="quadratic", seed=seed)

    def quality(self, model):
        return {"objective": round(float(model._model_json["output"]["objective"]), 1)}

    def forget(self, model):
        representation = model._model_json["output"]["representation_name"]
        super().forget(model)
        self.h2o.remove(representation)
