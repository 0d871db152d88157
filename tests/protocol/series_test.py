"""Similarity search among series, through Rapids and REST, against numpy."""
import h2o
import numpy as np
import pandas as pd
import pytest

ROWS, LENGTH = 1200, 60


def walks(rows, seed):
    random = np.random.default_rng(seed)
    return np.cumsum(random.normal(size=(rows, LENGTH)), axis=1).round(4)


def normal(table):
    return ((table - table.mean(1, keepdims=True)) / table.std(1, keepdims=True)).astype(np.float32).astype(float)


def distances(a, b):
    return np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1))


@pytest.fixture(scope="module")
def table():
    return walks(ROWS, 1)


@pytest.fixture(scope="module")
def queries():
    return walks(30, 2)


@pytest.fixture(scope="module")
def frames(client, table, queries):
    made = [client.H2OFrame(pd.DataFrame(values), destination_frame=name)
            for name, values in (("walks", table), ("asked", queries))]
    yield made
    for frame in made:
        client.remove(frame)


def wait(job):
    h2o.job.H2OJob(job, "test").poll()
    return job["dest"]["name"]


def post(path, **values):
    return h2o.api("POST /99/SeriesIndexes" + path, data=values)


@pytest.fixture(scope="module")
def index(frames):
    name = wait(post("", frame="walks", index_id="index"))
    assert name == "index"
    yield name
    h2o.remove(name)


def cells(frame):
    return frame.as_data_frame(use_pandas=True)


def check_neighbors(found, wanted, k):
    """`wanted` are the distances of all queries and rows."""
    assert list(found.columns) == ["query", "row", "distance"]
    assert list(found["query"]) == list(np.repeat(np.arange(len(wanted)), k))
    order = np.argsort(wanted, axis=1, kind="stable")[:, :k]
    assert list(found["row"]) == list(order.ravel())
    np.testing.assert_allclose(found["distance"], np.take_along_axis(wanted, order, 1).ravel(), rtol=1e-6)


@pytest.mark.parametrize("k", [1, 4])
def test_exact_neighbours_are_those_of_numpy(index, table, queries, k):
    name = wait(post("/index/neighbors", queries="asked", k=k, destination_frame="near"))
    assert name == "near"
    check_neighbors(cells(h2o.get_frame("near")), distances(normal(queries), normal(table)), k)
    h2o.remove("near")


def test_rapids_finds_the_same_with_an_index_or_without(index, table, queries):
    for of in ("'index'", "walks"):
        found = h2o.rapids("(assign found (isax_neighbors %s asked 3))" % of)
        assert found["num_rows"] == 3 * len(queries)
        check_neighbors(cells(h2o.get_frame("found")), distances(normal(queries), normal(table)), 3)
    h2o.remove("found")


def test_plain_distances_on_request(frames, table, queries):
    assert h2o.rapids("(isax_index 'plain' walks 12 0)")["string"] == "plain"
    about = h2o.api("GET /99/SeriesIndexes/plain")
    assert (about["segments"], about["normalize"], about["frame"]["name"]) == (12, False, "walks")
    h2o.rapids("(assign found (isax_neighbors 'plain' asked 2))")
    near = table.astype(np.float32).astype(float), queries.astype(np.float32).astype(float)
    check_neighbors(cells(h2o.get_frame("found")), distances(near[1], near[0]), 2)
    for name in ("found", "plain"):
        h2o.remove(name)


def test_approximate_neighbours_are_no_nearer(index, table, queries):
    exact = distances(normal(queries), normal(table))
    h2o.rapids("(assign found (isax_neighbors 'index' asked 1 1))")
    found = cells(h2o.get_frame("found"))
    assert len(found) == len(queries)
    reached = exact[np.arange(len(queries)), found["row"]]
    np.testing.assert_allclose(found["distance"], reached, rtol=1e-6)
    assert (reached >= exact.min(1)).all()
    h2o.remove("found")


