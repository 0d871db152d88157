"""Principal components and singular values with the published client, against LAPACK through numpy."""
import warnings

import numpy as np
import pytest
from h2o.estimators import H2OPrincipalComponentAnalysisEstimator, H2OSingularValueDecompositionEstimator

ROWS = 400
LEVELS = ["a", "b", "c", "d"]
PAIR = ["no", "yes"]
TRANSFORMS = ["none", "standardize", "normalize", "demean", "descale"]


@pytest.fixture(scope="module")
def data():
    r = np.random.default_rng(4)
    hidden = r.normal(size=(ROWS, 3))
    numbers = hidden @ r.normal(size=(3, 5)) + r.normal(size=(ROWS, 5)) * [1, 0.5, 2, 0.1, 3]
    numbers += [0, 10, -500, 3, 40]
    return np.round(numbers, 6), r.integers(0, 4, ROWS), r.integers(0, 2, ROWS)


@pytest.fixture(scope="module")
def frame(client, data):
    numbers, levels, pairs = data
    rows = [[PAIR[p], *row, LEVELS[k]] for row, k, p in zip(numbers.tolist(), levels, pairs)]
    made = client.H2OFrame(rows, column_names=["p"] + [f"x{i}" for i in range(5)] + ["k"],
                           column_types=["enum"] + ["numeric"] * 5 + ["enum"])
    yield made
    client.remove(made)


def matrix(data, transform, all_levels):
    """Categories of most levels first, then numbers."""
    numbers, levels, pairs = data
    mean, sd, span = numbers.mean(0), numbers.std(0, ddof=1), np.ptp(numbers, axis=0)
    shift = 0 if transform in ("none", "descale") else mean
    by = {"standardize": sd, "descale": sd, "normalize": span}.get(transform, 1)
    first = 0 if all_levels else 1
    return np.column_stack([np.eye(4)[levels][:, first:], np.eye(2)[pairs][:, first:], (numbers - shift) / by])


def decomposed(x):
    u, d, vt = np.linalg.svd(x, full_matrices=False)
    signs = np.sign(vt[np.arange(len(vt)), np.abs(vt).argmax(1)])
    return u * signs, d, (vt.T * signs)


