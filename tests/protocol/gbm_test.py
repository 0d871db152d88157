"""Gradient boosting with the published client, against formulas that are written out here."""

import math
import random

import pytest
from h2o.estimators import H2OGradientBoostingEstimator


@pytest.fixture(scope="module")
def rows():
    draw = random.Random(5)
    made = []
    for i in range(400):
        x = draw.uniform(0, 10)
        z = draw.uniform(-1, 1)
        k = draw.randrange(4)
        y = 2 * x + 3 * (k == 1) + draw.gauss(0, 1) + (20 if i % 40 == 0 else 0)
        made.append([x, z, "abcd"[k], y, int(y > 10)])
    return made


@pytest.fixture
def frame(client, rows):
    made = client.H2OFrame(rows, column_names=["x", "z", "k", "y", "zero_one"],
                           column_types=["numeric", "numeric", "enum", "numeric", "numeric"])
    yield made
    client.remove(made)


def train(frame, response="y", **parameters):
    parameters = {"ntrees": 10, "seed": 1, **parameters}
    model = H2OGradientBoostingEstimator(**parameters)
    model.train(x=["x", "z", "k"], y=response, training_frame=frame)
    return model


def column(frame, name="predict"):
    return [float(row[0]) for row in frame[name].as_data_frame(use_pandas=False, header=False)]


def quantile(values, probability):
    values = sorted(values)
    rank = probability * (len(values) - 1)
    low = int(rank)
    high = min(low + 1, len(values) - 1)
    return values[low] + (rank - low) * (values[high] - values[low])


def huber(error, delta):
    return error * error if error <= delta else (2 * error - delta) * delta


@pytest.mark.parametrize("distribution", ["laplace", "quantile", "huber"])
def test_distributions_of_quantiles_start_at_one_and_report_their_deviance(frame, rows, distribution):
    model = train(frame, distribution=distribution, quantile_alpha=0.8, huber_alpha=0.7)
    actual = [row[3] for row in rows]
    predicted = column(model.predict(frame))
    start = quantile(actual, 0.8 if distribution == "quantile" else 0.5)
    assert model._model_json["output"]["init_f"] == pytest.approx(start, rel=1e-12)
    errors = [abs(a - p) for a, p in zip(actual, predicted)]
    delta = quantile(errors, 0.7)
    deviances = {
        "laplace": errors,
        "quantile": [(0.8 if a > p else 0.2) * abs(a - p) for a, p in zip(actual, predicted)],
        "huber": [huber(error, delta) for error in errors],
    }[distribution]
    expected = sum(deviances) / len(deviances)
    assert model.mean_residual_deviance() == pytest.approx(expected, rel=1e-9)
    assert model.model_performance(frame).mean_residual_deviance() == pytest.approx(expected, rel=1e-9)
    assert model.actual_params["distribution"] == distribution


def test_quasibinomial_is_of_numbers(frame, rows):
    model = train(frame, "zero_one", distribution="quasibinomial")
    assert model._model_json["output"]["model_category"] == "Binomial"
    predicted = model.predict(frame)
    assert predicted.names == ["predict", "p0", "p1"]
    actual = [row[4] for row in rows]
    expected = -sum(math.log(p if a else 1 - p)
                    for a, p in zip(actual, column(predicted, "p1"))) / len(actual)
    assert model.logloss() == pytest.approx(expected, rel=1e-6)
    assert model.model_performance(frame).auc() == model.auc()


def test_quasibinomial_of_other_values_is_refused(frame):
    with pytest.raises(OSError, match="Quasibinomial requires the response to be binary"):
        train(frame, "y", distribution="quasibinomial")


def test_directions_hold_for_all_predictions(client, frame):
    model = train(frame, ntrees=30, monotone_constraints={"x": 1, "z": -1})
    for name, sign in (("x", 1), ("z", -1)):
        line = [[i / 10 if name == "x" else 5.0, i / 50 - 1 if name == "z" else 0.0, "b"] for i in range(101)]
        grid = client.H2OFrame(line, column_names=["x", "z", "k"], column_types=["numeric", "numeric", "enum"])
        predicted = column(model.predict(grid))
        assert all(sign * (b - a) >= 0 for a, b in zip(predicted, predicted[1:]))
        assert predicted[0] != predicted[-1] or name == "z"


