"""GLMs with the published client: one use of each family and of what goes beside a fit."""

import random

import pytest
from h2o.estimators import H2OGeneralizedLinearEstimator

PREDICTORS = ["x", "z", "k"]


@pytest.fixture(scope="module")
def frame(client):
    r = random.Random(3)
    rows = []
    for i in range(300):
        x, z, k = r.gauss(0, 1), r.gauss(0, 1), "abc"[i % 3]
        eta = 0.5 * x - 0.3 * z + (0.4 if k == "b" else 0)
        three = max(((r.expovariate(1) * (1 + max(0, s * eta)), n) for s, n in ((1, "u"), (0, "v"), (-1, "w"))))[1]
        grade = "1234"[sum(eta + r.gauss(0, 1) > cut for cut in (-0.8, 0.2, 1))]
        rows.append([x, z, k, eta + r.gauss(0, 1), "yes" if eta + r.gauss(0, 1) > 0 else "no", three, grade,
                     r.gammavariate(2, 1) * (r.random() > 0.3), int(r.expovariate(0.5)), r.random()])
    names = PREDICTORS + ["y", "two", "three", "grade", "cost", "count", "share"]
    kinds = ["numeric", "numeric", "enum", "numeric", "enum", "enum", "enum", "numeric", "numeric", "numeric"]
    made = client.H2OFrame(rows, column_names=names, column_types=kinds)
    yield made
    client.remove(made)


def train(frame, response, **parameters):
    model = H2OGeneralizedLinearEstimator(**parameters)
    model.train(x=PREDICTORS, y=response, training_frame=frame)
    return model


@pytest.mark.parametrize("response, parameters", [
    ("cost", dict(family="tweedie", tweedie_variance_power=1.5, tweedie_link_power=0)),
    ("count", dict(family="negativebinomial", theta=0.5)),
    ("share", dict(family="fractionalbinomial")),
    ("y", dict(family="gaussian", link="identity", solver="coordinate_descent_naive")),
])
def test_every_family_gives_a_model_better_than_none(frame, response, parameters):
    model = train(frame, response, lambda_=0, **parameters)
    performance = model.model_performance(frame)
    assert 0 < performance.residual_deviance() < performance.null_deviance()
    assert abs(performance.residual_deviance() / model.residual_deviance() - 1) < 1e-9
    assert model.predict(frame).nrow == frame.nrow


@pytest.mark.parametrize("response, family, levels", [
    ("three", "AUTO", "uvw"), ("three", "multinomial", "uvw"), ("grade", "ordinal", "1234")])
def test_classes_have_coefficients_of_their_own(frame, response, family, levels):
    model = train(frame, response, family=family, lambda_=0)
    assert model.coef().keys() == {"coefs_class_" + level for level in levels}
    predictions = model.predict(frame)
    assert predictions.names[1:] == ["p" + level if level.isdigit() else level for level in levels]
    assert abs(predictions[0, 1:].as_data_frame().sum(axis=1)[0] - 1) < 1e-9
    assert model.residual_deviance() < model.null_deviance()


def test_a_path_is_listed_and_any_of_its_models_can_be_made(client, frame):
    model = train(frame, "two", family="binomial", lambda_search=True, nlambdas=20)
    path = H2OGeneralizedLinearEstimator.getGLMRegularizationPath(model)
    assert path["lambdas"] == sorted(path["lambdas"], reverse=True)
    assert path["explained_deviance_train"] == sorted(path["explained_deviance_train"])
    at = len(path["lambdas"]) // 2
    made = H2OGeneralizedLinearEstimator.makeGLMModel(model, path["coefficients"][at], threshold=0.4)
    performance = made.model_performance(frame)
    explained = 1 - performance.residual_deviance() / performance.null_deviance()
    assert abs(explained - path["explained_deviance_train"][at]) < 1e-9
    history = model.scoring_history()
    assert len(history) == len(path["lambdas"]) and "deviance_train" in history


def test_what_goes_beside_a_fit(frame):
    model = train(frame, "y", lambda_=0, calc_like=True, compute_p_values=True,
                  generate_variable_inflation_factors=True)
    assert model.loglikelihood() < 0 and model.aic() > 0
    factors = model.get_variable_inflation_factors()
    assert all(1 <= factors[name] < 2 for name in ("x", "z"))
    gamma = H2OGeneralizedLinearEstimator(family="gamma", link="log", lambda_=0, compute_p_values=True,
                                          dispersion_parameter_method="ml")
    positive = frame[frame["cost"] > 0, :]
    gamma.train(x=PREDICTORS, y="cost", training_frame=positive)
    assert 0.3 < gamma._model_json["output"]["dispersion"] < 0.7


def test_p_values_of_each_submodel_of_a_path(frame):
    model = train(frame, "two", family="binomial", lambda_search=True, nlambdas=5, compute_p_values=True)
    path = H2OGeneralizedLinearEstimator.getGLMRegularizationPath(model)
    for coefficients, errors, p_values in zip(path["coefficients"], path["std_errs"], path["p_values"]):
        for name, value in coefficients.items():
            known = str(errors[name]).lower() != "nan"
            assert known == (str(p_values[name]).lower() != "nan")
            assert not known or (value != 0 and 0 <= p_values[name] <= 1)
    assert str(path["std_errs"][-1]["x"]).lower() != "nan"


