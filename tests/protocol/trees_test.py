"""What the published client asks of finished forests, against walks through the trees that it gets."""
import math
import random

import pytest
from h2o.estimators import (H2OGeneralizedLinearEstimator, H2OGradientBoostingEstimator,
                            H2ORandomForestEstimator)
from h2o.exceptions import H2OResponseError
from h2o.tree import H2OTree

ROWS = 300
ESTIMATORS = [H2OGradientBoostingEstimator, H2ORandomForestEstimator]


@pytest.fixture(scope="module")
def rows():
    draw = random.Random(11)
    made = []
    for _ in range(ROWS):
        x, z = draw.uniform(0, 10), draw.uniform(-1, 1)
        k = draw.randrange(6)
        y = 2 * x + 5 * (k in (1, 4)) + draw.gauss(0, 1)
        made.append([None if draw.random() < 0.1 else x, z, None if draw.random() < 0.1 else "abcdef"[k], y,
                     "yes" if y > 10 else "no", "lmh"[min(2, int(max(0, y) / 8))]])
    return made


@pytest.fixture(scope="module")
def frame(client, rows, tmp_path_factory):
    # As a file, since the client turns a missing level into an empty one.
    file = tmp_path_factory.mktemp("trees") / "rows.csv"
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    file.write_text("x,z,k,y,two,three\n" + "\n".join(lines))
    made = client.upload_file(str(file))
    assert made["k"].isna().sum() > 0
    yield made
    client.remove(made)


def train(estimator, frame, response, **parameters):
    model = estimator(**{"ntrees": 6, "max_depth": 4, "min_rows": 5, "seed": 3, **parameters})
    model.train(x=["x", "z", "k"], y=response, training_frame=frame)
    return model


def cells(frame):
    table = frame.as_data_frame(use_pandas=False, header=False)
    return dict(zip(frame.names, zip(*table)))


def numbers(frame):
    return {name: [float(cell) for cell in column] for name, column in cells(frame).items()}


def walk(tree, row):
    """The path of a row, the number of its leaf, what is predicted there, and the columns that are tested."""
    values = dict(zip(("x", "z", "k"), row))
    at, path, tests = 0, "", []
    while tree.left_children[at] != -1:
        name = tree.features[at]
        tests.append(name)
        value = values[name]
        left, right = tree.left_children[at], tree.right_children[at]
        if value is None:
            goes_right = tree.nas[at] == "RIGHT"
        elif name == "k":
            goes_right = value in (tree.levels[right] or [])
            assert goes_right != (value in (tree.levels[left] or []))
        else:
            goes_right = value >= tree.thresholds[at]
        path += "R" if goes_right else "L"
        at = right if goes_right else left
    return path, tree.node_ids[at], tree.predictions[at], tests


def columns_of(model, response):
    classes = {"y": [None], "two": ["no"], "three": ["h", "l", "m"]}[response]
    for number in range(6):
        for index, name in enumerate(classes):
            yield "T%d" % (number + 1) + (".C%d" % (index + 1) if name else ""), number, name


