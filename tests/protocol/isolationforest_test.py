"""Isolation forests with the published client: predictions, metrics, tables, trees, and what a labelled frame tells."""
import random

import pytest
from h2o.estimators import H2OIsolationForestEstimator
from h2o.exceptions import H2OResponseError
from h2o.model.metrics.anomaly_detection import H2OAnomalyDetectionModelMetrics
from h2o.tree import H2OTree

ROWS = 600


def made_up(seed):
    draw = random.Random(seed)
    rows = []
    for i in range(ROWS):
        odd = i % 30 == 4
        rows.append([draw.gauss(9 if odd else 0, 1), draw.gauss(9 if odd else 0, 1), "rgb"[draw.randrange(3)], "yes" if odd else "no"])
    return rows


@pytest.fixture(scope="module")
def frames(client):
    made = [client.H2OFrame(made_up(seed), column_names=["x", "y", "k", "label"],
                            column_types=["numeric", "numeric", "enum", "enum"]) for seed in (1, 2)]
    yield made
    client.remove(made)


def train(frames, valid=False, **parameters):
    model = H2OIsolationForestEstimator(seed=1, **parameters)
    model.train(x=["x", "y", "k"], training_frame=frames[0][:, :3] if valid else frames[0],
                validation_frame=frames[1] if valid else None)
    return model


def table(frame):
    return frame.as_data_frame(use_pandas=False, header=False)


def test_scores_are_normalised_path_lengths(frames):
    model = train(frames, ntrees=20)
    scored = model.predict(frames[0])
    assert scored.names == ["predict", "mean_length"]
    rows = [[float(cell) for cell in row] for row in table(scored)]
    lengths = [length for _, length in rows]
    least, most = min(lengths), max(lengths)
    for score, length in rows:
        assert score == pytest.approx((most - length) / (most - least), abs=1e-12)
        assert 0 <= length <= 7
    odd = [row[0] for row, label in zip(rows, made_up(1)) if label[3] == "yes"]
    rest = [row[0] for row, label in zip(rows, made_up(1)) if label[3] == "no"]
    assert sum(odd) / len(odd) > sum(rest) / len(rest) + 0.3


def test_metrics_and_tables(frames):
    model = train(frames, ntrees=12, score_tree_interval=5)
    metrics = model.model_performance()
    assert isinstance(metrics, H2OAnomalyDetectionModelMetrics)
    assert 0 < metrics.mean_score() < 7 and 0 < metrics.mean_normalized_score() < 1
    assert metrics._metric_json["description"] == "Metrics reported on Out-Of-Bag training samples"
    history = model._model_json["output"]["scoring_history"]
    assert history.col_header == ["", "timestamp", "duration", "number_of_trees", "mean_tree_path_length",
                                  "mean_anomaly_score"]
    assert [row[3] for row in history.cell_values] == [0, 5, 10, 12]
    assert history.cell_values[-1][4] == metrics.mean_score()
    splits = model.varsplits()
    assert [row[0] for row in splits] == ["x", "y", "k"]
    leaves = model._model_json["output"]["model_summary"]["mean_leaves"][0]
    assert sum(row[1] for row in splits) == pytest.approx(12 * (leaves - 1), abs=1e-3)
    # The client takes metrics on a frame for those of two classes, whatever they are.
    on_frame = model.model_performance(frames[0])._metric_json
    scored = [[float(cell) for cell in row] for row in table(model.predict(frames[0]))]
    assert on_frame["mean_normalized_score"] == pytest.approx(sum(row[0] for row in scored) / ROWS, rel=1e-12)
    assert on_frame["mean_score"] == pytest.approx(sum(row[1] for row in scored) / ROWS, rel=1e-12)


def test_parameters_show_what_was_done(frames):
    model = train(frames, ntrees=3)
    assert model.parms["sample_rate"]["actual_value"] == pytest.approx(256 / ROWS)
    assert model.parms["categorical_encoding"]["actual_value"] == "Enum"
    assert model.parms["stopping_metric"]["actual_value"] is None
    stopping = train(frames, ntrees=3, stopping_rounds=2)
    assert stopping.parms["stopping_metric"]["actual_value"] == "anomaly_score"


def test_contamination_flags_its_share(frames):
    model = train(frames, contamination=1 / 30)
    scored = model.predict(frames[0])
    assert scored.names == ["predict", "score", "mean_length"]
    flagged = [label[3] for row, label in zip(table(scored), made_up(1)) if row[0] == "1"]
    assert len(flagged) == pytest.approx(ROWS / 30, abs=3)
    assert flagged.count("yes") / len(flagged) > 0.8


def test_a_labelled_frame_measures_scores(frames):
    model = train(frames, valid=True, validation_response_column="label")
    assert model.model_performance(valid=True).auc() > 0.95
    assert isinstance(model.model_performance(train=True), H2OAnomalyDetectionModelMetrics)
    assert model.model_performance(frames[1]).auc() == model.model_performance(valid=True).auc()
    scored = model.predict(frames[1])
    assert scored.names == ["predict", "score", "mean_length"]
    assert set(row[0] for row in table(scored)) == {"no", "yes"}


def test_trees_and_leaves_can_be_looked_at(frames):
    model = train(frames, ntrees=2)
    tree = H2OTree(model=model, tree_number=1)
    assert tree.root_node.split_feature in ("x", "y", "k")
    assert len(tree) > 3
    leaves = model.predict_leaf_node_assignment(frames[0])
    assert leaves.names == ["T1", "T2"] and leaves.nrow == ROWS
    assert model.predict_leaf_node_assignment(frames[0], type="Node_ID").nrow == ROWS


def test_a_model_is_saved_and_loaded(client, frames, tmp_path):
    model = train(frames, ntrees=4, contamination=0.1)
    before = table(model.predict(frames[1]))
    path = client.save_model(model, path=str(tmp_path), force=True)
    client.remove(model.model_id)
    assert table(client.load_model(path).predict(frames[1])) == before


def test_bad_values_are_refused(frames):
    for parameters, field in (({"contamination": 0.7}, "_contamination"), ({"mtries": -3}, "_mtries"),
                              ({"sample_size": 0}, "_sample_size"), ({"min_rows": 400}, "_min_rows")):
        with pytest.raises(H2OResponseError) as caught:
            train(frames, **parameters)
        assert "ERRR on field: " + field in str(caught.value)
