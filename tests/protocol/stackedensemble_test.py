"""Stacked ensembles with the published client."""
import math
import random
import warnings

import pytest
from h2o.estimators import (H2ODeepLearningEstimator, H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator,
                            H2OKMeansEstimator, H2ONaiveBayesEstimator, H2ORandomForestEstimator, H2OStackedEnsembleEstimator)
from h2o.exceptions import H2OResponseError

FOLDS = {"nfolds": 3, "fold_assignment": "Modulo", "keep_cross_validation_predictions": True, "seed": 1}
X = ["a", "b", "k"]


@pytest.fixture(scope="module")
def frames(client):
    draw = random.Random(4)
    rows = []
    for i in range(900):
        a, b, k = draw.uniform(0, 1), draw.uniform(0, 1), draw.choice("uvw")
        y = 2 * a - 3 * b * b + "uvw".find(k) + draw.gauss(0, 0.4)
        rows.append([a, b, k, y, "yes" if y > 0.8 else "no", ["low", "middle", "high"][min(2, max(0, int(y + 1)))],
                     1 + i % 2, i % 3, draw.uniform(0, 1)])
    types = ["numeric", "numeric", "enum", "numeric", "enum", "enum", "numeric", "numeric", "numeric"]
    names = ["a", "b", "k", "y", "two", "three", "w", "fold", "unused"]
    made = [client.H2OFrame(part, column_names=names, column_types=types) for part in (rows[:600], rows[600:])]
    yield made
    for frame in made:
        client.remove(frame)


