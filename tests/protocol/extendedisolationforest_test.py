"""Extended isolation forests with the published client: predictions, metrics, tables, a search, files and refusals."""
import math
import random

import pytest
from h2o.estimators import H2OExtendedIsolationForestEstimator
from h2o.exceptions import H2OResponseError
from h2o.grid.grid_search import H2OGridSearch
from h2o.model.metrics.anomaly_detection import H2OAnomalyDetectionModelMetrics

ROWS = 600
SAMPLE = 128


def made_up():
    draw = random.Random(1)
    rows = []
    for i in range(ROWS):
        odd = i % 30 == 4
        rows.append([draw.gauss(9 if odd else 0, 1), draw.gauss(-9 if odd else 0, 1), "rgb"[draw.randrange(3)]])
    return rows


@pytest.fixture(scope="module")
def frame(client):
    made = client.H2OFrame(made_up(), column_names=["x", "y", "k"], column_types=["numeric", "numeric", "enum"])
    yield made
    client.remove(made)


def train(frame, **parameters):
    model = H2OExtendedIsolationForestEstimator(seed=1, **{"sample_size": SAMPLE, **parameters})
    model.train(training_frame=frame)
    return model


def numbers(frame):
    return [[float(cell) for cell in row] for row in frame.as_data_frame(use_pandas=False, header=False)]


def test_scores_follow_from_path_lengths(frame):
    model = train(frame, ntrees=40, extension_level=1)
    assert model.type == "unsupervised"
    scored = model.predict(frame)
    assert scored.names == ["anomaly_score", "mean_length"]
    search = 2 * (math.log(SAMPLE - 1) + 0.5772156649015329) - 2 * (SAMPLE - 1) / SAMPLE
    rows = numbers(scored)
    for score, length in rows:
        assert score == pytest.approx(2 ** (-length / search), rel=1e-9)
    odd = [row[0] for i, row in enumerate(rows) if i % 30 == 4]
    rest = [row[0] for i, row in enumerate(rows) if i % 30 != 4]
    assert sum(odd) / len(odd) > sum(rest) / len(rest) + 0.15


def test_metrics_and_tables(frame):
    model = train(frame, ntrees=12, extension_level=2)
    output = model._model_json["output"]
    assert model.scoring_history() is None
    metrics = model.model_performance()
    assert isinstance(metrics, H2OAnomalyDetectionModelMetrics)
    assert metrics._metric_json["description"] == "Extended Isolation Forest Metrics"
    means = [sum(column) / ROWS for column in zip(*numbers(model.predict(frame)))]
    assert metrics.mean_normalized_score() == pytest.approx(means[0], rel=1e-9)
    assert metrics.mean_score() == pytest.approx(means[1], rel=1e-9)
    summary = output["model_summary"]
    assert summary.col_header == ["", "number_of_trees", "size_of_subsample", "extension_level", "seed", "number_of_trained_trees"] + [
        f"{which}_{figure}" for figure in ("depth", "leaves", "isolated_point", "not_isolated_point", "zero_splits")
        for which in ("min", "max", "mean")]
    assert summary["number_of_trees"][0] == 12 and summary["size_of_subsample"][0] == SAMPLE
    assert summary["extension_level"][0] == 2 and summary["max_depth"][0] <= 7
    assert summary["mean_isolated_point"][0] + summary["mean_not_isolated_point"][0] == pytest.approx(SAMPLE, abs=1e-3)


def test_history_of_training_metrics(frame):
    for parameters, points in (({"score_tree_interval": 5}, [0, 5, 10, 12]), ({"score_each_iteration": True}, list(range(13)))):
        model = train(frame, ntrees=12, disable_training_metrics=False, **parameters)
        history = model._model_json["output"]["scoring_history"]
        assert history.col_header == ["", "timestamp", "duration", "number_of_trees", "mean_tree_path_length", "mean_anomaly_score"]
        assert [row[3] for row in history.cell_values] == points
        assert history.cell_values[-1][4] == model.model_performance().mean_score()
        assert history.cell_values[-1][5] == model.model_performance().mean_normalized_score()


def test_encoded_levels_take_part(frame):
    model = train(frame, ntrees=5, categorical_encoding="one_hot_explicit", extension_level=4)
    assert model.predict(frame).nrow == ROWS


def test_a_search_over_levels_and_samples(client, frame):
    grid = H2OGridSearch(H2OExtendedIsolationForestEstimator(ntrees=5, seed=1), {"sample_size": [64, 100], "extension_level": [0, 1, 2]})
    grid.train(training_frame=frame)
    assert len(grid) == 6
    client.remove(grid.grid_id)


def test_a_model_is_saved_and_loaded(client, frame, tmp_path):
    model = train(frame, ntrees=7, extension_level=1)
    before = numbers(model.predict(frame))
    path = client.save_model(model, path=str(tmp_path), force=True)
    client.remove(model.model_id)
    loaded = client.load_model(path)
    assert isinstance(loaded, H2OExtendedIsolationForestEstimator)
    assert numbers(loaded.predict(frame)) == before


def test_bad_values_are_refused(frame):
    for parameters, field in (({"sample_size": 601}, "_sample_size"), ({"sample_size": 1}, "_sample_size"), ({"ntrees": 0}, "_ntrees"),
                              ({"extension_level": -1}, "extension_level")):
        with pytest.raises(H2OResponseError) as caught:
            train(frame, **parameters)
        assert "ERRR on field: " + field in str(caught.value)
    with pytest.raises(OSError, match="must be in interval .0, 2. but it is 3"):
        train(frame, extension_level=3)
