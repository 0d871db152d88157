"""Functions of single cells against numpy and scipy."""
import numpy as np
import pytest
from scipy import special

from session import Refused, same

SHAPES = ["mixed", "one", "empty", "constant", "missing", "groups", "wide"]


def lgamma(x):
    return np.where((x <= 0) & (x == np.floor(x)), np.inf, special.gammaln(x))


def without_poles(function):
    """Not a number where the function has a pole; scipy says infinity there."""
    return lambda x: np.where((x <= 0) & (x == np.floor(x)), np.nan, function(x))


def trigamma(x):
    """By the reflection formula left of 0, where scipy's series of the second argument is not defined."""
    with np.errstate(all="ignore"):
        mirrored = np.pi ** 2 / np.sin(np.pi * x) ** 2 - special.polygamma(1, 1 - x)
    return np.where(x < 0, mirrored, special.polygamma(1, np.where(x > 0, x, np.nan)))


def logical_not(x):
    return np.where(np.isnan(x), np.nan, (x == 0).astype(float))


FUNCTIONS = {
    "abs": np.abs, "acos": np.arccos, "acosh": np.arccosh, "asin": np.arcsin, "asinh": np.arcsinh, "atan": np.arctan,
    "atanh": np.arctanh, "ceiling": np.ceil, "cos": np.cos, "cosh": np.cosh, "exp": np.exp, "expm1": np.expm1,
    "floor": np.floor, "log": np.log, "log10": np.log10, "log1p": np.log1p, "log2": np.log2, "sign": np.sign,
    "sin": np.sin, "sinh": np.sinh, "sqrt": np.sqrt, "tan": np.tan, "tanh": np.tanh, "trunc": np.trunc,
    "not": logical_not, "!!": logical_not,
    "gamma": without_poles(special.gamma), "lgamma": lgamma, "digamma": without_poles(special.digamma),
    "trigamma": without_poles(trigamma),
    "cospi": lambda x: np.cos(np.pi * np.fmod(x, 2)), "sinpi": lambda x: np.sin(np.pi * np.fmod(x, 2)),
    "tanpi": lambda x: np.where(np.fmod(x, 1) % 0.5 == 0, np.where(np.fmod(x, 1) == 0, 0, np.inf), np.tan(np.pi * np.fmod(x, 1))),
}
# Where most cells are neither too large for the function nor outside of what it is defined for.
SCALES = {"acos": 0.01, "asin": 0.01, "atanh": 0.01, "cosh": 0.1, "sinh": 0.1, "exp": 0.1, "gamma": 0.1}
# What is 0 but for rounding, as sin(pi), differs by as much as its argument is rounded.
ROUNDED = {"cospi", "sinpi", "tanpi", "digamma", "trigamma"}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_function(rapids, known, name, shape):
    scale = SCALES.get(name, 1)
    numbers = known[shape].numbers()
    columns = " ".join(f"'{column}'" for column in numbers)
    made = rapids.frame(f"({name} (* (cols {shape} [{columns}]) {scale}))")
    with np.errstate(all="ignore"):
        wanted = {f"{name}({column})": FUNCTIONS[name](cells * scale) for column, cells in numbers.items()}
    near = {"relative": 1e-9, "absolute": 1e-11} if name in ROUNDED else {"relative": 2e-14, "absolute": 1e-300}
    if name in ("gamma", "lgamma"):
        near = {"relative": 1e-12, "absolute": 1e-13}
    for column, cells in wanted.items():
        # Infinite, or nearly: tan(pi / 2) is as large as pi is inexact.
        assert np.all(np.abs(made[column].cells[np.isinf(cells)]) > 1e12), column
        made[column].cells[np.isinf(cells)] = np.inf
        wanted[column] = np.abs(cells) if np.isinf(cells).any() else cells
        made[column].cells = np.abs(made[column].cells) if np.isinf(cells).any() else made[column].cells
    same(made, wanted, **near)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_of_a_number(rapids, name):
    for x in (0.375, 1, -0.25, float("nan")):
        with np.errstate(all="ignore"):
            wanted = float(FUNCTIONS[name](np.float64(x)))
        got = rapids.value(f"({name} {x})")
        assert got == pytest.approx(wanted, rel=1e-12, nan_ok=True), x


def test_digits_are_whole(rapids):
    assert rapids.value("(round 2.345 0.5)") == rapids.value("(round 2.345 1)") == 2.3
    assert rapids.value("(signif 231.385 1.5)") == 230 and rapids.value("(signif 231.385 -3.5)") == 200


def test_none_changes_nothing(rapids, known):
    for shape in SHAPES:
        same(rapids.frame(f"(none {shape})"), known[shape])


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in ("not", "!!")])
def test_only_numbers_have_functions(rapids, name):
    for column in ("city", "word"):
        with pytest.raises(Refused, match=column):
            rapids.frame(f"({name} (cols mixed '{column}'))")


@pytest.mark.parametrize("shape", ["mixed", "one", "empty", "missing", "groups"])
@pytest.mark.parametrize("digits", [0, 1, 2, -1])
def test_round(rapids, known, shape, digits):
    for column in ("x", "p"):
        made = rapids.frame(f"(round (cols {shape} '{column}') {digits})")
        cells = known[shape][column].cells
        # Numbers with few decimals are never so near to half a step that scaling them matters.
        same(made, {column: np.round(cells, digits)}, absolute=1e-9)


@pytest.mark.parametrize("shape", ["mixed", "one", "empty", "missing", "groups"])
def test_signif(rapids, known, shape):
    for digits in (1, 3, 6):
        made = rapids.frame(f"(signif (cols {shape} 'p') {digits})")
        wanted = [float(f"{cell:.{digits - 1}e}") for cell in known[shape]["p"].cells]
        same(made, {"p": np.array(wanted, dtype=float)}, relative=1e-9)
