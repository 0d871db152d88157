"""Operators of two values against numpy: frames, columns, single rows and numbers on either side."""
import math

import numpy as np
import pytest

from session import Refused, same, same_numbers

SHAPES = ["mixed", "one", "empty", "constant", "missing", "groups"]


def truth(function):
    return lambda a, b: function(a, b).astype(float)


def equal(a, b):
    """Missing equals missing: clients look for missing cells so."""
    return (a == b) | (np.isnan(a) & np.isnan(b))


def both(a, b):
    """0 decides alone, else what is missing."""
    return np.where((a == 0) | (b == 0), 0, np.where(np.isnan(a) | np.isnan(b), np.nan, 1))


def either(a, b):
    is_true = ((a != 0) & ~np.isnan(a)) | ((b != 0) & ~np.isnan(b))
    return np.where(is_true, 1, np.where(np.isnan(a) | np.isnan(b), np.nan, 0))


def quotient(a, b):
    return np.where(b == 0, np.nan, np.trunc(a / b))


OPERATORS = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power, "%": np.fmod, "%%": np.fmod,
    "intDiv": quotient, "%/%": quotient, "==": truth(equal), "!=": truth(lambda a, b: ~equal(a, b)),
    "<": truth(np.less), "<=": truth(np.less_equal), ">": truth(np.greater), ">=": truth(np.greater_equal),
    "&": both, "&&": both, "|": either, "||": either,
}
NEAR = {"relative": 1e-13, "absolute": 1e-300}


def wanted_of(name, a, b):
    with np.errstate(all="ignore"):
        return np.asarray(OPERATORS[name](np.asarray(a, dtype=float), np.asarray(b, dtype=float)), dtype=float)


def check(got, wanted):
    """Infinities are downloaded as the largest number where all else are whole."""
    infinite = np.isinf(wanted)
    got[infinite & (np.abs(got) >= 2.0 ** 62)] = wanted[infinite & (np.abs(got) >= 2.0 ** 62)]
    same_numbers(got, wanted, **NEAR)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", OPERATORS)
def test_frames_and_numbers(rapids, known, name, shape):
    x, n = known[shape]["x"].cells, known[shape]["n"].cells
    left, right = f"(cols {shape} 'x')", f"(cols {shape} 'n')"
    check(rapids.frame(f"({name} {left} {right})")["x"].cells, wanted_of(name, x, n))
    for number in (3, 0, -0.5, math.nan):
        check(rapids.frame(f"({name} {left} {number})")["x"].cells, wanted_of(name, x, np.full(len(x), number)))
        if name != "&&" or number != 0:  # which decides alone and gives a number
            check(rapids.frame(f"({name} {number} {right})")["n"].cells, wanted_of(name, np.full(len(x), number), n))


@pytest.mark.parametrize("name", OPERATORS)
def test_numbers_alone(rapids, name):
    for a in (2.5, 0, -3, math.nan):
        for b in (2, 0, -1.5, math.nan):
            wanted = float(wanted_of(name, a, b))
            assert rapids.value(f"({name} {a} {b})") == pytest.approx(wanted, rel=1e-14, nan_ok=True), (a, b)


@pytest.mark.parametrize("name", ["+", "<", "=="])
def test_a_column_goes_with_each_column_and_a_row_with_each_row(rapids, known, name):
    wide = known["wide"]
    columns = list(wide.values())
    made = rapids.frame(f"({name} wide (cols wide 0))")
    assert list(made) == list(wide)
    for got, column in zip(made.values(), columns):
        check(got.cells, wanted_of(name, column.cells, columns[0].cells))
    made = rapids.frame(f"({name} wide (rows wide [2]))")
    for got, column in zip(made.values(), columns):
        check(got.cells, wanted_of(name, column.cells, np.full(7, column.cells[2])))


def test_shapes_that_do_not_go_together(rapids):
    for left, right in (("mixed", "groups"), ("wide", "(cols wide [0 1])")):
        with pytest.raises(Refused, match="must have same (rows|columns)"):
            rapids.frame(f"(+ {left} {right})")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("column", ["city", "word"])
