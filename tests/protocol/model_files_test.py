"""Models as files, with the published client: saved, sent, loaded, and written while training."""
import json
import warnings

import pytest
from h2o.exceptions import H2OResponseError, H2OServerError
from h2o.estimators import (H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator, H2ONaiveBayesEstimator,
                            H2ORandomForestEstimator)

from server import Server

ESTIMATORS = [(H2OGradientBoostingEstimator, {"ntrees": 3, "min_rows": 1}), (H2OGeneralizedLinearEstimator, {"family": "binomial"}),
              (H2ONaiveBayesEstimator, {"laplace": 1}), (H2ORandomForestEstimator, {"ntrees": 3}),
              (H2ORandomForestEstimator, {"ntrees": 2, "binomial_double_trees": True}),
              (H2OGradientBoostingEstimator, {"ntrees": 3, "min_rows": 1, "balance_classes": True})]
MULTINOMIAL = [(H2OGradientBoostingEstimator, {"ntrees": 3, "min_rows": 1}), (H2ORandomForestEstimator, {"ntrees": 3}),
               (H2OGeneralizedLinearEstimator, {"family": "multinomial", "lambda_": 0.01})]


@pytest.fixture(scope="module")
def frame(client):
    rows = [[(i * 7) % 13, "abc"[i % 3], "ny"[(i * 7) % 13 > 6]] for i in range(60)]
    made = client.H2OFrame(rows, column_names=["x", "k", "two"], column_types=["numeric", "enum", "enum"])
    yield made
    client.remove(made)


