"""Holds whole answers against descriptions of the protocol in tables of tab-separated text.

Schemas: a row per field with its schema, type, and whether it is written (`json`). Models: a row per path of a model's
JSON with the case (one model each), its type, and the columns of tables.
"""
import csv
import json
import re
from collections import defaultdict

INTEGERS = ("int", "long", "short", "byte")
REALS = ("double", "float")
SPECIAL = ("NaN", "Infinity", "-Infinity")
# Cross-validation is in the cases, whether the model at hand was cross-validated or not.
ONLY_WITH_FOLDS = re.compile(r"^output\.(cross_validation|cv_scoring)")


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


class Schemas:
    """What each schema's objects hold: every object of an answer tells its schema in `__meta`."""

    def __init__(self, path):
        self.fields, self.metas = defaultdict(dict), {}
        for row in rows_of(path):
            if row["field"] == "__meta":
                self.metas[row["schema"]] = json.loads(row["default"])
            elif row["json"] == "true":
                self.fields[row["schema"]][row["field"]] = row["type"]

    def differences(self, value, path=""):
        """Yields what an answer lacks or has of another type."""
        if isinstance(value, list):
            for index, element in enumerate(value):
                yield from self.differences(element, "%s/%d" % (path, index))
        if not isinstance(value, dict):
            return
        name = schema_of(value)
        if name and value["__meta"] != self.metas.get(name, value["__meta"]):
            yield "%s/__meta: %s wanted, is %s" % (path, self.metas[name], value["__meta"])
        for field, wanted in self.fields.get(name, {}).items():
            if field not in value:
                yield "%s/%s: missing in %s" % (path, field, name)
            elif not is_of_type(value[field], wanted):
                yield "%s/%s: %s wanted in %s, is %r" % (path, field, wanted, name, value[field])
        for field, inner in value.items():
            yield from self.differences(inner, path + "/" + field)


def is_of_type(value, wanted):
    """Whether JSON may stand for a value of this type; everything but a number may be null."""
    if wanted.endswith("[]"):
        return value is None or isinstance(value, list) and all(is_of_type(v, wanted[:-2]) for v in value)
    if wanted == "boolean":
        return value is None or isinstance(value, bool)
    if wanted in INTEGERS:
        return isinstance(value, int) and not isinstance(value, bool)
    if wanted in REALS:
        return isinstance(value, float) or value in SPECIAL
    if wanted in ("string", "enum"):
        return value is None or isinstance(value, str)
    if wanted in ("Polymorphic", "type"):
        return True
    if wanted.endswith("Parameters") and isinstance(value, list):
        return True  # builders and models write their parameters as a list of descriptions
    return value is None or isinstance(value, dict) and (wanted.startswith("Map<") or schema_of(value) is not None)


class Models:
    """What whole models look like, by case."""

    def __init__(self, path):
        self.cases = defaultdict(dict)
        for row in rows_of(path):
            self.cases[row["case"]][row["path"]] = row

    def differences(self, answer, path=""):
        """Yields where a model in the answer differs from the first case of its algorithm and category."""
        for index, model in enumerate(answer.get("models") or [] if isinstance(answer, dict) else []):
            case = self.case_of(model)
            for wanted in case.values():
                if not ONLY_WITH_FOLDS.match(wanted["path"]):
                    for difference in differences_at(model, wanted):
                        yield "%s/models/%d %s: %s (%s)" % (path, index, wanted["path"], difference, wanted["case"])

    def case_of(self, model):
        """The rows of the case that is nearest; none where there is none."""
        def text(case, at):
            return case.get(at, {}).get("columns_or_example", "").strip('"')

        for case in self.cases.values():
            if text(case, "algo") == model.get("algo") and \
                    text(case, "output.model_category") == model.get("output", {}).get("model_category"):
                return case
        return {}


def differences_at(model, wanted):
    """What is wrong at one path of a model; the rows of its own parent tell where the parent is missing."""
    value = model
    for name in re.findall(r"\w+|\[\d+\]", wanted["path"]):
        if name.startswith("["):
            inner = int(name[1:-1])
            if not isinstance(value, list) or inner >= len(value):
                return
        else:
            inner = name
            if not isinstance(value, dict):
                return
            if inner not in value:
                yield "missing"
                return
        value = value[inner]
    if not is_kind(value, wanted):
        yield "%s wanted, is %r" % (" ".join((wanted["json_type"], wanted["schema_or_elem"])).strip(), value)
    elif wanted["json_type"] == "table":
        columns = [column_text(column) for column in value.get("columns", [])]
        if general(columns) != general(wanted["columns_or_example"].split(" | ")):
            yield "columns %s wanted, are %s" % (wanted["columns_or_example"], " | ".join(columns))


def is_kind(value, wanted):
    """Whether a value is what a row tells; a null says nothing about the type."""
    kind, schema = wanted["json_type"], wanted["schema_or_elem"]
    if kind == "null":
        return True
    if kind in ("table", "object", "key"):
        return schema_of(value) == schema
    if kind == "array":
        inner = schema.removeprefix("object:") if schema.startswith("object:") else None
        return isinstance(value, list) and all(inner is None or schema_of(element) == inner for element in value)
    if kind == "float" or wanted["columns_or_example"].strip('"') in SPECIAL:
        return is_of_type(value, "double")
    return is_of_type(value, {"bool": "boolean"}.get(kind, kind)) and value is not None


def schema_of(value):
    """Name of the schema that an object tells; None where it tells none."""
    meta = value.get("__meta") if isinstance(value, dict) else None
    return meta.get("schema_name") if isinstance(meta, dict) else None


def column_text(column):
    return "%s:%s:%s" % tuple(column.get(name) for name in ("name", "type", "format"))


def general(columns):
    """Columns without what follows from the data: names of levels, width of numbers as text."""
    if columns[-2:-1] and columns[-2].startswith("Error:"):
        columns = [re.sub(r"^.*:(long|int)", r":\1", c) for c in columns]
    return [re.sub(r"%\d+s", "%#s", c) for c in columns]
