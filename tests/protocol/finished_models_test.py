"""What the published client does with finished models: thresholds, importances by permutation, metrics of its own."""
import math
import random

import pytest
from h2o.estimators import (H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator,
                            H2ORandomForestEstimator)
from h2o.exceptions import H2OResponseError
from h2o.utils.model_utils import reset_model_threshold

ROWS = 400


@pytest.fixture(scope="module")
def rows():
    draw = random.Random(2)
    made = []
    for _ in range(ROWS):
        strong, weak, none = draw.uniform(0, 10), draw.uniform(0, 10), draw.uniform(0, 10)
        y = 3 * strong + weak / 2 + draw.gauss(0, 1)
        made.append([strong, weak, none, y, "yes" if y > 18 else "no", "lmh"[min(2, int(max(0, y) / 12))]])
    return made


@pytest.fixture(scope="module")
def frame(client, rows):
    made = client.H2OFrame(rows, column_names=["strong", "weak", "none", "y", "two", "three"],
                           column_types=["numeric"] * 4 + ["enum"] * 2)
    yield made
    client.remove(made)


def train(frame, response, estimator=H2OGradientBoostingEstimator, **parameters):
    trees = {} if estimator is H2OGeneralizedLinearEstimator else {"ntrees": 10, "max_depth": 3}
    model = estimator(seed=1, **trees, **parameters)
    model.train(x=["strong", "weak", "none"], y=response, training_frame=frame)
    return model


def table(frame):
    return frame.as_data_frame(use_pandas=False, header=False)


@pytest.mark.parametrize("estimator", [H2OGradientBoostingEstimator, H2ORandomForestEstimator,
                                       H2OGeneralizedLinearEstimator])
def test_a_threshold_that_was_set_is_predicted_with(client, frame, tmp_path, estimator):
    model = train(frame, "two", estimator)
    old = model._model_json["output"]["default_threshold"]
    before = table(model.predict(frame))
    assert reset_model_threshold(model, 0.9) == old
    after = table(model.predict(frame))
    assert [row[1:] for row in after] == [row[1:] for row in before]
    assert [row[0] for row in after] == ["yes" if float(row[2]) >= 0.9 else "no" for row in after]
    assert [row[0] for row in after] != [row[0] for row in before]
    assert client.get_model(model.model_id)._model_json["output"]["default_threshold"] == 0.9
    path = client.save_model(model, str(tmp_path))
    client.remove(model)
    again = client.load_model(path)
    assert table(again.predict(frame)) == after
    assert reset_model_threshold(again, old) == 0.9
    assert table(again.predict(frame)) == before


@pytest.mark.parametrize("response, threshold, message", [
    ("two", 0, "value from 0 to 1"), ("two", 1.5, "value from 0 to 1"), ("y", 0.5, "has no threshold")])
def test_thresholds_without_a_meaning_are_refused(frame, response, threshold, message):
    with pytest.raises(H2OResponseError, match=message):
        reset_model_threshold(train(frame, response), threshold)


@pytest.mark.parametrize("response, metric", [("y", "AUTO"), ("y", "mae"), ("two", "AUTO"), ("two", "logloss"),
                                              ("three", "AUTO")])
def test_what_matters_shows_when_it_is_permuted(frame, response, metric):
    model = train(frame, response)
    importance = model.permutation_importance(frame, metric=metric, seed=7, use_pandas=False)
    assert importance.col_header == ["Variable", "Relative Importance", "Scaled Importance", "Percentage"]
    rows = importance.cell_values
    assert [row[0] for row in rows][:2] == ["strong", "weak"] and len(rows) == 3
    relative = [row[1] for row in rows]
    assert [row[2] for row in rows] == pytest.approx([r / relative[0] for r in relative])
    assert [row[3] for row in rows] == pytest.approx([r / sum(relative) for r in relative])
    assert model.permutation_importance(frame, metric=metric, seed=7, use_pandas=False).cell_values == rows
    # The metric of a column in another order is not far from that of independent values.
    assert relative[0] > 3 * relative[1]


def test_permutations_can_be_repeated_on_samples_of_some_columns(frame):
    model = train(frame, "y")
    importance = model.permutation_importance(frame, n_samples=100, n_repeats=3, features=["weak", "strong"],
                                              seed=7, use_pandas=False)
    assert importance.col_header == ["Variable", "Run 1", "Run 2", "Run 3"]
    assert [row[0] for row in importance.cell_values] == ["strong", "weak"]
    assert len(set(importance.cell_values[0][1:])) == 3
    once = model.permutation_importance(frame, n_samples=100, features=["weak", "strong"], seed=8, use_pandas=False)
    assert [row[2] for row in importance.cell_values] == [row[1] for row in once.cell_values]


