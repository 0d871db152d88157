"""Target encoding as a step of AutoML, with the published client."""
import random

import pytest
from h2o.automl import H2OAutoML
from h2o.estimators import H2ORandomForestEstimator
from h2o.exceptions import H2OResponseError

TOWNS = 45  # of which training sees 40


def rows(count, seed, towns):
    """A town, of which the response follows, and two more columns."""
    draw, worth = random.Random(seed), random.Random(1)
    of_town = [worth.uniform(0, 3) for _ in range(TOWNS)]
    made = []
    for i in range(count):
        town, x, kind = draw.randrange(towns), draw.random(), draw.choice("abc")
        signal = of_town[town] + x + draw.random()
        made.append(["" if i % 19 == 18 else "town %d" % town, x, kind, "yes" if signal > 2.5 else "no", signal])
    return made


def frame_of(client, told):
    return client.H2OFrame(told, column_names=["town", "x", "kind", "two", "y"], na_strings=[""],
                           column_types=["enum", "numeric", "enum", "enum", "numeric"])


@pytest.fixture(scope="module")
def frames(client):
    made = frame_of(client, rows(900, 2, 40)), frame_of(client, rows(200, 3, TOWNS))
    yield made
    for frame in made:
        client.remove(frame)


def train(frame, response="two", validation=None, **options):
    aml = H2OAutoML(**{"max_models": 3, "nfolds": 3, "seed": 1, "stopping_rounds": 1, "stopping_tolerance": 0.5,
                       "exclude_algos": ["DeepLearning"], "preprocessing": ["target_encoding"], **options})
    aml.train(x=["town", "x", "kind"], y=response, training_frame=frame, validation_frame=validation)
    return aml


def ids(aml):
    return [row[0] for row in aml.leaderboard["model_id"].as_data_frame(use_pandas=False, header=False)]


def encoder_of(client, aml):
    instance = ids(aml)[0].split("_AutoML_")[1].split("_model_")[0]
    return client.get_model("TargetEncoding_AutoML_" + instance)


def predictions(model, frame):
    return model.predict(frame).as_data_frame(use_pandas=False, header=False)


@pytest.mark.parametrize("response", ["two", "y"])
def test_a_model_predicts_raw_rows_as_one_of_encoded_rows(client, frames, response):
    training, test = frames
    plan = [{"name": "DRF", "steps": [{"id": "def_1"}]}]
    # Without the validation frame, rows would be held out.
    aml = train(training, response, test, max_models=1, nfolds=0, stopping_rounds=0, modeling_plan=plan)
    encoder = encoder_of(client, aml)
    encoded = encoder.transform(training, blending=True, as_training=True)
    encoded_test = encoder.transform(test, blending=True)
    assert "town" not in encoded.names
    by_hand = H2ORandomForestEstimator(ntrees=50, score_tree_interval=5, seed=aml.leader.actual_params["seed"])
    by_hand.train(x=["town_te", "x", "kind"], y=response, training_frame=encoded, validation_frame=encoded_test)
    assert predictions(by_hand, encoded_test) == predictions(aml.leader, test)
    assert aml.leader._model_json["output"]["names"][:3] == ["town_te", "x", "kind"]
    assert aml.leader._model_json["output"]["original_names"][:3] == ["town", "x", "kind"]
    client.remove(aml)


def test_every_model_of_a_board_predicts_raw_rows_anywhere(client, frames, tmp_path):
    training, test = frames
    aml = train(training)
    names = ids(aml)
    assert len(names) == 5
    expected = {name: predictions(client.get_model(name), test) for name in names}
    for name in names:
        model = client.get_model(name)
        is_plain = model.algo == "glm"
        assert (model.have_mojo, model.have_pojo) == (is_plain, is_plain), name
        assert ("town_te" in model._model_json["output"]["names"]) == (model.algo in ("gbm", "drf"))
    again = train(training)
    assert sorted(expected.values()) == sorted(predictions(client.get_model(name), test) for name in ids(again))
    paths = [client.save_model(client.get_model(name), str(tmp_path), filename=name) for name in names]
    client.remove(encoder_of(client, aml))
    for name in names:
        assert predictions(client.get_model(name), test) == expected[name], name
    client.remove(again)
    client.remove(aml)
    for path, name in zip(paths, names):
        assert predictions(client.load_model(path), test) == expected[name], name
        client.remove(name)


def test_the_encoder_goes_with_its_project(client, frames):
    aml = train(frames[0], project_name="encoded", max_models=1)
    encoder = encoder_of(client, aml)
    assert encoder.model_id in [row[0] for row in client.ls().values.tolist()]
    messages = aml.event_log["message"].as_data_frame(use_pandas=False, header=False)
    assert ["Target encoding of columns: town"] in messages
    client.remove(aml)
    with pytest.raises(H2OResponseError, match="not found"):
        client.get_model(encoder.model_id)


def test_it_asks_more_of_columns_than_to_be_categories(client, frames):
    small = frames[0][:150, :]
    aml = train(small, max_models=1)
    assert not any("_te" in name for name in aml.leader._model_json["output"]["names"])
    client.remove(aml)


def test_unknown_steps_are_refused(client, frames):
    with pytest.raises(AssertionError):
        H2OAutoML(preprocessing=["scaling"])
    request = {"input_spec": {"training_frame": frames[0].frame_id, "response_column": "two"},
               "build_models": {"preprocessing": [{"type": "scaling"}]}}
    with pytest.raises(H2OResponseError, match="scaling"):
        client.api("POST /99/AutoMLBuilder", json=request)


def test_names_that_it_adds_must_be_free(client, frames):
    taken = frames[0].cbind(frames[0]["x"].set_names(["two_te_fold"]))
    with pytest.raises(H2OResponseError, match="two_te_fold"):
        train(taken)