def test_training_goes_on_from_a_checkpoint(frame):
    form = dict(family="poisson", solver="irlsm", lambda_=0.01)
    first = train(frame, "count", max_iterations=2, **form)
    both, whole = train(frame, "count", checkpoint=first.model_id, **form), train(frame, "count", **form)
    assert max(abs(both.coef()[name] - value) for name, value in whole.coef().items()) < 1e-7
    assert list(both.scoring_history()["iterations"])[:3] == [0, 1, 2]
    with pytest.raises(Exception, match="GLM checkpoint is supported only for IRLSM"):
        train(frame, "count", checkpoint=first.model_id, family="poisson", solver="l_bfgs")


def test_a_family_and_a_link_that_do_not_fit_are_refused_in_h2os_words(frame):
    with pytest.raises(Exception, match="Only tweedie link allowed for family=tweedie"):
        train(frame, "cost", family="tweedie", link="log")


def test_wide_and_sparse_data_is_fitted_by_gradients_to_the_same_model(client, tmp_path):
    """AUTO leaves X'WX alone where nearly all of it would be products of zeros."""
    lines = []
    for i in range(600):
        places = sorted({(i * 37) % 120, (i * 53 + 11) % 120})
        values = [0.5 + (i * 7 + p * 13) % 10 / 10 for p in places]
        odds = sum(v if p % 3 == 0 else -v / 2 for p, v in zip(places, values))
        lines.append(" ".join([str(int(odds > (i % 7 - 3) / 2)), *(f"{p + 1}:{v}" for p, v in zip(places, values))]))
    path = tmp_path / "sparse.svm"
    path.write_text("\n".join(lines) + "\n")
    frame = client.upload_file(str(path))
    target = frame.columns[0]
    frame[target] = frame[target].asfactor()
    fits = {}
    for solver in ("AUTO", "IRLSM", "L_BFGS"):
        model = H2OGeneralizedLinearEstimator(family="binomial", alpha=0, lambda_=0.01, solver=solver)
        model.train(y=target, training_frame=frame)
        fits[solver] = model.coef()
        fits[solver, "iterations"] = model.summary()["number_of_iterations"][0]
    assert fits["AUTO"] == fits["L_BFGS"] and fits["AUTO", "iterations"] == fits["L_BFGS", "iterations"]
    assert len(fits["AUTO"]) > 100
    for name, value in fits["IRLSM"].items():
        assert fits["AUTO"][name] == pytest.approx(value, abs=1e-5), name  # a gradient of 1e-8 over a penalty of 0.01
    client.remove(frame)


def test_the_likeliest_power_and_dispersion_are_told(frame):
    model = train(frame, "cost", family="tweedie", tweedie_variance_power=1.4, tweedie_link_power=0, lambda_=0,
                  dispersion_parameter_method="ml", fix_tweedie_variance_power=False, calc_like=True)
    power = model.actual_params["tweedie_variance_power"]
    assert 1 < power < 2 and power != 1.4
    assert model.actual_params["init_dispersion_parameter"] == model._model_json["output"]["dispersion"]
    other = train(frame, "cost", family="tweedie", tweedie_variance_power=1.4, tweedie_link_power=0, calc_like=True)
    assert model.loglikelihood() > other.loglikelihood()


def test_the_likeliest_theta_is_told(frame):
    model = train(frame, "count", family="negativebinomial", theta=1, dispersion_parameter_method="ml")
    assert model.actual_params["theta"] == model._model_json["output"]["dispersion"] != 1


def test_influence_is_a_frame_beside_the_rows(frame):
    model = train(frame, "two", family="binomial", influence="dfbetas", lambda_=0)
    made = model.get_regression_influence_diagnostics()
    assert made.names == PREDICTORS + ["DFBETA_k.b", "DFBETA_k.c", "DFBETA_x", "DFBETA_z", "DFBETA_Intercept", "two"]
    assert made.nrow == frame.nrow
    assert abs(made["DFBETA_x"].mean()[0]) < 0.01


def test_a_history_tells_what_was_asked_for(frame):
    model = train(frame, "two", family="binomial", lambda_=0, score_each_iteration=True,
                  generate_scoring_history=True)
    history = model.scoring_history()
    assert {"alpha", "lambda", "deviance_train", "training_logloss"} <= set(history)
    assert [value != "" for value in history["training_logloss"]] == [False] + [True] * (len(history) - 1)
    with pytest.raises(Exception, match="early stop:  cannot run when lambda_search=True"):
        train(frame, "two", family="binomial", lambda_search=True, stopping_rounds=2)


def test_an_offset_can_be_left_out_of_scores_and_be_had_back(client, frame):
    model = H2OGeneralizedLinearEstimator(family="binomial", remove_offset_effects=True)
    model.train(x=["x", "k"], y="two", training_frame=frame, offset_column="z")
    full = H2OGeneralizedLinearEstimator(family="binomial")
    full.train(x=["x", "k"], y="two", training_frame=frame, offset_column="z")
    assert model.coef() == full.coef()
    assert model.logloss() != full.logloss()
    whole = model.make_unrestricted_glm_model(dest="with_its_offset")
    assert whole.logloss() == full.logloss()
    assert (whole.predict(frame)["yes"] - full.predict(frame)["yes"]).abs().max() == 0
    client.remove(whole)


def test_folds_choose_the_lambda_of_a_path(frame):
    model = train(frame, "two", family="binomial", lambda_search=True, nlambdas=20, nfolds=3, seed=1)
    history = model.scoring_history()
    assert len(history) > 1 and history["deviance_xval"].idxmin() == len(history) - 1
    assert model._model_json["output"]["lambda_1se"] >= model._model_json["output"]["lambda_best"]
