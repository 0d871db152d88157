"""Groups, joins and ranks within groups, against pandas."""
import math

import numpy as np
import pandas
import pytest

from session import same_numbers
from tables import same_table, table_of

SHAPES = ["mixed", "one", "empty", "constant", "missing", "groups"]
SMALL = ["mixed", "one", "constant", "missing"]

GROUPED = [("mean", "mean"), ("sum", "sum"), ("min", "min"), ("max", "max"), ("sdev", "std"), ("var", "var"), ("median", "median")]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("keys", [["city"], ["size", "city"], ["n"]])
def test_groups(rapids, known, shape, keys):
    """Groups by ascending keys, those with a missing key first; cells that are missing left out."""
    table = table_of(known[shape])
    groups = table.groupby(keys, dropna=False, observed=True, sort=True)
    wanted = groups["p"].agg([pandas_name for _, pandas_name in GROUPED])
    wanted.columns = [f"{name}_p" for name, _ in GROUPED]
    wanted["mean_x"] = groups["x"].mean()
    wanted["nrow"] = groups.size()
    wanted = wanted.reset_index()
    order = pandas.DataFrame({k: codes_of(wanted[k]) for k in keys}).fillna(-math.inf).sort_values(keys, kind="stable").index
    places = " ".join(str(list(table).index(key)) for key in keys)
    calls = " ".join(f"'{name}' 2 'rm'" for name, _ in GROUPED)
    made = rapids.frame(f"(GB {shape} [{places}] {calls} 'mean' 0 'rm' 'nrow' 0 'all')")
    same_table(made, wanted.loc[order], relative=1e-10, absolute=1e-8)


def codes_of(series):
    if str(series.dtype) == "category":
        return series.cat.codes.where(series.cat.codes >= 0, math.nan).astype(float)
    return series.astype(float)


@pytest.mark.parametrize("shape", SHAPES)
def test_groups_with_gaps(rapids, known, shape):
    """all: a missing cell makes a sum missing; ignore: it counts as a row; rm: it is left out."""
    table = table_of(known[shape])
    groups = table.groupby("size", observed=True)
    for rule in ("all", "ignore", "rm"):
        made = rapids.frame(f"(GB {shape} [4] 'sum' 0 '{rule}' 'mean' 0 '{rule}')")
        sums, rows, present = groups["x"].sum(min_count=0), groups.size(), groups["x"].count()
        if rule == "all":
            sums = sums.where(rows == present)
        same_numbers(made["sum_x"].cells, sums if rule != "rm" or len(sums) == 0 else sums.where(present > 0, made["sum_x"].cells),
                     relative=1e-10, absolute=1e-8)
        means = sums / (present if rule == "rm" else rows)
        same_numbers(made["mean_x"].cells, means if rule != "ignore" else means.where(present > 0, made["mean_x"].cells),
                     relative=1e-10, absolute=1e-8)


@pytest.mark.parametrize("shape", SHAPES)
def test_modes_of_groups(rapids, known, shape):
    table = table_of(known[shape])
    made = rapids.frame(f"(GB {shape} [4] 'mode' 3 'rm')")
    for size, city in zip(made["size"].cells, list(made.values())[1].cells):
        counts = table[table["size"] == size]["city"].value_counts()
        if len(counts) and counts.iloc[0]:
            code = city if isinstance(city, str) else counts.index.categories[int(city)]
            assert counts[code] == counts.iloc[0]


JOINS = [(0, 0, "inner"), (1, 0, "left"), (0, 1, "right"), (1, 1, "outer")]


@pytest.mark.parametrize("left_all, right_all, how", JOINS)
@pytest.mark.parametrize("shape", SMALL)
def test_merge(rapids, known, left_all, right_all, how, shape):
    """Keys with duplicates on both sides, and keys that only one side has."""
    frame = known[shape]
    left = table_of(frame)[["n", "p"]]
    right = pandas.DataFrame({"n": np.array([-3.0, 0, 0, 4, 99]), "q": np.array([1.0, 2, 3, 4, 5])})
    rapids.value("(assign partner (rows (cbind (colnames= (cols groups [1]) [0] ['n']) (colnames= (cols groups [2]) [0] ['q'])) [0:5]))")
    for i, (n, q) in enumerate(zip(right["n"], right["q"])):
        rapids.value(f"(assign partner (:= (:= partner {n} [0] [{i}:1]) {q} [1] [{i}:1]))")
    made = rapids.frame(f"(merge (cols {shape} ['n' 'p']) partner {left_all} {right_all} [0] [0] 'auto')")
    wanted = left.dropna(subset=["n"]).merge(right, on="n", how=how) if how != "left" and how != "outer" else \
        left.merge(right, on="n", how=how)
    assert list(made) == ["n", "p", "q"]
    got = sorted(zip(*(tuple(np.nan_to_num(c.cells, nan=-1e9)) for c in made.values())))
    want = sorted(zip(*(tuple(np.nan_to_num(wanted[c].to_numpy(float), nan=-1e9)) for c in ("n", "p", "q"))))
    assert got == want
    rapids.value("(rm partner)")


def test_merge_by_categories_of_other_domains(rapids, known):
    frame = table_of(known["mixed"])[["city", "x"]]
    frame["city"] = frame["city"].astype(object)
    rapids.value("(assign towns (GB (setDomain (cols mixed 'city') 0 ['Bern' 'Cairo' 'Zug' 'Ankara']) [0] 'nrow' 0 'all'))")
    towns = rapids.download("towns")
    partner = pandas.DataFrame({"city": towns["city"].cells, "nrow": towns["nrow"].cells})
    made = rapids.frame("(merge (cols mixed ['city' 'x']) towns 0 0 [0] [0] 'auto')")
    wanted = frame.dropna(subset=["city"]).merge(partner.dropna(), on="city")
    got = sorted(zip((c or "" for c in made["city"].cells), np.nan_to_num(made["x"].cells, nan=-1e9), made["nrow"].cells))
    got = [row for row in got if row[0]]
    assert got == sorted(zip(wanted["city"], np.nan_to_num(wanted["x"], nan=-1e9), wanted["nrow"]))
    rapids.value("(rm towns)")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sort_again", [0, 1])
def test_ranks_within_groups(rapids, known, shape, sort_again):
    table = table_of(known[shape])
    order = pandas.DataFrame({"size": known[shape]["size"].codes, "n": known[shape]["n"].cells, "p": -known[shape]["p"].cells})
    rows = order.fillna(-math.inf).sort_values(["size", "n", "p"], kind="stable").index
    wanted = table.loc[rows].copy()
    complete = wanted["n"].notna() & wanted["p"].notna()
    wanted["place"] = complete.groupby(wanted["size"].astype(object)).cumsum().where(complete).astype(float)
    if sort_again:
        again = pandas.DataFrame({"n": wanted["n"].fillna(-math.inf), "p": -wanted["p"]}, index=wanted.index)
        wanted = wanted.loc[again.sort_values(["n", "p"], kind="stable").index]
    made = rapids.frame(f"(rank_within_groupby {shape} [4] [1 2] [1 -1] 'place' {sort_again})")
    same_table(made, wanted)
