"""Searches in spaces of hyper-parameters, with the published client."""
import random
import time

import h2o
import pytest
from h2o.estimators import (H2OAutoEncoderEstimator, H2ODeepLearningEstimator, H2OGeneralizedLinearEstimator,
                            H2OGradientBoostingEstimator, H2OKMeansEstimator, H2ONaiveBayesEstimator,
                            H2OPrincipalComponentAnalysisEstimator, H2ORandomForestEstimator)
from h2o.exceptions import H2OResponseError
from h2o.grid.grid_search import H2OGridSearch

from server import Server

X = ["x", "z", "k"]


def rows(count=400):
    draw = random.Random(3)
    lines = ["x,z,k,y,two,three"]
    for _ in range(count):
        x, z, k = draw.uniform(0, 10), draw.gauss(0, 1), draw.choice("abcd")
        y = x + 3 * (k == "b") + draw.gauss(0, 1)
        lines.append("%r,%r,%s,%r,%s,%s" % (x, z, k, y, "no" if y < 5 else "yes", "uvw"[min(2, int(max(0, y) / 4))]))
    return "\n".join(lines)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("grid") / "rows.csv"
    path.write_text(rows())
    return str(path)


@pytest.fixture(scope="module")
def frame(client, file):
    made = client.upload_file(file, destination_frame="grid_rows")
    yield made
    client.remove(made)


def search(estimator, space, frame, y="y", x=X, **options):
    criteria = options.pop("criteria", None)
    grid = H2OGridSearch(estimator, space, search_criteria=criteria, **options)
    grid.train(x=x, y=y, training_frame=frame)
    return grid


def gbm(**parameters):
    return H2OGradientBoostingEstimator(**{"ntrees": 3, "min_rows": 5, "seed": 1, **parameters})


def test_a_grid_has_the_models_of_all_points_from_best_to_worst(client, frame):
    grid = search(gbm(), {"max_depth": [2, 3], "sample_rate": [0.5, 1.0]}, frame, "two", grid_id="mine")
    assert grid.grid_id == "mine" and grid.hyper_names == ["max_depth", "sample_rate"]
    assert sorted(grid.model_ids) == ["mine_model_%d" % n for n in (1, 2, 3, 4)]
    values = [model.logloss() for model in grid.models]
    assert values == sorted(values)
    table = grid.sorted_metric_table()
    assert list(table.columns) == ["", "max_depth", "sample_rate", "model_ids", "logloss"]
    assert list(table["model_ids"]) == grid.model_ids and list(table["logloss"]) == pytest.approx(values)
    first = client.get_model("mine_model_2")
    assert (first.actual_params["max_depth"], first.actual_params["sample_rate"]) == (3, 0.5)
    alone = gbm(max_depth=3, sample_rate=0.5)
    alone.train(x=X, y="two", training_frame=frame)
    assert alone.logloss() == first.logloss()
    best = grid.get_grid(sort_by="auc", decreasing=True)
    aucs = [model.auc() for model in best.models]
    assert aucs == sorted(aucs, reverse=True)
    again = client.get_grid("mine")
    assert again.model_ids == grid.model_ids and set(again.hyper_params["max_depth"]) == {2, 3}
    assert "mine" in [each["grid_id"]["name"] for each in client.api("GET /99/Grids")["grids"]]
    with pytest.raises(H2OResponseError, match="Invalid argument for sort_by specified: 'tot_withinss'. Must be .*auc"):
        grid.get_grid(sort_by="tot_withinss")
    client.remove(grid)
    for gone in ("GET /99/Grids/mine", "GET /3/Models/mine_model_1"):
        with pytest.raises(H2OResponseError, match="not found"):
            client.api(gone)


@pytest.mark.parametrize("estimator, space, y", [
    (H2ORandomForestEstimator(ntrees=2, seed=1), {"max_depth": [2, 3]}, "three"),
    (H2OGeneralizedLinearEstimator(), {"alpha": [0, 0.5], "lambda_": [0.1]}, "y"),
    (H2ONaiveBayesEstimator(), {"laplace": [0, 1]}, "two"),
    (H2OKMeansEstimator(seed=1), {"k": [2, 3], "init": ["Random", "PlusPlus"]}, None),
    (H2OPrincipalComponentAnalysisEstimator(seed=1), {"k": [1, 2]}, None),
    (H2ODeepLearningEstimator(epochs=1, seed=1), {"hidden": [[3], [4, 5]]}, "y")])