def test_columns_are_permuted_not_what_is_made_of_them(frame):
    model = H2OGradientBoostingEstimator(ntrees=5, seed=1, categorical_encoding="one_hot_explicit")
    model.train(x=["strong", "three"], y="y", training_frame=frame)
    importance = model.permutation_importance(frame, seed=7, use_pandas=False)
    assert sorted(row[0] for row in importance.cell_values) == ["strong", "three"]
    assert all(row[1] > 0 for row in importance.cell_values)


@pytest.mark.parametrize("arguments, message", [
    ('"nonsense" -1 1 [] 1', "doesn't support nonsense"), ('"AUTO" 1 1 [] 1', "n_samples"),
    ('"AUTO" 1000 1 [] 1', "n_samples"), ('"AUTO" -1 0 [] 1', "n_repeats"),
    ('"AUTO" -1 1 ["lost"] 1', "not present"), ('"AUTO" -1 1 ["two"] 1', "wasn't used")])
def test_permutations_that_cannot_be_made_are_refused(client, frame, arguments, message):
    model = train(frame, "y")
    with pytest.raises(H2OResponseError, match=message):
        client.rapids("(PermutationVarImp %s %s %s)" % (model.model_id, frame.frame_id, arguments))
    with pytest.raises(H2OResponseError, match="response"):
        client.rapids('(PermutationVarImp %s (cols %s [0 1]) "AUTO" -1 1 [] 1)' % (model.model_id, frame.frame_id))


def area(positives, negatives):
    """Pairs in the right order, over all of them."""
    right = sum((p > n) + (p == n) / 2 for p in positives for n in negatives)
    return right / (len(positives) * len(negatives))


@pytest.mark.parametrize("distribution", ["gaussian", "poisson", "gamma", "laplace"])
def test_metrics_of_numbers_are_those_of_the_model(client, frame, rows, distribution):
    # poisson and gamma want positive responses, which these are.
    positive = client.H2OFrame([[row[0], row[1], row[2], abs(row[3]) + 1, 1 + i % 3] for i, row in enumerate(rows)],
                               column_names=["strong", "weak", "none", "y", "w"], column_types=["numeric"] * 5)
    model = train(positive, "y", distribution=distribution, weights_column="w")
    made = client.make_metrics(model.predict(positive), positive["y"], weights=positive["w"], distribution=distribution)
    kept = model.model_performance(positive)
    for name in ("mse", "rmse", "mae", "rmsle", "mean_residual_deviance"):
        assert getattr(made, name)() == pytest.approx(getattr(kept, name)(), rel=1e-9)
    plain = client.make_metrics(model.predict(positive), positive["y"])
    assert plain.mse() == pytest.approx(model.model_performance(positive[["strong", "weak", "none", "y"]]).mse())


def test_metrics_of_two_classes_are_those_of_the_model(client, frame, rows):
    model = train(frame, "two", gainslift_bins=10)
    predicted = model.predict(frame)
    made = client.make_metrics(predicted["yes"], frame["two"], domain=["no", "yes"])
    kept = model.model_performance(frame)
    for name in ("auc", "aucpr", "logloss", "mse", "gini"):
        assert getattr(made, name)() == pytest.approx(getattr(kept, name)(), rel=1e-9)
    assert made.mean_per_class_error() == kept.mean_per_class_error()
    assert made.confusion_matrix().to_list() == kept.confusion_matrix().to_list()
    values = [float(row[0]) for row in table(predicted["yes"])]
    ours = [v for v, row in zip(values, rows) if row[4] == "yes"], [v for v, row in zip(values, rows) if row[4] == "no"]
    assert made.auc() == pytest.approx(area(*ours), abs=1e-9)
    turned = client.make_metrics(predicted["no"], frame["two"], domain=["yes", "no"])
    assert turned.auc() == pytest.approx(made.auc(), rel=1e-9)
    assert client.make_metrics(predicted["yes"], frame["two"], domain=["no", "yes"], distribution="bernoulli").auc() == \
        made.auc()
    # As R's client asks.
    p, actual = predicted["yes"], frame["two"]
    asked = client.api("POST /3/ModelMetrics/predictions_frame/%s/actuals_frame/%s/treatment_frame/" % (p.frame_id, actual.frame_id),
                       data={"domain": '["no","yes"]'})
    assert asked["model_metrics"]["AUC"] == made.auc()
    numbers = client.make_metrics(predicted["yes"], frame["two"] == "yes", domain=["0", "1"])
    assert numbers.auc() == made.auc()