def trained(estimator, frame, **parameters):
    model = estimator(seed=1, **parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.train(x=["x", "k"], y="two", training_frame=frame)
    return model


def seen(model, frame):
    """What a model predicts and reports, without its name."""
    output = dict(model._model_json["output"])
    return model.predict(frame).as_data_frame(use_pandas=False), output["training_metrics"]._metric_json["logloss"], \
        model._model_json["checksum"]


@pytest.fixture
def folder(server):
    from pathlib import Path
    return Path(server.folder.name)


def test_what_is_known_of_a_model_is_written_as_json(client, frame, folder):
    model = trained(H2OGradientBoostingEstimator, frame, ntrees=3, min_rows=1)
    path = model.save_model_details(str(folder / "models"), force=True)
    with open(path) as file:
        written = json.load(file)
    assert written["model_id"]["name"] == model.model_id and written["checksum"] == model._model_json["checksum"]
    assert written["output"]["model_summary"]["data"][0]
    with pytest.raises(H2OResponseError, match="exists"):
        model.save_model_details(str(folder / "models"), force=False)
    with pytest.raises(H2OServerError, match="may not be written"):
        model.save_model_details("/nowhere/models", force=True)


@pytest.mark.parametrize("estimator, parameters", ESTIMATORS)
def test_a_saved_model_comes_back_as_it_was(client, frame, folder, tmp_path, estimator, parameters):
    model = trained(estimator, frame, **parameters)
    before = seen(model, frame)
    path = client.save_model(model, path=str(folder / "models"), force=True)
    assert path.endswith(model.model_id)
    copy = client.download_model(model, path=str(tmp_path))
    with open(path, "rb") as saved, open(copy, "rb") as sent:
        assert saved.read() == sent.read()
    client.remove(model.model_id)
    assert seen(client.load_model(path), frame) == before
    client.remove(model.model_id)
    uploaded = client.upload_model(copy)
    assert seen(uploaded, frame) == before and uploaded.model_id == model.model_id


@pytest.mark.parametrize("estimator, parameters", MULTINOMIAL)
def test_a_saved_model_of_three_classes_comes_back_as_it_was(client, frame, folder, estimator, parameters):
    model = estimator(seed=1, **parameters)
    model.train(x=["x", "two"], y="k", training_frame=frame)
    before = seen(model, frame)
    path = client.save_model(model, path=str(folder / "models"), force=True)
    client.remove(model.model_id)
    assert seen(client.load_model(path), frame) == before


def test_a_file_is_not_overwritten_unless_told_to(client, frame, folder):
    model = trained(H2OGradientBoostingEstimator, frame, ntrees=1)
    path = client.save_model(model, path=str(folder / "once"), force=False)
    with pytest.raises(Exception, match="already exists"):
        client.save_model(model, path=str(folder / "once"), force=False)
    assert client.save_model(model, path=str(folder / "once"), force=True) == path


def test_models_are_written_when_they_are_trained(client, frame, folder):
    into = folder / "checkpoints"
    model = trained(H2OGradientBoostingEstimator, frame, ntrees=2, min_rows=1, nfolds=2, export_checkpoints_dir=str(into))
    names = {model.model_id, model.model_id + "_cv_1", model.model_id + "_cv_2"}
    assert {path.name for path in into.iterdir()} == names
    checksum = model._model_json["checksum"]
    client.remove(model.model_id)
    assert client.load_model(str(into / model.model_id))._model_json["checksum"] == checksum


def test_models_of_fewer_trees_are_written_while_training(client, frame, folder):
    into = folder / "in_training"
    model = trained(H2OGradientBoostingEstimator, frame, ntrees=5, min_rows=1, in_training_checkpoints_dir=str(into),
                    in_training_checkpoints_tree_interval=2)
    assert {path.name for path in into.iterdir()} == {model.model_id + ".ntrees_" + str(trees) for trees in (2, 4)}
    earlier = client.load_model(str(into / (model.model_id + ".ntrees_2")))
    assert earlier._model_json["output"]["model_summary"]["number_of_trees"] == [2]
    further = trained(H2OGradientBoostingEstimator, frame, ntrees=5, min_rows=1, checkpoint=earlier.model_id)
    assert further._model_json["checksum"] == model._model_json["checksum"]


def test_what_is_no_model_is_refused(client, frame, folder, tmp_path):
    path = folder / "no_model"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(Exception, match="not a saved model"):
        client.load_model(str(path))
    model = trained(H2OGradientBoostingEstimator, frame, ntrees=1)
    copy = client.download_model(model, path=str(tmp_path))
    data = bytearray(open(copy, "rb").read())
    data[len(data) // 2] ^= 1
    open(copy, "wb").write(data)
    with pytest.raises(Exception, match="damaged"):
        client.upload_model(copy)
    with pytest.raises(Exception, match="not found|does not exist|No such"):
        client.load_model(str(folder / "none"))


def test_files_outside_the_roots_are_refused(tmp_path):
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    (tmp_path / "model").write_bytes(b"anything")
    with Server("--import-root", str(tmp_path / "in"), "--export-root", str(tmp_path / "out")) as server:
        status, error = server.json("POST", "/99/Models.bin/", "dir=" + str(tmp_path / "model"),
                                    {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 403 and "--import-root" in error["msg"]
        status, error = server.json("GET", "/99/Models.bin/none?dir=" + str(tmp_path / "model"))
        assert status == 404
        status, error = server.json("POST", "/99/Models.bin/", "", {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 412 and "dir" in error["msg"]


def test_naive_bayes_shows_its_tables(client, frame):
    model = trained(H2ONaiveBayesEstimator, frame, laplace=0, nfolds=3)
    output = model._model_json["output"]
    assert output["levels"] == ["n", "y"]
    assert output["apriori"].cell_values[0][1:] == pytest.approx([sum(v == "n" for v in column(frame)) / 60,
                                                                  sum(v == "y" for v in column(frame)) / 60])
    by_name = [table._table_header for table in output["pcond"]]
    assert by_name == ["k", "x"]
    assert output["pcond"][0].col_header == ["y_by_k", "a", "b", "c"]
    assert output["pcond"][1].col_header == ["y_by_x", "mean", "std_dev"]
    assert 0.5 < model.auc(xval=True) <= 1
    assert output["scoring_history"] is None and output["cv_scoring_history"] is None
    with pytest.raises(Exception, match="must be categorical"):
        H2ONaiveBayesEstimator().train(x=["k"], y="x", training_frame=frame)


def column(frame):
    return [row[0] for row in frame["two"].as_data_frame(use_pandas=False, header=False)]