def test_every_algorithm_can_be_searched(frame, estimator, space, y):
    grid = search(estimator, space, frame, y)
    points = 1
    for values in space.values():
        points *= len(values)
    assert len(grid) == points
    for name, values in space.items():
        name = name.rstrip("_")
        found = [model.actual_params[name] for model in grid.models]
        for value in values:
            assert any(value in (each, each[0] if isinstance(each, list) else None) for each in found)
    str(grid)


def test_points_that_cannot_be_trained_are_told(frame, capsys):
    plain = H2OGradientBoostingEstimator(ntrees=3, seed=1)
    grid = search(plain, {"min_rows": [300, 5]}, frame, "two")
    assert len(grid) == 1 and len(grid.failed_params) == 1
    assert grid.failed_params[0]["min_rows"] == 300 and grid.failed_raw_params == [["300"]]
    assert "Details: ERRR on field: _min_rows: The dataset size is too small" in grid.failure_details[0]
    assert grid.failure_stack_traces[0].startswith("water.exceptions.H2OModelBuilderIllegalArgumentException: ")
    assert "Hyper-parameter: min_rows, 300" in capsys.readouterr().out
    grid = search(gbm(), {"max_depth": ["deep", 3]}, frame, "two")
    assert len(grid) == 1 and grid.failed_raw_params == [["deep"]]
    assert "Cannot set field 'max_depth' to value deep" in grid.failure_details[0]
    assert len(search(gbm(), {}, frame)) == 1
    with pytest.raises(ValueError, match="ERRR on field: _min_rows"):
        search(plain, {"min_rows": [300, 301]}, frame, "two")


@pytest.mark.parametrize("space, criteria, message", [
    ({"nonsense": [1]}, None, "Unknown hyper-parameter for grid search: 'nonsense'"),
    ({"training_frame": ["a"]}, None, "The parameter 'training_frame is not gridable"),
    ({"ntrees": [4]}, None, "'ntrees' is set in both the model parameters and in the hyperparameters map"),
    ({"max_depth": []}, None, "'max_depth' has no values"),
    ({"max_depth": range(2, 4)}, None, "Error: Can't parse the hyper_parameters dictionary"),
    ({"max_depth": [3]}, {"strategy": "Best"}, "Error: Can't parse the search_criteria dictionary.*Best"),
    ({"max_depth": [3]}, {"strategy": "RandomDiscrete", "max_models": [1, 3]}, "Can't parse the search_criteria"),
    ({"max_depth": [3]}, {"strategy": "Cartesian", "max_models": 1}, "Can't parse the search_criteria.*max_models"),
    ({"max_depth": [3]}, {"strategy": "RandomDiscrete", "max_models": -1}, "max_models must be 0"),
    ({"max_depth": [3, 4], "nbins": [10, 20, 30]}, {"strategy": "Sequential"}, "as many of each")])
def test_what_makes_no_sense_is_refused(frame, space, criteria, message):
    with pytest.raises(H2OResponseError, match=message):
        search(gbm(), space, frame, "two", criteria=criteria)


def depths(grid):
    return {model.model_id.rsplit("_", 1)[1]: model.actual_params["max_depth"] for model in grid.models}


