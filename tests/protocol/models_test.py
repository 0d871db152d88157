"""Models with the published client: what it is told while it trains and predicts."""

import urllib.parse
import warnings

import h2o
import pytest
from h2o.estimators import (H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator, H2ONaiveBayesEstimator,
                            H2ORandomForestEstimator)
from h2o.exceptions import H2OResponseError

TWO_VALUES = ("We have detected that your response column has only 2 unique values (0/1). "
              "If you wish to train a binary model instead of a regression model, "
              "convert your target column to categorical before training.")


@pytest.fixture
def frame(client):
    rows = [[i % 7, "abc"[i % 3], i % 2, 2 * (i % 2) - 1] for i in range(60)]
    made = client.H2OFrame(rows, column_names=["x", "k", "zero_one", "ones"],
                           column_types=["numeric", "enum", "numeric", "numeric"])
    yield made
    client.remove(made)


def train(frame, response, **parameters):
    model = H2OGradientBoostingEstimator(ntrees=2, min_rows=1, seed=1, **parameters)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        predictors = [name for name in ("x", "k") if name != response]
        model.train(x=predictors, y=response, training_frame=frame)
    return model, [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]


@pytest.mark.parametrize("response, distribution, expected", [
    ("zero_one", "AUTO", [TWO_VALUES]),
    ("ones", "AUTO", [TWO_VALUES]),
    ("x", "AUTO", []),
    ("zero_one", "gaussian", []),
])
def test_a_regression_on_two_values_is_warned_of_once(frame, response, distribution, expected):
    assert train(frame, response, distribution=distribution)[1] == expected


def test_classes_that_are_numbers_give_columns_with_a_p(frame):
    frame["zero_one"] = frame["zero_one"].asfactor()
    frame["ones"] = frame["ones"].asfactor()
    assert train(frame, "zero_one")[0].predict(frame).names == ["predict", "p0", "p1"]
    assert train(frame, "ones")[0].predict(frame).names == ["predict", "p-1", "p1"]
    named, _ = train(frame, "k")
    assert named.predict(frame).names == ["predict", "a", "b", "c"]


def test_weights_that_a_validation_frame_lacks_are_one(client, frame):
    weights = client.H2OFrame([[1 + i % 3] for i in range(frame.nrow)], column_names=["w"])
    weighted = frame.cbind(weights)
    model = H2OGradientBoostingEstimator(ntrees=2, min_rows=1, seed=1, weights_column="w")
    with pytest.warns(UserWarning, match="missing weights column 'w'"):
        model.train(x=["x", "k"], y="ones", training_frame=weighted, validation_frame=frame)
    ones = frame.cbind(client.H2OFrame([[1]] * frame.nrow, column_names=["w"]))
    expected = model.model_performance(ones).mse()
    assert model.mse(valid=True) == expected
    assert model.model_performance(frame).mse() == expected
    assert model.mse() != expected


AUTOMATIC = ("fold_assignment", "stopping_metric", "histogram_type", "categorical_encoding", "calibration_method", "distribution")
SETTLES = "sys.ai.h2o.algos.evaluate_auto_model_parameters"


def automatic(model):
    return {name: model.parms[name]["actual_value"] for name in AUTOMATIC if name in model.parms}


def test_what_was_left_at_auto_tells_what_it_came_to_or_nothing(client, frame):
    frame["ones"] = frame["ones"].asfactor()

    def settled(estimator, **parameters):
        model = estimator(seed=1, **parameters)
        model.train(x=["x", "k"], y="ones", training_frame=frame)
        return automatic(model)

    trees = {"histogram_type": "UniformAdaptive", "categorical_encoding": "Enum", "calibration_method": "PlattScaling"}
    for estimator, distribution in ((H2OGradientBoostingEstimator, "bernoulli"), (H2ORandomForestEstimator, "multinomial")):
        always = {**trees, "distribution": distribution}
        assert settled(estimator, ntrees=2) == {**always, "fold_assignment": None, "stopping_metric": None}
        assert settled(estimator, ntrees=2, nfolds=2) == {**always, "fold_assignment": "Random", "stopping_metric": None}
        assert settled(estimator, ntrees=2, stopping_rounds=1) == {**always, "fold_assignment": None, "stopping_metric": "logloss"}
        told = settled(estimator, ntrees=2, nfolds=2, fold_assignment="Modulo", histogram_type="Random", stopping_metric="AUC")
        assert told == {**always, "fold_assignment": "Modulo", "histogram_type": "Random", "stopping_metric": "AUC"}
    for estimator in (H2ONaiveBayesEstimator, H2OGeneralizedLinearEstimator):
        assert settled(estimator)["fold_assignment"] is None
        assert settled(estimator, nfolds=2)["fold_assignment"] == "Random"
    client.rapids(f'(setproperty "{SETTLES}" "False")')
    try:
        as_given = settled(H2OGradientBoostingEstimator, ntrees=2, nfolds=2)
        assert as_given == {**dict.fromkeys(AUTOMATIC, "AUTO"), "distribution": "bernoulli"}
        assert settled(H2ONaiveBayesEstimator, nfolds=2)["fold_assignment"] == "AUTO"
    finally:
        client.rapids(f'(setproperty "{SETTLES}" "true")')
    assert settled(H2ONaiveBayesEstimator, nfolds=2)["fold_assignment"] == "Random"


