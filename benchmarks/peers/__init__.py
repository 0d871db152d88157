"""Which program does which task: one entry for each pair that is measured."""
import importlib

PAIRS = {}
for _task in ("glm", "glm-10m"):
    PAIRS |= {(_task, "neve"): "server:Glm", (_task, "h2o"): "server:Glm", (_task, "sklearn"): "sklearn_glm:Glm"}
for _task in ("ingest-airlines", "ingest-10m", "ingest-dense", "parquet-airlines", "parquet-10m", "parquet-dense"):
    PAIRS |= {(_task, "neve"): "server:Ingest", (_task, "h2o"): "server:Ingest", (_task, "polars"): "polars_ingest:Ingest",
              (_task, "polars-cat"): "polars_ingest:Ingest"}
PAIRS |= {("glm-path", "neve"): "server:GlmPath", ("glm-path", "h2o"): "server:GlmPath",
          ("glm-gaussian", "neve"): "server:GlmGaussian", ("glm-gaussian", "h2o"): "server:GlmGaussian",
          ("glm-gaussian", "sklearn"): "sklearn_glm:GlmGaussian",
          ("glm-sparse", "neve"): "server:GlmSparse", ("glm-sparse", "h2o"): "server:GlmSparse",
          ("glm-sparse", "sklearn"): "sklearn_glm:GlmSparse",
          ("naive-bayes", "neve"): "server:NaiveBayes", ("naive-bayes", "h2o"): "server:NaiveBayes",
          ("naive-bayes", "sklearn"): "sklearn_bayes:NaiveBayes",
          ("deeplearning-airlines", "neve"): "server_network:Airlines", ("deeplearning-airlines", "h2o"): "server_network:Airlines",
          ("deeplearning-airlines", "sklearn"): "sklearn_network:Airlines",
          ("deeplearning-digits", "neve"): "server_network:Digits", ("deeplearning-digits", "h2o"): "server_network:Digits",
          ("deeplearning-digits", "sklearn"): "sklearn_network:Digits", ("deeplearning-digits", "torch"): "torch_network:Digits",
          ("drf", "neve"): "server:Drf", ("drf", "h2o"): "server:Drf", ("drf", "sklearn"): "forests:Sklearn",
          ("drf", "xgboost"): "forests:Xgboost", ("drf", "lightgbm"): "forests:Lightgbm"}
for _task in ("gbm-d6", "gbm-d10", "gbm-255", "gbm-10m"):
    PAIRS |= {(_task, "neve"): "server:Gbm", (_task, "h2o"): "server:Gbm", (_task, "lightgbm"): "lightgbm_gbm:Gbm",
              (_task, "xgboost"): "xgboost_gbm:Gbm", (_task, "xgboost-onehot"): "xgboost_gbm:Gbm"}
PAIRS |= {("predict", "neve"): "server:Predict", ("predict", "h2o"): "server:Predict",
          ("predict", "lightgbm"): "lightgbm_gbm:Predict", ("predict", "xgboost"): "xgboost_gbm:Predict",
          ("predict", "xgboost-onehot"): "xgboost_gbm:Predict"}
for _task, _class in (("cv-gbm", "CvGbm"), ("cv-drf", "CvDrf"), ("cv-glm", "CvGlm"), ("cv-glm-lasso", "CvGlm"),
                      ("cv-glm-wide", "CvGlmWide")):
    PAIRS |= {(_task, "neve"): f"cross_validation:{_class}", (_task, "one-model"): f"cross_validation:{_class}"}
PAIRS |= {("grid", "neve"): "grids:Grid", ("grid", "h2o"): "grids:Grid"}
for _task, _class in (("kmeans", "KMeans"), ("pca", "Pca"), ("glrm", "Glrm")):
    PAIRS |= {(_task, peer): f"unsupervised:{_class}" for peer in ("neve", "h2o")}
PAIRS |= {("kmeans", "sklearn"): "sklearn_unsupervised:KMeans", ("pca", "sklearn"): "sklearn_unsupervised:Pca",
          ("glrm", "numpy"): "numpy_glrm:Glrm"}
for _task in ("isolation-forest", "extended-isolation-forest"):
    PAIRS |= {(_task, peer): "isolation:Servers" for peer in ("neve", "h2o")}
PAIRS |= {("isolation-forest", "sklearn"): "isolation:Sklearn",
          ("target-encoder", "neve"): "target_encoder:TargetEncoder", ("target-encoder", "h2o"): "target_encoder:TargetEncoder"}
for _task in ("word2vec", "word2vec-cbow"):
    PAIRS |= {(_task, "neve"): "words:Vectors", (_task, "h2o"): "words:Vectors", (_task, "gensim"): "words:Gensim"}
PAIRS |= {("tokenize", "neve"): "words:Cut", ("tokenize", "h2o"): "words:Cut", ("tokenize", "polars"): "words:PolarsCut"}
PAIRS |= {("automl", "neve"): "automl:AutoMl", ("automl", "h2o"): "automl:AutoMl",
          ("automl-60s", "neve"): "automl:Limited", ("automl-60s", "h2o"): "automl:Limited"}
PAIRS |= {("stack", "neve"): "stacking:Stack", ("stack", "h2o"): "stacking:Stack"}
PAIRS |= {("series", "neve"): "series:Neve", ("series", "scan"): "series:Scan"}
for _task in ("munge", "munge-10m"):
    PAIRS |= {(_task, "neve"): "munging:Servers", (_task, "h2o"): "munging:Servers", (_task, "polars"): "munging:Polars"}


def make(task, peer, root, scale):
    """The object that does the task; only then are the peer's libraries loaded."""
    module, _, name = PAIRS[task, peer].partition(":")
    return getattr(importlib.import_module(f"peers.{module}"), name)(task, peer, root, scale)
