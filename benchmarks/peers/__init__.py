"""Which program does which task: one entry for each pair that is measured."""
import importlib

PAIRS = {
    ("ingest-airlines", "neve"): "server:Ingest", ("ingest-airlines", "h2o"): "server:Ingest",
    ("ingest-airlines", "polars"): "polars_csv:Ingest", ("ingest-airlines", "polars-cat"): "polars_csv:Ingest",
    ("ingest-dense", "neve"): "server:Ingest", ("ingest-dense", "h2o"): "server:Ingest",
    ("ingest-dense", "polars"): "polars_csv:Ingest",
    ("glm", "neve"): "server:Glm", ("glm", "h2o"): "server:Glm", ("glm", "sklearn"): "sklearn_glm:Glm",
}
for _task in ("gbm-d6", "gbm-d10"):
    PAIRS |= {(_task, "neve"): "server:Gbm", (_task, "h2o"): "server:Gbm", (_task, "lightgbm"): "lightgbm_gbm:Gbm",
              (_task, "xgboost"): "xgboost_gbm:Gbm", (_task, "xgboost-onehot"): "xgboost_gbm:Gbm"}
PAIRS |= {("predict", "neve"): "server:Predict", ("predict", "h2o"): "server:Predict",
          ("predict", "lightgbm"): "lightgbm_gbm:Predict", ("predict", "xgboost"): "xgboost_gbm:Predict",
          ("predict", "xgboost-onehot"): "xgboost_gbm:Predict"}
for _task in ("munge", "munge-10m"):
    PAIRS |= {(_task, "neve"): "munging:Servers", (_task, "h2o"): "munging:Servers", (_task, "polars"): "munging:Polars"}


def make(task, peer, root, scale):
    """The object that does the task; only then are the peer's libraries loaded."""
    module, _, name = PAIRS[task, peer].partition(":")
    return getattr(importlib.import_module(f"peers.{module}"), name)(task, peer, root, scale)
