"""What shape_diff.py and the golden description find, and what they let pass."""
import json

import pytest

import recorded
import shape_diff
import shapes
from described import Models, Schemas

META = {"schema_version": 3, "schema_name": "FrameV3", "schema_type": "Frame"}
SCHEMAS = """schema\tfield\ttype\tjson\tdefault
FrameV3\trows\tlong\ttrue\tnull
FrameV3\tmean\tdouble\ttrue\tnull
FrameV3\tnames\tstring[]\ttrue\tnull
FrameV3\tsecret\tstring\tfalse\tnull
FrameV3\t__meta\tSchema.Meta\ttrue\t%s
""" % json.dumps(META)
MODELS = """case\tpath\tjson_type\tschema_or_elem\tcolumns_or_example
tiny\talgo\tstring\t\t"gbm"
tiny\toutput\tobject\tOutputV3\t
tiny\toutput.model_category\tstring\t\t"Binomial"
tiny\toutput.cross_validation_models\tarray\tobject:ModelKeyV3\t
tiny\toutput.table\ttable\tTwoDimTableV3\t:string:%s | no:long:%d | Error:double:%.4f | Rate:string:= %8s
"""


def found(wanted, got):
    return list(shape_diff.differences(wanted, got))


@pytest.mark.parametrize("wanted, got, part", [
    ({"a": 1}, {}, "/a: missing"), ({"a": 1}, {"a": 1.0}, "/a: integer wanted"), ({"a": True}, {"a": 1}, "/a: boolean"),
    ({"a": "x"}, {"a": None}, "/a: string wanted"), ([{"a": 1}, "… 5"], [{}], "/0/a: missing"), ([1], [], "elements"),
    ({"__meta": "FrameV3/3/Frame"}, {"__meta": dict(META, schema_version=4)}, "__meta"),
    ({"columns": ["x:int:%d"]}, {"columns": [{"name": "x", "type": "long", "format": "%d"}]}, "x:int:%d wanted"),
    (1.5, "1.5", "real wanted")])
def test_differences_are_found(wanted, got, part):
    assert len(found(wanted, got)) == 1 and part in found(wanted, got)[0]


@pytest.mark.parametrize("wanted, got", [
    ({"a": 1}, {"a": 2, "more": 3}), ({"a": None}, {"a": "x"}), (1.5, "NaN"), ({"data": [[1.5]]}, {"data": [[None]]}),
    ({"__meta": "FrameV3/3/Frame"}, {"__meta": META}), ([1, 2, "… 9"], [5])])
def test_equal_shapes_pass(wanted, got):
    assert found(wanted, got) == []


def test_recordings_are_read_and_paired():
    text = """
==== client call: fr.mean()

--- 1 POST /99/Rapids
> form ast = (mean py_1_sid_90cf)
< 200 OK
< {"scalar":1.5}

--- 2 GET /3/Frames/py_12_sid_90cf?row_count=1  (same answer as 1)

==== client call: fr.summary()

--- 3 GET /3/Frames/x
< 404 Not Found
< [arrays cut] {"rows":[1,2,"… 5"],"columns":[{"name":"a","ty …CUT at 4000 of 9999
"""
    first, second = recorded.exchanges(text)
    assert (first.call, first.request, first.is_whole) == ("fr.mean()", "POST /#/Rapids (mean py_#_sid_#)", True)
    assert (second.status, second.is_whole) == ("404", False)
    assert second.answer == {"rows": [1, 2, "… 5"], "columns": [{"name": "a"}]}
    whole = recorded.exchange_of({"call": "fr.mean()", "method": "POST", "path": "/99/Rapids", "status": 412,
                                  "body": "ast=%28mean+py_7_sid_0a1b%29", "answer": {"scalar": "x"}})
    assert [label for label, _ in shape_diff.compare([first, second], [whole])] == [
        "fr.mean() | POST /#/Rapids (mean py_#_sid_#)", "fr.summary() | GET /#/Frames/x"]


def test_answers_are_held_against_schemas(tmp_path):
    (tmp_path / "schemas.tsv").write_text(SCHEMAS)
    schemas = Schemas(tmp_path / "schemas.tsv")
    good = {"__meta": META, "rows": 3, "mean": "NaN", "names": ["a", None]}
    assert list(schemas.differences({"frames": [good]})) == []
    bad = {"__meta": dict(META, schema_type="Iced"), "rows": 3.0, "names": [1]}
    told = list(schemas.differences({"frames": [bad]}))
    assert [line.split(":")[0] for line in told] == [
        "/frames/0/__meta", "/frames/0/rows", "/frames/0/mean", "/frames/0/names"]


def test_models_are_held_against_their_case(tmp_path):
    (tmp_path / "models.tsv").write_text(MODELS)
    models = Models(tmp_path / "models.tsv")

    def model(error_type="double", **more):
        columns = [{"name": n, "type": t, "format": f} for n, t, f in (
            ("", "string", "%s"), ("yes", "long", "%d"), ("Error", error_type, "%.4f"), ("Rate", "string", "= %6s"))]
        table = {"__meta": {"schema_name": "TwoDimTableV3"}, "columns": columns}
        output = {"__meta": {"schema_name": "OutputV3"}, "model_category": "Binomial", "table": table, **more}
        return {"models": [{"algo": "gbm", "output": output}]}

    assert list(models.differences(model())) == []
    assert len(list(models.differences(model(error_type="float")))) == 1
    assert len(list(models.differences(model(table=None)))) == 1


def test_golden_description_is_the_same_as_text():
    def gathered(rows, **more):
        found_shapes = shapes.Shapes()
        found_shapes.add("GET /3/Frames", {"__meta": META, "rows": rows, "frames": [{"__meta": META, "rows": 1, **more}]})
        return found_shapes.described()

    golden = gathered(3, names=["a"])
    assert golden["FrameV3"]["names?"] == {"string[]"}
    assert shapes.from_text(shapes.to_text(golden)) == golden
    assert list(shapes.differences(golden, gathered(4, names=["b", "c"]))) == []
    assert list(shapes.differences(golden, gathered(1.5, names=["a"]))) == [
        "FrameV3.rows: integer wanted, is integer|real"]
    assert list(shapes.differences(golden, gathered(3, name="a"))) == [
        "FrameV3.name?: new, string", "FrameV3.names?: missing"]
