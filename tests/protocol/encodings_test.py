"""Every categorical_encoding with the published client: a model of encoded predictors is the model of a frame that numpy and pandas
have encoded, to the last bit of its predictions."""
import numpy
import pandas
import pytest
from h2o.estimators import H2OGradientBoostingEstimator, H2ORandomForestEstimator

ROWS = 600
TREES = {"ntrees": 5, "max_depth": 4, "min_rows": 2, "seed": 7}
LEVELS = ["red", "green", "blue", "grey", "pink"] + [f"rare{i:02}" for i in range(12)]


def table(seed, levels):
    draw = numpy.random.default_rng(seed)
    weights = numpy.array([6.0 if len(level) < 6 else 1.0 for level in levels])
    k = pandas.Series(draw.choice(levels, ROWS, p=weights / weights.sum()).astype(object))
    k[::17] = None
    x = draw.uniform(0, 10, ROWS).round(6)
    y = (x + 4 * (k == "red") - 3 * (k == "blue") + draw.normal(0, 1, ROWS)).round(6)
    return pandas.DataFrame({"k": k, "x": x, "y": y})


def domain(data):
    return sorted(data["k"].dropna().unique())


def codes(data, levels):
    """Those of `levels`; levels behind them go on in the order of the alphabet; -1 is missing."""
    unseen = [level for level in domain(data) if level not in levels]
    place = {level: code for code, level in enumerate(levels + unseen)}
    return data["k"].map(lambda level: -1 if pandas.isna(level) else place[level]).to_numpy()


def one_hot(data, train):
    levels = domain(train)
    made = {"x": data["x"]}
    for level in levels:
        made["k." + level] = (data["k"] == level).astype(int)
    made["k.missing(NA)"] = data["k"].isna().astype(int)
    return pandas.DataFrame(made)


def binary(data, train):
    levels = domain(train)
    value = codes(data, levels) + 1
    digits = int(numpy.floor(numpy.log2(len(levels)))) + 1
    return pandas.DataFrame({"x": data["x"], **{f"k:{digit}": value >> digit & 1 for digit in range(digits)}})


def label(data, train):
    value = codes(data, domain(train)).astype(float)
    value[value < 0] = numpy.nan
    return pandas.DataFrame({"k": value, "x": data["x"]})


def eigen(data, train):
    """The eigenvector of the scaled covariance of indicators that the codes are nearest to."""
    levels = domain(train)
    counts = train["k"].value_counts().reindex(levels).to_numpy(dtype=float)
    scaled = numpy.diag(counts) - numpy.outer(counts, counts) / counts.sum()
    scaled /= numpy.sqrt(numpy.outer(counts, counts))
    values, vectors = numpy.linalg.eigh(scaled)
    of_one = vectors[:, numpy.isclose(values, 1)]
    projected = of_one @ (of_one.T @ numpy.arange(len(levels)))
    projected /= numpy.linalg.norm(projected)
    of_level = dict(zip(levels, projected.astype(numpy.float32)))
    return pandas.DataFrame({"k.Eigen": data["k"].map(of_level).astype(float), "x": data["x"]})


def limited(data, train):
    """Levels by number, so that their order as texts is that of their frequency."""
    counts = train["k"].value_counts()
    ordered = sorted(counts.index, key=lambda level: (-counts[level], level))
    number = {level: f"{rank:02}" for rank, level in enumerate(ordered[:10])}
    named = data["k"].map(lambda level: level if pandas.isna(level) else number.get(level, "other"))
    return pandas.DataFrame({"k.top_10_levels": named, "x": data["x"]})


ENCODINGS = {"OneHotExplicit": one_hot, "Binary": binary, "LabelEncoder": label, "Eigen": eigen, "EnumLimited": limited}


def upload(client, data):
    types = {name: "numeric" if pandas.api.types.is_numeric_dtype(data[name]) else "enum" for name in data.columns}
    return client.H2OFrame(data.fillna({name: "NA" for name in types if types[name] == "enum"}), column_types=types,
                           na_strings=["NA"])


def predictions(model, frame):
    return model.predict(frame).as_data_frame(use_multi_thread=False)["predict"].to_numpy()


def train(estimator, frame, **parameters):
    model = estimator(**TREES, **parameters)
    model.train(x=[name for name in frame.names if name != "y"], y="y", training_frame=frame)
    return model


@pytest.fixture(scope="module")
def data():
    return table(1, LEVELS), table(2, LEVELS[1:] + ["new", "unseen"])


@pytest.fixture(scope="module")
def frames(client, data):
    made = [upload(client, part) for part in data]
    yield made
    for frame in made:
        client.remove(frame)


@pytest.mark.parametrize("estimator", [H2OGradientBoostingEstimator, H2ORandomForestEstimator])
@pytest.mark.parametrize("scheme", ENCODINGS)
def test_models_are_those_of_frames_that_are_encoded_by_hand(client, data, frames, estimator, scheme):
    encode = ENCODINGS[scheme]
    model = train(estimator, frames[0], categorical_encoding=scheme)
    encoded = [encode(part, data[0]).assign(y=part["y"]) for part in data]
    names = [name for name in encoded[0].columns if name != "y"]
    output = model._model_json["output"]
    assert output["names"] == names + ["y"]
    assert output["original_names"] == ["k", "x", "y"]
    assert sorted(row[0] for row in model.varimp()) == sorted(names)
    uploaded = [upload(client, part) for part in encoded]
    by_hand = train(estimator, uploaded[0], ignore_const_cols=False)
    for told, expected in zip(frames, uploaded):
        assert numpy.array_equal(predictions(model, told), predictions(by_hand, expected))
    assert model.mse() == pytest.approx(by_hand.mse(), rel=1e-6)
    for frame in uploaded:
        client.remove(frame)


@pytest.mark.parametrize("estimator", [H2OGradientBoostingEstimator, H2ORandomForestEstimator])
def test_levels_sorted_by_response_are_in_the_order_of_their_means(data, frames, estimator):
    model = train(estimator, frames[0], categorical_encoding="SortByResponse", nbins_cats=8)
    means = data[0].groupby("k")["y"].mean()
    assert model._model_json["output"]["domains"][0] == sorted(means.index, key=lambda level: means[level])
    assert model._model_json["output"]["original_names"] is None
    assert numpy.isfinite(predictions(model, frames[1])).all()
    few = train(estimator, frames[0], categorical_encoding="SortByResponse", nbins_cats=20)
    assert few._model_json["output"]["domains"][0] == domain(data[0])


def test_folds_and_files_of_models_know_their_encoding(client, frames, tmp_path_factory):
    model = train(H2OGradientBoostingEstimator, frames[0], categorical_encoding="OneHotExplicit", nfolds=3,
                  keep_cross_validation_predictions=True)
    plain = train(H2OGradientBoostingEstimator, frames[0], nfolds=3)
    assert model.mse(xval=True) == pytest.approx(plain.mse(xval=True), rel=0.5)
    assert len(model.cross_validation_models()) == 3
    told = predictions(model, frames[1])
    path = client.download_model(model, str(tmp_path_factory.mktemp("model")))
    client.remove(model)
    assert numpy.array_equal(predictions(client.upload_model(path), frames[1]), told)


def test_what_no_tree_does_is_refused(frames):
    with pytest.raises(Exception, match="OneHotInternal"):
        train(H2OGradientBoostingEstimator, frames[0], categorical_encoding="OneHotInternal")
