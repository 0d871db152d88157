"""What a server does not let its clients do: reach files outside its folders, call what is not built, give values whose
work is not built. Every refusal says which value it is about and what would help."""
import json
from urllib.parse import urlencode

import pytest

from server import Server

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ROWS = "x,two,y\n" + "".join("%d,%s,%d.5\n" % (i, "ab"[i % 2], i) for i in range(60))


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """A server with one folder to read and one to write, and what lies around them."""
    top = tmp_path_factory.mktemp("places")
    for name in ("open", "open/.hidden", "closed", "out"):
        (top / name).mkdir()
    for name in ("open/data.csv", "open/.hidden/data.csv", "open/.data.csv", "closed/data.csv"):
        (top / name).write_text(ROWS)
    (top / "open/link.csv").symlink_to(top / "closed/data.csv")
    (top / "open/door").symlink_to(top / "closed")
    with Server("--import-root", str(top / "open"), "--export-root", str(top / "out")) as server:
        server.top = top
        assert import_status(server, "open/data.csv") == 200
        parse(server, "nfs:/" + str(top / "open/data.csv"), "data")
        yield server


def post(server, route, **form):
    return server.json("POST", route, urlencode(form), FORM)


def parse(server, key, destination):
    status, answer = post(server, "/3/Parse", source_frames=json.dumps([key]), destination_frame=destination,
                          column_names='["x","two","y"]', column_types='["Numeric","Enum","Numeric"]', separator=44,
                          number_columns=3, check_header=1, blocking=True)
    assert status == 200, answer


def import_status(server, path):
    return server.json("GET", "/3/ImportFiles?" + urlencode({"path": server.top / path}))[0]


def refusal(answer, status):
    """The text of a typed error, which has its values."""
    got, error = answer
    assert got == status and error["http_status"] == status
    assert error["__meta"]["schema_name"] in ("H2OErrorV3", "H2OModelBuilderErrorV3")
    assert error["values"]
    return error["exception_msg"]


@pytest.mark.parametrize("path", [
    "closed/data.csv", "open/link.csv", "open/door/data.csv", "open/../closed/data.csv", "open/.data.csv",
    "open/.hidden/data.csv", "/etc/passwd"])
def test_files_outside_are_not_read(places, path):
    wanted = urlencode({"path": places.top / path})
    text = refusal(places.json("GET", "/3/ImportFiles?" + wanted), 403)
    assert path.rsplit("/", 1)[-1] in text and "--import-root" in text
    text = refusal(post(places, "/3/ImportFilesMulti", paths=json.dumps([str(places.top / path)])), 403)
    assert "--import-root" in text


@pytest.mark.parametrize("path", ["closed/out.csv", "open/door/out.csv", "out/.out.csv", "out/../closed/out.csv",
                                  "open/out.csv"])
def test_files_outside_are_not_written(places, path):
    text = refusal(post(places, "/3/Frames/data/export", path=places.top / path), 403)
    assert "out.csv" in text and "--export-root" in text
    assert not (places.top / path).exists()


def test_files_inside_are_written_once(places):
    path = places.top / "out/data.csv"
    status, answer = post(places, "/3/Frames/data/export", path=path)
    assert status == 200
    job = "/3/Jobs/" + answer["job"]["key"]["name"]
    while places.json("GET", job)[1]["jobs"][0]["status"] == "RUNNING":
        pass
    assert path.read_text().splitlines()[0] == '"x","two","y"'
    assert "already exists" in refusal(post(places, "/3/Frames/data/export", path=path), 412)


def test_completion_shows_no_hidden_and_no_foreign_names(places):
    def matches(path):
        return places.json("GET", "/3/Typeahead/files?" + urlencode({"src": path, "limit": 50}))[1]["matches"]

    inside = matches(str(places.top / "open") + "/")
    assert str(places.top / "open/data.csv") in inside
    assert not any("/." in match for match in inside)
    assert matches(str(places.top / "closed") + "/") == [] and matches("/etc/") == []