@pytest.mark.parametrize("response", ["y", "two", "three"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_leaves_are_where_the_trees_lead_to(estimator, frame, rows, response):
    model = train(estimator, frame, response)
    paths = cells(model.predict_leaf_node_assignment(frame))
    ids = numbers(model.predict_leaf_node_assignment(frame, "Node_ID"))
    met = numbers(model.feature_frequencies(frame))
    assert list(met) == ["x", "z", "k"]
    wanted = list(columns_of(model, response))
    assert list(paths) == list(ids) == [name for name, _, _ in wanted]
    counts = [dict.fromkeys(met, 0) for _ in rows]
    for name, number, of_class in wanted:
        tree = H2OTree(model, number, of_class)
        assert tree.tree_class == of_class
        for i, row in enumerate(rows):
            path, node, _, tests = walk(tree, row)
            assert (paths[name][i], ids[name][i]) == (path, node)
            for test in tests:
                counts[i][test] += 1
    assert [{name: column[i] for name, column in met.items()} for i in range(ROWS)] == counts


def test_predictions_are_sums_of_leaves(frame, rows):
    model = train(H2OGradientBoostingEstimator, frame, "y")
    start = model._model_json["output"]["init_f"]
    trees = [H2OTree(model, number) for number in range(6)]
    staged = numbers(model.staged_predict_proba(frame))
    predicted = numbers(model.predict(frame))["predict"]
    for i, row in enumerate(rows):
        total = start
        for number, tree in enumerate(trees):
            total += walk(tree, row)[2]
            assert staged["T%d" % (number + 1)][i] == pytest.approx(total, rel=1e-6)
        assert predicted[i] == pytest.approx(total, rel=1e-6)


def test_a_random_forests_leaves_are_of_the_first_class(frame, rows):
    model = train(H2ORandomForestEstimator, frame, "two")
    trees = [H2OTree(model, number, "no") for number in range(6)]
    predicted = numbers(model.predict(frame)[["no", "yes"]])
    for i, row in enumerate(rows):
        mean = sum(walk(tree, row)[2] for tree in trees) / 6
        assert predicted["no"][i] == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize("response, name", [("two", "no"), ("three", "l")])
def test_stages_are_models_of_fewer_trees(frame, response, name):
    whole = train(H2OGradientBoostingEstimator, frame, response)
    part = train(H2OGradientBoostingEstimator, frame, response, ntrees=4)
    staged = numbers(whole.staged_predict_proba(frame))
    column = "C1" if response == "two" else "C2"
    assert staged["T4." + column] == numbers(part.predict(frame)[[name]])[name]
    assert staged["T6." + column] == numbers(whole.predict(frame)[[name]])[name]


@pytest.mark.parametrize("response", ["y", "two", "three"])
def test_rows_are_told_the_trees_that_grew_on_them(frame, response):
    told = train(H2OGradientBoostingEstimator, frame, response, sample_rate=0.5).row_to_tree_assignment(frame)
    trees = [f"tree_{i}" for i in range(1, 7)]
    assert told.names == ["row_id", *trees] and told.frame_id.startswith("row_to_tree_assignment__")
    assert [told.types[name] for name in told.names] == ["int"] + 6 * ["enum"]
    assert told[trees[0]].levels() == [["0", "1"]]
    table = numbers(told)
    assert table["row_id"] == list(range(ROWS))
    assert all(0.35 * ROWS < sum(table[tree]) < 0.65 * ROWS for tree in trees)
    assert table["tree_1"] != table["tree_2"]
    whole = train(H2OGradientBoostingEstimator, frame, response).row_to_tree_assignment(frame)
    assert all(set(numbers(whole)[tree]) == {1.0} for tree in trees)


def test_answers_about_rows_have_the_names_and_metrics_that_h2o_gives_them(client, frame):
    model = train(H2OGradientBoostingEstimator, frame, "two")
    path = f"Predictions/models/{model.model_id}/frames/{frame.frame_id}"
    for asked, prefix, metrics in (
            ({"predict_staged_proba": True}, "staged_proba__", 1), ({"leaf_node_assignment": True}, "leaf_node_assignment_", 0),
            ({"feature_frequencies": True}, "feature_frequencies_", 1), ({}, "predictions_", 1),
            ({"row_to_tree_assignment": True}, "row_to_tree_assignment_", 1)):
        answer = client.api("POST /3/" + path, data=asked)
        assert answer["predictions_frame"]["name"].startswith(prefix)
        assert len(answer["model_metrics"] or []) == metrics, asked
    for asked, prefix in (({}, "transformation_"), ({"row_to_tree_assignment": True}, "row_to_tree_assignment__")):
        assert client.api("POST /4/" + path, data=asked)["dest"]["name"].startswith(prefix)


def test_trees_are_described(frame):
    model = train(H2OGradientBoostingEstimator, frame, "y")
    tree = H2OTree(model, 0, plain_language_rules=True)
    assert len(tree) == len(tree.node_ids) == len(tree.thresholds) == len(tree.descriptions)
    assert tree.root_node.id == 0 and tree.nas[0] in ("LEFT", "RIGHT")
    for i, left in enumerate(tree.left_children):
        leaf = left == -1
        assert leaf == (tree.features[i] is None) == ("terminal node" in tree.descriptions[i])
        assert leaf == bool(tree.decision_paths[i] and "Prediction: " in tree.decision_paths[i])
        by_level = tree.features[i] == "k"
        assert (tree.left_cat_split[i] is not None) == by_level
        assert math.isnan(tree.thresholds[i]) == (leaf or by_level)
    assert tree.decision_paths[0].startswith("Predicted value: ")
    lines = tree.tree_decision_path.split("\n")
    assert lines[0].startswith("If ( ") and lines[-1] == "}"
    assert tree.tree_decision_path.count("Predicted value: ") == sum(left == -1 for left in tree.left_children)
    assert H2OTree(model, 0, plain_language_rules=False).tree_decision_path.startswith("Plain language rules")
    assert "Split threshold" in str(tree.descriptions)


@pytest.mark.parametrize("response, number, tree_class, message", [
    ("y", -1, None, "Invalid tree number: -1"), ("y", 6, None, "Invalid tree number: 6"),
    ("y", 0, "no", "There are no tree classes for Regression"),
    ("two", 0, "yes", "only one tree class has been built"),
    ("three", 0, None, "There is no such tree class"), ("three", 0, "q", "There is no such tree class")])
def test_trees_that_are_not_there_are_refused(frame, response, number, tree_class, message):
    model = train(H2OGradientBoostingEstimator, frame, response)
    with pytest.raises(H2OResponseError, match=message):
        H2OTree(model, number, tree_class)


def test_what_a_model_cannot_answer_is_named(client, frame):
    linear = H2OGeneralizedLinearEstimator()
    linear.train(x=["x", "z"], y="y", training_frame=frame)
    for ask, name in ((linear.predict_leaf_node_assignment, "leaf_node_assignment"),
                      (linear.feature_frequencies, "feature_frequencies"),
                      (linear.staged_predict_proba, "predict_staged_proba"),
                      (train(H2ORandomForestEstimator, frame, "y").staged_predict_proba, "predict_staged_proba")):
        with pytest.raises(H2OResponseError, match=name):
            ask(frame)
    forest = train(H2ORandomForestEstimator, frame, "y")
    with pytest.raises(H2OResponseError, match="row_to_tree_assignment"):
        client.api(f"POST /4/Predictions/models/{forest.model_id}/frames/{frame.frame_id}", data={"row_to_tree_assignment": True})
    boosted = train(H2OGradientBoostingEstimator, frame, "y")
    with pytest.raises(OSError, match="response column 'y'"):
        boosted.row_to_tree_assignment(frame[["x", "z", "k"]])
    with pytest.raises(H2OResponseError, match="not tree-based"):
        H2OTree(linear, 0)
    with pytest.raises(H2OResponseError, match="lost"):
        client.api("GET /3/Tree", data={"model": "lost", "tree_number": 0})
