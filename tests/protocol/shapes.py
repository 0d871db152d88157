"""What JSON answers look like: the members of objects and the types of their values, gathered by schema.

An object that tells its schema in `__meta` is described under that name; an object inside that tells none, under the
path that leads to it. As text it is a line with the name, then, indented, words "member:type|type"; "member?" is not
in every such object, "type[]" is an element of a list, "[]" an empty one, "__meta:3/Iced" a version and kind. Tables
list their columns under their name.
"""
import textwrap
from collections import Counter, defaultdict

from described import column_text, general, schema_of


class Shapes:
    """Types by object and member: {"CloudV3": {"cloud_size": {"integer"}}}."""

    def __init__(self):
        self.types = defaultdict(lambda: defaultdict(set))
        self.objects = Counter()
        self.members = Counter()

    def add(self, request, answer):
        """Takes in the answer to a request."""
        self.types["answers"][request.replace(" ", "_")].update(self.types_of(answer, request))

    def types_of(self, value, path):
        """The names of a value's types; objects inside are taken in."""
        if isinstance(value, list):
            return {inner + "[]" for element in value for inner in self.types_of(element, path)} or {"[]"}
        if not isinstance(value, dict):
            return {plain_type(value)}
        name = schema_of(value)
        if name == "TwoDimTableV3":
            columns = general([column_text(column) for column in value["columns"]])
            self.types["tables"][value["name"].replace(" ", "_")].add(",".join(columns).replace(" ", "_"))
        self.take_members(name or path, value)
        return {name or "object"}

    def take_members(self, name, value):
        self.objects[name] += 1
        for member, inner in value.items():
            self.members[name, member] += 1
            if member == "__meta":
                types = {"%(schema_version)s/%(schema_type)s" % inner}
            elif name == "TwoDimTableV3" and member == "data":
                types = {"cell[][]"}
            else:
                types = self.types_of(inner, name + "." + member)
            self.types[name][member].update(types)

    def described(self):
        """{name: {member: types}} with optional members marked."""
        return {name: {self.marked(name, member): types for member, types in members.items()}
                for name, members in self.types.items()}

    def marked(self, name, member):
        is_optional = name in self.objects and self.members[name, member] < self.objects[name]
        return member + "?" if is_optional else member


def plain_type(value):
    if value in ("NaN", "Infinity", "-Infinity"):
        return "real"
    return {type(None): "null", bool: "boolean", int: "integer", float: "real", str: "string"}[type(value)]


def to_text(described):
    lines = []
    for name in sorted(described):
        words = ["%s:%s" % (member, "|".join(sorted(types))) for member, types in sorted(described[name].items())]
        lines.append(name)
        lines += textwrap.wrap(" ".join(words), 120, initial_indent="  ", subsequent_indent="  ",
                               break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines) + "\n"


def from_text(text):
    described, name = {}, None
    for line in text.splitlines():
        if not line.startswith(" "):
            name = line
            described[name] = {}
            continue
        for word in line.split():
            member, _, types = word.partition(":")
            described[name][member] = set(types.split("|"))
    return described


def differences(wanted, got):
    """Yields what is missing, new or of a type that is not known. A type that did not show up is no difference: whether
    something is null may be a matter of luck."""
    for name in sorted(wanted.keys() | got.keys()):
        old, new = wanted.get(name, {}), got.get(name, {})
        for member in sorted(old.keys() | new.keys()):
            if member not in new:
                yield "%s.%s: missing" % (name, member)
            elif member not in old:
                yield "%s.%s: new, %s" % (name, member, "|".join(sorted(new[member])))
            elif new[member] - old[member]:
                yield "%s.%s: %s wanted, is %s" % (name, member, "|".join(sorted(old[member])),
                                                   "|".join(sorted(new[member])))