@pytest.mark.parametrize("response, parameters, message", [
    ("y", {"monotone_constraints": {"k": 1}}, "Only numeric columns can have monotonic constraints"),
    ("y", {"monotone_constraints": {"lost": 1}}, "there is no column 'lost' in the training frame"),
    ("y", {"monotone_constraints": {"x": 1}, "distribution": "laplace"},
     "only supported for Gaussian, Bernoulli, Tweedie and Quantile distributions, your distribution: laplace"),
    ("y", {"interaction_constraints": [["x", "lost"]]}, "there is no column 'lost' in the training frame"),
    ("y", {"interaction_constraints": [["x", "y"]]}, "used as response column and cannot be used in interaction"),
])
def test_constraints_that_cannot_be_kept_are_refused(frame, response, parameters, message):
    with pytest.raises(OSError) as refused:
        train(frame, response, **parameters)
    assert message in str(refused.value).replace("\n", " ")


def test_columns_outside_of_all_groups_are_not_used(frame):
    model = train(frame, interaction_constraints=[["x", "k"]])
    importance = {row[0]: row[1] for row in model.varimp()}
    assert importance["x"] > 0 and importance["k"] > 0 and importance["z"] == 0


def test_training_goes_on_from_a_checkpoint(frame):
    whole = train(frame, ntrees=8, sample_rate=0.7)
    first = train(frame, ntrees=3, sample_rate=0.7)
    both = train(frame, ntrees=8, sample_rate=0.7, checkpoint=first.model_id)
    assert column(both.predict(frame)) == column(whole.predict(frame))
    assert both.mse() == whole.mse()
    assert [row[3] for row in both._model_json["output"]["scoring_history"].cell_values] == [0, 1, 2, 3, 5, 8]


@pytest.mark.parametrize("changed, message", [
    ({"ntrees": 3}, "requested ntrees must be higher than 3"),
    ({"max_depth": 3}, "Field _max_depth cannot be modified if checkpoint is specified!"),
    ({"checkpoint": "lost"}, "no model 'lost' to go on from"),
])
def test_checkpoints_that_do_not_fit_are_refused(frame, changed, message):
    first = train(frame, ntrees=3)
    with pytest.raises(OSError) as refused:
        train(frame, **{"ntrees": 8, "checkpoint": first.model_id, **changed})
    assert message in str(refused.value).replace("\n", " ")


@pytest.mark.parametrize("method", ["AUTO", "PlattScaling", "IsotonicRegression"])
def test_calibrated_probabilities_stand_beside_the_others(frame, rows, method):
    frame["class"] = frame["zero_one"].asfactor()
    model = train(frame, "class", calibrate_model=True, calibration_frame=frame, calibration_method=method)
    predicted = model.predict(frame)
    assert predicted.names == ["predict", "p0", "p1", "cal_p0", "cal_p1"]
    calibrated = column(predicted, "cal_p1")
    assert sum(calibrated) == pytest.approx(sum(row[4] for row in rows), rel=1e-6)
    # Calibration keeps the order.
    pairs = sorted(zip(column(predicted, "p1"), calibrated))
    assert all(a[1] <= b[1] + 1e-12 for a, b in zip(pairs, pairs[1:]))


def test_calibration_needs_a_frame_and_two_classes(frame):
    frame["class"] = frame["zero_one"].asfactor()
    with pytest.raises(OSError, match="Calibration frame was not specified"):
        train(frame, "class", calibrate_model=True)
    with pytest.raises(OSError, match="only currently supported for binomial models"):
        train(frame, "y", calibrate_model=True, calibration_frame=frame)


def test_balanced_classes_are_corrected_for(frame, rows):
    rare = frame["y"] > 22
    frame["class"] = rare.asfactor()
    share = sum(row[3] > 22 for row in rows) / len(rows)
    assert share < 0.2
    model = train(frame, "class", balance_classes=True, ntrees=20)
    predicted = column(model.predict(frame), "p1")
    assert sum(predicted) / len(predicted) == pytest.approx(share, abs=0.03)
    with pytest.raises(OSError, match="Balance classes and observation weights"):
        H2OGradientBoostingEstimator(balance_classes=True, weights_column="x").train(
            x=["z", "k"], y="class", training_frame=frame)
