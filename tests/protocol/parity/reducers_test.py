"""Figures of columns and rows, and running figures, against numpy and pandas."""
import math

import numpy as np
import pandas
import pytest

from session import Refused, same, same_numbers

SHAPES = ["mixed", "one", "empty", "constant", "missing", "groups", "wide"]
NEAR = {"relative": 1e-11, "absolute": 1e-9}


def selection(known, shape):
    """(an expression of the numeric columns, their cells)."""
    numbers = known[shape].numbers()
    return f"(cols {shape} [{' '.join(repr(name) for name in numbers)}])", numbers


def fold(function, start):
    """(over all cells, without those that are missing)."""

    def of(numbers, skip):
        cells = np.concatenate(list(numbers.values()))
        if skip:
            cells = cells[~np.isnan(cells)]
        return function(cells) if len(cells) else start

    return of


TOTALS = {"sum": fold(np.sum, 0), "prod": fold(np.prod, 1), "min": fold(np.min, math.inf), "max": fold(np.max, -math.inf)}
SKIPPING = {"sum": "sumNA", "prod": "prod.na", "min": "minNA", "max": "maxNA"}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", TOTALS)
def test_totals(rapids, known, name, shape):
    if name == "prod" and known[shape].count > 20:
        pytest.skip("the product of so many cells is beyond all doubles")
    frame, numbers = selection(known, shape)
    assert rapids.value(f"({name} {frame})") == pytest.approx(TOTALS[name](numbers, False), rel=1e-11, nan_ok=True)
    assert rapids.value(f"({SKIPPING[name]} {frame})") == pytest.approx(TOTALS[name](numbers, True), rel=1e-11, nan_ok=True)


def test_totals_of_several_arguments(rapids):
    assert rapids.value("(sum 1 2 [3 4] 5)") == 15
    assert rapids.value("(max 1 (cols constant 'x'))") == 2.5
    assert rapids.value("(min (cols constant 'x') FALSE FALSE)") == 2.5, "R's flags are no values"
    assert math.isnan(rapids.value("(sum 1 NaN)")) and rapids.value("(sumNA 1 NaN)") == 1


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["mean", "sumaxis"])
def test_means_and_sums_along_an_axis(rapids, known, name, shape):
    frame, numbers = selection(known, shape)
    table = pandas.DataFrame(numbers)
    for skip in (True, False):
        down = table.mean(skipna=skip) if name == "mean" else table.sum(skipna=skip, min_count=1 if skip else 0)
        if table.empty and name == "sumaxis":
            down[:] = np.nan  # the sum of a column without rows is none
        made = rapids.frame(f"({name} {frame} {int(skip)} 0)")
        same(made, {column: np.array([down[column]]) for column in numbers}, **NEAR)
        across = table.mean(axis=1, skipna=skip) if name == "mean" else table.sum(axis=1, skipna=skip, min_count=1)
        made = rapids.frame(f"({name} {frame} {int(skip)} 1)")
        same(made, {"mean" if name == "mean" else "sum": across.to_numpy(float)}, **NEAR)


@pytest.mark.parametrize("shape", SHAPES)
def test_figures_by_column(rapids, known, shape):
    frame, numbers = selection(known, shape)
    table = pandas.DataFrame(numbers)
    for skip in (True, False):
        same_numbers(rapids.value(f"(sd {frame} {int(skip)})"), table.std(skipna=skip), **NEAR)
        same_numbers(rapids.value(f"(median {frame} {int(skip)})"), table.median(skipna=skip), **NEAR)
    counts = [sum(cell is None or cell != cell for cell in column.cells) for column in known[shape].values()]
    assert rapids.value(f"(naCnt {shape})") == counts
    rows = known[shape].count
    for share in (0.05, 0.5):
        few = [i for i, count in enumerate(counts) if count < share * rows or count == 0]
        assert rapids.value(f"(filterNACols {shape} {share})") == few


def moment(cells, order, skip):
    """Of the distribution of the cells themselves, not corrected for their being a sample."""
    if not skip and np.isnan(cells).any():
        return math.nan
    cells = cells[~np.isnan(cells)]
    with np.errstate(all="ignore"):
        centred = cells - cells.mean() if len(cells) else cells
        return np.mean(centred ** order) / np.mean(centred ** 2) ** (order / 2) if len(cells) else math.nan


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name, order", [("skewness", 3), ("kurtosis", 4)])
def test_moments(rapids, known, name, order, shape):
    frame, numbers = selection(known, shape)
    for skip in (True, False):
        got = rapids.value(f"({name} {frame} {int(skip)})")
        same_numbers(got, [moment(cells, order, skip) for cells in numbers.values()], **NEAR)


@pytest.mark.parametrize("shape", ["mixed", "one", "empty", "constant", "missing", "groups"])
def test_robust_figures(rapids, known, shape):
    frame = known[shape]
    for column in ("x", "p"):
        cells = frame[column].cells
        deviation = 1.4826 * np.median(np.abs(cells - np.median(cells))) if len(cells) else math.nan
        assert rapids.value(f"(h2o.mad (cols {shape} '{column}'))") == pytest.approx(deviation, nan_ok=True)
    codes = frame["city"].codes
    counts = np.bincount(codes[~np.isnan(codes)].astype(int), minlength=1)
    wanted = float(np.argmax(counts)) if counts.any() else math.nan
    assert rapids.value(f"(mode (cols {shape} 'city'))") == pytest.approx(wanted, nan_ok=True)


