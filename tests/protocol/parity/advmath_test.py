"""Distributions, tables, correlations, random columns and weights of words against numpy, pandas and scipy."""
import collections
import itertools
import math

import numpy as np
import pandas
import pytest
from scipy import stats

from frames import Frame, numeric, texts
from session import Refused, same, same_numbers, same_texts

SHAPES = ["mixed", "one", "empty", "constant", "missing", "groups"]
PROBABILITIES = [0, 0.001, 0.1, 0.25, 0.5, 0.75, 0.9, 0.999, 1]
METHODS = {"interpolate": "linear", "low": "lower", "high": "higher", "average": "midpoint"}


@pytest.mark.parametrize("shape", SHAPES + ["wide"])
@pytest.mark.parametrize("method", METHODS)
def test_quantiles(rapids, known, shape, method):
    numbers = known[shape].numbers()
    names = list(numbers)[:5]
    listed = " ".join(repr(name) for name in names)
    made = rapids.frame(f"(quantile (cols {shape} [{listed}]) [{' '.join(map(str, PROBABILITIES))}] '{method}' _)")
    wanted = {"Probs": np.array(PROBABILITIES, dtype=float)}
    for name in names:
        cells = numbers[name][~np.isnan(numbers[name])]
        figures = np.quantile(cells, PROBABILITIES, method=METHODS[method]) if len(cells) else np.full(9, math.nan)
        wanted[f"{name}Quantiles"] = figures
    same(made, wanted, relative=1e-12)


@pytest.mark.parametrize("shape", ["mixed", "one", "constant", "groups"])
def test_weighted_quantiles(rapids, known, shape):
    """A weight of k is as k equal rows."""
    draw = np.random.default_rng(8)
    cells = known[shape]["p"].cells
    weights = draw.integers(0, 4, len(cells)).astype(float)
    weights[0] = 2
    rapids.load("weighed", Frame(p=numeric(cells), w=numeric(weights)))
    made = rapids.frame("(quantile weighed [0.1 0.25 0.5 0.9] 'interpolate' w)")
    repeated = np.repeat(cells, weights.astype(int))
    same(made, {"Probs": np.array([0.1, 0.25, 0.5, 0.9]), "pQuantiles": np.quantile(repeated, [0.1, 0.25, 0.5, 0.9])},
         relative=1e-12)
    rapids.value("(rm weighed)")


@pytest.mark.parametrize("shape", SHAPES)
def test_distinct_values(rapids, known, shape):
    frame = known[shape]
    for name in ("x", "n", "city", "size", "word"):
        cells = frame[name].cells
        for with_missing in (0, 1):
            made = rapids.frame(f"(unique (cols {shape} '{name}') {with_missing})")
            got = next(iter(made.values())).cells if made else []
            present = {c for c in cells if c is not None and c == c}
            missing = [None] * (with_missing and len(present) < len(set(cells)) and any(c is None or c != c for c in cells))
            if name in ("x", "n"):
                same_numbers(got, sorted(present) + [math.nan] * len(missing))
            elif name == "word":
                same_texts(got, sorted(present, key=lambda c: c.encode()))
            else:
                same_texts(got, sorted(present) + missing)


@pytest.mark.parametrize("shape", SHAPES)
def test_tables(rapids, known, shape):
    frame = known[shape]
    for name in ("city", "n"):
        counts = collections.Counter(c for c in frame[name].cells if c is not None and c == c)
        made = rapids.frame(f"(table (cols {shape} '{name}') 1)")
        assert list(made) == [name, "Count"]
        same_numbers(made["Count"].cells, [counts[c] for c in sorted(counts)])
    pairs = collections.Counter((c, s) for c, s in zip(frame["city"].cells, frame["size"].cells) if c is not None)
    made = rapids.frame(f"(table (cols {shape} 'city') (cols {shape} 'size') 1)")
    got = dict(zip(zip(made["city"].cells, made["size"].cells), made["Counts"].cells))
    assert got == {pair: float(n) for pair, n in pairs.items()}
    made = rapids.frame(f"(table (cols {shape} ['city' 'size']) 0)")
    for size, column in itertools.islice(made.items(), 1, None):
        for city, count in zip(made["city"].cells, column.cells):
            assert count == pairs.get((city, size), 0)


USES = ["everything", "complete.obs"]


def ranked(table, method):
    """Ranks for Spearman's correlation: equal values share the least of theirs."""
    return table.rank(method="min") if method == "Spearman" else table


