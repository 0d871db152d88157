"""scikit-learn, in doubles: k-means and principal components of standardised numbers; standardising is part of the work."""
import statistics
import warnings

import numpy as np
import pandas as pd
import sklearn
from sklearn.cluster import KMeans as Clustering
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

from peers.task import CLUSTER_ITERATIONS, CLUSTER_SEEDS, CLUSTERS, COMPONENTS, Task


class Numbers(Task):
    data_name = "dense"

    def versions(self):
        return {"scikit-learn": sklearn.__version__}

    def load(self):
        table = pd.read_parquet(self.folder / "train.parquet")
        columns = [column for column in table.columns if column[0] == "x"]
        self.matrix = np.ascontiguousarray(table[columns].to_numpy("float64"))


class KMeans(Numbers):
    data_name = "clusters"

    def run(self):
        return self.fit(1)

    def fit(self, seed):
        scaled = StandardScaler().fit_transform(self.matrix)
        model = Clustering(CLUSTERS, init="k-means++", n_init=1, max_iter=CLUSTER_ITERATIONS, tol=0, random_state=seed,
                           algorithm="lloyd", copy_x=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # so many iterations are what is asked for
            return model.fit(scaled)

    def quality(self, model):
        """Where the iteration ends depends on its start, so that one seed says little."""
        shares = [self.fit(seed).inertia_ / self.matrix.size for seed in CLUSTER_SEEDS]
        return {"within / total": round(statistics.median(shares), 5)}


class Pca(Numbers):
    def run(self):
        scaled = StandardScaler().fit_transform(self.matrix)
        return PCA(COMPONENTS, svd_solver="covariance_eigh", copy=False).fit(scaled)

    def quality(self, model):
        return {"explained": round(float(model.explained_variance_ratio_.sum()), 6)}