def truths(cells):
    """A missing cell counts as true."""
    return np.isnan(cells) | (cells != 0)


@pytest.mark.parametrize("shape", SHAPES)
def test_all_and_any(rapids, known, shape):
    frame, numbers = selection(known, shape)
    cells = np.concatenate([truths(c) for c in numbers.values()])
    assert rapids.value(f"(all {frame})") == float(cells.all())
    assert rapids.value(f"(any {frame})") == float(cells.any())
    present = [(~np.isnan(c) & (c != 0)).any() for c in numbers.values()]
    assert rapids.value(f"(any.na {frame})") == float(any(present))


def test_categories_that_are_truths(rapids):
    truths = "(ifelse (> (cols mixed 'p') {}) 'True' 'False')"
    for above, every, some in ((0, 1, 1), (5, 0, 1), (1e9, 0, 0)):
        assert rapids.value(f"(all {truths.format(above)})") == every
        assert rapids.value(f"(any {truths.format(above)})") == some
    assert rapids.value("(any (cols mixed 'size'))") == 0, "other words are no truths"


RUNNING = {"cumsum": np.cumsum, "cumprod": np.cumprod, "cummin": np.minimum.accumulate, "cummax": np.maximum.accumulate}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", RUNNING)
def test_running_figures(rapids, known, name, shape):
    """What comes behind a missing cell is missing."""
    _, numbers = selection(known, shape)
    names = list(numbers)[:3]
    frame = f"(cols {shape} [{' '.join(repr(n) for n in names)}])"
    with np.errstate(all="ignore"):
        down = {n: RUNNING[name](numbers[n]) for n in names}
        across = RUNNING[name](np.stack([numbers[n] for n in names]), axis=0)
    if name == "cumprod":
        # Beyond the range of doubles there is not much to compare.
        down = {n: np.where(np.isinf(cells), np.nan, cells) for n, cells in down.items()}
    got = rapids.frame(f"({name} {frame} 0)")
    for n in names:
        got[n].cells[np.isnan(down[n]) & (np.abs(got[n].cells) >= 2.0 ** 62)] = np.nan
    same(got, down, relative=1e-9, absolute=1e-9)
    same(rapids.frame(f"({name} {frame} 1)"), dict(zip(names, across)), **NEAR)


def test_running_figures_need_numbers_and_an_axis(rapids):
    with pytest.raises(Refused, match="numeric"):
        rapids.frame("(cumsum (cols mixed 'city') 0)")
    with pytest.raises(Refused, match="0 or 1"):
        rapids.frame("(cumsum (cols mixed 'x') 2)")


@pytest.mark.parametrize("shape", ["mixed", "one", "empty", "constant", "missing", "groups"])
@pytest.mark.parametrize("percent", [1, 10, 60, 100])
def test_top_rows(rapids, known, shape, percent):
    cells = known[shape]["x"].cells
    wanted = round(percent / 100 * len(cells))
    for mode in (1, -1):
        order = sorted((i for i in range(len(cells)) if cells[i] == cells[i]), key=lambda i: -mode * cells[i])[:wanted]
        made = rapids.frame(f"(topn {shape} 'x' {percent} {mode})")
        assert list(made) == ["Original_Row_Indices", "x"]
        same_numbers(made["x"].cells, cells[order])
        rows = made["Original_Row_Indices"].cells.astype(int)
        assert len(set(rows)) == len(rows)
        same_numbers(cells[rows], cells[order])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["which.max", "which.min"])
def test_where_extremes_are(rapids, known, name, shape):
    frame, numbers = selection(known, shape)
    best = np.nanargmax if name == "which.max" else np.nanargmin

    def place(cells, skip):
        usable = len(cells) and not np.isnan(cells).all() and (skip or not np.isnan(cells).any())
        return float(best(cells)) if usable else math.nan

    for skip in (True, False):
        made = rapids.frame(f"({name} {frame} {int(skip)} 0)")
        same(made, {column: np.array([place(cells, skip)]) for column, cells in numbers.items()})
        table = np.stack(list(numbers.values()), axis=1)
        made = rapids.frame(f"({name} {frame} {int(skip)} 1)")
        wanted = np.array([place(row, skip) for row in table], dtype=float)
        same(made, {name: wanted})
        same(rapids.frame(f"(apply {frame} 1 {{r . ({name} r {int(skip)} 0)}})"), {"C1": wanted})


@pytest.mark.parametrize("shape", ["mixed", "one", "empty", "constant", "missing", "groups"])
def test_where_cells_are_not_0(rapids, known, shape):
    cells = known[shape]["n"].cells
    wanted = np.flatnonzero((cells != 0) & ~np.isnan(cells)).astype(float)
    same(rapids.frame(f"(which (cols {shape} 'n'))"), {"C1": wanted})
