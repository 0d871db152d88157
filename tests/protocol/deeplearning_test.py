"""Deep learning with the published client: one use of each kind of response and of what goes beside a fit."""
import math
import random

import pytest
from h2o.estimators import H2OAutoEncoderEstimator, H2ODeepLearningEstimator
from h2o.exceptions import H2OResponseError

PREDICTORS = ["x", "z", "k"]
ROWS = 600


@pytest.fixture(scope="module")
def frame(client):
    draw = random.Random(5)
    rows = []
    for _ in range(ROWS):
        x, z, k = draw.uniform(-2, 2), draw.gauss(0, 1), draw.choice("abc")
        signal = x * x + z + 2 * (k == "b")
        rows.append([x, z, k, signal + draw.gauss(0, 0.1), "yes" if signal > 2 else "no",
                     "lmh"[min(2, max(0, int(signal)))], int(math.exp(signal / 3))])
    made = client.H2OFrame(rows, column_names=PREDICTORS + ["y", "two", "three", "n"],
                           column_types=["numeric", "numeric", "enum", "numeric", "enum", "enum", "numeric"])
    yield made
    client.remove(made)


def train(frame, response, **parameters):
    model = H2ODeepLearningEstimator(**{"hidden": [20, 20], "epochs": 30, "seed": 7, **parameters})
    model.train(x=PREDICTORS, y=response, training_frame=frame, validation_frame=frame)
    return model


def column(frame, name):
    return frame[name].as_data_frame(use_pandas=False, header=False)


def test_two_classes(frame):
    model = train(frame, "two")
    assert model.auc(valid=True) > 0.95
    predicted = model.predict(frame)
    assert predicted.names == ["predict", "no", "yes"]
    total = [float(no[0]) + float(yes[0]) for no, yes in zip(column(predicted, "no"), column(predicted, "yes"))]
    assert max(abs(one - 1) for one in total) < 1e-12
    performance = model.model_performance(frame)
    assert performance.auc() == pytest.approx(model.auc(valid=True), abs=1e-12)
    assert performance.logloss() == pytest.approx(model.logloss(valid=True), abs=1e-12)
    history = model.scoring_history()
    assert list(history["samples"])[0] == 0 and list(history["epochs"])[-1] <= 30
    names = [row[0] for row in model.varimp()]
    assert sorted(names) == sorted(["x", "z", "k.a", "k.b", "k.c", "k.missing(NA)"])


def test_several_classes_and_numbers(frame):
    three = train(frame, "three", activation="tanh")
    assert three.mean_per_class_error(valid=True) < 0.15
    assert three.predict(frame).names == ["predict", "h", "l", "m"]
    number = train(frame, "y", activation="maxout")
    assert number.r2(valid=True) > 0.9
    count = train(frame, "n", distribution="poisson")
    assert count.mean_residual_deviance(valid=True) < 0.3
    assert min(float(cell[0]) for cell in column(count.predict(frame), "predict")) > 0


def test_the_summary_tells_of_each_layer(frame):
    model = train(frame, "y", activation="rectifier_with_dropout", hidden_dropout_ratios=[0.1, 0.2])
    summary = model._model_json["output"]["model_summary"].as_data_frame()
    assert list(summary["type"]) == ["Input", "RectifierWithDropout", "RectifierWithDropout", "Linear"]
    assert list(summary["units"]) == [6, 20, 20, 1]
    assert model.actual_params["distribution"] == "gaussian"
    assert model.actual_params["loss"] == "Quadratic"


def test_cross_validation(frame):
    model = train(frame, "two", nfolds=3, fold_assignment="modulo", keep_cross_validation_predictions=True)
    assert model.auc(xval=True) > 0.9
    assert len(model.cross_validation_models()) == 3
    held_out = model.cross_validation_holdout_predictions()
    assert held_out.nrow == ROWS


def test_a_checkpoint_goes_on(frame):
    first = train(frame, "y", epochs=3, stopping_rounds=0)
    later = train(frame, "y", epochs=30, stopping_rounds=0, checkpoint=first.model_id)
    assert list(later.scoring_history()["epochs"])[-1] == pytest.approx(30)
    assert later.mse(valid=True) < first.mse(valid=True)
    with pytest.raises(H2OResponseError, match="epochs"):
        train(frame, "y", epochs=2, checkpoint=first.model_id)


