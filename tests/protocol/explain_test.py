"""What the client's explanations of models ask for: partial dependence, leaderboards, importance by permutation."""
import math
import random

import h2o
import pytest
from h2o.estimators import (H2ODeepLearningEstimator, H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator,
                            H2OKMeansEstimator, H2ONaiveBayesEstimator, H2ORandomForestEstimator,
                            H2OStackedEnsembleEstimator)
from h2o.exceptions import H2OResponseError, H2OServerError
from h2o.grid.grid_search import H2OGridSearch

X = ["x", "z", "k"]


def rows(count=400):
    draw = random.Random(8)
    lines = ["x,z,k,w,y,two,three"]
    for i in range(count):
        x, z, k = draw.randint(0, 9), draw.gauss(0, 1), draw.choice("abcd")
        y = x + 3 * (k == "b") + draw.gauss(0, 1)
        lines.append("%s,%r,%s,%d,%r,%s,%s" % ("" if i % 29 == 0 else x, z, k, i % 3, y, "no" if y < 5 else "yes",
                                               "uvw"[min(2, int(max(0, y) / 4))]))
    return "\n".join(lines)


@pytest.fixture(scope="module")
def frame(client, tmp_path_factory):
    path = tmp_path_factory.mktemp("explain") / "rows.csv"
    path.write_text(rows())
    made = client.upload_file(str(path), destination_frame="explain_rows")
    yield made
    client.remove(made)


def trained(estimator, frame, y, model_id, **parameters):
    made = estimator(model_id=model_id, seed=1, **parameters)
    made.train(x=X, y=y, training_frame=frame)
    return made


def trees(frame, y, model_id, **parameters):
    return trained(H2OGradientBoostingEstimator, frame, y, model_id, **{"ntrees": 4, "max_depth": 3, **parameters})


@pytest.fixture(scope="module")
def models(client, frame):
    net = {"hidden": [5], "epochs": 2, "reproducible": True}
    made = {"gbm": trees(frame, "two", "explain_gbm"),
            "drf": trained(H2ORandomForestEstimator, frame, "two", "explain_drf", ntrees=4, max_depth=4),
            "glm": trained(H2OGeneralizedLinearEstimator, frame, "two", "explain_glm"),
            "net": trained(H2ODeepLearningEstimator, frame, "two", "explain_net", **net),
            "number": trees(frame, "y", "explain_number"),
            "encoded": trees(frame, "y", "explain_encoded", categorical_encoding="OneHotExplicit"),
            "three": trained(H2ONaiveBayesEstimator, frame, "three", "explain_three")}
    bases = [trees(frame, "y", "explain_base_%d" % depth, max_depth=depth, nfolds=3, fold_assignment="Modulo",
                   keep_cross_validation_predictions=True) for depth in (1, 2)]
    made["stack"] = H2OStackedEnsembleEstimator(model_id="explain_stack", base_models=bases, seed=1)
    made["stack"].train(x=X, y="y", training_frame=frame)
    yield made
    for model in [*made.values(), *bases]:
        client.remove(model.model_id)


def plot(model, frame, **options):
    return model.partial_plot(frame, plot=False, **options)


def predictions(model, frame, column, **values):
    """Of each row, with the columns replaced."""
    changed = h2o.get_frame(frame.frame_id)  # as changes of columns go to the frame that they are made of
    for name, value in values.items():
        new = h2o.H2OFrame([[value]] * frame.nrow, column_names=[name],
                           column_types=["enum" if isinstance(value, str) else "numeric"])
        changed[name] = new
    return [float(cell) for (cell,) in model.predict(changed)[column].as_data_frame(use_pandas=False, header=False)]


def figures(values, weights=None):
    weights = weights or [1] * len(values)
    total, count = sum(weights), sum(w > 0 for w in weights)
    mean = sum(w * v for w, v in zip(weights, values)) / total
    deviation = math.sqrt(sum(w * (v - mean) ** 2 for w, v in zip(weights, values)) / total * count / (count - 1))
    return [mean, deviation, deviation / math.sqrt(len(values))]


@pytest.mark.parametrize("name", ["gbm", "drf", "glm", "net", "number", "encoded", "stack"])
def test_partial_dependence_is_the_mean_prediction_with_the_column_replaced(models, frame, name):
    model = models[name]
    column = "yes" if name in ("gbm", "drf", "glm", "net") else "predict"
    x, k = plot(model, frame, cols=["x", "k"])
    assert x.col_header == ["x", "mean_response", "stddev_response", "std_error_mean_response"]
    assert list(x["x"]) == list(range(10)) and list(k["k"]) == list("abcd")
    for table, values in ((x, [3.0]), (k, ["b", "d"])):
        for value in values:
            row = list(table[0]).index(value)
            wanted = figures(predictions(model, frame, column, **{table.col_header[0]: value}))
            assert [table[c][row] for c in (1, 2, 3)] == pytest.approx(wanted, rel=1e-12, abs=1e-15)