def test_without_roots_strangers_reach_no_file(tmp_path):
    (tmp_path / "data.csv").write_text(ROWS)
    with Server("-ip", "0.0.0.0", "--insecure-rest") as own:
        own.host = "127.0.0.1"
        for path in (tmp_path / "data.csv", "/etc/passwd", "/no/such/file"):
            text = refusal(own.json("GET", "/3/ImportFiles?" + urlencode({"path": path})), 403)
            assert "--import-root" in text


@pytest.mark.parametrize("method, path", [
    ("POST", "/3/FeatureInteraction"), ("POST", "/3/ModelBuilders/coxph")])
def test_routes_that_are_not_built_are_not_listed(places, method, path):
    text = refusal(places.json(method, path), 404)
    assert path in text
    _, endpoints = places.json("GET", "/3/Metadata/endpoints")
    assert path.rstrip("/") not in {route["url_pattern"] for route in endpoints["routes"]}


@pytest.mark.parametrize("algorithm, response, name, value", [
    ("gbm", "y", "distribution", "custom"),
    ("gbm", "y", "custom_distribution_func", "python:mine")])
def test_values_whose_work_is_not_built_are_named(places, algorithm, response, name, value):
    text = refusal(post(places, "/3/ModelBuilders/" + algorithm, training_frame="data", response_column=response,
                        **{name: value}), 412)
    assert "ERRR on field: _" + name in text and str(value) in text and "not supported" in text


@pytest.mark.parametrize("name, value", [("stopping_metric", "AUUC"), ("learn_rate", "NaN"), ("r2_stopping", "NaN")])
def test_values_without_a_meaning_are_named(places, name, value):
    text = refusal(post(places, "/3/ModelBuilders/gbm", training_frame="data", response_column="two", stopping_rounds=2,
                        **{name: value}), 412)
    assert "ERRR on field: _" + name in text and value in text


@pytest.mark.parametrize("name, value", [("mtries", 0), ("mtries", -3), ("sample_rate", 1.5), ("min_rows", 0), ("max_depth", -1),
                                         ("distribution", "poisson"), ("offset_column", "x")])
def test_values_that_no_forest_has_are_named(places, name, value):
    text = refusal(post(places, "/3/ModelBuilders/drf", training_frame="data", response_column="y", **{name: value}), 412)
    assert "ERRR on field: _" + name in text and str(value) in text


def test_errors_of_builders_name_members_as_h2o_does(places):
    status, error = post(places, "/3/ModelBuilders/gbm", training_frame="data", response_column="none", ntrees=-1)
    assert status == 412 and error["error_count"] == 2
    values = error["values"]
    assert values["algo"] == "GBM" and values["error_count"] == 2
    assert values["parameters"]["_train"] == {"name": "data", "type": "Key"}
    assert values["parameters"]["_response_column"] == "none" and values["parameters"]["_ntrees"] == -1
    assert values["parameters"]["_is_cv_model"] is False
    fields = {message["_field_name"]: message["_log_level"] for message in values["messages"]}
    assert fields["_ntrees"] == fields["_response_column"] == 1 and fields["_fold_assignment"] == 5
    assert error["parameters"]["response_column"]["column_name"] == "none"
    assert error["parameters"]["max_categorical_levels"] == 10


@pytest.mark.parametrize("path", ["/3/ModelMetrics/models/none", "/3/ModelMetrics/frames/none", "/3/Models/none",
                                  "/3/Frames/none", "/3/DownloadDataset?frame_id=none", "/3/Frames/none/summary"])
def test_unknown_objects_are_named(places, path):
    assert "'none'" in refusal(places.json("GET", path), 404)


def test_options_of_model_lists_are_refused_before_anything_is_done(places):
    assert "bogus" in refusal(places.json("DELETE", "/3/Models?bogus=1"), 412)
    text = refusal(places.json("GET", "/3/Models?find_compatible_frames=true"), 412)
    assert "find_compatible_frames" in text and "true" in text


@pytest.mark.parametrize("path, name", [("/3/Logs/nodes/9/files/info", "nodeidx"), ("/3/Logs/nodes/0/files/odd", "name"),
                                        ("/3/Typeahead/files?src=/tmp&limit=-1", "field")])
def test_values_out_of_range_are_named(places, path, name):
    status, error = places.json("GET", path)
    assert status == 412 and name in error["values"]