def test_weights_and_biases_are_frames(frame):
    model = train(frame, "two", export_weights_and_biases=True)
    assert model.weights(0).dim == [20, 6]
    assert model.weights(2).dim == [2, 20]
    assert model.biases(1).dim == [20, 1]
    assert len(model.normmul()) == 2 and model.catoffsets() == [0, 4]
    again = train(frame, "two", initial_weights=[model.weights(n) for n in range(3)],
                  initial_biases=[model.biases(n) for n in range(3)], epochs=0)
    assert again.logloss(valid=True) == pytest.approx(model.logloss(valid=True), abs=1e-9)


def test_the_seed_settles_everything(frame):
    checksums = {train(frame, "two", seed=seed)._model_json["output"]["training_metrics"]
                 ._metric_json["model_checksum"] for seed in (1, 1, 2)}
    assert len(checksums) == 2


def test_what_cannot_be_done_is_refused_by_name(frame):
    for parameters, name in [({"sparsity_beta": 0.1}, "sparsity_beta"),
                             ({"pretrained_autoencoder": "there-is-none"}, "pretrained_autoencoder"),
                             ({"hidden": [0]}, "hidden"),
                             ({"loss": "cross_entropy"}, "loss"),
                             ({"distribution": "bernoulli"}, "distribution")]:
        with pytest.raises(H2OResponseError, match=name):
            train(frame, "y", **parameters)


def test_an_autoencoder_is_where_training_starts_from(frame):
    shape = {"hidden": [20, 20], "activation": "tanh", "seed": 7}
    autoencoder = H2OAutoEncoderEstimator(model_id="pretrained", epochs=5, sparsity_beta=0.2, average_activation=-0.5,
                                          export_weights_and_biases=True, **shape)
    autoencoder.train(x=PREDICTORS, training_frame=frame)
    begun = train(frame, "two", pretrained_autoencoder="pretrained", epochs=0, export_weights_and_biases=True, **shape)
    for layer in range(2):
        assert begun.weights(layer).as_data_frame().equals(autoencoder.weights(layer).as_data_frame())
    model = train(frame, "two", pretrained_autoencoder="pretrained", **shape)
    assert model.auc(valid=True) > 0.95
    with pytest.raises(H2OResponseError, match="_hidden: Model 'pretrained'"):
        train(frame, "two", pretrained_autoencoder="pretrained", **{**shape, "hidden": [20, 10]})
    with pytest.raises(EnvironmentError, match="has the input z besides"):
        narrower = H2ODeepLearningEstimator(pretrained_autoencoder="pretrained", **shape)
        narrower.train(x=["x", "k"], y="two", training_frame=frame)


def test_elastic_averaging_is_accepted_and_changes_nothing(frame):
    plain, averaged = (train(frame, "y", epochs=2, elastic_averaging=elastic) for elastic in (False, True))
    assert averaged.mse(valid=True) == plain.mse(valid=True)


def test_an_autoencoder_finds_what_is_odd(client):
    draw = random.Random(8)
    rows = [[t, 2 - t, "a" if t < 0.5 else "b"] for t in (draw.random() for _ in range(500))] + [[0.5, 9, "a"]]
    frame = client.H2OFrame(rows, column_names=["x", "z", "k"], column_types=["numeric", "numeric", "enum"])
    model = H2OAutoEncoderEstimator(hidden=[5, 2, 5], activation="tanh", epochs=50, seed=2)
    model.train(x=["x", "z", "k"], training_frame=frame)
    assert model.mse() < 0.2 and model.rmse() == pytest.approx(math.sqrt(model.mse()))
    errors = [float(cell[0]) for cell in column(model.anomaly(frame), "Reconstruction.MSE")]
    assert errors.index(max(errors)) == 500
    assert sum(errors) / 501 == pytest.approx(model.mse(), rel=1e-9)
    by_input = model.anomaly(frame, per_feature=True)
    assert by_input.names == [f"reconstr_{n}.SE" for n in ["k.a", "k.b", "k.missing(NA)", "x", "z"]]
    assert model.predict(frame).names == [f"reconstr_{n}" for n in ["k.a", "k.b", "k.missing(NA)", "x", "z"]]
    features = model.deepfeatures(frame, 1)
    assert features.dim == [501, 2] and features.names == ["DF.L2.C1", "DF.L2.C2"]
    with pytest.raises((H2OResponseError, OSError, EnvironmentError), match="hidden layer"):
        model.deepfeatures(frame, 3)
    assert model.model_performance(frame).mse() == pytest.approx(model.mse(), rel=1e-9)
    client.remove(frame)