@pytest.mark.parametrize("shape", ["mixed", "groups"])
@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("name, method", [("cor", "Pearson"), ("cor", "Spearman"), ("var", "")])
def test_correlations(rapids, known, shape, use, name, method):
    table = pandas.DataFrame({n: known[shape][n].cells for n in ("x", "n", "p")})
    if use == "complete.obs":
        wanted = ranked(table.dropna(), method).corr() if method else table.dropna().cov()
    else:
        gaps = table.isna().any()
        wanted = ranked(table, method).corr() if method else table.cov()
        wanted = wanted.mask(np.logical_or.outer(gaps.to_numpy(), gaps.to_numpy()))
    last = f"'{method}'" if method else "1"
    made = rapids.frame(f"({name} (cols {shape} ['x' 'n' 'p']) (cols {shape} ['x' 'n' 'p']) '{use}' {last})")
    same(made, {n: wanted[n].to_numpy() for n in table}, relative=1e-9, absolute=1e-9)
    got = rapids.value(f"({name} (cols {shape} 'p') (cols {shape} 'n') '{use}' {last})")
    if use == "everything":
        assert math.isnan(got)
    else:
        two = table[["n", "p"]].dropna()
        figure = (ranked(two, method).corr() if method else two.cov()).iloc[0, 1]
        assert got == pytest.approx(figure, rel=1e-9)
    with pytest.raises(Refused, match="all.obs|AllObs"):
        rapids.value(f"({name} (cols {shape} 'x') (cols {shape} 'n') 'all.obs' {last})")


def test_single_rows_are_compared_cell_by_cell(rapids, known):
    table = np.stack([column.cells for column in known["wide"].values()])
    pairs = table[:, :2][~np.isnan(table[:, :2]).any(axis=1)]
    for name, last, figure in (("cor", "'pearson'", np.corrcoef), ("var", "0", np.cov)):
        got = rapids.value(f"({name} (rows wide 0) (rows wide 1) 'complete.obs' {last})")
        assert got == pytest.approx(figure(pairs[:, 0], pairs[:, 1])[0, 1], rel=1e-9)
        assert math.isnan(rapids.value(f"({name} (rows wide 0) (rows wide 1) 'everything' {last})"))


@pytest.mark.parametrize("shape", ["one", "empty", "constant", "missing"])
def test_correlations_where_there_are_none(rapids, known, shape):
    for name, last in (("cor", "'Pearson'"), ("var", "0")):
        got = rapids.value(f"({name} (cols {shape} 'p') (cols {shape} 'p') 'complete.obs' {last})")
        zero = name == "var" and known[shape].count > 1
        assert got == 0 if zero else math.isnan(got), (name, shape, got)


RULES = {
    "sturges": lambda c: math.ceil(1 + math.log2(len(c))), "rice": lambda c: math.ceil(2 * len(c) ** (1 / 3)),
    "sqrt": lambda c: math.ceil(math.sqrt(len(c))),
    "scott": lambda c: math.ceil(np.ptp(c) / (3.5 * np.std(c, ddof=1)) * len(c) ** (1 / 3)),
    "fd": lambda c: math.ceil(np.ptp(c) / (2 * stats.median_abs_deviation(c)) * len(c) ** (1 / 3)),
    "doane": lambda c: doane(c, len(c)),
}


def doane(cells, n):
    """Doane, Aesthetic frequency classifications, American Statistician 30 (1976)."""
    skew = np.mean((cells - np.mean(cells)) ** 3) / np.std(cells, ddof=1) ** 3
    return math.ceil(1 + math.log2(n) + math.log2(1 + abs(skew) / math.sqrt(6 * (n - 2) / ((n + 1) * (n + 3)))))


@pytest.mark.parametrize("shape", ["mixed", "groups"])
@pytest.mark.parametrize("breaks", [*RULES, 7, [0, 2, 4.5, 90]])
def test_histograms(rapids, known, shape, breaks):
    cells = known[shape]["p"].cells
    if isinstance(breaks, list):
        edges, text = np.array(breaks, dtype=float), "[" + " ".join(map(str, breaks)) + "]"
    else:
        count = RULES[breaks](cells) if breaks in RULES else breaks
        edges, text = np.linspace(cells.min(), cells.max(), count), f"'{breaks}'" if breaks in RULES else str(breaks)
    made = rapids.frame(f"(hist (cols {shape} 'p') {text})")
    assert list(made) == ["breaks", "counts", "mids_true", "mids"]
    same_numbers(made["breaks"].cells, edges)
    inner = np.searchsorted(edges[1:-1], cells, side="left")
    inside = (cells >= edges[0]) & (cells <= edges[-1])
    counts = np.bincount(inner[inside], minlength=len(edges) - 1)
    same_numbers(made["counts"].cells, [math.nan, *counts])
    same_numbers(made["mids"].cells, [math.nan, *((edges[1:] + edges[:-1]) / 2)])


