"""Work on texts, cell by cell and level by level, against Python's own."""
import collections
import math
import re

import numpy as np
import pytest

from frames import Column, Frame, categories, numeric, texts
from session import Refused, same, same_numbers, same_texts

SHAPES = ["mixed", "one", "empty", "constant", "missing", "groups"]
LETTERS = ["ÄÖÜß àéîõø", "ŁÓDŹ, Žižek", "ΑΒΓ αβγ ς", "ПРИВЕТ, мир ё", "Ѕ і ѕ", "ÿ Ÿ", "ĳ Ĳ", "日本"]
SPACES = " \t\r\n\f\v"


def upper(text):
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


TO_TEXTS = {
    "toupper": ([], upper), "tolower": ([], lambda t: "".join(c.lower() if len(c.lower()) == 1 else c for c in t)),
    "trim": ([], lambda t: t.strip(SPACES)),
    "lstrip": (["' a'"], lambda t: t.lstrip(" a")), "rstrip": (["' e'"], lambda t: t.rstrip(" e")),
    "replaceall": (["'a+'", "'<>'", "0"], lambda t: re.sub("a+", "<>", t)),
    "replacefirst": (["'[ae]'", "'_'", "0"], lambda t: re.sub("[ae]", "_", t, count=1)),
    "substring": (["1", "4"], lambda t: t[1:4]),
}
TO_NUMBERS = {
    "strlen": ([], len),
    "countmatches": (["['a' 'ap']"], lambda t: t.count("a") + t.count("ap")),
    "entropy": ([], lambda t: entropy(t.encode())),
}


def entropy(values):
    return sum(-n / len(values) * math.log2(n / len(values)) for n in collections.Counter(values).values())


def mapped(cells, function):
    return [None if cell is None else function(cell) for cell in cells]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", TO_TEXTS)
@pytest.mark.parametrize("column", ["word", "city"])
def test_texts_of_texts(rapids, known, name, shape, column):
    arguments, function = TO_TEXTS[name]
    made = rapids.frame(f"({' '.join([name, f'(cols {shape} {column!r})', *arguments])})")
    wanted = mapped(known[shape][column].cells, function)
    head = column if name == "replacefirst" else "C1"
    assert list(made) == [head]
    same_texts(made[head].cells, wanted, name)
    if known[shape].count:
        assert made[head].kind == ("String" if column == "word" else "Enum")
    if column == "city" and known[shape].count:
        assert len(set(made[head].domain)) == len(made[head].domain), "equal levels are one"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", TO_NUMBERS)
@pytest.mark.parametrize("column", ["word", "city"])
def test_numbers_of_texts(rapids, known, name, shape, column):
    arguments, function = TO_NUMBERS[name]
    made = rapids.frame(f"({' '.join([name, f'(cols {shape} {column!r})', *arguments])})")
    wanted = [math.nan if c is None else c for c in mapped(known[shape][column].cells, function)]
    same(made, {"C1": np.array(wanted, dtype=float)})


@pytest.mark.parametrize("kind", ["String", "Enum"])
def test_letters_of_other_alphabets(rapids, kind):
    rapids.load("letters", Frame(t=texts(LETTERS) if kind == "String" else categories(LETTERS)))
    for name in ("toupper", "tolower", "substring"):
        arguments, function = TO_TEXTS[name]
        made = rapids.frame(f"({' '.join([name, 'letters', *arguments])})")
        same_texts(made["C1"].cells, mapped(LETTERS, function), name)
    same(rapids.frame("(strlen letters)"), {"C1": np.array([len(t) for t in LETTERS], dtype=float)})
    rapids.value("(rm letters)")


def test_ends_of_substrings(rapids, known):
    cells = known["mixed"]["word"].cells
    for arguments, function in ((["2"], lambda t: t[2:]), (["2", "[]"], lambda t: t[2:]), (["3", "2"], lambda t: ""),
                                (["-2", "3"], lambda t: t[:3]), (["0", "100"], lambda t: t)):
        made = rapids.frame(f"(substring (cols mixed 'word') {' '.join(arguments)})")
        same_texts(made["C1"].cells, mapped(cells, function), str(arguments))


def test_replacement_by_groups_and_case(rapids, known):
    cells = known["mixed"]["word"].cells
    made = rapids.frame("(replaceall (cols mixed 'word') '([a-z])([a-z])' '$2$1' 0)")
    same_texts(made["C1"].cells, mapped(cells, lambda t: re.sub("([a-z])([a-z])", r"\2\1", t)))
    made = rapids.frame("(replaceall (cols mixed 'word') 'B' 'x' 1)")
    same_texts(made["C1"].cells, mapped(cells, lambda t: re.sub("B", "x", t, flags=re.I)))
    with pytest.raises(Refused, match=r"\(replaceall\).*\[a"):
        rapids.frame("(replaceall (cols mixed 'word') '[a' 'x' 0)")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("column", ["word", "city"])
