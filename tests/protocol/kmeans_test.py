"""k-means with the published client, against a plain Lloyd's iteration in Python and against scikit-learn's definitions."""
import math
import random
import warnings

import pytest
from h2o.estimators import H2OKMeansEstimator
from h2o.exceptions import H2OResponseError, H2OServerError

NAMES = ["x", "z"]


def blobs(count=300):
    r = random.Random(5)
    middles = [(0, 0), (40, 100), (80, -100)]
    return [[r.gauss(middles[i % 3][0], 3), r.gauss(middles[i % 3][1], 8)] for i in range(count)]


@pytest.fixture(scope="module")
def rows():
    return blobs()


@pytest.fixture(scope="module")
def frame(client, rows):
    made = client.H2OFrame([[*row, "ab"[i % 3 == 0], i % 4] for i, row in enumerate(rows)],
                           column_names=NAMES + ["k", "fold"], column_types=["numeric", "numeric", "enum", "numeric"])
    yield made
    client.remove(made)


def train(frame, x=NAMES, valid=None, **parameters):
    model = H2OKMeansEstimator(**parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.train(x=x, training_frame=frame, validation_frame=valid)
    return model


def lloyd(rows, centers, most):
    """Clusters, centers and iterations, as H2O-3 counts them."""
    clusters = None
    for iteration in range(1, most + 1):
        nearest = [min(range(len(centers)), key=lambda c: sum((a - b) ** 2 for a, b in zip(row, centers[c])))
                   for row in rows]
        moved = len(rows) if clusters is None else sum(a != b for a, b in zip(nearest, clusters))
        clusters = nearest
        for c in range(len(centers)):
            own = [row for row, cluster in zip(rows, clusters) if cluster == c]
            centers[c] = [math.fsum(column) / len(own) for column in zip(*own)]
        if moved < 1:
            return clusters, centers, iteration
    return clusters, centers, most


def within(rows, centers):
    return sum(min(sum((a - b) ** 2 for a, b in zip(row, center)) for center in centers) for row in rows)


def test_users_points_move_as_lloyd_says(client, frame, rows):
    begin = [rows[0], rows[3], rows[6]]
    points = client.H2OFrame(begin, column_names=NAMES)
    model = train(frame, k=3, user_points=points, standardize=False, max_iterations=50)
    clusters, centers, iterations = lloyd(rows, [list(row) for row in begin], 50)
    for told, expected in zip(model.centers(), centers):
        assert told == pytest.approx(expected, rel=1e-10)
    assert model.num_iterations() == iterations
    predicted = model.predict(frame)
    assert predicted.names == ["predict"] and predicted.types["predict"] == "int"
    assert [int(row[0]) for row in predicted.as_data_frame(use_pandas=False, header=False)] == clusters
    means = [math.fsum(column) / len(rows) for column in zip(*rows)]
    assert model.tot_withinss() == pytest.approx(within(rows, centers), rel=1e-10)
    assert model.totss() == pytest.approx(within(rows, [means]), rel=1e-10)
    assert model.betweenss() == pytest.approx(model.totss() - model.tot_withinss(), rel=1e-10)
    assert model.size() == [clusters.count(c) for c in range(3)]
    assert sum(model.withinss()) == pytest.approx(model.tot_withinss(), rel=1e-12)
    history = model.scoring_history()
    assert list(history["iterations"]) == list(range(iterations + 1))
    told = list(history["within_cluster_sum_of_squares"])[1:]
    assert told == sorted(told, reverse=True)
    assert told[0] == pytest.approx(within(rows, begin), rel=1e-9)
    assert model._model_json["output"]["centers_std"] is None
    client.remove(points)


@pytest.mark.parametrize("init", ["Random", "PlusPlus", "Furthest"])
def test_clusters_that_are_there_are_found(frame, rows, init):
    model = train(frame, k=3, init=init, seed=7, max_iterations=100)
    sizes = sorted(model.size())
    assert init == "Random" or sizes == [100, 100, 100]
    n = len(rows)
    means = [sum(column) / n for column in zip(*rows)]
    sds = [math.sqrt(sum((v - m) ** 2 for v in column) / (n - 1)) for column, m in zip(zip(*rows), means)]
    for raw, standard in zip(model.centers(), zip(*model.centers_std())):
        assert list(standard) == pytest.approx([(v - m) / s for v, m, s in zip(raw, means, sds)], abs=1e-9)
    assert model.totss() == pytest.approx(2 * (n - 1), rel=1e-9)


def test_frames_beside_the_training_frame_are_measured(client, frame, rows):
    part = client.H2OFrame(rows[:90], column_names=NAMES)
    model = train(frame, valid=part, k=3, seed=1, standardize=False)
    centers = model.centers()
    assert model.tot_withinss(valid=True) == pytest.approx(within(rows[:90], centers), rel=1e-10)
    performance = model.model_performance(part)
    assert performance._metric_json["tot_withinss"] == pytest.approx(within(rows[:90], centers), rel=1e-10)
    assert sum(performance._metric_json["centroid_stats"]["size"]) == 90
    client.remove(part)


def test_cross_validation_measures_what_was_held_out(client, frame, rows):
    model = train(frame, k=3, seed=1, standardize=False, fold_column="fold", keep_cross_validation_predictions=True,
                  max_iterations=20)
    folds = model.cross_validation_models()
    held = [[row for i, row in enumerate(rows) if i % 4 == k] for k in range(4)]
    by_fold = [within(part, each.centers()) for part, each in zip(held, folds)]
    assert [each.tot_withinss(valid=True) for each in folds] == pytest.approx(by_fold, rel=1e-10)
    assert [sum(each.size()) for each in folds] == [225] * 4
    assert model.tot_withinss(xval=True) == pytest.approx(sum(by_fold), rel=1e-10)
    assert model.totss(xval=True) == pytest.approx(model.totss(), rel=1e-10)
    table = {row[0]: row[1:] for row in model.cross_validation_metrics_summary().cell_values}
    assert [float(v) for v in table["tot_withinss"][2:]] == pytest.approx(by_fold, rel=1e-6)
    joined = model.cross_validation_holdout_predictions()
    for i in (0, 5, 10, 15):
        assert joined[i, 0] == folds[i % 4].predict(frame)[i, 0]


def test_categories_count_one_and_have_a_mode(frame):
    model = train(frame, x=["x", "k"], k=3, seed=3)
    columns = model._model_json["output"]["centers"]
    assert set(columns["k"]) <= {"a", "b"}
    assert model._model_json["output"]["model_summary"]["number_of_categorical_columns"] == [1]
    assert model.parms["categorical_encoding"]["actual_value"] == "Enum"


def test_clusters_are_counted(client, frame, rows):
    model = train(frame, k=10, estimate_k=True, standardize=True)
    assert model._model_json["output"]["model_summary"]["number_of_clusters"] == [3]
    assert sorted(model.size()) == [100, 100, 100]
    history = model.scoring_history()
    assert list(history["number_of_clusters"]) == sorted(history["number_of_clusters"])


def test_least_sizes_hold(frame):
    model = train(frame, k=3, seed=1, cluster_size_constraints=[120, 100, 60])
    assert all(size >= least for size, least in zip(model.size(), [120, 100, 60])) and sum(model.size()) == 300


def test_models_survive_a_file(client, frame, tmp_path):
    model = train(frame, k=3, seed=1)
    path = client.save_model(model, path=str(tmp_path), force=True)
    before = model.predict(frame).as_data_frame(use_pandas=False)
    centers, key = model.centers(), model.model_id
    client.remove(key)
    again = client.load_model(path)
    assert again.centers() == centers and again.predict(frame).as_data_frame(use_pandas=False) == before


@pytest.mark.parametrize("parameters, says", [
    (dict(k=0), "k"),
    (dict(k=301), "Cannot make 301 clusters out of 300 rows"),
    (dict(k=3, init="User"), "Must specify initial cluster centers"),
    (dict(k=3, max_iterations=0), "max_iterations"),
    (dict(k=3, cluster_size_constraints=[1, 2]), "not equal to k"),
    (dict(k=3, cluster_size_constraints=[1, 2, 0]), "at least"),
    (dict(k=3, cluster_size_constraints=[200, 50, 51]), "higher than the number of data rows"),
    (dict(k=3, estimate_k=True, cluster_size_constraints=[1, 1, 1]), "Cannot estimate k"),
    (dict(k=3, nfolds=3, fold_assignment="Stratified"), "Stratified needs a response"),
])
def test_what_cannot_be_is_refused(frame, parameters, says):
    with pytest.raises((H2OResponseError, H2OServerError, OSError, EnvironmentError)) as error:
        train(frame, **parameters)
    assert says in str(error.value)


def test_points_that_do_not_fit_are_refused(client, frame, rows):
    points = client.H2OFrame([[1.0], [2.0]], column_names=["x"])
    with pytest.raises((OSError, EnvironmentError), match="same number of columns"):
        train(frame, k=2, user_points=points)
    both = client.H2OFrame(rows[:2], column_names=NAMES)
    with pytest.raises((OSError, EnvironmentError), match="not equal to k"):
        train(frame, k=3, user_points=both)
    client.remove(points)
    client.remove(both)
