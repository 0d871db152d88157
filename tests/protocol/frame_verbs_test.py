"""Routes that make frames of frames, and tell of frames, against pandas and scipy."""
import json

import h2o
import numpy as np
import pandas as pd
import pytest
import scipy.fft

ROWS = 3000


def table():
    random = np.random.default_rng(5)
    data = pd.DataFrame({
        "town": random.choice(["Bern", "Köln", "Rom", "a_b", "a"], ROWS, p=[.5, .2, .1, .1, .1]),
        "kind": random.choice(["x", "y", "b_x"], ROWS),
        "size": random.integers(0, 4, ROWS),
        "price": random.normal(10, 3, ROWS).round(3),
        "weight": random.integers(0, 3, ROWS).astype(float),
        "note": ["note %d" % (i % 7) for i in range(ROWS)]})
    data.loc[::11, "town"] = None
    data.loc[::13, "price"] = None
    return data


@pytest.fixture(scope="module")
def data():
    return table()


@pytest.fixture(scope="module")
def frame(client, data, tmp_path_factory):
    path = tmp_path_factory.mktemp("verbs") / "table.csv"
    data.to_csv(path, index=False)
    made = client.import_file(str(path), destination_frame="verbs",
                              col_types={"town": "enum", "kind": "enum", "note": "string"})
    yield made
    client.remove(made)


def wait(job):
    h2o.job.H2OJob(job, "test").poll()
    return job


def post(route, **values):
    return h2o.api("POST " + route, data=values)


def refused(status, text, route, **values):
    with pytest.raises(h2o.exceptions.H2OResponseError) as refusal:
        h2o.api(route, data=values)
    error = refusal.value.args[0]
    assert error.http_status == status and text in error.msg, error.msg
    return error


def cells(name, column=0):
    rows = h2o.get_frame(name).as_data_frame(use_pandas=False, header=False)
    return [row[column] if row else "" for row in rows]


