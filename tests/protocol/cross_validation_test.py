"""Cross-validation with the published client: what it can ask of a model that was trained with folds."""
import math
import statistics
import warnings

import pytest
from h2o.estimators import H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator, H2ORandomForestEstimator

ROWS = 240
GBM = {"ntrees": 4, "min_rows": 2, "seed": 1}


@pytest.fixture(scope="module")
def frame(client):
    rows = [[(i * 37) % 101, "abc"[(i * 7) % 3], 3 * ((i * 37) % 101) + (i % 5), "ny"[(i * 37) % 101 > 50 - i % 7],
             1 + i % 2, i % 4] for i in range(ROWS)]
    made = client.H2OFrame(rows, column_names=["x", "k", "y", "two", "w", "fold"],
                           column_types=["numeric", "enum", "numeric", "enum", "numeric", "numeric"])
    yield made
    client.remove(made)


def trained(estimator, frame, response, **parameters):
    model = estimator(**parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.train(x=["x", "k"], y=response, training_frame=frame)
    return model


def column(frame, name):
    return [float(row[0]) for row in frame[name].as_data_frame(use_pandas=False, header=False)]


@pytest.mark.parametrize("estimator, extra", [(H2OGradientBoostingEstimator, GBM), (H2OGeneralizedLinearEstimator, {"lambda_": 0}),
                                              (H2ORandomForestEstimator, {"ntrees": 5, "seed": 1})])
def test_all_that_is_kept_can_be_had(client, frame, estimator, extra):
    model = trained(estimator, frame, "y", fold_column="fold", weights_column="w", keep_cross_validation_predictions=True,
                    keep_cross_validation_fold_assignment=True, **extra)
    models = model.cross_validation_models()
    assert [each.model_id for each in models] == [f"{model.model_id}_cv_{k}" for k in range(1, 5)]
    assert column(model.cross_validation_fold_assignment(), "fold_assignment") == column(frame, "fold")
    joined = column(model.cross_validation_holdout_predictions(), "predict")
    parts = [column(part, "predict") for part in model.cross_validation_predictions()]
    for k, each in enumerate(models):
        told = column(each.predict(frame), "predict")
        for i in range(ROWS):
            assert parts[k][i] == (told[i] if i % 4 == k else 0)
            if i % 4 == k:
                assert joined[i] == told[i]
    y, w = column(frame, "y"), column(frame, "w")
    squares = sum(weight * (a - p) ** 2 for weight, a, p in zip(w, y, joined)) / sum(w)
    assert model.mse(xval=True) == pytest.approx(squares, rel=1e-12)
    assert model.rmse(xval=True) == pytest.approx(math.sqrt(squares), rel=1e-12)
    by_fold = [each.mse(valid=True) for each in models]
    rows = {row[0]: row[1:] for row in model.cross_validation_metrics_summary().cell_values}
    expected = [statistics.mean(by_fold), statistics.stdev(by_fold), *by_fold]
    assert [float(value) for value in rows["mse"]] == pytest.approx(expected, rel=1e-6)
    assert list(rows) == sorted(rows)
    name = model.model_id
    client.remove(model)
    names = (name, "prediction_" + name, "cv_holdout_prediction_" + name, "cv_fold_assignment_" + name)
    assert not [key for key in client.ls()["key"] if key.startswith(names)]


def test_two_classes_have_the_reference_servers_rows(frame):
    model = trained(H2OGradientBoostingEstimator, frame, "two", nfolds=3, fold_assignment="stratified", **GBM)
    summary = model.cross_validation_metrics_summary()
    assert summary.col_header == ["", "mean", "sd", "cv_1_valid", "cv_2_valid", "cv_3_valid"]
    assert [row[0] for row in summary.cell_values] == [
        "accuracy", "aic", "auc", "err", "err_count", "f0point5", "f1", "f2", "lift_top_group", "loglikelihood", "logloss",
        "max_per_class_error", "mcc", "mean_per_class_accuracy", "mean_per_class_error", "mse", "pr_auc", "precision", "r2",
        "recall", "rmse", "specificity"]
    output = model._model_json["output"]
    assert len(output["cv_scoring_history"]) == 3 and output["cross_validation_predictions"] is None
    assert output["cross_validation_holdout_predictions_frame_id"] is None
    assert output["cross_validation_metrics"]["description"].startswith("3-fold cross-validation")
    assert 0.5 < model.auc(xval=True) <= 1


def test_the_reported_seed_repeats_the_folds(frame):
    first = trained(H2OGradientBoostingEstimator, frame, "y", nfolds=3, ntrees=3)
    seed = first.actual_params["seed"]
    again = trained(H2OGradientBoostingEstimator, frame, "y", nfolds=3, ntrees=3, seed=seed)
    assert again.mse(xval=True) == first.mse(xval=True)
    random = frame.kfold_column(n_folds=3, seed=seed)
    kept = trained(H2OGradientBoostingEstimator, frame, "y", nfolds=3, ntrees=1, seed=seed,
                   keep_cross_validation_fold_assignment=True)
    assert column(kept.cross_validation_fold_assignment(), "fold_assignment") == column(random, random.names[0])


@pytest.mark.parametrize("parameters, told", [
    ({"nfolds": 1}, "nfolds"), ({"nfolds": ROWS + 1}, "nfolds"), ({"nfolds": 2, "fold_column": "fold"}, "nfolds"),
    ({"fold_assignment": "modulo"}, "fold_assignment"), ({"nfolds": 2, "fold_assignment": "stratified"}, "fold_assignment"),
    ({"fold_column": "y"}, "0..N-1"), ({"fold_column": "none"}, "none")])
def test_folds_that_cannot_be_made_are_refused(client, frame, parameters, told):
    with pytest.raises((client.exceptions.H2OResponseError, OSError, EnvironmentError), match=told):
        trained(H2OGradientBoostingEstimator, frame, "x" if parameters.get("fold_column") == "y" else "y", **GBM, **parameters)