def test_texts_are_equal_or_not(rapids, known, column, shape):
    cells = known[shape][column].cells
    for word in ("Bern", "apple pie", "nowhere"):
        # A category is as little equal to a word as to a missing one, in each direction.
        wanted = np.array([cell == word for cell in cells], dtype=float)
        made = rapids.frame(f"(== (cols {shape} '{column}') '{word}')")
        same(made, {column: wanted})
        same(rapids.frame(f"(!= (cols {shape} '{column}') '{word}')"), {column: 1 - wanted})
        same(rapids.frame(f"(== '{word}' (cols {shape} '{column}'))"), {column: wanted})
    with pytest.raises(Refused, match="=="):
        rapids.frame(f"(< (cols {shape} '{column}') 'Bern')")


@pytest.mark.parametrize("shape", ["mixed", "one", "empty", "constant", "groups"])
def test_texts_of_two_columns(rapids, known, shape):
    frame = known[shape]
    shifted = f"(ifelse (== (cols {shape} 'size') 'small') 'Bern' 'Delhi')"
    other = np.where(frame["size"].cells == "small", "Bern", "Delhi")
    wanted = np.array([a is not None and a == b for a, b in zip(frame["city"].cells, other)], dtype=float)
    same(rapids.frame(f"(== (cols {shape} 'city') {shifted})"), {"city": wanted})
    same(rapids.frame(f"(!= (as.character (cols {shape} 'city')) (as.character {shifted}))"), {"city": 1 - wanted})


@pytest.mark.parametrize("shape", SHAPES)
def test_if_else(rapids, known, shape):
    frame = known[shape]
    x, n = frame["x"].cells, frame["n"].cells
    test = f"(> (cols {shape} 'p') 5)"
    is_true = frame["p"].cells > 5
    same(rapids.frame(f"(ifelse {test} (cols {shape} 'x') (cols {shape} 'n'))"), {"C1": np.where(is_true, x, n)})
    same(rapids.frame(f"(ifelse {test} 1.5 (cols {shape} 'n'))"), {"C1": np.where(is_true, 1.5, n)})
    # A missing test gives a missing cell.
    same(rapids.frame(f"(ifelse (cols {shape} 'n') 1 2)"),
         {"C1": np.where(np.isnan(n), np.nan, np.where(n != 0, 1, 2))})
    made = rapids.frame(f"(ifelse {test} 'Zug' (cols {shape} 'city'))")["C1"]
    assert made.kind == "Enum"
    assert list(made.cells) == ["Zug" if t else c for t, c in zip(is_true, frame["city"].cells)]
    if frame.count:
        made = rapids.frame(f"(ifelse {test} 'a' 'b')")["C1"]
        assert list(made.cells) == list(np.where(is_true, "a", "b"))
        assert made.domain == [level for level in ("b", "a") if level in made.cells], "only what occurs is a level"
    made = rapids.frame(f"(ifelse {test} (cols {shape} 'city') (cols {shape} 'size'))")["C1"]
    assert list(made.cells) == [a if t else b for t, a, b in zip(is_true, frame["city"].cells, frame["size"].cells)]
    made = rapids.frame(f"(ifelse {test} (cols {shape} 'word') (cols {shape} 'word'))")["C1"]
    assert [c or None for c in made.cells] == list(frame["word"].cells)


def test_texts_are_not_added(rapids):
    with pytest.raises(Refused, match=r"Binary operation '\+' is not supported on String columns"):
        rapids.frame("(+ (cols mixed 'word') (cols mixed 'word'))")


def test_if_else_of_numbers(rapids):
    assert rapids.value("(ifelse 1 5 6)") == 5 and rapids.value("(ifelse 0 5 6)") == 6
    assert math.isnan(rapids.value("(ifelse NaN 5 6)"))
    assert rapids.value("(ifelse 1 'yes' (nosuch 1))") == "yes", "only the side that is picked is looked at"
    assert rapids.value("(&& 0 (nosuch 1))") == 0 and rapids.value("(|| 1 (nosuch 1))") == 1