def test_split_frame_cuts_rows_in_their_order(frame, data):
    answer = post("/3/SplitFrame", dataset="verbs", ratios="[0.25, 0.5]")
    names = [part["name"] for part in answer["destination_frames"]]
    assert names == ["verbs_part0", "verbs_part1", "verbs_part2"] and answer["__meta"]["schema_name"] == "SplitFrameV3"
    wait(h2o.api("GET /3/Jobs/" + answer["key"]["name"])["jobs"][0])
    parts = [h2o.get_frame(name) for name in names]
    assert [part.nrow for part in parts] == [ROWS // 4, ROWS // 2, ROWS // 4]
    together = sum((cells(name, 5) for name in names), [])
    assert together == list(data["note"])
    assert parts[0].types == frame.types
    # Ratios that are more than a whole are scaled.
    answer = post("/3/SplitFrame", dataset="verbs", ratios="[2, 6]", destination_frames='["one","three"]')
    wait(h2o.api("GET /3/Jobs/" + answer["key"]["name"])["jobs"][0])
    assert [h2o.get_frame(name).nrow for name in ("one", "three")] == [ROWS // 4, ROWS * 3 // 4]
    for name in names + ["one", "three"]:
        h2o.remove(name)
    route = "POST /3/SplitFrame"
    refused(404, "no_such", route, dataset="no_such", ratios="[0.5]")
    refused(400, "ratios", route, dataset="verbs", ratios="[]")
    refused(400, "ratios", route, dataset="verbs", ratios="[0]")
    refused(400, "ratios", route, dataset="verbs", ratios="[1.5]")
    refused(400, "destination_frames", route, dataset="verbs", ratios="[0.5]", destination_frames='["one"]')
    refused(400, "destination_frames", route, dataset="verbs", ratios="[0.5]", destination_frames='["one","one"]')


def combined(data, columns, most=100, least=1):
    """Texts of the combinations and their levels, as the reference makes them, pair by pair."""
    made = data[columns[0]].astype(object).where(data[columns[0]].notna(), "NA")
    for column in columns[1:]:
        made = made + "_" + data[column].astype(object).where(data[column].notna(), "NA")
        counts = made.value_counts()
        kept = set(counts[counts >= least].index[:most])
        made = made.where(made.isin(kept), "other")
    return made


def test_interactions_agree_with_pandas(frame, data):
    made = h2o.interaction(frame, ["town", "kind"], pairwise=False, max_factors=100, min_occurrence=1,
                           destination_frame="crossed")
    assert made.names == ["town_kind"] and made.types == {"town_kind": "enum"}
    wanted = combined(data, ["town", "kind"])
    # The pairs (a, b_x) and (a_b, x) are written alike, and are one level.
    assert cells("crossed") == list(wanted)
    assert set(made.levels()[0]) == set(wanted)
    most = wanted.value_counts()
    rare = h2o.interaction(frame, ["kind", "town"], pairwise=False, max_factors=4, min_occurrence=1,
                           destination_frame="few")
    levels = rare.levels()[0]
    assert len(levels) == 5 and levels[-1] == "other"
    assert levels[0] == "_".join(reversed(most.index[0].rsplit("_", 1)))
    pairs = h2o.interaction(frame, ["town", "kind", "town"], pairwise=True, max_factors=50, min_occurrence=1,
                            destination_frame="pairs")
    assert pairs.names == ["town_kind", "town_town", "kind_town"]
    assert cells("pairs", 1) == list(data["town"].fillna(""))
    frequent = int(data["town"].value_counts().iloc[1])
    own = h2o.interaction(frame, ["town"], pairwise=False, max_factors=10, min_occurrence=frequent,
                          destination_frame="own")
    assert own.levels()[0] == list(data["town"].value_counts().index[:2]) + ["other"]
    for name in ("crossed", "few", "pairs", "own"):
        h2o.remove(name)
    route = "POST /3/Interaction"
    wrong = dict(source_frame="verbs", max_factors=10)
    refused(400, "factor_columns", route, **wrong)
    refused(400, "not categorical", route, factor_columns='["price"]', **wrong)
    refused(400, "not found", route, factor_columns='["nothing"]', **wrong)
    refused(412, "max_factors", route, source_frame="verbs", factor_columns='["town"]')
    refused(412, "max_factors", route, source_frame="verbs", factor_columns='["town"]', max_factors=0)


@pytest.mark.parametrize("shape", [(24, 1, 1), (4, 6, 1), (2, 3, 4), (1, 24, 1)])
def test_cosine_transforms_agree_with_scipy(client, shape):
    values = np.random.default_rng(3).normal(0, 100, (200, 24))
    client.H2OFrame(pd.DataFrame(values), destination_frame="waves")
    dimensions = json.dumps(shape)
    wait(post("/99/DCTTransformer", dataset="waves", destination_frame="spectrum", dimensions=dimensions))
    spectrum = h2o.get_frame("spectrum")
    assert spectrum.names == ["C%d" % c for c in range(1, 25)]
    wanted = np.array([scipy.fft.dctn(row.reshape(shape), norm="ortho").ravel() for row in values])
    assert np.allclose(spectrum.as_data_frame().values, wanted, rtol=0, atol=1e-10)
    wait(post("/99/DCTTransformer", dataset="spectrum", destination_frame="back", dimensions=dimensions, inverse=True))
    assert np.allclose(h2o.get_frame("back").as_data_frame().values, values, rtol=0, atol=1e-10)
    for name in ("waves", "spectrum", "back"):
        client.remove(name)


def test_cosine_transforms_are_refused(frame):
    route = "POST /99/DCTTransformer"
    refused(412, "dimensions", route, dataset="verbs", dimensions="[6]")
    refused(412, "dimensions", route, dataset="verbs", dimensions="[5,1,1]")
    refused(412, "dimensions", route, dataset="verbs", dimensions="[6,1,0]")
    refused(412, "town", route, dataset="verbs", dimensions="[6,1,1]")
    refused(404, "no_such", route, dataset="no_such", dimensions="[6,1,1]")


def tabulated(answer, table):
    """The client's table, without its empty row headers."""
    return pd.DataFrame([row[1:] for row in answer[table].cell_values], columns=answer[table].col_header[1:])


def test_tabulate_agrees_with_pandas(frame, data):
    answer = post("/99/Tabulate", dataset="verbs", predictor="town", response="size", weight="weight")
    assert answer["__meta"]["schema_name"] == "TabulateV3" and answer["predictor"]["column_name"] == "town"
    towns = data["town"].where(data["town"].notna(), "missing(NA)")
    counts = tabulated(answer, "count_table")
    wanted = data["weight"].groupby([towns, data["size"].astype(str)]).sum()
    assert len(counts) == 6 * 4
    for row in counts.itertuples():
        assert row.counts == wanted.get((row.town, row.size), 0), row
    means = tabulated(answer, "response_table").set_index("town")
    for town, part in data.groupby(towns):
        weights = part["weight"]
        assert means.loc[town, "counts"] == weights.sum()
        assert means.loc[town, "mean size"] == pytest.approx((weights * part["size"]).sum() / weights.sum(), rel=1e-12)


def test_tabulate_cuts_ranges(frame, data):
    answer = post("/99/Tabulate", dataset="verbs", predictor="price", response="price", nbins_predictor=7,
                  nbins_response=3)
    counts = tabulated(answer, "count_table")["counts"].values.reshape(4, 8)
    low, high = data["price"].min(), data["price"].max()
    price = data["price"].dropna()
    x = np.minimum((price - low) // ((high - low) / 7), 6).astype(int)
    y = np.minimum((price - low) // ((high - low) / 3), 2).astype(int)
    wanted = np.zeros((4, 8))
    np.add.at(wanted, (y + 1, x + 1), 1)
    wanted[0, 0] = data["price"].isna().sum()
    assert (counts == wanted).all()
    labels = tabulated(answer, "response_table")["price"]
    assert labels[0] == "missing(NA)" and labels[1] == "%5f" % (low + (high - low) / 14)
    few = post("/99/Tabulate", dataset="verbs", predictor="town", response="size", nbins_predictor=2)
    assert list(tabulated(few, "response_table")["town"]) == ["missing(NA)", "Bern", "other"]
    route = "POST /99/Tabulate"
    for wrong, text in ({"predictor": "nothing"}, "nothing"), ({"predictor": "note"}, "note"), (
            {"weight": "town"}, "weight"), ({"nbins_predictor": 0}, "nbins_predictor"):
        refused(412, text, route, **{"dataset": "verbs", "predictor": "town", "response": "size", **wrong})


def test_find(frame, data):
    def near(row, **values):
        found = h2o.api("GET /3/Find", data=dict(key="verbs", row=row, **values))
        return found["prev"], found["next"]

    def wanted(mask, row):
        hits = np.flatnonzero(mask)
        before, behind = hits[hits < row], hits[hits > row]
        return (int(before[-1]) if len(before) else -1), (int(behind[0]) if len(behind) else -1)

    for row in (0, 1500, ROWS - 1):
        assert near(row, column="town", match="Rom") == wanted(data["town"] == "Rom", row)
        assert near(row, column="price") == wanted(data["price"].isna(), row)
        assert near(row, column="size", match="3") == wanted(data["size"] == 3, row)
        assert near(row, column="note", match="note 3") == wanted(data["note"] == "note 3", row)
    assert near(10, match="nothing of that kind") == (-1, -1)
    route = "GET /3/Find"
    refused(412, "Paris", route, key="verbs", column="town", row=0, match="Paris")
    refused(412, "abc", route, key="verbs", column="price", row=0, match="abc")
    refused(412, "row", route, key="verbs", row=-1)
    refused(404, "nothing", route, key="verbs", column="nothing", row=0)


def test_frame_chunks(frame):
    answer = h2o.api("GET /3/FrameChunks/verbs")
    chunks = answer["chunks"]
    assert [chunk["chunk_id"] for chunk in chunks] == list(range(len(chunks)))
    assert sum(chunk["row_count"] for chunk in chunks) == ROWS
    assert all(chunk["node_idx"] == 0 for chunk in chunks)
    refused(404, "no_such", "GET /3/FrameChunks/no_such")


def test_simple_frames(client):
    form = dict(dest="simple", nrows=20000, ncols_real=2, ncols_int=1, ncols_enum=1, ncols_bool=1, ncols_str=1,
                ncols_time=1, int_lb=3, int_ub=5, enum_nlevels=4, bool_p=0.25, str_length=11, seed=9,
                response_type="enum", response_nlevels=3, missing_fraction=0.1)
    job = post("/4/Frames/$simple", **form)
    assert job["__schema"] == "/4/schemas/JobV4" and job["target_type"] == "Frame"
    while job["status"] == "RUNNING":
        job = h2o.api("GET /4/jobs/" + job["job_id"])
    assert job["status"] == "DONE" and job["target_id"] == "simple" and job["progress"] == 1
    made = h2o.get_frame("simple")
    assert made.names == ["response", "R1", "R2", "I1", "E0", "B1", "T0", "S0"]
    assert [made.types[name] for name in made.names] == ["enum", "real", "real", "int", "enum", "int", "time", "string"]
    values = made.as_data_frame()
    assert set(values["I1"].dropna()) == {3, 4, 5} and values["R1"].abs().max() <= 100
    assert values["B1"].mean() == pytest.approx(0.25, abs=0.015)
    assert values["E0"].nunique() == 4 and values["response"].nunique() == 3
    assert values.isna().mean().mean() == pytest.approx(0.1, abs=0.01)
    assert set(values["S0"].dropna().str.len()) == {11}
    client.remove("simple")
    route = "POST /4/Frames/$simple"
    for wrong in ({"nrows": 0}, {"int_lb": 9, "int_ub": 1}, {"bool_p": 2}, {"enum_nlevels": 0}, {"str_length": 0},
                  {"missing_fraction": -1}, {"response_nlevels": 1}, {"real_lb": "Infinity"}):
        refused(400, next(iter(wrong)), route, **{"dest": "simple", "ncols_real": 1, **wrong})
    with pytest.raises(h2o.exceptions.H2OResponseError):
        h2o.api("GET /4/jobs/no_such_job")
