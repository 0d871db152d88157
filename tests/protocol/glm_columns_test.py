"""What a GLM makes of its columns, with the published client: interactions, constraints, values to fill in, controls."""

import random

import pytest
from h2o.estimators import H2OGeneralizedLinearEstimator
from h2o.exceptions import H2OResponseError

PREDICTORS = ["x", "z", "k"]


@pytest.fixture(scope="module")
def frame(client):
    r = random.Random(5)
    rows = []
    for i in range(400):
        x, z, k = r.gauss(0, 1), r.gauss(0, 1), "abc"[i % 3]
        y = x - 0.5 * z + x * z + (2 * x if k == "b" else 0) + r.gauss(0, 0.1)
        rows.append([x, z, k, y, "yes" if y > 0 else "no"])
    made = client.H2OFrame(rows, column_names=PREDICTORS + ["y", "two"],
                           column_types=["numeric", "numeric", "enum", "numeric", "enum"])
    yield made
    client.remove(made)


def table(client, **columns):
    made = client.H2OFrame(columns)
    return made[list(columns)]


def train(frame, response="y", **parameters):
    model = H2OGeneralizedLinearEstimator(**{"lambda_": 0, **parameters})
    model.train(x=PREDICTORS, y=response, training_frame=frame)
    return model


def test_interactions_are_fitted_and_scored(frame):
    model = train(frame, interactions=["x", "k"], interaction_pairs=[("x", "z")])
    coefficients = model.coef()
    assert list(coefficients) == ["Intercept", "k.b", "k.c", "x_k.b", "x_k.c", "x_z", "x", "z"]
    assert abs(coefficients["x_k.b"] - 2) < 0.05 and abs(coefficients["x_z"] - 1) < 0.05
    assert abs(model.model_performance(frame).rmse() / model.rmse() - 1) < 1e-12
    assert model.predict(frame).nrow == frame.nrow


def test_bounds_hold(client, frame):
    bounds = table(client, names=["x", "z"], lower_bounds=[0.1, -0.2], upper_bounds=[0.3, 1.0])
    coefficients = train(frame, beta_constraints=bounds).coef()
    assert abs(coefficients["x"] - 0.3) < 1e-12 and abs(coefficients["z"] + 0.2) < 1e-12
    with pytest.raises((H2OResponseError, OSError), match="unknown name 'nobody'"):
        train(frame, beta_constraints=table(client, names=["nobody"], lower_bounds=[0.0]))


def test_linear_constraints_hold_and_are_told_of(client, frame):
    constraints = table(client, names=["x", "z", "constant"], values=[1.0, 1.0, -1.0],
                        types=["Equal", "Equal", "Equal"], constraint_numbers=[0, 0, 0])
    model = train(frame, solver="irlsm", linear_constraints=constraints)
    assert abs(model.coef()["x"] + model.coef()["z"] - 1) < 1e-12
    assert H2OGeneralizedLinearEstimator.allConstraintsPassed(model)
    told = H2OGeneralizedLinearEstimator.getConstraintsInfo(model)
    assert told["condition"] == ["== 0"] and told["condition_satisfied"] == ["true"]


def test_missing_values_are_filled_as_asked(client, frame):
    holes = client.deep_copy(frame, "holes")
    holes[3, "z"] = None
    plugs = table(client, x=[0.0], z=[5.0], k=["c"])
    filled = client.deep_copy(frame, "filled")
    filled[3, "z"] = 5.0
    plugged = train(holes, missing_values_handling="PlugValues", plug_values=plugs, standardize=False).coef()
    for name, value in train(filled, standardize=False).coef().items():
        assert abs(plugged[name] - value) < 1e-10


def test_controls_do_not_predict(frame):
    model = train(frame, "two", family="binomial", control_variables=["z"], lambda_=0.01)
    whole = train(frame, "two", family="binomial", lambda_=0.01)
    assert model.coef() == whole.coef() and model.auc() < whole.auc()
    free = model.make_unrestricted_glm_model()
    assert free.model_id == model.model_id + "_unrestricted_model"
    assert free.auc() == whole.auc()