def test_rows_that_no_tree_can_split_are_refused(client, frame):
    too_small = (r"_min_rows: The dataset size is too small to split for min_rows=31.0: must have at least 62.0 \(weighted\) rows, "
                 "but have only 60.0.")
    for estimator in (H2OGradientBoostingEstimator, H2ORandomForestEstimator):
        with pytest.raises(H2OResponseError, match=too_small):
            estimator(ntrees=1, min_rows=31).train(x=["x", "k"], y="ones", training_frame=frame)
        weighted = frame.cbind(client.H2OFrame([[2]] * frame.nrow, column_names=["w"]))
        estimator(ntrees=1, min_rows=60, weights_column="w").train(x=["x", "k"], y="ones", training_frame=weighted)
        with pytest.raises(H2OResponseError, match=r"at least 122.0 \(weighted\) rows, but have only 120.0."):
            estimator(ntrees=1, min_rows=61, weights_column="w").train(x=["x", "k"], y="ones", training_frame=weighted)


def test_a_forest_is_told_of_by_what_its_trees_have_not_seen(client, frame):
    frame["ones"] = frame["ones"].asfactor()
    forest = H2ORandomForestEstimator(ntrees=12, seed=1, min_rows=2, mtries=-2)
    forest.train(x=["x", "k"], y="ones", training_frame=frame, validation_frame=frame)
    assert forest.actual_params["distribution"] == "multinomial" and forest.actual_params["max_depth"] == 20
    training = forest.model_performance(train=True)
    assert training._metric_json["description"] == "Metrics reported on Out-Of-Bag training samples"
    assert 0 <= training.auc() <= 1
    history = forest.scoring_history()
    assert list(history["number_of_trees"]) == [0, 1, 2, 3, 5, 10, 12]
    assert history["training_auc"].isna().tolist() == [True] + 6 * [False]
    assert {name for name, *_ in forest.varimp()} == {"x", "k"}
    summary = forest.summary().as_data_frame()
    assert summary["number_of_trees"][0] == summary["number_of_internal_trees"][0] == 12
    predicted = forest.predict(frame)
    assert predicted.names == ["predict", "p-1", "p1"]
    assert abs((predicted["p-1"] + predicted["p1"]).mean()[0] - 1) < 1e-12
    measured = forest.model_performance(frame)
    assert measured.auc() == forest.auc(valid=True) and measured.logloss() == forest.logloss(valid=True)


@pytest.mark.parametrize("response, kind", [("x", "Regression"), ("k", "Multinomial")])
def test_forests_of_numbers_and_of_classes(frame, response, kind):
    predictors = [name for name in ("x", "k", "ones") if name != response]
    forest = H2ORandomForestEstimator(ntrees=5, seed=1)
    forest.train(x=predictors, y=response, training_frame=frame)
    assert forest._model_json["output"]["model_category"] == kind
    again = H2ORandomForestEstimator(ntrees=5, seed=1)
    again.train(x=predictors, y=response, training_frame=frame)
    assert again.mse() == forest.mse()
    assert len(forest.predict(frame).names) == (1 if kind == "Regression" else 4)


def test_a_forest_that_has_seen_all_rows_shows_itself_without_metrics(frame):
    for response in ("x", "k"):
        forest = H2ORandomForestEstimator(ntrees=2, seed=1, sample_rate=1.0)
        with pytest.warns(RuntimeWarning, match="Sample rate is 100%"):
            forest.train(x=["ones"], y=response, training_frame=frame)
        forest.show()
        assert forest.mse() == "NaN" and forest._model_json["output"]["training_metrics"]._metric_json["nobs"] == 0


def test_r_names_its_models_and_says_twice_which_one(client, server, frame):
    """R's agent is its version, and its forms repeat what the path says."""
    def post(path, **form):
        return server.json("POST", path, urllib.parse.urlencode(form),
                           {"User-Agent": "R version 4.2.2 (2022-10-31)", "Content-Type": "application/x-www-form-urlencoded"})

    status, built = post("/3/ModelBuilders/gbm", training_frame=frame.frame_id, response_column="x", ntrees=1, min_rows=1)
    assert status == 200
    model = built["job"]["dest"]["name"]
    assert model.startswith("GBM_model_R_")
    h2o.job.H2OJob(built["job"], "gbm").poll()
    status, measured = post(f"/3/ModelMetrics/models/{model}/frames/{frame.frame_id}", model=model, frame=frame.frame_id)
    assert status == 200 and measured["model_metrics"][0]["model"]["name"] == model
    client.remove(model)


def test_numbers_are_levels_where_training_had_categories(client):
    """As in H2O-3: a script that forgets asfactor() on new data works all the same."""
    rows = [[n % 5, n * 7 % 11, "yes" if n % 5 in (1, 4) else "no"] for n in range(200)]
    train = h2o.H2OFrame(rows, column_names=["code", "x", "y"])
    train["code"], train["y"] = train["code"].asfactor(), train["y"].asfactor()
    model = H2OGradientBoostingEstimator(ntrees=3, min_rows=1, seed=1)
    model.train(x=["code", "x"], y="y", training_frame=train)
    new = [[4, 1], [2, 3], [7, 5]]
    numbers = h2o.H2OFrame(new, column_names=["code", "x"])
    levels = h2o.H2OFrame([[str(a), b] for a, b in new], column_names=["code", "x"], column_types=["enum", "numeric"])
    assert model.predict(numbers).as_data_frame(use_pandas=False) == model.predict(levels).as_data_frame(use_pandas=False)
    fractions = h2o.H2OFrame([[1.5, 1]], column_names=["code", "x"])
    with pytest.raises(EnvironmentError, match="not categorical"):
        model.predict(fractions)