def test_motifs_and_discords_are_those_of_numpy(index, table):
    every = distances(normal(table), normal(table))
    first, second = np.triu_indices(ROWS, 1)
    closest = np.argsort(every[first, second], kind="stable")[:5]
    pairs = cells(h2o.get_frame(wait(post("/index/motifs", k=5))))
    assert list(pairs.columns) == ["row", "partner", "distance"]
    assert list(zip(pairs["row"], pairs["partner"])) == list(zip(first[closest], second[closest]))
    np.testing.assert_allclose(pairs["distance"], every[first, second][closest], rtol=1e-6)
    np.fill_diagonal(every, np.inf)
    nearest = every.min(1)
    farthest = np.argsort(-nearest, kind="stable")[:5]
    lonely = cells(h2o.get_frame(wait(post("/index/discords", k=5))))
    assert list(lonely.columns) == ["row", "neighbor", "distance"]
    assert list(lonely["row"]) == list(farthest)
    assert list(lonely["neighbor"]) == list(every.argmin(1)[farthest])
    np.testing.assert_allclose(lonely["distance"], nearest[farthest], rtol=1e-6)
    for call, wanted in (("isax_motifs", pairs), ("isax_discords", lonely)):
        h2o.rapids("(assign found (%s 'index' 5))" % call)
        pd.testing.assert_frame_equal(cells(h2o.get_frame("found")), wanted)
    h2o.remove("found")


def test_an_index_is_listed_described_and_outlives_its_frame(client, table):
    client.H2OFrame(pd.DataFrame(table[:300]), destination_frame="brief")
    name = wait(post("", frame="brief", segments=8))
    client.remove("brief")
    about = h2o.api("GET /99/SeriesIndexes/" + name)
    assert (about["rows"], about["length"], about["segments"], about["normalize"]) == (300, LENGTH, 8, True)
    assert about["byte_size"] > 300 * LENGTH * 3
    assert about["checksum"] != "0"
    assert name in [one["index_id"]["name"] for one in h2o.api("GET /99/SeriesIndexes")["indexes"]]
    h2o.rapids("(assign found (isax_motifs '%s' 1))" % name)
    assert h2o.get_frame("found").nrow == 1
    h2o.api("DELETE /99/SeriesIndexes/" + name)
    assert name not in [one["index_id"]["name"] for one in h2o.api("GET /99/SeriesIndexes")["indexes"]]
    h2o.remove("found")


def test_help_tells_of_the_primitives(client):
    described = {one["name"]: one for one in h2o.api("GET /99/Rapids/help")["expressions"]}
    for name in ("isax_index", "isax_neighbors", "isax_motifs", "isax_discords"):
        assert described[name]["description"]


def refused(status, text, call):
    with pytest.raises((h2o.exceptions.H2OResponseError, h2o.exceptions.H2OServerError)) as refusal:
        call()
    error = refusal.value.args[0]
    assert error.http_status == status and text in error.msg, (error.http_status, error.msg)


@pytest.mark.parametrize("status, text, path, values", [
    (404, "nothing", "", {"frame": "nothing"}),
    (412, "segments", "", {"frame": "walks", "segments": LENGTH + 1}),
    (412, "segments", "", {"frame": "walks", "segments": -1}),
    (412, "not numeric", "", {"frame": "texts"}),
    (404, "nothing", "/nothing/neighbors", {"queries": "asked"}),
    (404, "walks", "/walks/neighbors", {"queries": "asked"}),
    (404, "nothing", "/index/neighbors", {"queries": "nothing"}),
    (412, "queries", "/index/neighbors", {}),
    (412, "points", "/index/neighbors", {"queries": "texts2"}),
    (412, "k must be", "/index/neighbors", {"queries": "asked", "k": 0}),
    (412, "leaves", "/index/neighbors", {"queries": "asked", "leaves": -1}),
    (412, "k must be", "/index/motifs", {"k": 10001}),
    (412, "k must be", "/index/discords", {"k": -5}),
])
def test_what_cannot_be_is_refused(client, index, status, text, path, values):
    client.H2OFrame({"a": [1, 2], "b": ["x", "y"]}, destination_frame="texts")
    client.H2OFrame({"a": [1, 2], "b": [3, 5]}, destination_frame="texts2")
    refused(status, text, lambda: post(path, **values))


def test_gaps_fail_the_job_and_the_expression(client, table):
    gaps = table[:50].copy()
    gaps[17, 3] = np.nan
    client.H2OFrame(pd.DataFrame(gaps), destination_frame="gaps")
    with pytest.raises(EnvironmentError, match="Row 17 of frame 'gaps'"):
        wait(post("", frame="gaps", index_id="of_gaps"))
    refused(412, "Row 17", lambda: h2o.rapids("(isax_index 'of_gaps' gaps)"))
    refused(404, "of_gaps", lambda: h2o.api("GET /99/SeriesIndexes/of_gaps"))
    client.remove("gaps")
