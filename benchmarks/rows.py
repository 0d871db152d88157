"""What is measured: one row of the table each, with the peers and what Neve wants to reach."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    title: str
    peers: tuple = ()      # beside Neve; each runs once, the fastest and the mark are then paired with Neve
    mark: str = ""         # the peer that the goal speaks of
    goal: str = ""
    notes: str = ""        # where the work of the peers is not quite alike
    times: float = 1       # as many rows as the data set usually has


BOOSTERS = ("lightgbm", "xgboost", "xgboost-onehot", "h2o")

ROWS = [
    Row("start", "start to first answer, idle memory", goal="≤ 100 ms, ≤ 40 MB"),
    Row("rest", "GET /3/Cloud, idle and while training",
        goal="p99 ≤ 1 ms or 1.5 × a trivial server; ≤ 10 ms while training"),
    Row("ingest-airlines", "CSV into memory, 1M × 9 (35 MB)", ("polars-cat", "polars", "h2o"), "polars-cat",
        "≤ 1.2 × polars-cat; held bytes ≤ h2o's", "polars without categories keeps text"),
    Row("ingest-dense", "CSV into memory, 500k × 52 (215 MB)", ("polars", "h2o"), "polars",
        "≤ 1.2 × polars; held bytes ≤ h2o's"),
    Row("ingest-10m", "CSV into memory, 10M × 9 (351 MB)", ("polars-cat", "polars", "h2o"), "polars-cat",
        "≤ 1.0 × polars-cat", "polars without categories keeps text", times=10),
    Row("parquet-airlines", "Parquet into memory, 1M × 9 (8 MB)", ("polars-cat", "polars", "h2o"), "polars-cat",
        "≤ 1.5 × polars-cat", "polars without categories keeps text"),
    Row("parquet-10m", "Parquet into memory, 10M × 9 (75 MB)", ("polars-cat", "polars", "h2o"), "polars-cat",
        "≤ 1.5 × polars-cat", "polars without categories keeps text", times=10),
    Row("parquet-dense", "Parquet into memory, 500k × 52 floats (102 MB)", ("polars", "h2o"), "polars",
        "≤ 1.5 × polars", "polars keeps the file's plain pages; the servers compress"),
    Row("munge", "operations on tables of 1M rows", ("polars", "h2o"), "polars",
        "geometric mean ≤ 1.0 × polars, none above 2 ×; ≤ 1/8 of h2o's mean", "below 10 ms count as 10 ms"),
    Row("munge-10m", "operations on tables of 10M rows", ("polars", "h2o"), "polars",
        "geometric mean ≤ 1.0 × polars, none above 2 ×; ≤ 1/8 of h2o's mean", "below 10 ms count as 10 ms", times=10),
    Row("glm", "GLM binomial, ridge, airlines", ("h2o", "sklearn"), "h2o",
        "≤ 1/5 × h2o; objective ≤ h2o's × (1 + 1e-6)", "stopping rules differ"),
    Row("glm-10m", "GLM binomial, ridge, airlines, 10M rows", ("h2o",), "h2o", "≤ 1/5 × h2o", "stopping rules differ", times=10),
    Row("glm-path", "GLM binomial, lasso path, airlines", ("h2o",), "h2o", "≤ 1/8 × h2o", "both end at the 100th lambda"),
    Row("glm-gaussian", "GLM gaussian, ridge, 500k × 50", ("sklearn", "h2o"), "sklearn", "≤ 1.2 × sklearn"),
    Row("glm-sparse", "GLM binomial, ridge, 50k × 2,000, 1 % not zero", ("sklearn", "h2o"), "sklearn",
        "≤ 2 × sklearn with L-BFGS; AUTO ≤ 1/10 of h2o", "the servers are left to choose the solver"),
    Row("naive-bayes", "naive Bayes, airlines", ("sklearn", "h2o"), "sklearn", "≤ 0.5 × sklearn"),
    Row("deeplearning-airlines", "deep learning, two hidden layers of 200, an epoch of the airlines", ("sklearn", "h2o"), "sklearn",
        "≤ 0.35 × sklearn; AUC ≥ 0.745", "each chooses its batch; AUC is the mean of three seeds"),
    Row("deeplearning-digits", "deep learning, two hidden layers of 200, three epochs of 60k × 784 pixels",
        ("torch", "sklearn", "h2o"), "torch", "≤ 0.8 × torch; accuracy ≥ torch's − 0.002",
        "torch and sklearn by Adam, in batches of 128 and 200; accuracy is the mean of three seeds"),
    Row("kmeans", "k-means++, 10 clusters, 10 iterations, 500k × 20", ("sklearn", "h2o"), "sklearn",
        "≤ 0.5 × sklearn; within / total (median of 10 seeds) ≤ sklearn's × 1.005; peak memory ≤ sklearn's"),
    Row("pca", "PCA, 10 components, 500k × 50", ("sklearn", "h2o"), "sklearn", "≤ 0.6 × sklearn; peak memory ≤ sklearn's"),
    Row("glrm", "GLRM, quadratic loss, rank 5, 20 iterations, 50k × 50", ("numpy", "h2o"), "numpy",
        "≤ 1.0 × numpy; objective and peak memory ≤ numpy's", "numpy does not keep its rows' representation"),
    Row("drf", "random forest, 100 trees of depth 20, 100k airlines", ("sklearn", "xgboost", "lightgbm", "h2o"), "sklearn",
        "≤ 0.3 × the fastest of sklearn, xgboost and h2o; AUC ≥ h2o's",
        "lightgbm has at most 8,192 leaves a tree; the servers and sklearn measure out of bag", times=0.1),
    Row("gbm-d6", "GBM, 100 trees of depth 6, airlines", BOOSTERS, "lightgbm",
        "≤ 0.9 × the fastest; AUC ≥ the best of the libraries − 0.001; peak memory ≤ 0.5 × lightgbm's", "the servers score while training"),
    Row("gbm-d10", "GBM, 100 trees of depth 10, airlines", BOOSTERS, "lightgbm",
        "≤ 0.9 × the fastest; AUC ≥ the best of the libraries − 0.001; peak memory ≤ 0.5 × lightgbm's", "the servers score while training"),
    Row("gbm-255", "GBM, 100 trees of 255 leaves, best first, airlines", ("lightgbm", "xgboost", "xgboost-onehot"), "lightgbm",
        "≤ 0.9 × the faster of lightgbm and xgboost; AUC ≥ the better of both − 0.001", "Neve scores while training"),
    Row("gbm-10m", "GBM, 100 trees of depth 6, airlines, 10M rows", ("lightgbm", "xgboost"), "lightgbm",
        "≤ 0.9 × the faster; AUC ≥ the better of both − 0.001; peak memory ≤ 0.5 × lightgbm's", "Neve scores while training", times=10),
    Row("grid", "search of 20 GBMs of 20 trees, 100k airlines", ("h2o",), "h2o", "≤ 1/8 × h2o",
        "both choose how many models at a time", times=0.1),
    Row("cv-gbm", "5-fold cross-validation, GBM of 50 trees of depth 6, airlines", ("one-model",), "one-model", "≤ 5.2 × one model",
        "the peer is Neve without folds"),
    Row("cv-drf", "5-fold cross-validation, random forest of 50 trees, 100k airlines", ("one-model",), "one-model",
        "≤ 5.2 × one model", "the peer is Neve without folds", times=0.1),
    Row("cv-glm", "5-fold cross-validation, GLM gaussian, ridge, 500k × 50", ("one-model",), "one-model", "≤ 1.6 × one model",
        "the peer is Neve without folds"),
    Row("cv-glm-lasso", "5-fold cross-validation, GLM gaussian, lasso, 500k × 50", ("one-model",), "one-model",
        "≤ 1.6 × one model", "the peer is Neve without folds"),
    Row("cv-glm-wide", "5-fold cross-validation, GLM gaussian, ridge, airlines (675 coefficients)", ("one-model",), "one-model",
        notes="the peer is Neve without folds"),
    Row("isolation-forest", "isolation forest, 100 trees, 500k × 50, and the scores of all rows", ("sklearn", "h2o"), "sklearn",
        "≤ 0.5 × sklearn; AUC of planted anomalies ≥ sklearn's − 0.005", "the servers measure the training rows, too"),
    Row("extended-isolation-forest", "extended isolation forest, 100 trees, 50k × 50, and the scores of all rows", ("h2o",), "h2o",
        "≤ 1/8 × h2o; AUC of planted anomalies ≥ h2o's − 0.005", "planes of all columns; the servers measure the training rows, too",
        times=0.1),
    Row("target-encoder", "target encoding of the airlines' categories by folds, learnt and applied", ("h2o",), "h2o", "≤ 1/5 × h2o"),
    Row("tokenize", "250k sentences into 5M words, one a row", ("polars", "h2o"), "polars", notes="polars keeps plain text"),
    Row("word2vec", "word vectors, skip-gram, an epoch of 5M words", ("gensim", "h2o"), "gensim",
        "≤ 0.5 × gensim; held-out loss ≤ gensim's × 1.01; peak memory ≤ gensim's",
        "gensim reads the file and cuts it into words, the servers have the words in memory"),
    Row("word2vec-cbow", "word vectors, CBOW, an epoch of 5M words", ("gensim", "h2o"), "gensim",
        "≤ 0.5 × gensim; held-out loss ≤ gensim's × 1.01; peak memory ≤ gensim's",
        "gensim reads the file and cuts it into words, the servers have the words in memory"),
    Row("automl", "AutoML, five models and ensembles, 50k airlines", ("h2o",), "h2o", "≤ 1/6 × h2o; AUC ≥ h2o's",
        "each has its own plan", times=0.1),
    Row("automl-60s", "AutoML for 60 s, 50k airlines", ("h2o",), "h2o", "57 to 63 s; AUC ≥ h2o's − 0.5 %",
        "each has its own plan", times=0.1),
    Row("stack", "stacked ensemble of a GLM, a GBM and a forest, airlines", ("h2o",), "h2o", "≤ 1/5 × h2o; AUC ≥ h2o's − 0.001",
        "the base models are there; scoring them for training metrics counts", times=0.1),
    Row("series", "nearest of 1M random walks of 256 points, 100 queries, exact", ("scan",), "scan",
        "≤ 1/10 × an early-abandoning SIMD scan", "the index is made beforehand, and holds points at 24 bits; the scan reads each series once for all queries"),
    Row("distribution", "GBM and GLM, airlines, 4 nodes of 1 thread beside 1 node of 4",
        goal="CPU ≤ 1.25 × one node's", notes="CPU seconds of all threads; bytes do not depend on the machine"),
    Row("predict", "predict 1M rows, GBM of depth 6", BOOSTERS, "lightgbm", "≤ 0.4 × the faster of lightgbm and xgboost",
        "servers predict a frame they hold and keep the result; libraries a pandas table"),
]
BY_NAME = {row.name: row for row in ROWS}

# Short names that --only takes for several rows.
GROUPS = {"ingest": ("ingest-airlines", "ingest-dense", "ingest-10m"),
          "parquet": ("parquet-airlines", "parquet-10m", "parquet-dense"), "gbm": ("gbm-d6", "gbm-d10", "gbm-255", "gbm-10m"),
          "deeplearning": ("deeplearning-airlines", "deeplearning-digits"),
          "words": ("tokenize", "word2vec", "word2vec-cbow"),
          "cv": ("cv-gbm", "cv-drf", "cv-glm", "cv-glm-lasso", "cv-glm-wide")}


def chosen(only):
    """The rows that a comma-separated list names, in the table's order; all if it names none."""
    if not only:
        return ROWS
    names = [name for word in only.split(",") for name in GROUPS.get(word, (word,))]
    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        raise SystemExit(f"no row {', '.join(unknown)}; there are: {', '.join([*BY_NAME, *GROUPS])}")
    return [row for row in ROWS if row.name in names]
