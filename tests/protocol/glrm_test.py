"""GLRM with the published client, against plain sums and products in Python."""
import math
import random
import warnings

import pytest
from h2o.estimators import H2OGeneralizedLowRankEstimator
from h2o.exceptions import H2OResponseError, H2OServerError

NAMES = ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def rows():
    r = random.Random(3)
    made = []
    for _ in range(200):
        x, y = r.gauss(0, 1), r.gauss(0, 1)
        made.append([x + 5, 2 * x - y, y + 0.1 * r.gauss(0, 1), 3 * x + y + 0.1 * r.gauss(0, 1)])
    return made


@pytest.fixture(scope="module")
def frame(client, rows):
    made = client.H2OFrame([[*row, "ab"[row[0] > 5]] for row in rows], column_names=NAMES + ["k"],
                           column_types=["numeric"] * 4 + ["enum"])
    yield made
    client.remove(made)


def train(frame, x=NAMES, **parameters):
    model = H2OGeneralizedLowRankEstimator(**parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.train(x=x, training_frame=frame)
    return model


def numbers(client, frame):
    return [[float(cell) for cell in row] for row in client.as_list(frame, use_pandas=False, header=False)]


def product(x, y):
    return [[sum(a * b for a, b in zip(row, column)) for column in zip(*y)] for row in x]


def test_the_objective_is_that_of_the_factors_shown(client, frame, rows):
    model = train(frame, k=2, seed=1, regularization_x="Quadratic", gamma_x=0.5, regularization_y="L1", gamma_y=2,
                  representation_name="the_x")
    output = model._model_json["output"]
    assert output["representation_name"] == "the_x"
    x = numbers(client, client.get_frame("the_x"))
    y = model.archetypes()
    fitted = product(x, y)
    squares = sum((a - b) ** 2 for ra, rb in zip(rows, fitted) for a, b in zip(ra, rb))
    penalty = 0.5 * sum(v * v for row in x for v in row) + 2 * sum(abs(v) for row in y for v in row)
    assert model.objective() == pytest.approx(squares + penalty, rel=1e-9)
    assert output["training_metrics"]._metric_json["numerr"] == pytest.approx(squares, rel=1e-9)
    assert model.num_iterations() > 1 and model.final_step() > 0
    told = numbers(client, model.predict(frame))
    for got, wanted in zip(told, fitted):
        assert got == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_rows_are_projected_and_reconstructed_in_their_units(client, frame, rows):
    model = train(frame, k=2, seed=1, transform="STANDARDIZE")
    x = numbers(client, model.transform_frame(frame))
    assert x == numbers(client, client.get_frame(model._model_json["output"]["representation_name"]))
    means = [math.fsum(column) / len(rows) for column in zip(*rows)]
    sigmas = [math.sqrt(math.fsum((v - m) ** 2 for v in column) / (len(rows) - 1))
              for column, m in zip(zip(*rows), means)]
    fitted = product(x, model.archetypes())
    undone = [[v * s + m for v, s, m in zip(row, sigmas, means)] for row in fitted]
    plain, original = model.reconstruct(frame), model.reconstruct(frame, reverse_transform=True)
    assert plain.names == ["reconstr_" + name for name in NAMES]
    for got, wanted in ((plain, fitted), (original, undone)):
        for row, expected in zip(numbers(client, got), wanted):
            assert row == pytest.approx(expected, rel=1e-8, abs=1e-8)
    archetypes = numbers(client, model.proj_archetypes(frame))
    assert archetypes == [pytest.approx(row, rel=1e-12) for row in model.archetypes()]
    shown = numbers(client, model.proj_archetypes(frame, reverse_transform=True))
    for row, archetype in zip(shown, model.archetypes()):
        assert row == pytest.approx([v * s + m for v, s, m in zip(archetype, sigmas, means)], rel=1e-9)


def test_many_columns_are_reconstructed_from_one_fit(client):
    r = random.Random(5)
    factors = [[r.gauss(0, 1) for _ in range(3)] for _ in range(70)]
    rows = [[sum(a * b for a, b in zip([r.gauss(0, 1) for _ in range(3)], f)) + r.gauss(0, 0.1) for f in factors]
            for _ in range(40)]
    made = client.H2OFrame([[*row, "xyz"[(row[0] > 0) + (row[1] > 1)]] for row in rows],
                           column_names=[f"c{i}" for i in range(70)] + ["k"], column_types=["numeric"] * 70 + ["enum"])
    for loss in ("Quadratic", "Huber"):
        model = train(made, x=made.columns, k=3, seed=1, loss=loss, max_iterations=5)
        x = numbers(client, model.transform_frame(made))
        told = client.as_list(model.predict(made), use_pandas=False)
        assert told[0] == [f"reconstr_{name}" for name in made.columns]
        for row, fitted in zip(told[1:], product(x, model.archetypes())):
            assert [float(v) for v in row[:70]] == pytest.approx(fitted[:70], rel=1e-9, abs=1e-9)
            assert row[70] == "xyz"[max(range(3), key=lambda level: fitted[70 + level])]
    client.remove(made)


def test_levels_come_back_as_levels(client, frame):
    model = train(frame, x=NAMES + ["k"], k=3, seed=2, transform="STANDARDIZE", recover_svd=True)
    told = model.predict(frame)
    assert told.names[-1] == "reconstr_k" and told["reconstr_k"].levels() == [["a", "b"]]
    wrong = int((told["reconstr_k"].ascharacter() != frame["k"].ascharacter()).sum())
    metrics = model._model_json["output"]["training_metrics"]._metric_json
    assert metrics["caterr"] == wrong < 40 and metrics["catcnt"] == 200 and metrics["numcnt"] == 800
    values = model._model_json["output"]["singular_vals"]
    assert len(values) == 3 and values == sorted(values, reverse=True)
    shares = model.varimp()
    assert shares[0][1] == pytest.approx(values[0] / math.sqrt(199))


def test_what_cannot_be_done_is_said(client, frame):
    for parameters, word in (({"k": 9}, "k must be between"), ({"loss": "Poisson"}, "negative"),
                             ({"loss_by_col": ["Huber"], "loss_by_col_idx": [9]}, "not there"),
                             ({"init": "User"}, "user_y")):
        with pytest.raises((H2OResponseError, H2OServerError, OSError, EnvironmentError)) as error:
            train(frame, **{"k": 2, **parameters})
        assert word in str(error.value)