def test_random_and_sequential_searches(frame):
    space = {"max_depth": list(range(1, 9)), "sample_rate": [x / 100 for x in range(20, 100)], "nbins": [16, 32, 64]}
    random_walk = {"strategy": "RandomDiscrete", "max_models": 4, "seed": 7}
    first, again = (search(H2OGradientBoostingEstimator(ntrees=2), space, frame, criteria=random_walk, parallelism=n)
                    for n in (1, 3))
    assert len(first) == 4 and depths(first) == depths(again)
    assert [m.mse() for m in first.models] == [m.mse() for m in again.models]
    assert sorted(m.actual_params["seed"] for m in first.models) == [7, 8, 9, 10]
    sequential = search(gbm(), {"max_depth": [1, 2, 3], "nbins": [10, 20, 30]}, frame, criteria={"strategy": "Sequential"})
    assert sorted((m.actual_params["max_depth"], m.actual_params["nbins"]) for m in sequential.models) == [
        (1, 10), (2, 20), (3, 30)]
    stopped = search(gbm(), {"max_depth": [1, 2, 3, 4, 5, 6]}, frame,
                     criteria={"strategy": "RandomDiscrete", "seed": 1, "stopping_rounds": 2, "stopping_tolerance": 0.9})
    assert len(stopped) == 5
    timed = search(H2OGradientBoostingEstimator(seed=1), {"ntrees": list(range(1, 3000))}, frame,
                   criteria={"strategy": "RandomDiscrete", "max_runtime_secs": 1, "seed": 1})
    assert 1 <= len(timed) < 2999


def test_a_search_that_learns_from_its_results(frame):
    space = {"max_depth": list(range(1, 9)), "learn_rate": [x / 20 for x in range(1, 13)], "sample_rate": [0.5, 1.0]}
    grid = search(gbm(), space, frame, criteria={"strategy": "TPE", "max_models": 30, "seed": 1})
    values = {int(m.model_id.rsplit("_", 1)[1]): m.mean_residual_deviance() for m in grid.models}
    assert sorted(values) == list(range(1, 31))
    drawn, learnt = ([values[n] for n in part] for part in (range(1, 13), range(13, 31)))
    assert sum(learnt) / len(learnt) < sum(drawn) / len(drawn)
    with pytest.raises(H2OResponseError, match="TPE has no subspaces"):
        search(gbm(), {"subspaces": [{"max_depth": [1]}]}, frame, criteria={"strategy": "TPE"})


def test_a_search_that_trains_the_better_models_further(client, frame):
    space = {"max_depth": list(range(1, 7)), "learn_rate": [0.05, 0.1, 0.3, 0.6]}
    train, valid = frame.split_frame([0.7], seed=1)
    criteria = {"strategy": "ASHA", "max_models": 12, "seed": 1, "eta": 3, "min_resource": 2, "stopping_metric": "RMSE"}

    def made(parallelism):
        grid = H2OGridSearch(gbm(ntrees=18), space, search_criteria=criteria, parallelism=parallelism)
        grid.train(x=X, y="y", training_frame=train, validation_frame=valid)
        return grid

    grid, again = made(1), made(4)
    assert grid.hyper_names == ["max_depth", "learn_rate", "ntrees"]
    trees = [model.actual_params["ntrees"] for model in grid.models]
    assert len(trees) == 12 and set(trees) == {2, 6, 18} and trees.count(2) > trees.count(18)
    assert [m.mse(valid=True) for m in grid.models] == [m.mse(valid=True) for m in again.models]
    assert list(grid.sorted_metric_table()["ntrees"]) == trees
    best = grid.models[trees.index(18)]
    alone = gbm(ntrees=18, max_depth=best.actual_params["max_depth"], learn_rate=best.actual_params["learn_rate"])
    alone.train(x=X, y="y", training_frame=train, validation_frame=valid)
    assert alone.mse(valid=True) == best.mse(valid=True)
    assert len(search(H2ODeepLearningEstimator(epochs=4, hidden=[4], seed=1), {"rate": [0.01, 0.02, 0.1], "l1": [0, 0.1]},
                      frame, criteria={"strategy": "ASHA", "eta": 2})) == 6
    for wrong, message in [({"eta": 1}, "eta must be 2 or more"), ({"min_resource": 19}, "at most ntrees, which is 18"),
                           ({"stopping_rounds": 2}, "Can't parse the search_criteria.*stopping_rounds")]:
        with pytest.raises(H2OResponseError, match=message):
            search(gbm(ntrees=18), space, frame, criteria={"strategy": "ASHA", **wrong})
    with pytest.raises(H2OResponseError, match="chooses ntrees of each GBM model itself"):
        search(H2OGradientBoostingEstimator(), {"ntrees": [1, 2]}, frame, criteria={"strategy": "ASHA"})
    with pytest.raises(H2OResponseError, match="for GLM use RandomDiscrete or TPE"):
        search(H2OGeneralizedLinearEstimator(), {"alpha": [0, 1]}, frame, criteria={"strategy": "ASHA"})
    for each in (train, valid):
        client.remove(each)