@pytest.mark.parametrize("auc_type", ["NONE", "AUTO", "MACRO_OVR", "WEIGHTED_OVR", "MACRO_OVO", "WEIGHTED_OVO"])
def test_metrics_of_three_classes(client, frame, rows, auc_type):
    model = train(frame, "three", auc_type="WEIGHTED_OVO")
    predicted = model.predict(frame)
    made = client.make_metrics(predicted[["h", "l", "m"]], frame["three"], domain=["h", "l", "m"], auc_type=auc_type)
    kept = model.model_performance(frame)
    for name in ("logloss", "mse", "mean_per_class_error"):
        assert getattr(made, name)() == pytest.approx(getattr(kept, name)(), rel=1e-9)
    assert [row[1] for row in made.hit_ratio_table().cell_values] == \
        pytest.approx([row[1] for row in kept.hit_ratio_table().cell_values])
    if auc_type in ("NONE", "AUTO"):
        assert made._metric_json["AUC"] == "NaN" or math.isnan(made._metric_json["AUC"])
        return
    if auc_type == "WEIGHTED_OVO":
        assert made.auc() == pytest.approx(kept.auc(), rel=1e-9)
    values = {name: [float(cell) for cell in column] for name, column in zip(predicted.names[1:], zip(
        *[row[1:] for row in table(predicted)]))}
    labels = [row[5] for row in rows]
    counts = {name: labels.count(name) for name in "hlm"}

    def one_rest(name):
        return area([v for v, c in zip(values[name], labels) if c == name],
                    [v for v, c in zip(values[name], labels) if c != name])

    def one_one(a, b):
        return (area([v for v, c in zip(values[a], labels) if c == a], [v for v, c in zip(values[a], labels) if c == b]) +
                area([v for v, c in zip(values[b], labels) if c == b], [v for v, c in zip(values[b], labels) if c == a])) / 2

    pairs = [("h", "l"), ("h", "m"), ("l", "m")]
    expected = {
        "MACRO_OVR": sum(one_rest(name) for name in "hlm") / 3,
        "WEIGHTED_OVR": sum(one_rest(name) * counts[name] for name in "hlm") / ROWS,
        "MACRO_OVO": sum(one_one(*pair) for pair in pairs) / 3,
        "WEIGHTED_OVO": sum(one_one(a, b) * (counts[a] + counts[b]) for a, b in pairs) / (2 * ROWS),
    }
    assert made.auc() == pytest.approx(expected[auc_type], abs=1e-9)
    assert len(made.multinomial_auc_table().cell_values) == 3 + 2 + 3 + 2


def test_frames_of_other_row_groups_can_be_measured(client, frame):
    model = train(frame, "two")
    predicted = model.predict(frame)
    whole = client.make_metrics(predicted["yes"], frame["two"], domain=["no", "yes"])
    actual = client.H2OFrame([[row[0]] for row in table(frame["two"])], column_types=["enum"])
    assert client.make_metrics(predicted["yes"], actual, domain=["no", "yes"]).auc() == whole.auc()


def test_gains_by_groups_of_rows(frame, rows):
    model = train(frame, "two", gainslift_bins=8)
    told = model.model_performance(frame).gains_lift()
    place = {name: i for i, name in enumerate(told.col_header)}
    values = [float(row[0]) for row in table(model.predict(frame)["yes"])]
    hits = [row[4] == "yes" for row in rows]
    upper, seen, caught, distances = math.inf, 0, 0, []
    for group in told.cell_values:
        lower = group[place["lower_threshold"]]
        inside = [hit for value, hit in zip(values, hits) if lower <= value < upper]
        seen, caught, upper = seen + len(inside), caught + sum(inside), lower
        rate = sum(inside) / len(inside)
        distances.append(caught / sum(hits) - (seen - caught) / (ROWS - sum(hits)))
        for name, expected in (("cumulative_data_fraction", seen / ROWS), ("response_rate", rate),
                               ("lift", rate / (sum(hits) / ROWS)), ("capture_rate", sum(inside) / sum(hits)),
                               ("cumulative_lift", caught / seen / (sum(hits) / ROWS)),
                               ("cumulative_capture_rate", caught / sum(hits)),
                               ("kolmogorov_smirnov", distances[-1])):
            assert group[place[name]] == pytest.approx(expected, abs=1e-9), name
    assert seen == ROWS and 1 < len(told.cell_values) <= 8
    assert model.kolmogorov_smirnov() == pytest.approx(max(distances), abs=1e-9)
    assert train(frame, "two", gainslift_bins=0).model_performance(frame).gains_lift() is None


def test_importances_of_columns_are_shares(frame):
    for model in (train(frame, "y"), train(frame, "two", H2ORandomForestEstimator)):
        told = model.varimp()
        assert [row[0] for row in told][0] == "strong" and len(told) == 3
        relative = [row[1] for row in told]
        assert relative == sorted(relative, reverse=True)
        assert [row[2] for row in told] == pytest.approx([r / relative[0] for r in relative], rel=1e-6)
        assert [row[3] for row in told] == pytest.approx([r / sum(relative) for r in relative], rel=1e-6)