def test_values_of_columns_may_be_given_or_missing(models, frame):
    model = models["number"]
    z, k = plot(model, frame, cols=["z", "k"], user_splits={"z": [-1.5, 0.25], "k": ["c", "a"]}, include_na=True)
    assert list(z["z"])[:2] == [-1.5, 0.25] and math.isnan(z["z"][2])
    assert list(k["k"]) == ["c", "a", ".missing(NA)"]
    wanted = figures(predictions(model, frame, "predict", z=0.25))
    assert [z[c][1] for c in (1, 2, 3)] == pytest.approx(wanted, rel=1e-12)
    wide, = plot(model, frame, cols=["z"], nbins=7)
    low, high = frame["z"].min(), frame["z"].max()
    assert list(wide["z"]) == pytest.approx([low + i * (high - low) / 6 for i in range(7)], rel=1e-12)


def test_weights_count_rows_so_often(models, frame):
    weights = [int(row) for (row,) in frame["w"].as_data_frame(use_pandas=False, header=False)]
    table, = plot(models["number"], frame, cols=["k"], weight_column="w")
    wanted = figures(predictions(models["number"], frame, "predict", k="b"), weights)
    assert [table[c][1] for c in (1, 2, 3)] == pytest.approx(wanted, rel=1e-12)


def test_two_columns_run_through_all_pairs(models, frame):
    table, = plot(models["gbm"], frame, col_pairs_2dpdp=[["x", "k"]], nbins=10)
    assert len(table["x"]) == 40 and list(table["k"])[:4] == list("abcd") and list(table["x"])[:5] == [0, 0, 0, 0, 1]
    wanted = figures(predictions(models["gbm"], frame, "yes", x=2.0, k="c"))
    assert [table[c][10] for c in (2, 3, 4)] == pytest.approx(wanted, rel=1e-12)


def test_classes_are_named_where_there_are_more_than_two(models, frame):
    tables = plot(models["three"], frame, cols=["x", "k"], targets=["w", "u"])
    assert [list(t[0])[0] for t in tables] == [0, 0, "a", "a"]
    for table, level in zip(tables, "wuwu"):
        value = {table.col_header[0]: list(table[0])[1]}
        wanted = figures(predictions(models["three"], frame, level, **value))
        assert [table[c][1] for c in (1, 2, 3)] == pytest.approx(wanted, rel=1e-10)
    with pytest.raises(H2OResponseError, match="Targets parameter has to be set"):
        plot(models["three"], frame, cols=["x"])
    with pytest.raises(H2OResponseError, match="Incorrect target class: q"):
        plot(models["three"], frame, cols=["x"], targets=["q"])
    with pytest.raises(H2OResponseError, match="only for multinomial"):
        plot(models["gbm"], frame, cols=["x"], targets=["yes"])


def test_one_row_has_an_expectation_of_its_own(models, frame):
    table, = plot(models["number"], frame, cols=["x"], row_index=7)
    assert len(table["x"]) == 10 and list(table["stddev_response"]) == [0] * 10
    assert table["mean_response"][4] == predictions(models["number"], frame, "predict", x=4.0)[7]
    with pytest.raises(H2OResponseError, match="Row 400 is not in frame"):
        plot(models["number"], frame, cols=["x"], row_index=400)


def test_tables_are_kept_until_they_are_removed(client, models, frame):
    request = {"model_id": "explain_gbm", "frame_id": frame.frame_id, "destination_key": "mine"}
    job = client.api("POST /3/PartialDependence/", data=request)
    assert job["dest"]["URL"] == "/3/PartialDependence/mine" and job["dest"]["type"] == "Key<PartialDependence>"
    h2o.job.H2OJob(job, "PartialDependence").poll()
    made = client.api("GET /3/PartialDependence/mine")
    assert set(made["cols"]) == set(X) and made["row_index"] == -1 and made["nbins"] == 20
    assert [t.col_header[0] for t in made["partial_dependence_data"]] == made["cols"]
    client.api("DELETE /3/DKV/mine")
    with pytest.raises(H2OResponseError, match="not found"):
        client.api("GET /3/PartialDependence/mine")


