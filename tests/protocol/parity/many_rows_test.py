"""Frames of so many rows that row groups are as large as they get, against pandas: figures only, as cells are many."""
import numpy as np
import pandas
import pytest

from frames import mixed
from session import same_numbers
from tables import same_table, table_of

ROWS = 300_000


@pytest.fixture(scope="module")
def table(rapids):
    frame = mixed(7, ROWS)
    frame["key"] = type(frame["n"])("Numeric", np.random.default_rng(8).integers(0, 50_000, ROWS).astype(float))
    rapids.load("big", frame)
    yield table_of(frame)
    rapids.value("(rm big)")


def figures(rapids, expression):
    """Rows, and the sum of each numeric column's present cells, of a frame that is not downloaded."""
    rapids.value(f"(assign figured {expression})")
    rows = rapids.value("(nrow figured)")
    sums = [rapids.value(f"(sumNA (cols figured {c}))") for c in range(int(rapids.value("(ncol figured)")))]
    rapids.value("(rm figured)")
    return [rows, *sums]


def test_filters(rapids, table):
    kept = table[(table["p"] > 4) & (table["city"] == "Bern")]
    got = figures(rapids, "(cols (rows big (& (> (cols big 'p') 4) (== (cols big 'city') 'Bern'))) ['x' 'n' 'p'])")
    same_numbers(got, [len(kept), kept["x"].sum(), kept["n"].sum(), kept["p"].sum()], relative=1e-9)


def test_groups(rapids, table):
    groups = table.groupby("key")
    wanted = groups.agg(sum_p=("p", "sum"), mean_x=("x", "mean"), nrow=("p", "size")).reset_index()
    made = rapids.frame("(GB big [7] 'sum' 2 'all' 'mean' 0 'rm' 'nrow' 0 'all')")
    same_table(made, wanted, relative=1e-10, absolute=1e-9)


def test_sorts(rapids, table):
    by = table.sort_values(["key", "p"], ascending=[True, False], kind="stable")
    rapids.value("(assign sorted_big (cols (sort big [7 2] [1 -1]) ['key' 'p' 'n']))")
    for first in (0, 65_535, 199_999, ROWS - 3):
        made = rapids.frame(f"(rows sorted_big [{first}:3])")
        same_table(made, by[["key", "p", "n"]].iloc[first:first + 3])
    rapids.value("(rm sorted_big)")


@pytest.mark.parametrize("left", [0, 1])
def test_joins(rapids, table, left):
    right = pandas.DataFrame({"key": np.arange(0, 50_000, 3, dtype=float)})
    right["w"] = right["key"] * 0.5 + 1
    rapids.value("(assign keys_big (cols big 'key'))")
    rapids.value("(assign right_big (cbind (* 3 (- (seq_len 16667) 1)) (+ 1 (* 1.5 (- (seq_len 16667) 1)))))")
    rapids.value("(colnames= right_big [0 1] ['key' 'w'])")
    joined = table[["key"]].merge(right, how="left" if left else "inner", on="key")
    got = figures(rapids, f"(merge keys_big right_big {left} 0 [0] [0] 'auto')")
    same_numbers(got, [len(joined), joined["key"].sum(), joined["w"].sum()], relative=1e-10)
    rapids.value("(rm keys_big)")
    rapids.value("(rm right_big)")


def test_quantiles_and_running_sums(rapids, table):
    probs = [0, 0.001, 0.25, 0.5, 0.999, 1]
    made = rapids.frame(f"(quantile (cols big ['x' 'key']) [{' '.join(map(str, probs))}] 'interpolate' _)")
    same_numbers(made["xQuantiles"].cells, table["x"].quantile(probs), relative=1e-12)
    same_numbers(made["keyQuantiles"].cells, table["key"].quantile(probs), relative=1e-12)
    rapids.value("(assign summed (cumsum (cols big 'p') 0))")
    running = table["p"].cumsum()
    for row in (0, 65_536, 131_071, ROWS - 1):
        assert rapids.value(f"(flatten (rows summed {row}))") == pytest.approx(running[row], rel=1e-12)
    rapids.value("(rm summed)")


def test_distinct_values_and_texts(rapids, table):
    assert rapids.value("(nrow (unique (cols big 'key') 0))") == table["key"].nunique()
    lengths = table["word"].str.len()
    got = figures(rapids, "(strlen (cols big 'word'))")
    same_numbers(got, [ROWS, lengths.sum()])
    assert rapids.value("(sumNA (grep (toupper (cols big 'word')) 'BANANA' 0 0 1))") == (table["word"] == "Banana").sum()
