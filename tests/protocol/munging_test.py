"""Munging with the published client: what the calls give, against figures computed here."""

import math
import statistics

import h2o
import pytest
from h2o.information_retrieval.tf_idf import tf_idf

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


def test_texts_are_compared(client):
    left = h2o.H2OFrame.from_python(["Martha", "Dwayne", "Dixon", "Ann"], column_types=["factor"])
    right = h2o.H2OFrame.from_python(["Marhta", "Duane", "Dicksonx", ""], column_types=["string"])
    published = [0.961111, 0.84, 0.813333, 0]
    assert numbers(left.strdistance(right, measure="jw")) == pytest.approx(published, abs=1e-6)
    present = numbers(left.strdistance(right, measure="jw", compare_empty=False))
    assert present[:3] == pytest.approx(published[:3], abs=1e-6) and present[3] is None
    edits = [2 / 6, 2 / 6, 4 / 8, 1]
    assert numbers(left.strdistance(right, measure="lv")) == pytest.approx([1 - e for e in edits])
    with pytest.raises(h2o.exceptions.H2OResponseError, match="same number of columns and rows"):
        left.strdistance(right[:2, :], measure="lcs").refresh()


def test_substrings_that_are_words(client, tmp_path):
    words = tmp_path / "words.txt"
    words.write_text("you\ntube\nyoutube\nto\nu\nut\n")
    for kind in ("string", "enum"):
        texts = h2o.H2OFrame.from_python([["youtube"], ["NA"], ["ututu"]], column_types=[kind],
                                         na_strings=["NA"])
        assert numbers(texts.num_valid_substrings(str(words))) == [4, None, 2]
    with pytest.raises(h2o.exceptions.H2OResponseError, match="does not exist"):
        texts.num_valid_substrings(str(tmp_path / "none.txt")).refresh()


def test_weights_of_words(client):
    documents = h2o.H2OFrame.from_python([[0, "A B C"], [1, "A a a Z"], [2, "C c B C"]],
                                         column_names=["id", "text"],
                                         column_types=["numeric", "string"])
    weights = tf_idf(documents, "id", "text", case_sensitive=False)
    assert weights.names == ["DocID", "Word", "TF", "IDF", "TF-IDF"]
    assert column(weights, 1) == list("aabbccz")
    assert numbers(weights, 0) == [0, 1, 0, 2, 0, 2, 1]
    times = [1, 3, 1, 1, 1, 3, 1]
    rarity = [math.log(4 / 3)] * 6 + [math.log(4 / 2)]
    assert numbers(weights, 2) == times
    assert numbers(weights, 4) == pytest.approx([t * r for t, r in zip(times, rarity)])


def reference_walk(seed, points):
    """The running sums of the row of real numbers that H2O-3 makes of a seed: for each column the
    generator PCG32 (O'Neill, PCG: a family of better random number generators, 2014), seeded
    twice."""
    state = 0
    mask = 2 ** 64 - 1

    def draw():
        nonlocal state
        old, state = state, (state * 6364136223846793005 + 3) & mask
        shifted, turn = (((old >> 18) ^ old) >> 27) & 0xFFFFFFFF, old >> 59
        return ((shifted >> turn) | (shifted << (-turn & 31))) & 0xFFFFFFFF

    def draw_long():
        return draw() << 32 | draw()

    def start(seed):
        nonlocal state
        state = 0
        draw()
        state = (state + seed) & mask
        draw()

    sums = []
    for point in range(points):
        start(seed + point)
        start(draw_long())
        high, low = draw_long() % 2 ** 26, draw_long() % 2 ** 27
        value = 100 * (1 - 2 * (high * 2 ** 27 + low) / 2 ** 53)
        sums.append((sums[-1] if sums else 0) + value)
    return sums


def test_words_for_time_series(client):
    made = h2o.create_frame(rows=1, cols=256, real_fraction=1, missing_fraction=0, seed=123)
    series = made.cumsum(axis=1)
    row = [float(cell) for cell in series.as_data_frame(use_pandas=False)[1]]
    assert row == pytest.approx(reference_walk(123, 256), rel=1e-12, abs=1e-9), "equal seeds make equal frames"
    words = series.isax(num_words=10, max_cardinality=10)
    assert words.names == ["iSax_index"] + [f"c{i}" for i in range(10)]
    # What H2O-3 says of them, by its own test.
    assert column(words) == ["0^10_0^10_0^10_0^10_5^10_7^10_8^10_9^10_9^10_8^10"]
    least = series.isax(num_words=10, max_cardinality=10, optimize_card=True)
    assert column(least) == ["_".join(["0^1"] * 10)]


def test_what_the_python_client_has_no_function_for(client, frame):
    def made(expression):
        client.rapids(f"(tmp= munging_made {expression.replace('FRAME', frame.frame_id)})")
        return client.get_frame("munging_made")

    groups = made("(ddply FRAME [3] {x . (mean (cols_py x 1) True 0)})")
    assert groups.names == ["race", "ddply_C1"]
    ages = {race: statistics.fmean(row[1] for row in ROWS if row[3] == race)
            for race in ("black", "other", "white")}
    assert dict(zip(column(groups), numbers(groups, 1))) == ages
    client.remove("munging_made")
    area = made("(perfectAUC (/ (cols_py FRAME 1) 100) (== (cols_py FRAME 3) 'white'))")
    pairs = [(white[1], other[1]) for white in ROWS for other in ROWS
             if white[3] == "white" != other[3]]
    assert numbers(area) == [statistics.fmean((a > b) + (a == b) / 2 for a, b in pairs)]
    client.remove("munging_made")
    moves = h2o.H2OFrame.from_python([[1, "x", "D", 5], [1, "y", "C", 3], [1, "x", "D", 2]],
                                     column_names=["day", "account", "type", "amount"],
                                     column_types=["numeric", "enum", "enum", "numeric"])
    client.rapids(f"(tmp= munging_made (grouped_permute {moves.frame_id} 1 [0] 2 3))")
    paired = client.get_frame("munging_made")
    assert paired.names == ["day", "In", "Out", "InAmnt", "OutAmnt"]
    assert paired.as_data_frame(use_pandas=False)[1:] == [["1", "x", "y", "7", "3"]]
    client.remove("munging_made")


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
