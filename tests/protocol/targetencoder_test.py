"""Target encoding with the published client, against plain sums in Python."""
import math
import random
from collections import defaultdict

import pytest
from h2o.estimators import H2OGradientBoostingEstimator, H2OTargetEncoderEstimator

ROWS = 500


def made_up():
    draw = random.Random(3)
    rows = []
    for i in range(ROWS):
        town, kind = draw.choice(["Ulm", "Bonn", "Köln", "Jena"]), draw.choice("ab")
        y = len(town) + (kind == "a") + draw.gauss(0, 1)
        rows.append([None if i % 25 == 3 else town, kind, draw.random(), i % 3, "yes" if y > 4.5 else "no", y,
                     "Class %d" % min(3, max(1, int(y) - 2))])
    return rows


@pytest.fixture(scope="module")
def rows():
    return made_up()


@pytest.fixture(scope="module")
def frame(client, rows):
    told = [["?" if row[0] is None else row[0], *row[1:]] for row in rows]
    made = client.H2OFrame(told, na_strings=["?"], column_names=["town", "kind", "x", "fold", "two", "y", "three"],
                           column_types=["enum", "enum", "numeric", "numeric", "enum", "numeric", "enum"])
    yield made
    client.remove(made)


def train(frame, response="two", x=("town", "kind", "x"), noise=0, fold_column=None, **parameters):
    model = H2OTargetEncoderEstimator(seed=1, noise=noise, **parameters)
    model.train(x=list(x) if x else None, y=response, training_frame=frame, fold_column=fold_column)
    return model


def column(frame, name):
    return [float(row[0]) for row in frame[name].as_data_frame(use_pandas=False, header=False)]


def means(rows, level, response, skip=lambda row, other: False):
    """For each row the mean response of the rows of its level that are not to be skipped."""
    groups = defaultdict(list)
    for i, row in enumerate(rows):
        groups[level(row)].append(i)
    prior = math.fsum(map(response, rows)) / len(rows)
    made = []
    for i, row in enumerate(rows):
        own = [response(rows[j]) for j in groups[level(row)] if not skip((i, row), (j, rows[j]))]
        made.append(math.fsum(own) / len(own) if own else prior)
    return made


def is_yes(row):
    return float(row[4] == "yes")


def test_levels_become_mean_responses(frame, rows):
    model = train(frame)
    encoded = model.transform(frame)
    assert encoded.names == ["x", "town_te", "kind_te", "town", "kind", "fold", "y", "three", "two"]
    assert column(encoded, "town_te") == pytest.approx(means(rows, lambda row: row[0], is_yes), abs=1e-12)
    assert "town_NA" in encoded["town"].levels()[0]
    mapping = model._model_json["output"]["input_to_output_columns"]
    assert [(each["from"], each["to"]) for each in mapping] == [(["town"], ["town_te"]), (["kind"], ["kind_te"])]
    summary = model._model_json["output"]["model_summary"]
    assert summary["encoded_column_names"] == ["town_te", "kind_te"]


def test_training_rows_do_not_see_their_own_response(frame, rows):
    one_out = train(frame, data_leakage_handling="leave_one_out").transform(frame, as_training=True)
    assert column(one_out, "town_te") == pytest.approx(
        means(rows, lambda row: row[0], is_yes, lambda own, other: own[0] == other[0]), abs=1e-12)
    folds = train(frame, data_leakage_handling="k_fold", fold_column="fold")
    assert column(folds.transform(frame, as_training=True), "town_te") == pytest.approx(
        means(rows, lambda row: row[0], is_yes, lambda own, other: own[1][3] == other[1][3]), abs=1e-12)
    assert column(folds.transform(frame), "town_te") == pytest.approx(means(rows, lambda row: row[0], is_yes), abs=1e-12)


def test_numbers_and_many_classes(frame, rows):
    of_numbers = train(frame, response="y").transform(frame)
    assert column(of_numbers, "town_te") == pytest.approx(means(rows, lambda row: row[0], lambda row: row[5]), abs=1e-10)
    of_classes = train(frame, response="three").transform(frame)
    for number in (2, 3):
        expected = means(rows, lambda row: row[0], lambda row: float(row[6] == "Class %d" % number))
        assert column(of_classes, "town_Class_%d_te" % number) == pytest.approx(expected, abs=1e-12)


def test_columns_can_be_encoded_together(frame, rows):
    model = train(frame, x=None, columns_to_encode=[["town", "kind"], "kind"], keep_original_categorical_columns=False)
    encoded = model.transform(frame)
    assert column(encoded, "town:kind_te") == pytest.approx(means(rows, lambda row: tuple(row[:2]), is_yes), abs=1e-12)
    assert "kind" not in encoded.names and "town" not in encoded.names


def test_blending_and_noise_can_be_given_anew(frame, rows):
    model = train(frame, noise=0.05)
    quiet = column(model.transform(frame, noise=0), "kind_te")
    noisy = column(model.transform(frame), "kind_te")
    assert quiet != noisy and max(abs(a - b) for a, b in zip(quiet, noisy)) <= 0.05
    assert column(model.predict(frame), "kind_te") == noisy
    blended = column(model.transform(frame, noise=0, blending=True, inflection_point=300, smoothing=50), "kind_te")
    prior = math.fsum(map(is_yes, rows)) / ROWS
    counts = {kind: sum(row[1] == kind for row in rows) for kind in "ab"}
    for value, own, row in zip(blended, quiet, rows):
        share = 1 / (1 + math.exp((300 - counts[row[1]]) / 50))
        assert value == pytest.approx(share * own + (1 - share) * prior, abs=1e-12)


def test_without_categories_nothing_happens(frame):
    model = train(frame, x=["x"])
    assert model.transform(frame).key == frame.key
    encoded = model.predict(frame)
    assert encoded.key != frame.key and encoded.names == frame.names


def test_encoded_frames_are_trained_on(frame):
    encoded = train(frame, data_leakage_handling="leave_one_out").transform(frame, as_training=True)
    model = H2OGradientBoostingEstimator(ntrees=5, seed=1)
    model.train(x=["x", "town_te", "kind_te"], y="two", training_frame=encoded)
    assert model.auc() > 0.6


def test_an_encoder_is_saved_and_loaded(client, frame, tmp_path):
    model = train(frame, data_leakage_handling="k_fold", fold_column="fold")
    before = column(model.predict(frame), "town_te")
    path = client.save_model(model, path=str(tmp_path), force=True)
    client.remove(model.model_id)
    assert column(client.load_model(path).predict(frame), "town_te") == before


def test_what_is_missing_is_named(client, frame):
    with pytest.raises(Exception, match="Fold column is required when using KFold leakage handling strategy"):
        train(frame, data_leakage_handling="k_fold")
    model = train(frame, data_leakage_handling="leave_one_out")
    with pytest.raises(Exception, match="LeaveOneOut strategy requires a response column"):
        model.transform(frame[["town", "x"]], as_training=True)
    with pytest.raises(Exception, match="must first be converted into categorical"):
        train(frame, x=None, columns_to_encode=["x"])
