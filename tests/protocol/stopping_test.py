"""Every stopping_metric of the published client: it ends a training early, or the answer says why it cannot."""
import random

import pytest
from h2o.estimators import H2OGradientBoostingEstimator, H2ORandomForestEstimator

ROWS = 300
MEASURED_OF_ALL = ["auto", "mse", "rmse"]
OF_CLASSES = ["logloss", "auc", "aucpr", "lift_top_group", "misclassification", "mean_per_class_error"]
OF_NUMBERS = ["deviance", "mae", "rmsle"]
OF_OTHER_MODELS = ["anomaly_score", "AUUC", "ATE", "ATT", "ATC", "qini"]
CUSTOM = ["custom", "custom_increasing"]


def expected(response, metric):
    """None where it works, otherwise what the answer says."""
    if metric in CUSTOM:
        return "Custom metric function needs to be defined"
    if metric in OF_OTHER_MODELS:
        return "not measured for such a model"
    if response == "y":
        return None if metric in MEASURED_OF_ALL + OF_NUMBERS else "Stopping metric cannot be .* for regression"
    if metric == "deviance":
        return "Stopping metric cannot be deviance for classification"
    if metric in OF_NUMBERS or (response == "three" and metric in ("auc", "aucpr", "lift_top_group")):
        return "not measured for such a model"
    return None


@pytest.fixture(scope="module")
def frame(client):
    draw = random.Random(3)
    rows = []
    for _ in range(ROWS):
        x, z = draw.uniform(0, 10), draw.uniform(0, 1)
        y = x + draw.gauss(0, 1) + 10
        rows.append([x, z, y, "no" if y < 15 else "yes", "low" if y < 13 else "high" if y > 17 else "middle"])
    made = client.H2OFrame(rows, column_names=["x", "z", "y", "two", "three"],
                           column_types=["numeric", "numeric", "numeric", "enum", "enum"])
    yield made
    client.remove(made)


@pytest.mark.parametrize("estimator", [H2OGradientBoostingEstimator, H2ORandomForestEstimator])
@pytest.mark.parametrize("response", ["y", "two", "three"])
def test_each_metric_ends_a_training_or_is_refused(frame, estimator, response):
    for metric in MEASURED_OF_ALL + OF_CLASSES + OF_NUMBERS + OF_OTHER_MODELS + CUSTOM:
        model = estimator(ntrees=60, seed=1, stopping_rounds=2, stopping_tolerance=0.5, score_tree_interval=1)
        # The client itself takes only those of some models.
        model._parms["stopping_metric"] = metric
        why_not = expected(response, metric)
        if why_not:
            with pytest.raises(Exception, match=why_not):
                model.train(x=["x", "z"], y=response, training_frame=frame)
            continue
        model.train(x=["x", "z"], y=response, training_frame=frame)
        assert model._model_json["output"]["model_summary"]["number_of_trees"][0] < 60, metric


def test_averaged_curves_of_many_classes_end_a_training_too(frame):
    for metric in ("auc", "aucpr"):
        model = H2OGradientBoostingEstimator(ntrees=60, seed=1, stopping_rounds=2, stopping_metric=metric, stopping_tolerance=0.5,
                                             score_tree_interval=1, auc_type="weighted_ovr")
        model.train(x=["x", "z"], y="three", training_frame=frame)
        assert model._model_json["output"]["model_summary"]["number_of_trees"][0] < 60, metric


@pytest.mark.parametrize("nfolds", [0, 3])
@pytest.mark.parametrize("estimator", [H2OGradientBoostingEstimator, H2ORandomForestEstimator])
def test_a_time_limit_leaves_a_model(frame, estimator, nfolds):
    model = estimator(ntrees=50_000, seed=1, max_runtime_secs=0.5, nfolds=nfolds)
    model.train(x=["x", "z"], y="two", training_frame=frame)
    assert 1 <= model._model_json["output"]["model_summary"]["number_of_trees"][0] < 50_000
    assert len(model.cross_validation_models() or []) == nfolds


def test_early_stopping_without_rounds_is_told_of(frame):
    with pytest.warns(Warning, match="Stopping metric is ignored for stopping_rounds=0"):
        model = H2OGradientBoostingEstimator(ntrees=2, seed=1, stopping_metric="auc")
        model.train(x=["x", "z"], y="two", training_frame=frame)
    with pytest.raises(Exception, match="Stopping tolerance must be < 1"):
        H2OGradientBoostingEstimator(stopping_tolerance=1).train(x=["x", "z"], y="two", training_frame=frame)
