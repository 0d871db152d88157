"""A model for each part of a frame, with the published client."""
import random

import pytest
from h2o.estimators import (H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator, H2ONaiveBayesEstimator,
                            H2ORandomForestEstimator)
from h2o.exceptions import H2OResponseError
from h2o.model.segment_models import H2OSegmentModels

GBM = {"ntrees": 3, "min_rows": 2, "seed": 1}


@pytest.fixture(scope="module")
def frame(client, tmp_path_factory):
    draw = random.Random(8)
    lines = ["k,n,x,y,two"]
    for i in range(300):
        k = draw.choice(["a", "b", "c", ""])
        x = draw.uniform(0, 10)
        y = x * (1 + "abc".find(k)) + draw.gauss(0, 1)
        lines.append("%s,%d,%r,%r,%s" % (k, i % 2, x, y, "yes" if y > 8 else "no"))
    lines.append("rare,0,1.0,2.0,yes")
    file = tmp_path_factory.mktemp("segments") / "rows.csv"
    file.write_text("\n".join(lines))
    made = client.upload_file(str(file))
    made["k"] = made["k"].asfactor()
    yield made
    client.remove(made)


def rows_of(models):
    table = models.as_frame()
    return table.names, table.as_data_frame(use_pandas=False, header=False)


def predictions(model, frame):
    return model.predict(frame).as_data_frame(use_pandas=False)


@pytest.mark.parametrize("estimator, parameters, response", [
    (H2OGradientBoostingEstimator, GBM, "y"), (H2ORandomForestEstimator, GBM, "two"),
    (H2OGeneralizedLinearEstimator, {"lambda_": 0}, "y"), (H2ONaiveBayesEstimator, {}, "two")])
def test_each_segment_gets_the_model_of_its_rows(client, frame, estimator, parameters, response):
    made = estimator(**parameters).train_segments(segments=["k"], x=["n", "x"], y=response, training_frame=frame,
                                                  parallelism=2)
    names, rows = rows_of(made)
    assert names == ["k", "model", "status", "errors", "warnings"]
    assert [row[0] for row in rows] == ["", "a", "b", "c", "rare"]
    for place, level in ((1, "a"), (2, "b"), (3, "c")):
        assert rows[place][1:4] == ["%s_%d" % (made.key, place), "SUCCEEDED", ""]
        alone = estimator(**parameters)
        part = frame[frame["k"] == level]
        alone.train(x=["n", "x"], y=response, training_frame=part)
        assert predictions(client.get_model(rows[place][1]), frame) == predictions(alone, frame)
    assert rows[0][2] == "SUCCEEDED"
    assert rows[4][2] == "FAILED" and rows[4][3]
    assert not [key for key in client.ls()["key"] if key.startswith(made.key) and "_training" in key]


def test_segments_can_be_a_frame_and_have_folds(client, frame):
    segments = client.H2OFrame([["b", 1], ["a", 0], ["nowhere", 0]], column_names=["k", "n"],
                               column_types=["enum", "numeric"])
    made = H2OGradientBoostingEstimator(nfolds=2, fold_assignment="modulo", **GBM).train_segments(
        segments=segments, x=["x"], y="y", training_frame=frame, validation_frame=frame, segment_models_id="mine")
    assert made.key == "mine"
    names, rows = rows_of(H2OSegmentModels("mine"))
    assert names == ["k", "n", "model", "status", "errors", "warnings"]
    assert [row[:4] for row in rows] == [["b", "1", "mine_0", "SUCCEEDED"], ["a", "0", "mine_1", "SUCCEEDED"],
                                         ["nowhere", "0", "mine_2", "FAILED"]]
    model = client.get_model("mine_1")
    part = frame[(frame["k"] == "a") & (frame["n"] == 0)]
    alone = H2OGradientBoostingEstimator(nfolds=2, fold_assignment="modulo", **GBM)
    alone.train(x=["x"], y="y", training_frame=part, validation_frame=part)
    for which in ({"train": True}, {"valid": True}, {"xval": True}):
        assert model.mse(**which) == alone.mse(**which)
    client.remove("mine")
    with pytest.raises(H2OResponseError, match="mine"):
        H2OSegmentModels("mine").as_frame()


def test_what_is_wrong_with_a_segment_is_told(frame):
    made = H2OGradientBoostingEstimator(distribution="bernoulli").train_segments(segments=["k"], x=["x"], y="y",
                                                                                 training_frame=frame)
    for row in rows_of(made)[1]:
        assert row[2] == "FAILED" and "ERRR on field: _distribution: bernoulli needs" in row[3]
    assert "ERRR on field: _min_rows: The dataset size is too small" in row[3]  # of the rarest, which comes last


@pytest.mark.parametrize("changed, message", [
    ({"segments": ["x"]}, "can only be categorical and integer of type, invalid columns: .x"),
    ({"segments": ["lost"]}, "lost"), ({"parallelism": 0}, "parallelism"), ({"segments": []}, "Segments are missing")])
def test_orders_that_make_no_sense_are_refused(frame, changed, message):
    with pytest.raises(H2OResponseError, match=message):
        H2OGradientBoostingEstimator(**GBM).train_segments(
            **{"segments": ["k"], "x": ["x"], "y": "y", "training_frame": frame, **changed})


def test_training_by_segments_can_be_cancelled(client, frame):
    job = client.api("POST /3/SegmentModelsBuilders/gbm",
                     data={"training_frame": frame.frame_id, "response_column": "y", "ntrees": 50000, "min_rows": 1,
                           "segment_columns": ["k"], "segment_models_id": "stopped"})
    assert job["dest"]["name"] == "stopped"
    client.api("POST /3/Jobs/%s/cancel" % job["key"]["name"])
    while (now := client.api("GET /3/Jobs/%s" % job["key"]["name"])["jobs"][0])["status"] in ("RUNNING", "CANCEL_PENDING"):
        pass
    assert now["status"] == "CANCELLED"
    assert not [key for key in client.ls()["key"] if key.startswith("stopped_")]