@pytest.mark.parametrize("shape", SHAPES)
def test_random_columns(rapids, known, shape):
    rows = known[shape].count
    first = rapids.frame(f"(h2o.runif {shape} 7)")
    same(rapids.frame(f"(h2o.runif {shape} 7)"), {"rnd": first["rnd"].cells}, relative=0, absolute=0)
    assert ((first["rnd"].cells >= 0) & (first["rnd"].cells < 1)).all()
    folds = next(iter(rapids.frame(f"(kfold_column {shape} 5 7)").values())).cells
    assert set(folds) <= set(range(5))
    same_numbers(next(iter(rapids.frame(f"(modulo_kfold_column {shape} 5)").values())).cells, np.arange(rows) % 5)
    if rows > 10_000:
        assert stats.kstest(first["rnd"].cells, "uniform").pvalue > 1e-3
        assert stats.chisquare(np.bincount(folds.astype(int))).pvalue > 1e-3
        again = rapids.frame(f"(h2o.runif {shape} 8)")["rnd"].cells
        assert abs(np.corrcoef(first["rnd"].cells, again)[0, 1]) < 0.02


@pytest.mark.parametrize("shape", SHAPES)
def test_stratified_columns(rapids, known, shape):
    """Folds of a class differ by a row at most, and as many rows of each class are tests as can be."""
    classes = known[shape]["size"].cells
    folds = next(iter(rapids.frame(f"(stratified_kfold_column (cols {shape} 'size') 4 7)").values())).cells
    split = rapids.frame(f"(h2o.random_stratified_split (cols {shape} 'size') 0.3 7)")
    assert list(split) == ["test_train_split"]
    for one in set(classes):
        counts = np.bincount(folds[classes == one].astype(int), minlength=4)
        assert counts.max() - counts.min() <= 1
        tests = np.sum(split["test_train_split"].cells[classes == one] == "test")
        assert abs(tests - 0.3 * np.sum(classes == one)) <= 0.5


@pytest.mark.parametrize("rows", [3, 300, 40_000])
def test_exact_area(rapids, rows):
    draw = np.random.default_rng(rows)
    actual = draw.integers(0, 2, rows).astype(float)
    actual[:2] = 0, 1
    scores = np.round(np.clip(draw.normal(0.4 + 0.2 * actual, 0.2), 0, 1), 3)
    rapids.load("scored", Frame(p=numeric(scores), a=numeric(actual)))
    area = next(iter(rapids.frame("(perfectAUC (cols scored 'p') (cols scored 'a'))").values())).cells[0]
    positive, negative = scores[actual == 1], scores[actual == 0]
    wanted = stats.mannwhitneyu(positive, negative).statistic / len(positive) / len(negative)
    assert area == pytest.approx(wanted, rel=1e-12)
    rapids.value("(rm scored)")


def test_weights_of_words(rapids):
    draw = np.random.default_rng(6)
    documents = [" ".join("abcde"[i] for i in draw.integers(0, 5, draw.integers(1, 9))) for _ in range(200)]
    rapids.load("documents", Frame(id=numeric(range(200)), text=texts(documents)))
    made = rapids.frame("(tf-idf documents 0 1 1 1)")
    wanted = []
    for word in "abcde":
        counts = {i: text.split().count(word) for i, text in enumerate(documents) if word in text}
        weight = math.log(201 / (len(counts) + 1))
        wanted += [(i, word, n, weight, n * weight) for i, n in counts.items()]
    got = sorted(zip(*(column.cells for column in made.values())), key=lambda row: (row[1], row[0]))
    for row, want in zip(got, wanted, strict=True):
        assert row[1] == want[1] and [row[0], *row[2:]] == pytest.approx([want[0], *want[2:]], rel=1e-12)
    rapids.value("(rm documents)")


def test_substrings_that_are_words(rapids, known, server_folder):
    words = {"ap", "apple", "pie", "aa", "Zü", "le p"}
    (server_folder / "words.txt").write_text("\n".join(words) + "\n")
    cells = known["mixed"]["word"].cells
    wanted = [math.nan if c is None else sum(c[i:j] in words for i in range(len(c)) for j in range(i + 1, len(c) + 1))
              for c in cells]
    made = rapids.frame(f"(num_valid_substrings (cols mixed 'word') '{server_folder / 'words.txt'}')")
    same(made, {"C1": np.array(wanted)})
