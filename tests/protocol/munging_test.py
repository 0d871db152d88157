"""Munging with the published client: what the calls give, against figures computed here."""

import math
import statistics

import h2o
import pytest

ROWS = [
    (1, 65, 1.5, "white", "n 1"), (2, 72, None, "black", "n 2"), (3, 50, 7.25, "white", "n 3"),
    (4, 61, 3.0, "other", "n 4"), (5, 65, 9.5, "black", "n 5"), (6, 47, None, "white", "n 6"),
    (7, 79, 2.25, "other", "n 7"), (8, 58, 4.0, "white", "n 8"),
]
AGES = [row[1] for row in ROWS]


@pytest.fixture
def frame(client, tmp_path):
    path = tmp_path / "people.csv"
    lines = ["id,age,psa,race,note"]
    lines += [",".join("" if cell is None else str(cell) for cell in row) for row in ROWS]
    path.write_text("\n".join(lines) + "\n")
    made = client.import_file(str(path), col_types={"note": "string", "race": "enum"})
    yield made
    client.remove(made)


def column(made, index=0):
    """A column as the client downloads it, missing cells as None."""
    rows = made.as_data_frame(use_pandas=False)[1:]
    return [row[index] if row and row[index] != "" else None for row in rows]


def numbers(made, index=0):
    return [None if cell is None else float(cell) for cell in column(made, index)]


def test_columns_rows_and_cells(frame):
    assert frame.dim == [8, 5]
    assert frame.types["age"] == "int" and frame.types["psa"] == "real"
    assert numbers(frame["age"]) == AGES
    assert numbers(frame[2:5, "age"]) == AGES[2:5]
    assert frame[3, "age"] == 61 and frame[3, "race"] == "other"
    assert frame[frame["age"] > 60, :].nrow == sum(age > 60 for age in AGES)
    assert frame.head(3).nrow == 3 and frame.tail(2).nrow == 2
    assert frame.drop("age").names == ["id", "psa", "race", "note"]


def test_arithmetic_is_lazy_and_right(frame):
    doubled = frame["age"] * 2 + 1
    assert numbers(doubled) == [age * 2 + 1 for age in AGES]
    assert ((frame["age"] > 60) & (frame["race"] == "white")).sum() == 1
    assert (frame["age"] > 60).ifelse(1, 0).sum() == 5
    logs = numbers(frame["age"].log())
    assert logs == pytest.approx([math.log(age) for age in AGES], rel=1e-15)


def test_reductions(frame):
    assert frame["age"].mean() == [statistics.fmean(AGES)]
    assert frame["age"].sd()[0] == pytest.approx(statistics.stdev(AGES), rel=1e-14)
    assert frame["age"].median() == [statistics.median(AGES)]
    assert (frame["age"].min(), frame["age"].max(), frame["age"].sum()) == (47, 79, sum(AGES))
    assert frame["psa"].nacnt() == [2]
    quantiles = frame["age"].quantile([0.25, 0.5])
    expected = statistics.quantiles(AGES, n=4, method="inclusive")[:2]
    assert numbers(quantiles, 1) == expected


def test_groups_tables_and_levels(frame):
    groups = frame.group_by("race").mean("age").count().get_frame()
    assert groups.names == ["race", "mean_age", "nrow"]
    assert column(groups) == ["black", "other", "white"]
    assert numbers(groups, 1) == [68.5, 70, 55] and numbers(groups, 2) == [2, 2, 4]
    table = frame["race"].table()
    assert numbers(table, 1) == [2, 2, 4]
    assert frame["race"].levels() == [["black", "other", "white"]]
    assert column(frame["race"].unique()) == ["black", "other", "white"]
    assert frame["race"].relevel("white").levels()[0][0] == "white"
    assert frame["age"].asfactor().nlevels() == [7]


def test_order_and_joins(frame):
    ordered = frame.sort(["age", "id"], ascending=[False, True])
    assert numbers(ordered["age"]) == sorted(AGES, reverse=True)
    assert numbers(ordered["id"])[2:4] == [1, 5]
    joined = frame[["id", "age"]].merge(frame[["id", "psa"]])
    assert joined.dim == [8, 3] and joined.names == ["id", "age", "psa"]
    both = frame.rbind(frame)
    assert both.nrow == 16 and numbers(both["age"]) == AGES * 2
    assert frame[["id"]].cbind(frame[["age"]]).names == ["id", "age"]


def test_assignment(frame):
    copy = h2o.deep_copy(frame, "munging_copy")
    copy[1, "age"] = 99
    copy[copy["age"] > 78, "psa"] = None
    copy["tenth"] = copy["age"] / 10
    assert numbers(copy["age"])[1] == 99
    assert numbers(copy["psa"])[6] is None
    assert numbers(copy["tenth"])[0] == 6.5
    assert numbers(frame["age"]) == AGES, "the original is untouched"
    h2o.remove(copy)


def test_missing_values(frame):
    assert frame.na_omit().nrow == 6
    filled = frame["psa"].fillna("forward", 0, 1)
    assert numbers(filled)[1] == 1.5 and numbers(filled)[5] == 9.5
    copy = h2o.deep_copy(frame, "munging_imputed")
    copy.impute("psa", "mean")
    present = [row[2] for row in ROWS if row[2] is not None]
    assert numbers(copy["psa"])[1] == pytest.approx(statistics.fmean(present))
    h2o.remove(copy)


def test_texts_and_times(frame):
    upper = frame["note"].toupper()
    assert column(upper)[0] == "N 1"
    assert column(frame["note"].gsub("n ", "x"))[2] == "x3"
    pieces = frame["note"].strsplit(" ")
    assert pieces.ncol == 2 and column(pieces, 1)[7] == "8"
    assert numbers(frame["race"].nchar())[1] == 5
    moment = h2o.H2OFrame.mktime(2020, 1, 29, 12)
    assert moment.nrow == 1


def test_equal_seeds_give_equal_splits(frame):
    first = frame.split_frame([0.5], seed=7)
    second = frame.split_frame([0.5], seed=7)
    assert numbers(first[0]["id"]) == numbers(second[0]["id"])
    assert first[0].nrow + first[1].nrow == 8


def test_functions_of_columns_and_rows(frame):
    means = frame[["age", "id"]].apply(lambda x: x.mean())
    assert numbers(means, 0) == [statistics.fmean(AGES)]
    sums = frame[["age", "id"]].apply(lambda row: row[0] + row[1], axis=1)
    assert numbers(sums)[0] == 66


def test_errors_are_typed(client, frame):
    with pytest.raises(h2o.exceptions.H2OResponseError, match="Name lookup of 'nosuchfn' failed"):
        client.rapids("(nosuchfn 1 2)")
    with pytest.raises(h2o.exceptions.H2OResponseError, match="ran out of text"):
        client.rapids("(+ 1 2")
    with pytest.raises(h2o.exceptions.H2OResponseError, match="Column nocol not found"):
        client.rapids(f'(cols {frame.frame_id} "nocol")')
