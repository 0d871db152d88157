"""Automatic machine learning, with the published client."""
import random

import h2o
import pytest
from h2o.automl import H2OAutoML, get_automl, get_leaderboard
from h2o.exceptions import H2OResponseError

METRICS = {"two": ["auc", "logloss", "aucpr", "mean_per_class_error", "rmse", "mse"],
           "three": ["mean_per_class_error", "logloss", "rmse", "mse"],
           "y": ["rmse", "mse", "mae", "rmsle", "mean_residual_deviance"]}
X = ["x", "z", "k"]


def rows(count=600):
    draw = random.Random(3)
    lines = ["x,z,k,y,two,three"]
    for _ in range(count):
        x, z, k = draw.uniform(0, 10), draw.gauss(0, 1), draw.choice("abcd")
        y = x + 3 * (k == "b") + 2 * draw.gauss(0, 1) + 8
        lines.append("%r,%r,%s,%r,%s,%s" % (x, z, k, y, "no" if y < 13 else "yes", "uvw"[min(2, int(max(0, y) / 7))]))
    return "\n".join(lines)


@pytest.fixture(scope="module")
def frame(client, tmp_path_factory):
    path = tmp_path_factory.mktemp("automl") / "rows.csv"
    path.write_text(rows())
    made = client.upload_file(str(path), destination_frame="automl_rows")
    yield made
    client.remove(made)


def automl(**options):
    return H2OAutoML(**{"max_models": 3, "nfolds": 2, "seed": 1, "stopping_rounds": 1, "stopping_tolerance": 0.5,
                        **options})


def ids(aml):
    return [row[0] for row in aml.leaderboard["model_id"].as_data_frame(use_pandas=False, header=False)]


@pytest.mark.parametrize("response", ["two", "three", "y"])
def test_a_run_ranks_its_models(client, frame, response):
    aml = automl(project_name="ranks_" + response)
    leader = aml.train(x=X, y=response, training_frame=frame)
    assert aml.leaderboard.names == ["model_id"] + METRICS[response]
    values = [float(row[0]) for row in aml.leaderboard[1].as_data_frame(use_pandas=False, header=False)]
    assert values == sorted(values, reverse=response == "two")
    names = ids(aml)
    assert leader.model_id == names[0] == aml.leader.model_id
    assert sum(not name.startswith("StackedEnsemble") for name in names) == 3
    assert any(name.startswith("StackedEnsemble_BestOfFamily_1_AutoML_") for name in names)
    predicted = leader.predict(frame)
    assert predicted.nrow == frame.nrow
    expected = {"two": "auc", "three": "mean_per_class_error", "y": "rmse"}[response]
    best = client.get_model(names[0])
    assert values[0] == pytest.approx(getattr(best, expected)(xval=True), rel=1e-9)
    client.remove(aml)
    with pytest.raises(H2OResponseError, match="not found"):
        client.api("GET /3/Models/" + names[0])


def test_a_run_tells_of_itself(client, frame):
    aml = automl(project_name="tells", max_models=2, include_algos=["GLM", "GBM"])
    aml.train(x=X, y="two", training_frame=frame)
    log = aml.event_log
    assert log.names == ["timestamp", "level", "stage", "message", "name", "value"]
    info = aml.training_info
    assert {"creation_epoch", "start_epoch", "start_GLM_def_1", "stop_epoch", "duration_secs"} <= set(info)
    assert aml.modeling_steps[0] == {"name": "GLM", "steps": [{"id": "def_1", "group": 1, "weight": 10}]}
    again = get_automl("tells")
    assert again.project_name == "tells" and again.leader.model_id == aml.leader.model_id
    assert again.leaderboard.get_frame_data() == aml.leaderboard.get_frame_data()
    everything = get_leaderboard(aml, "ALL")
    assert everything.names[-3:] == ["training_time_ms", "predict_time_per_row_ms", "algo"]
    assert everything[0, "predict_time_per_row_ms"] > 0
    assert client.api("GET /99/Leaderboards")["leaderboards"]
    state = client.api("GET /99/AutoML/tells", data={"verbosity": "warn"})
    assert all(event["level"] in ("WARN", "ERROR") for event in state["event_log"]["events"])
    client.remove(aml)


def test_plans_and_parameters_reach_the_models(client, frame):
    aml = automl(project_name="plans", max_models=4, monotone_constraints={"x": 1}, modeling_plan=[
        {"name": "GBM", "steps": [{"id": "def_2"}, {"id": "grid_1"}]}, ("DRF", ["XRT"]), ("StackedEnsemble", "defaults")],
                 keep_cross_validation_models=True, balance_classes=True, class_sampling_factors=[0.5, 1.5],
                 max_after_balance_size=3.0)
    aml.train(x=X, y="two", training_frame=frame)
    names = ids(aml)
    assert any(name.startswith("XRT_1") for name in names) and any("GBM_grid_1" in name for name in names)
    gbm = client.get_model(next(name for name in names if name.startswith("GBM_1")))
    assert gbm.actual_params["monotone_constraints"][0]["key"] == "x"
    assert gbm.actual_params["class_sampling_factors"] == [0.5, 1.5]
    assert gbm.params["stopping_rounds"]["input"] == 1
    assert len(gbm.cross_validation_models()) == 2
    grid = client.get_grid(next(name for name in names if "GBM_grid_1" in name).split("_model_")[0])
    assert grid.model_ids
    client.remove(aml)


