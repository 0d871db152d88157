"""Exemplars with the published client; of one table, as many as H2O-3 gives."""
import math
import random
import warnings

import pytest
from h2o.estimators import H2OAggregatorEstimator
from h2o.exceptions import H2OResponseError, H2OServerError

ROWS = 6000


@pytest.fixture(scope="module")
def frame(client):
    r = random.Random(3)
    rows = [[r.gauss(0, 1), r.gauss(5, 2) if i % 50 else None, "abcd"[r.randrange(4)], i % 7, "some text"]
            for i in range(ROWS)]
    rows[17][:2] = [30.0, -40.0]
    made = client.H2OFrame(rows, column_names=["x", "y", "k", "label", "note"],
                           column_types=["numeric", "numeric", "enum", "numeric", "string"])
    yield made
    client.remove(made)


def aggregate(frame, **parameters):
    model = H2OAggregatorEstimator(**parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.train(training_frame=frame)
    return model


def column(frame, name):
    return [row[0] for row in frame[name].as_data_frame(use_pandas=False, header=False)]


@pytest.mark.parametrize("encoding", ["auto", "enum", "one_hot_internal", "one_hot_explicit", "binary", "eigen", "label_encoder",
                                      "enum_limited"])
def test_exemplars_stand_for_all_rows(client, frame, encoding):
    model = aggregate(frame, target_num_exemplars=200, rel_tol_num_exemplars=0.3, categorical_encoding=encoding,
                      response_column="label", save_mapping_frame=True)
    exemplars, mapping = model.aggregated_frame, model.mapping_frame
    assert exemplars.names == frame.names + ["counts"] and exemplars.types["note"] == "string"
    assert 140 <= exemplars.nrow <= 260
    assert mapping.names == ["exemplar_assignment"] and mapping.nrow == ROWS
    counts = [int(count) for count in column(exemplars, "counts")]
    of_rows = [int(number) for number in column(mapping, "exemplar_assignment")]
    assert [of_rows.count(number) for number in range(len(counts))] == counts and sum(counts) == ROWS
    # Exemplars are rows, in their order, and stand for themselves.
    rows = frame.as_data_frame(use_pandas=False, header=False)
    given = exemplars.as_data_frame(use_pandas=False, header=False)
    assert [rows[next(i for i, own in enumerate(of_rows) if own == number and rows[i] == row[:-1])] for number, row in
            enumerate(given)] == [row[:-1] for row in given]
    outlier = next(row for row in given if row[0] == "30.0" or float(row[0] or 0) == 30)
    assert outlier[-1] == "1", "an outlier stands for itself alone"
    client.remove(model.model_id)


def test_aggregation_is_repeatable(frame):
    first, second = (aggregate(frame, target_num_exemplars=100) for _ in range(2))
    assert first.aggregated_frame.as_data_frame(use_pandas=False) == second.aggregated_frame.as_data_frame(use_pandas=False)
    assert first._model_json["checksum"] == second._model_json["checksum"]
    assert first.parms["categorical_encoding"]["actual_value"] == "Eigen"
    assert first._model_json["output"]["mapping_frame"] is None


LITTLE = ["1|2|A|A"] * 5 + ["2|2|A|B", "2|2|A|A", "1|4|A|A", "1|2|B|A", "1|2|B|A", "1|2|A|A", "1|2|A|A", "4|5|C|A", "4|5|D|A",
                            "2|5|D|A", "3|5|E|A"] + [f"4|5|{level}|A" for level in "FGHIJKLMNOP"]


@pytest.mark.parametrize("encoding, exemplars", [("enum", 17), ("enum_limited", 7)])
def test_categories_must_agree(client, encoding, exemplars):
    frame = client.H2OFrame([row.split("|") for row in LITTLE], column_types=["numeric", "numeric", "enum", "enum"])
    model = aggregate(frame, target_num_exemplars=5, categorical_encoding=encoding)
    assert model.aggregated_frame.nrow == exemplars
    assert model.aggregated_frame["counts"].sum() == 27


def test_small_frames_are_their_own_exemplars(client, frame):
    part = frame[:50, :]
    model = aggregate(part, save_mapping_frame=True)
    assert column(model.aggregated_frame, "counts") == ["1"] * 50
    assert column(model.mapping_frame, "exemplar_assignment") == [str(i) for i in range(50)]
    assert column(model.aggregated_frame, "x") == column(part, "x")


def test_models_survive_a_file(client, frame, tmp_path):
    model = aggregate(frame, target_num_exemplars=100)
    path = client.save_model(model, path=str(tmp_path), force=True)
    key = model.model_id
    client.remove(key)
    again = client.load_model(path)
    assert again.model_id == key and again._model_json["output"]["output_frame"]["name"].endswith(key)


@pytest.mark.parametrize("parameters, says", [
    (dict(target_num_exemplars=0), "target_num_exemplars"),
    (dict(rel_tol_num_exemplars=0.0), "rel_tol_num_exemplars"),
    (dict(rel_tol_num_exemplars=1.0), "rel_tol_num_exemplars"),
    (dict(num_iteration_without_new_exemplar=0), "num_iteration_without_new_exemplar"),
    (dict(categorical_encoding="sort_by_response"), "SortByResponse"),
    (dict(ignored_columns=["x", "y", "k", "label"]), "No predictor"),
])
def test_what_cannot_be_is_refused(frame, parameters, says):
    with pytest.raises((H2OResponseError, H2OServerError, OSError, EnvironmentError)) as error:
        aggregate(frame, **parameters)
    assert says in str(error.value)


def test_nothing_is_predicted(frame):
    model = aggregate(frame, target_num_exemplars=100)
    with pytest.raises((H2OResponseError, H2OServerError, OSError, EnvironmentError), match="mapping frame"):
        model.predict(frame)


def test_names_of_algorithms_and_schemas(client):
    told = client.api("GET /3/ModelBuilders/aggregator")["model_builders"]["aggregator"]
    assert told["__meta"]["schema_version"] == 99 and told["supervised"] is False
    assert [p["name"] for p in told["parameters"]] == [
        "model_id", "training_frame", "response_column", "ignored_columns", "ignore_const_cols", "target_num_exemplars",
        "rel_tol_num_exemplars", "transform", "categorical_encoding", "save_mapping_frame", "num_iteration_without_new_exemplar",
        "export_checkpoints_dir"]
    assert math.isclose(next(p for p in told["parameters"] if p["name"] == "rel_tol_num_exemplars")["default_value"], 0.5)