def train(model, *args, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.train(*args, **kwargs)
    return model


@pytest.fixture(scope="module")
def bases(client, frames):
    """Two base models for each response."""
    made = {}
    for response in ("y", "two", "three"):
        gbm = H2OGradientBoostingEstimator(ntrees=5, max_depth=3, **FOLDS)
        other = H2ONaiveBayesEstimator(**FOLDS) if response == "three" else H2OGeneralizedLinearEstimator(**FOLDS)
        made[response] = [train(model, x=X, y=response, training_frame=frames[0]) for model in (gbm, other)]
    return made


def stack(frames, bases, response, valid=False, **parameters):
    model = H2OStackedEnsembleEstimator(base_models=bases, seed=3, **parameters)
    return train(model, x=X, y=response, training_frame=frames[0], validation_frame=frames[1] if valid else None)


def cells(frame, name):
    return [float(row[0]) for row in frame[name].as_data_frame(use_pandas=False, header=False)]


def test_two_classes_are_the_metalearners_mix(client, frames, bases):
    one, two = bases["two"]
    model = stack(frames, [one, two], "two", valid=True, keep_levelone_frame=True)
    coefficients = model.metalearner().coef()
    assert coefficients[one.model_id] >= 0 and coefficients[two.model_id] >= 0
    told = cells(model.predict(frames[1]), "yes")
    for own, left, right in zip(told, cells(one.predict(frames[1]), "yes"), cells(two.predict(frames[1]), "yes")):
        eta = coefficients["Intercept"] + coefficients[one.model_id] * left + coefficients[two.model_id] * right
        assert own == pytest.approx(1 / (1 + math.exp(-eta)), abs=1e-10)
    level_one = client.get_frame(model.levelone_frame_id()["name"])
    assert level_one.columns == [one.model_id, two.model_id, "two"]
    assert cells(level_one, one.model_id) == cells(one.cross_validation_holdout_predictions(), "yes")
    assert model.metalearner().model_id == "metalearner_AUTO_" + model.model_id
    assert model.levelone_frame_id()["name"] == "levelone_training_" + model.model_id
    assert model.stacking_strategy() == "cross_validation"
    assert model.base_models == [one.model_id, two.model_id]
    assert model.actual_params["metalearner_algorithm"] == "glm"
    assert model.auc(valid=True) == model.metalearner().auc(valid=True) == model.model_performance(frames[1]).auc()
    assert model.auc(valid=True) > max(each.model_performance(frames[1]).auc() for each in (one, two)) - 0.01
    assert model.auc() == model.model_performance(frames[0]).auc()
    output = model._model_json["output"]
    assert output["names"] == X + ["two"] and output["domains"][2] == ["u", "v", "w"]
    assert type(output["training_metrics"]).__name__ == "H2OBinomialModelMetrics"
    assert output["training_metrics"]._metric_json["__meta"]["schema_name"] == "ModelMetricsBinomialGLMV3"


def test_the_summary_tells_of_the_members(frames, bases):
    model = stack(frames, bases["two"], "two", metalearner_nfolds=2, metalearner_params={"alpha": 0.3})
    table = model._model_json["output"]["model_summary"]
    rows = dict(zip(*[[row[i] for row in table.cell_values] for i in (0, 1)]))
    assert list(rows) == ["Stacking strategy", "Number of base models (used / total)", "# GBM base models (used / total)",
                          "# GLM base models (used / total)", "Metalearner algorithm", "Metalearner fold assignment scheme",
                          "Metalearner nfolds", "Metalearner fold_column", "Custom metalearner hyperparameters"]
    assert rows["Metalearner algorithm"] == "GLM" and rows["Metalearner nfolds"] == "2"
    assert rows["Metalearner fold assignment scheme"] == "Random" and rows["# GBM base models (used / total)"] == "1/1"
    assert rows["Custom metalearner hyperparameters"] == '{"alpha": [0.3]}'
    members = model._model_json["output"]["base_models"]
    assert [row[0] for row in members.cell_values] == model.base_models
    assert sum(row[3] for row in members.cell_values) == pytest.approx(1)


@pytest.mark.parametrize("algorithm, parameters", [
    ("glm", {"alpha": 0, "lambda": 0}), ("gbm", {"ntrees": 7, "max_depth": 2}), ("drf", {"ntrees": 4, "max_depth": 5}),
    ("deeplearning", {"hidden": [4, 3], "epochs": 2}), ("naivebayes", {"laplace": 1})])
def test_any_algorithm_can_be_the_metalearner(client, frames, bases, algorithm, parameters):
    model = stack(frames, bases["two"], "two", metalearner_algorithm=algorithm, metalearner_params=dict(parameters),
                  metalearner_nfolds=3, metalearner_fold_assignment="Modulo")
    meta = model.metalearner()
    assert meta.algo == algorithm and meta.actual_params["nfolds"] == 3 and meta.actual_params["fold_assignment"] == "Modulo"
    for name, value in parameters.items():
        actual = meta.actual_params[name]
        assert actual == value or actual == [value], name
    assert model.mse(xval=True) == meta.mse(xval=True) and model.mse(valid=True) is None
    summaries = [each.cross_validation_metrics_summary().cell_values for each in (model, meta)]
    assert repr(summaries[0]) == repr(summaries[1])  # with NaN where nothing is measured
    assert model.predict(frames[1]).columns == ["predict", "no", "yes"]


def test_several_classes_and_numbers(client, frames, bases):
    model = stack(frames, bases["three"], "three", keep_levelone_frame=True)
    level_one = client.get_frame(model.levelone_frame_id()["name"])
    assert level_one.columns == ["%s/%s" % (base.model_id, level) for base in bases["three"]
                                 for level in ("high", "low", "middle")] + ["three"]
    assert model.predict(frames[1]).columns == ["predict", "high", "low", "middle"]
    assert model.model_performance(frames[1]).logloss() < 1
    numbers = stack(frames, bases["y"], "y", valid=True)
    assert numbers.predict(frames[1]).columns == ["predict"]
    assert numbers.rmse(valid=True) < 1.02 * min(base.model_performance(frames[1]).rmse() for base in bases["y"])
    assert numbers.levelone_frame_id() is None


def test_blending_needs_no_folds(frames):
    plain = [train(H2OGradientBoostingEstimator(ntrees=5, seed=1), x=X, y="two", training_frame=frames[0]),
             train(H2ORandomForestEstimator(ntrees=5, seed=1), x=X, y="two", training_frame=frames[0])]
    model = H2OStackedEnsembleEstimator(base_models=plain, seed=1)
    train(model, x=X, y="two", training_frame=frames[0], blending_frame=frames[1])
    assert model.stacking_strategy() == "blending"
    assert model.mse() == model.model_performance(frames[0]).mse()
    alone = H2OStackedEnsembleEstimator(base_models=[each.model_id for each in plain], seed=1)
    train(alone, x=X, y="two", blending_frame=frames[1])
    assert alone.mse() == alone.model_performance(frames[1]).mse()
    assert alone.metalearner().coef().values() and model.model_performance(frames[1]).auc() > 0.5
    with pytest.raises(H2OResponseError, match="Base model does not use cross-validation"):
        stack(frames, plain, "two")


def test_folds_weights_and_offset_are_the_metalearners(frames):
    gbm = [train(H2OGradientBoostingEstimator(ntrees=n, weights_column="w", offset_column="unused", **FOLDS), x=["a", "b"],
                 y="y", training_frame=frames[0]) for n in (2, 4)]
    model = H2OStackedEnsembleEstimator(base_models=gbm, weights_column="w", metalearner_fold_column="fold")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        model.train(x=["a", "b"], y="y", training_frame=frames[0])
    assert not [each for each in warned if "weights_column" in str(each.message)]
    actual = model.metalearner().actual_params
    assert actual["weights_column"]["column_name"] == "w" and actual["offset_column"]["column_name"] == "unused"
    assert actual["fold_column"]["column_name"] == "fold" and len(model.metalearner().cross_validation_models()) == 3
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        H2OStackedEnsembleEstimator(base_models=gbm).train(x=["a", "b"], y="y", training_frame=frames[0])
    assert [each for each in warned if 'use weights_column="w"' in str(each.message)]
    plain = train(H2OGradientBoostingEstimator(ntrees=2, **FOLDS), x=["a", "b"], y="y", training_frame=frames[0])
    with pytest.raises(H2OResponseError, match="All base models must have the same offset_column!"):
        stack(frames, [gbm[0], plain], "y", offset_column="unused")


def test_what_cannot_be_stacked_is_refused(client, frames, bases):
    def refused(match, base_models, response="two", **parameters):
        with pytest.raises(H2OResponseError, match=match):
            stack(frames, base_models, response, **parameters)
    refused('Specified id "nothing" does not exist', ["nothing"])
    refused('Unsupported type "class water.fvec.Frame" as a base model', [frames[0].frame_id])
    refused("different categories of models among", [bases["two"][0], bases["y"][0]])
    refused("response_column must match", bases["y"], "a")
    refused("only for classification", bases["y"], "y", metalearner_transform="Logit")
    refused("xgboost", bases["two"], metalearner_algorithm="xgboost")
    refused("Unknown parameter: nosuch", bases["two"], metalearner_params={"nosuch": 1})
    clusters = train(H2OKMeansEstimator(k=2), x=["a", "b"], training_frame=frames[0])
    refused("not supervised", [clusters])
    part = frames[0][0:300, :]
    small = train(H2OGradientBoostingEstimator(ntrees=2, **FOLDS), x=X, y="two", training_frame=part)
    refused("they use different size \\(number of rows\\) training frames. Found: 600", [bases["two"][0], small])


def test_members_are_found_again_or_named(client, frames, bases, server):
    from pathlib import Path
    network = train(H2ODeepLearningEstimator(hidden=[3], epochs=1, **FOLDS), x=X, y="two", training_frame=frames[0])
    model = stack(frames, bases["two"] + [network], "two")
    before = model.predict(frames[1]).as_data_frame(use_pandas=False)
    path = client.save_model(model, str(Path(server.folder.name) / "stacks"), force=True)
    meta = model.metalearner().model_id
    client.remove(network.model_id)
    with pytest.raises(OSError, match="Base model '%s' of stacked ensemble '%s' has been deleted" %
                       (network.model_id, model.model_id)):
        model.predict(frames[1])
    client.remove(model.model_id)
    assert meta not in list(client.ls()["key"])
    again = client.load_model(path)
    assert again.predict(frames[1]).as_data_frame(use_pandas=False) == before
    assert again.metalearner().model_id == meta and client.get_model(network.model_id).algo == "deeplearning"
    client.remove(again.model_id)


def test_time_that_is_over_leaves_no_metalearner(frames, bases):
    with pytest.raises(H2OResponseError, match="Meta learner didn't get to be trained in time"):
        stack(frames, bases["two"], "two", max_runtime_secs=1e-6)