@pytest.mark.parametrize("change, words", [({"model_id": "none"}, "not found"), ({"frame_id": "none"}, "not found"),
                                           ({"cols": ["q"]}, "Column q not found"), ({"nbins": 1}, ">=2"),
                                           ({"nbins": 3, "cols": ["k"]}, "cardinality of 4 > nbins of 3"),
                                           ({"weight_column_index": 2}, "must be a numerical column"),
                                           ({"col_pairs_2dpdp": [["x", "x"]]}, "different columns"),
                                           ({"col_pairs_2dpdp": [["x"]]}, "pairs of columns"),
                                           ({"user_splits": [1, 2], "user_cols": ["x"], "num_user_splits": [3]},
                                            "do not fit num_user_splits")])
def test_orders_that_cannot_be_done_are_refused(client, models, frame, change, words):
    with pytest.raises(H2OResponseError, match=words):
        client.api("POST /3/PartialDependence/", data={"model_id": "explain_gbm", "frame_id": frame.frame_id,
                                                       "cols": ["x"], **change})


def test_leaderboards_rank_models(client, models, frame):
    two = [models[name] for name in ("gbm", "drf", "glm", "net")]
    board = client.make_leaderboard(two, frame, extra_columns="ALL")
    assert board.columns == ["model_id", "auc", "logloss", "aucpr", "mean_per_class_error", "rmse", "mse",
                             "training_time_ms", "predict_time_per_row_ms", "algo"]
    cells = board.as_data_frame(use_pandas=False, header=False)
    aucs = [float(row[1]) for row in cells]
    assert aucs == sorted(aucs, reverse=True)
    assert {row[0]: row[9] for row in cells} == {"explain_gbm": "GBM", "explain_drf": "DRF", "explain_glm": "GLM",
                                                 "explain_net": "DeepLearning"}
    for row in cells:
        measured = client.get_model(row[0]).model_performance(frame)
        assert [float(row[1]), float(row[2])] == pytest.approx([measured.auc(), measured.logloss()], rel=1e-12)
        assert float(row[8]) > 0
    by_loss = client.make_leaderboard(two, sort_metric="logloss", scoring_data="train")
    assert by_loss.columns[1:3] == ["logloss", "auc"]
    losses = [float(row[1]) for row in by_loss.as_data_frame(use_pandas=False, header=False)]
    assert losses == sorted(losses) and min(losses) == pytest.approx(min(m.logloss() for m in two))
    many = client.make_leaderboard([models["three"]])
    assert many.columns == ["model_id", "mean_per_class_error", "logloss", "rmse", "mse"]


def test_leaderboards_hold_the_models_of_grids(client, models, frame):
    grid = H2OGridSearch(H2OGradientBoostingEstimator(ntrees=2, seed=1), {"max_depth": [1, 3]}, grid_id="explain_grid")
    grid.train(x=X, y="y", training_frame=frame)
    board = client.make_leaderboard([grid, models["number"], "explain_grid"], extra_columns=["algo", "training_time_ms"])
    assert board.nrow == 3
    assert board.columns == ["model_id", "rmse", "mse", "mae", "rmsle", "mean_residual_deviance", "algo",
                             "training_time_ms"]
    client.remove(grid)


def test_leaderboards_refuse_what_cannot_be_compared(client, models, frame):
    with pytest.raises(H2OResponseError, match="same metrics"):
        client.make_leaderboard([models["gbm"], models["number"]]).nrow
    with pytest.raises(H2OResponseError, match="requires a leaderboard frame"):
        client.make_leaderboard([models["gbm"]], extra_columns="predict_time_per_row_ms").nrow
    with pytest.raises(H2OResponseError, match="Unsupported model/grid id: none"):
        client.make_leaderboard(["none"]).nrow
    with pytest.raises(H2OResponseError, match="sort_metric: 'mae'.*auc"):
        client.make_leaderboard([models["gbm"]], sort_metric="mae").nrow
    clusters = H2OKMeansEstimator(k=2, seed=1)
    clusters.train(x=["x", "z"], training_frame=frame)
    with pytest.raises(H2OServerError, match="supports only supervised models"):
        client.make_leaderboard([clusters]).nrow
    client.remove(clusters.model_id)


@pytest.mark.parametrize("name, metric", [("number", "AUTO"), ("number", "MAE"), ("three", "AUTO"), ("gbm", "logloss"),
                                          ("stack", "RMSE")])
def test_importance_by_permutation_finds_the_column_that_tells_most(models, frame, name, metric):
    table = models[name].permutation_importance(frame, metric=metric, seed=3, use_pandas=False)
    assert table.col_header[0] == "Variable" and table[0][0] == "x"
    repeated = models[name].permutation_importance(frame, metric=metric, seed=3, n_repeats=2, use_pandas=False)
    assert repeated.col_header == ["Variable", "Run 1", "Run 2"]