def test_blending_and_leaderboard_frames(client, frame):
    train, blend, test = frame.split_frame([0.6, 0.2], seed=1)
    aml = automl(project_name="blends", nfolds=0, max_models=2)
    aml.train(x=X, y="y", training_frame=train, blending_frame=blend, leaderboard_frame=test)
    names = ids(aml)
    assert any(name.startswith("StackedEnsemble") for name in names)
    best = client.get_model(names[0])
    assert float(aml.leaderboard[0, "rmse"]) == pytest.approx(best.model_performance(test).rmse(), rel=1e-9)
    client.remove(aml)


def test_short_time_for_much_data_is_blended(client):
    rows = client.create_frame(rows=200000, cols=10, categorical_fraction=0, integer_fraction=0, missing_fraction=0,
                               has_response=True, response_factors=2, seed=1, frame_id="short_rows")
    aml = automl(project_name="short", max_models=None, max_runtime_secs=6, nfolds=-1,
                 include_algos=["GLM", "GBM", "StackedEnsemble"])
    aml.train(y="response", training_frame=rows)
    messages = [row[0] for row in aml.event_log["message"].as_data_frame(use_pandas=False, header=False)]
    assert any("by blending" in message for message in messages)
    names = ids(aml)
    ensembles = [name for name in names if name.startswith("StackedEnsemble")]
    bases = [name for name in names if name not in ensembles]
    assert all(client.get_model(name)._model_json["output"]["cross_validation_metrics"] is None for name in bases)
    assert ensembles or len(bases) == 1  # on a busy machine
    for name in ensembles:
        assert client.get_model(name).params["blending_frame"]["actual"]["name"].endswith("_blending_short_rows")
    client.remove(aml)


def test_models_are_ranked_by_rows_held_out_where_there_are_no_folds(client, frame):
    aml = automl(project_name="held_out", nfolds=0, max_models=2)
    aml.train(x=X, y="y", training_frame=frame)
    best = client.get_model(ids(aml)[0])
    assert float(aml.leaderboard[0, "rmse"]) == pytest.approx(best.rmse(valid=True), rel=1e-12)
    assert 0.05 * frame.nrow < best._model_json["output"]["validation_metrics"]._metric_json["nobs"] < 0.15 * frame.nrow
    assert not any(name.startswith("StackedEnsemble") for name in ids(aml))
    state = client.api("GET /99/AutoML/held_out@@y")
    name = state["validation_frame"]["name"]
    assert name.endswith("_validation_" + frame.frame_id)
    assert state["leaderboard_frame"]["name"] == state["leaderboard"]["leaderboard_frame"]["name"] == name
    held_out = client.get_frame(name)
    assert held_out.names == frame.names
    assert best.model_performance(held_out).rmse() == pytest.approx(best.rmse(valid=True), rel=1e-12)
    client.remove(aml)
    with pytest.raises(H2OResponseError, match="not found"):
        client.api(f"GET /3/Frames/{name}/summary")


def test_answers_name_columns_by_objects(client, frame):
    request = {"input_spec": {"training_frame": frame.frame_id, "response_column": "two"},
               "build_models": {"include_algos": []}, "build_control": {"project_name": "columns"}}
    given = client.api("POST /99/AutoMLBuilder", json=request)["input_spec"]
    assert {name: given["response_column"][name] for name in ("column_name", "is_member_of_frames")} == {
        "column_name": "two", "is_member_of_frames": None}
    assert given["weights_column"] is None
    client.remove("columns@@two")


def test_a_run_ends_by_its_time(client, frame):
    aml = automl(project_name="limited", max_models=None, max_runtime_secs=5, nfolds=3)
    aml.train(x=X, y="y", training_frame=frame)
    assert len(ids(aml)) > 4
    client.remove(aml)


def test_nothing_to_train_is_told(client, frame):
    aml = automl(project_name="empty", include_algos=[])
    aml.train(x=X, y="two", training_frame=frame)
    assert aml.leaderboard.nrow == 0
    warnings = aml.event_log[aml.event_log["level"] == "WARN", "message"]
    assert "Empty leaderboard" in warnings[warnings.nrow - 1, :].flatten()
    client.remove(aml)


@pytest.mark.parametrize("part, message", [
    ({"input_spec": {"training_frame": "automl_rows", "response_column": "gone"}}, "no column of this name"),
    ({"input_spec": {"training_frame": "gone", "response_column": "two"}}, "gone"),
    ({"input_spec": {"response_column": "two"}}, "training_frame"),
    ({"build_control": {"nfolds": "many"}}, "nfolds"),
    ({"build_models": {"include_algos": ["GBX"]}}, "GBX"),
    ({"build_models": {"modeling_plan": [{"name": "GBX"}]}}, "GBX"),
    ({"build_models": {"algo_parameters": [{"scope": "any", "name": "ntrees", "value": 3}]}}, "ntrees"),
    ({"build_models": {"preprocessing": [{"type": "scaling"}]}}, "scaling"),
    ({"build_control": {"stopping_criteria": {"max_models": -1}}}, "max_models"),
    ({"wrong": 1}, "wrong")])
def test_bad_requests_are_refused(client, frame, part, message):
    request = {"input_spec": {"training_frame": "automl_rows", "response_column": "two"}, **part}
    with pytest.raises(H2OResponseError, match=message):
        client.api("POST /99/AutoMLBuilder", json=request)


def test_unknown_projects_are_not_found(client):
    for path in ("GET /99/AutoML/gone", "GET /99/Leaderboards/gone"):
        with pytest.raises(H2OResponseError, match="not found"):
            client.api(path)