def train(estimator, frame, x=None, **parameters):
    model = estimator(**parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.train(x=x or frame.columns, training_frame=frame)
    return model


def pca(frame, **parameters):
    return train(H2OPrincipalComponentAnalysisEstimator, frame, **parameters)


def cells(table, skip=1):
    return np.array([row[skip:] for row in table.cell_values], dtype=float)


def values(frame):
    rows = frame.as_data_frame(use_pandas=False, header=False)
    return np.array([[float(cell or "nan") for cell in row] for row in rows])


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("all_levels", [False, True])
def test_components_are_those_of_lapack(frame, data, transform, all_levels):
    x = matrix(data, transform, all_levels)
    u, d, v = decomposed(x)
    model = pca(frame, k=4, transform=transform, use_all_factor_levels=all_levels)
    output = model._model_json["output"]
    assert [row[0] for row in output["eigenvectors"].cell_values] == (
        [f"k.{level}" for level in LEVELS[not all_levels:]] + [f"p.{level}" for level in PAIR[not all_levels:]]
        + [f"x{i}" for i in range(5)])
    np.testing.assert_allclose(cells(output["eigenvectors"]), v[:, :4], atol=1e-8)
    deviation, share, so_far = cells(output["importance"])
    np.testing.assert_allclose(deviation, d[:4] / np.sqrt(ROWS - 1), rtol=1e-8)
    np.testing.assert_allclose(share, d[:4] ** 2 / (d ** 2).sum(), rtol=1e-8)
    np.testing.assert_allclose(so_far, np.cumsum(share), rtol=1e-12)
    scores = model.predict(frame)
    assert scores.names == ["PC1", "PC2", "PC3", "PC4"]
    np.testing.assert_allclose(values(scores), (u * d)[:, :4], atol=1e-7 * d[0])


@pytest.mark.parametrize("method", ["gram_s_v_d", "power", "randomized", "glrm"])
def test_all_methods_find_the_same(frame, data, method):
    x = matrix(data, "standardize", True)
    _, d, v = decomposed(x)
    model = pca(frame, k=3, transform="standardize", pca_method=method, use_all_factor_levels=True, seed=5)
    output = model._model_json["output"]
    np.testing.assert_allclose(cells(output["eigenvectors"]), v[:, :3], atol=1e-8)
    np.testing.assert_allclose(cells(output["importance"])[0], d[:3] / np.sqrt(ROWS - 1), rtol=1e-8)
    if method == "glrm":
        assert output["objective"] == pytest.approx((d[3:] ** 2).sum(), rel=1e-8)
    history = output["scoring_history"]
    assert len(history.cell_values) == 1 and history.cell_values[0][3] >= 1


def test_rows_with_gaps_are_left_out_or_filled(client, data):
    numbers = data[0][:60, :3].copy()
    gaps = numbers.copy()
    gaps[5, 0] = gaps[20, 2] = np.nan
    made = client.H2OFrame([[None if np.isnan(v) else v for v in row] for row in gaps.tolist()],
                           column_names=["x", "y", "z"], column_types=["numeric"] * 3)
    whole = gaps[~np.isnan(gaps).any(1)]
    _, d, v = decomposed(whole - whole.mean(0))
    model = pca(made, k=2, transform="demean")
    np.testing.assert_allclose(cells(model._model_json["output"]["eigenvectors"]), v[:, :2], atol=1e-8)
    assert np.flatnonzero(np.isnan(values(model.predict(made))).any(1)).tolist() == [5, 20]
    filled = np.where(np.isnan(gaps), np.nanmean(gaps, axis=0), gaps)
    _, d, v = decomposed(filled - filled.mean(0))
    model = pca(made, k=2, transform="demean", impute_missing=True)
    np.testing.assert_allclose(cells(model._model_json["output"]["eigenvectors"]), v[:, :2], atol=1e-8)
    np.testing.assert_allclose(cells(model._model_json["output"]["importance"])[0], d[:2] / np.sqrt(59), rtol=1e-8)
    client.remove(made)


@pytest.fixture(scope="module")
def gapped(client, tmp_path_factory):
    """Numbers and levels of which some are missing; "b" is the most frequent level."""
    r = np.random.default_rng(9)
    numbers, levels = np.round(r.normal(size=(80, 3)) * [1, 5, 0.2] + [0, 3, 9], 6), r.choice(3, 80, p=[.2, .5, .3])
    numbers[[4, 30], [0, 2]] = np.nan
    levels[[7, 31, 60]] = -1
    lines = [",".join(["" if np.isnan(v) else repr(v) for v in row] + ["" if k < 0 else "abc"[k]])
             for row, k in zip(numbers.tolist(), levels)]
    path = tmp_path_factory.mktemp("gaps") / "gaps.csv"
    path.write_text("\n".join(["x,y,z,k", *lines]) + "\n", encoding="ascii")
    made = client.upload_file(str(path))
    assert made.nacnt() == [1, 0, 1, 3]
    yield made, numbers, levels
    client.remove(made)


def standardised(numbers, levels):
    """By the deviations of the numbers that are there; missing ones are the mean then."""
    scaled = (numbers - np.nanmean(numbers, axis=0)) / np.nanstd(numbers, axis=0, ddof=1)
    return np.column_stack([np.eye(3)[levels], np.nan_to_num(scaled)])


@pytest.mark.parametrize("impute", [False, True])
def test_missing_numbers_and_levels(gapped, impute):
    frame, numbers, levels = gapped
    whole = ~(np.isnan(numbers).any(1) | (levels < 0))
    if impute:
        x = standardised(numbers, np.where(levels < 0, 1, levels))
    else:
        x = standardised(numbers[whole], levels[whole])
    u, d, v = decomposed(x)
    model = pca(frame, k=3, transform="standardize", use_all_factor_levels=True, impute_missing=impute)
    output = model._model_json["output"]
    np.testing.assert_allclose(cells(output["eigenvectors"]), v[:, :3], atol=1e-8)
    np.testing.assert_allclose(cells(output["importance"])[0], d[:3] / np.sqrt(len(x) - 1), rtol=1e-8)
    scores = values(model.predict(frame))
    np.testing.assert_allclose(scores if impute else scores[whole], (u * d)[:, :3], atol=1e-7 * d[0])


def test_singular_values_without_the_rows_that_have_gaps(client, gapped):
    frame, numbers, levels = gapped
    whole = ~(np.isnan(numbers).any(1) | (levels < 0))
    u, d, v = decomposed(standardised(numbers[whole], levels[whole]))
    model = train(H2OSingularValueDecompositionEstimator, frame, nv=4, transform="standardize")
    output = model._model_json["output"]
    np.testing.assert_allclose(output["d"], d[:4], rtol=1e-8)
    np.testing.assert_allclose(values(client.get_frame(output["v_key"]["name"])), v[:, :4], atol=1e-8)
    left = values(client.get_frame(output["u_key"]["name"]))
    np.testing.assert_allclose(left[whole], u[:, :4], atol=1e-7)
    assert np.isnan(left[np.isnan(numbers).any(1)]).all()


def test_more_columns_than_rows(client):
    x = np.round(np.random.default_rng(2).normal(size=(12, 30)), 6)
    made = client.H2OFrame(x.tolist())
    _, d, v = decomposed(x - x.mean(0))
    model = pca(made, k=5, transform="demean")
    np.testing.assert_allclose(cells(model._model_json["output"]["eigenvectors"]), v[:, :5], atol=1e-8)
    with pytest.raises((OSError, EnvironmentError), match="between 1 and 12"):
        pca(made, k=13)
    client.remove(made)


@pytest.mark.parametrize("method", ["gram_s_v_d", "power", "randomized"])
@pytest.mark.parametrize("transform", ["none", "standardize"])
def test_singular_values_are_those_of_lapack(client, frame, data, method, transform):
    x = matrix(data, transform, True)
    u, d, v = decomposed(x)
    model = train(H2OSingularValueDecompositionEstimator, frame, nv=3, svd_method=method, transform=transform, seed=3,
                  u_name=f"left_{method}")
    output = model._model_json["output"]
    np.testing.assert_allclose(output["d"], d[:3], rtol=1e-8)
    np.testing.assert_allclose(values(client.get_frame(output["v_key"]["name"])), v[:, :3], atol=1e-8)
    assert output["u_key"]["name"] == f"left_{method}"
    np.testing.assert_allclose(values(client.get_frame(output["u_key"]["name"])), u[:, :3], atol=1e-7)
    np.testing.assert_allclose(values(model.predict(frame)), (u * d)[:, :3], atol=1e-7 * d[0])
    assert output["training_metrics"] is None
    client.remove(model.model_id)


def test_left_vectors_can_be_left_out(frame):
    model = train(H2OSingularValueDecompositionEstimator, frame, nv=2, keep_u=False)
    assert model._model_json["output"]["u_key"] is None


def test_components_survive_a_file(client, frame, tmp_path):
    for model in (pca(frame, k=2, transform="standardize"),
                  train(H2OSingularValueDecompositionEstimator, frame, nv=2, transform="standardize")):
        before = values(model.predict(frame))
        path = client.save_model(model, path=str(tmp_path), force=True)
        client.remove(model.model_id)
        np.testing.assert_array_equal(values(client.load_model(path).predict(frame)), before)


def test_metrics_of_components_say_nothing(frame):
    model = pca(frame, k=2)
    assert model.model_performance(frame)._metric_json["MSE"] == "NaN"
    assert pca(frame, k=2, compute_metrics=False)._model_json["output"]["training_metrics"] is None


@pytest.mark.parametrize("parameters, says", [
    (dict(k=0), "k"), (dict(k=2, max_iterations=0), "max_iterations"), (dict(k=99), "between 1 and")])
def test_what_cannot_be_is_refused(frame, parameters, says):
    with pytest.raises((OSError, EnvironmentError)) as error:
        pca(frame, **parameters)
    assert says in str(error.value)