def test_grep(rapids, known, shape, column):
    cells = known[shape][column].cells
    for pattern, flags in (("a", 0), ("^[AB]", 0), ("BERN|APPLE", re.I)):
        found = np.array([cell is not None and re.search(pattern, cell, flags) is not None for cell in cells])
        for invert in (0, 1):
            chosen = found != bool(invert) if len(found) else found
            ignore = 1 if flags else 0
            made = rapids.frame(f"(grep (cols {shape} '{column}') '{pattern}' {ignore} {invert} 1)")
            same(made, {"C1": chosen.astype(float)})
            made = rapids.frame(f"(grep (cols {shape} '{column}') '{pattern}' {ignore} {invert} 0)")
            same(made, {"C1": np.flatnonzero(chosen).astype(float)})


def split(text):
    """As Java splits: what is empty at the end is dropped."""
    pieces = re.split("[ ,;]", text)
    while len(pieces) > 1 and not pieces[-1]:
        pieces.pop()
    return pieces


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("column", ["word", "city"])
def test_strsplit(rapids, known, shape, column):
    pieces = mapped(known[shape][column].cells, split)
    most = max([len(p) for p in pieces if p is not None], default=1)
    if column == "city":
        most = 1  # none of the levels has more than a piece
    made = rapids.frame(f"(strsplit (cols {shape} '{column}') '[ ,;]')")
    assert list(made) == [f"C{i + 1}" for i in range(most)]
    for i in range(most):
        same_texts(made[f"C{i + 1}"].cells, [p[i] if p is not None and i < len(p) else None for p in pieces])


@pytest.mark.parametrize("shape", ["mixed", "one", "constant", "missing", "groups"])
def test_tokenize(rapids, known, shape):
    wanted = []
    for cell in known[shape]["word"].cells:
        wanted += [*(split(cell) if cell is not None else []), None]
    same_texts(rapids.frame(f"(tokenize (cols {shape} 'word') '[ ,;]')")["C1"].cells, wanted)


def levenshtein(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]


def subsequence(a, b):
    row = [0] * (len(b) + 1)
    for x in a:
        above = 0
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], above + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]


def alike(a, b):
    """1 for equal texts, less the more edits lead from one to the other."""
    longest = max(len(a), len(b))
    return 1 - levenshtein(a, b) / longest if longest else 1


@pytest.mark.parametrize("shape", ["mixed", "one", "empty", "constant", "missing", "groups"])
def test_distance_by_edits(rapids, known, shape):
    left, right = known[shape]["word"].cells, known[shape]["city"].cells
    wanted = [math.nan if a is None or b is None else alike(a, b) for a, b in zip(left, right)]
    made = rapids.frame(f"(strDistance (cols {shape} 'word') (cols {shape} 'city') 'lv' 1)")
    same_numbers(made["C1"].cells, wanted)


@pytest.mark.parametrize("kind", ["String", "Enum"])
def test_conversions_of_texts(rapids, kind):
    written = ["1", "-2.5", "1e3", " 7 ", "+4", None, "x"]
    rapids.load("written", Frame(row=numeric(range(7)), t=Column(kind, texts(written).cells)))
    made = rapids.frame("(as.numeric (cols written 't'))")
    if kind == "String":
        same(made, {"t": np.array([1, -2.5, 1000, 7, 4, math.nan, math.nan])})
    else:  # not all levels are numbers, so that their codes are meant
        same(made, {"t": categories(written).codes})
    rapids.value("(rm written)")


@pytest.mark.parametrize("shape", SHAPES)
def test_conversions(rapids, known, shape):
    frame = known[shape]
    made = rapids.frame(f"(as.character (as.factor (cols {shape} 'n')))")
    same_texts(made["n"].cells, [None if c != c else str(int(c)) for c in frame["n"].cells])
    made = rapids.frame(f"(as.numeric (as.factor (cols {shape} 'n')))")
    same(made, {"n": frame["n"].cells})
    made = rapids.frame(f"(as.factor (cols {shape} 'word'))")["word"]
    same_texts(made.cells, list(frame["word"].cells))
    if frame.count:
        assert made.kind == "Enum"
        assert made.domain == sorted({c for c in frame["word"].cells if c is not None}, key=lambda c: c.encode())
    made = rapids.frame(f"(as.character (cols {shape} 'city'))")["city"]
    same_texts(made.cells, list(frame["city"].cells))