def test_the_better_forests_get_more_trees(frame):
    def forest(**parameters):
        return H2ORandomForestEstimator(**{"ntrees": 9, "seed": 1, **parameters})

    grid = search(forest(), {"max_depth": [1, 2, 4, 8], "mtries": [1, 2, 3]}, frame, "three",
                  criteria={"strategy": "ASHA", "stopping_metric": "logloss"})
    trees = [model.actual_params["ntrees"] for model in grid.models]
    assert len(trees) == 12 and set(trees) == {1, 3, 9} and trees.count(1) > trees.count(9)
    best = grid.models[trees.index(9)]
    alone = forest(**{name: best.actual_params[name] for name in ("max_depth", "mtries")})
    alone.train(x=X, y="three", training_frame=frame)
    assert alone.predict(frame).as_data_frame().equals(best.predict(frame).as_data_frame())


def test_what_is_to_be_told_of_a_search(client, frame):
    with pytest.warns(UserWarning, match="Adding alpha array to hyperparameter runs slower with gridsearch"):
        grid = search(H2OGeneralizedLinearEstimator(), {"alpha": [0, 0.5]}, frame)
    assert len(client.api("GET /99/Grids/" + grid.grid_id)["warning_details"]) == 1
    with pytest.warns(UserWarning, match="by the rows that they were trained on"):
        search(gbm(), {"max_depth": [1, 2, 3]}, frame, criteria={"strategy": "ASHA"})
    assert client.api("GET /99/Grids/" + search(gbm(), {"max_depth": [1]}, frame).grid_id)["warning_details"] == []


def test_subspaces_and_duplicates(frame):
    grid = search(gbm(), {"max_depth": [2, 3, 2], "subspaces": [{"learn_rate": [0.1, 0.2]}, {"nbins": [10]}]}, frame)
    assert len(grid) == 6 and grid.hyper_names == ["max_depth", "learn_rate", "nbins"]
    found = sorted((m.actual_params["max_depth"], m.actual_params["learn_rate"], m.actual_params["nbins"]) for m in grid.models)
    assert found == [(2, 0.1, 10), (2, 0.1, 20), (2, 0.2, 20), (3, 0.1, 10), (3, 0.1, 20), (3, 0.2, 20)]


def test_cross_validation_comes_before_training(frame):
    grid = search(gbm(nfolds=2), {"max_depth": [1, 4]}, frame)
    values = [model.mean_residual_deviance(xval=True) for model in grid.models]
    assert values == sorted(values)
    assert all(isinstance(value, float) for value in grid.mse(xval=True).values())


def test_a_grid_is_saved_loaded_and_gone_on_with(client, frame, tmp_path):
    grid = search(gbm(), {"max_depth": [2, 3]}, frame, grid_id="kept")
    errors = {m.model_id: m.mse() for m in grid.models}
    path = client.save_grid(str(tmp_path), "kept", save_params_references=True)
    client.remove(grid)
    loaded = client.load_grid(path, load_params_references=True)
    assert {m.model_id: m.mse() for m in loaded.models} == errors
    loaded.hyper_params = {"max_depth": [2, 3, 4]}
    loaded.train(x=X, y="y", training_frame=frame, ntrees=3, min_rows=5, seed=1)
    assert sorted(loaded.model_ids) == ["kept_model_1", "kept_model_2", "kept_model_3"]
    assert {m.model_id: m.mse() for m in loaded.models}.items() >= errors.items()
    with pytest.raises(H2OResponseError, match="nowhere"):
        client.load_grid(str(tmp_path / "nowhere"))
    (tmp_path / "kept").write_bytes(b"NEVEGRD\n" + bytes(100))
    with pytest.raises(H2OResponseError, match="cannot be loaded as a grid"):
        client.load_grid(path)
    client.remove(loaded)


def test_a_grid_keeps_the_models_that_its_parameters_name(client, file, tmp_path):
    frame = client.upload_file(file, destination_frame="begun_rows")
    H2OAutoEncoderEstimator(model_id="begun", hidden=[4], activation="tanh", epochs=1, seed=1).train(x=X, training_frame=frame)
    network = H2ODeepLearningEstimator(pretrained_autoencoder="begun", hidden=[4], activation="tanh", seed=1)
    grid = search(network, {"epochs": [1, 2]}, frame, grid_id="from_begun", recovery_dir=str(tmp_path / "kept"))
    errors = {m.model_id: m.mse() for m in grid.models}
    saved = client.save_grid(str(tmp_path / "saved"), "from_begun", save_params_references=True)
    for path in (saved, str(tmp_path / "kept" / "from_begun")):
        client.remove(["from_begun", "begun", "begun_rows"])
        loaded = client.load_grid(path, load_params_references=True)
        client.remove(loaded.model_ids[0])
        loaded.resume()
        assert {m.model_id[:-1] for m in loaded.models} == {"from_begun_model_"}
        assert sorted(m.mse() for m in loaded.models) == sorted(errors.values())
    client.remove(["from_begun", "begun", "begun_rows"])


def test_a_search_can_be_looked_at_cancelled_and_resumed(client, frame):
    grid = H2OGridSearch(H2OGradientBoostingEstimator(ntrees=40, seed=1), {"max_depth": list(range(1, 13))}, grid_id="long")
    grid.start(x=X, y="y", training_frame=frame)
    while not client.api("GET /99/Grids/long")["model_ids"]:
        time.sleep(0.02)  # tidy: allow(sleep) between looks at a job
    with pytest.raises(H2OResponseError, match="is being searched by job"):
        H2OGridSearch(gbm(), {"max_depth": [1]}, grid_id="long").train(x=X, y="y", training_frame=frame)
    grid.cancel()
    so_far = len(client.get_grid("long").model_ids)  # the search has ended by now
    with pytest.raises(Exception, match="cancelled"):
        grid.join()
    assert len(client.get_grid("long").model_ids) == so_far < 12
    resumed = client.get_grid("long")
    resumed.resume()
    assert len(resumed.model_ids) == 12
    client.remove(resumed)


def test_a_killed_cluster_goes_on_from_finished_models(server, file, tmp_path):
    space = {"max_depth": list(range(1, 11)), "sample_rate": [0.5, 0.9]}

    def start(running, **options):
        h2o.connect(url=running.url, verbose=False)
        grid = H2OGridSearch(H2OGradientBoostingEstimator(ntrees=300, seed=1), space, grid_id="g", **options)
        grid.start(x=X, y="y", training_frame=h2o.upload_file(file, destination_frame="rows"))
        return grid

    def models():
        return {key["name"]: key for key in h2o.api("GET /99/Grids/g")["model_ids"]}

    with Server("--name", "whole") as running:
        start(running).join()
        expected = {name: h2o.get_model(name).mse() for name in models()}
    folder = str(tmp_path / "kept")
    with Server("--name", "killed", "--export-root", str(tmp_path)) as running:
        start(running, recovery_dir=folder)
        while len(models()) < 3:
            time.sleep(0.01)  # tidy: allow(sleep) between looks at a job
        done = models()
        running.process.kill()
    with Server("--name", "again", "--import-root", str(tmp_path), "--export-root", str(tmp_path)) as running:
        h2o.connect(url=running.url, verbose=False)
        h2o.resume(folder)
        assert len(models()) >= min(len(done), 3) - 1
        while h2o.api("GET /3/Jobs")["jobs"][-1]["status"] != "DONE":
            time.sleep(0.05)  # tidy: allow(sleep) between looks at a job
        assert {name: h2o.get_model(name).mse() for name in models()} == expected
    h2o.connect(url=server.url, verbose=False)
