"""Rows and columns picked, bound, sorted, reshaped and filled, against pandas."""
import math

import numpy as np
import pandas
import pytest

from session import Refused, same, same_numbers, same_texts
from tables import codes, same_table, table_of

SHAPES = ["mixed", "one", "empty", "constant", "missing", "groups"]
SMALL = ["mixed", "one", "constant", "missing"]


@pytest.mark.parametrize("shape", SHAPES)
def test_columns_are_picked(rapids, known, shape):
    frame = known[shape]
    names = list(frame)
    for chosen, wanted in (("[0 2]", [0, 2]), ("['when' 'x']", [6, 0]), ("-1", list(range(1, 7))), ("[-1 -7]", list(range(1, 6))),
                           ("3", [3]), ("'word'", [5])):
        same(rapids.frame(f"(cols {shape} {chosen})"), {names[i]: frame[names[i]] for i in wanted})
    got = rapids.frame(f"(cols_py {shape} [-1 0])")
    assert list(got) == [names[6], names[0]]
    assert rapids.value(f"(ncol {shape})") == 7 and rapids.value(f"(nrow {shape})") == frame.count
    with pytest.raises(Refused, match="nowhere"):
        rapids.frame(f"(cols {shape} 'nowhere')")


def test_rows_of_a_frame_without_rows(rapids):
    assert rapids.value("(nrow (rows empty [0:1]))") == 0 and rapids.value("(nrow (rows empty 0))") == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_are_picked(rapids, known, shape):
    frame = known[shape]
    count = frame.count
    everywhere = np.arange(count)
    for chosen, wanted in ((f"[0:{count}]", everywhere), ("[0:5]", everywhere[:5]), ("[-1 -3]", np.setdiff1d(everywhere, [0, 2])),
                           (f"(> (cols {shape} 'x') 0)", np.flatnonzero(frame["x"].cells > 0)),
                           (f"(== (cols {shape} 'city') 'Bern')", np.flatnonzero(frame["city"].cells == "Bern"))):
        made = rapids.frame(f"(rows {shape} {chosen})")
        same_table(made, table_of(frame.rows(wanted)))
    if count > 200:
        listed = np.sort(np.random.default_rng(1).choice(count, 150, replace=False))
        made = rapids.frame(f"(rows {shape} [{' '.join(map(str, listed))}])")
        same_table(made, table_of(frame.rows(listed)))


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_without_gaps(rapids, known, shape):
    same_table(rapids.frame(f"(na.omit {shape})"), table_of(known[shape]).dropna())


@pytest.mark.parametrize("shape", SHAPES)
def test_flags_and_kinds(rapids, known, shape):
    frame = known[shape]
    gaps = {f"isNA({name})": np.array([c is None or c != c for c in column.cells], dtype=float) for name, column in frame.items()}
    same(rapids.frame(f"(is.na {shape})"), gaps)
    kinds = [column.kind for column in frame.values()]
    assert rapids.value(f"(is.factor {shape})") == [float(k == "Enum") for k in kinds]
    assert rapids.value(f"(is.character {shape})") == [float(k == "String") for k in kinds]
    assert rapids.value(f"(is.numeric {shape})") == [float(k in ("Numeric", "Time")) for k in kinds]
    assert rapids.value(f"(any.factor {shape})") == 1 and rapids.value(f"(any.factor (cols {shape} 0))") == 0
    for kind, name in (("numeric", "Numeric"), ("categorical", "Enum"), ("string", "String"), ("time", "Time")):
        assert rapids.value(f"(columnsByType {shape} '{kind}')") == [float(i) for i, k in enumerate(kinds) if k == name]


@pytest.mark.parametrize("shape", SHAPES)
def test_frames_are_bound(rapids, known, shape):
    table = table_of(known[shape])
    twice = rapids.frame(f"(rbind {shape} {shape} {shape})")
    same_table(twice, pandas.concat([table] * 3, ignore_index=True))
    beside = rapids.frame(f"(cbind {shape} (cols {shape} ['x' 'city']) 7)")
    assert list(beside)[:7] == list(table.columns) and len(beside) == 10
    same_numbers(list(beside.values())[7].cells, known[shape]["x"].cells)
    same_texts(list(beside.values())[8].cells, list(known[shape]["city"].cells))
    same_numbers(list(beside.values())[9].cells, [7.0] * len(table))


def test_levels_of_bound_frames_are_joined(rapids, known):
    cells = known["mixed"]["city"].cells
    made = rapids.frame("(rbind (rows (cols mixed 'city') (== (cols mixed 'size') 'small')) "
                        "(setDomain (cols mixed 'city') 0 ['Bern' 'Zug' 'Ankara' 'Chur']))")["city"]
    renamed = dict(zip(["Ankara", "Bern", "Cairo", "Delhi"], ["Bern", "Zug", "Ankara", "Chur"]))
    few = [c for c, s in zip(cells, known["mixed"]["size"].cells) if s == "small"]
    same_texts(made.cells, few + [renamed.get(c) for c in cells])
    assert sorted(made.domain) == ["Ankara", "Bern", "Cairo", "Chur", "Delhi", "Zug"]
    with pytest.raises(Refused, match=r"\(rbind\)"):
        rapids.frame("(rbind mixed (cols mixed [0 1]))")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("keys, ups", [(["x"], [1]), (["city", "n"], [1, -1]), (["size", "city", "x"], [-1, 1, 1]), (["when"], [-1])])
def test_sort(rapids, known, shape, keys, ups):
    """Stable, missing cells first in either direction."""
    table = table_of(known[shape])
    rank = pandas.DataFrame({i: codes(known[shape][key]) * up for i, (key, up) in enumerate(zip(keys, ups))})
    order = rank.fillna(-math.inf).sort_values(list(rank), kind="stable").index if len(rank) else rank.index
    places = " ".join(str(list(table).index(key)) for key in keys)
    made = rapids.frame(f"(sort {shape} [{places}] [{' '.join(map(str, ups))}])")
    same_table(made, table.loc[order])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("skip", [0, 1])
def test_melt(rapids, known, shape, skip):
    table = table_of(known[shape])
    wanted = table.melt(id_vars=["city", "p"], value_vars=["x", "n"], var_name="what", value_name="much")
    made = rapids.frame(f"(melt {shape} ['city' 'p'] ['x' 'n'] 'what' 'much' {skip})")
    assert list(made) == ["city", "p", "what", "much"]
    rows = len(table)
    wanted = wanted.iloc[[part * rows + row for row in range(rows) for part in range(2)]]  # row by row
    same_table(made, wanted.dropna(subset=["much"]) if skip else wanted)


@pytest.mark.parametrize("shape", SHAPES)
def test_pivot(rapids, known, shape):
    """The last of the values that share a place counts."""
    table = table_of(known[shape]).dropna(subset=["city", "size"])
    made = rapids.frame(f"(pivot {shape} 'city' 'size' 'p')")
    wanted = table.drop_duplicates(["city", "size"], keep="last").pivot(index="city", columns="size", values="p")
    present = [level for level in known[shape]["city"].domain if level in set(table["city"])]
    for city, *cells in zip(*(column.cells for column in made.values())):
        for size, cell in zip(list(made)[1:], cells):
            value = wanted[size].get(city, math.nan) if size in wanted else math.nan
            assert (cell == value) or (cell != cell and value != value)
    assert [c for c in made["city"].cells if c in present] == present


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("keep", ["first", "last"])
def test_duplicates_are_dropped(rapids, known, shape, keep):
    table = table_of(known[shape])
    made = rapids.frame(f"(dropdup {shape} ['city' 'n'] {keep})")
    same_table(made, table.drop_duplicates(["city", "n"], keep=keep))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("limit", [0, 1, 3])
def test_gaps_are_filled_from_neighbours(rapids, known, shape, limit):
    table = table_of(known[shape])[["x", "n", "p"]]
    frame = f"(cols {shape} ['x' 'n' 'p'])"
    for method in ("forward", "backward"):
        for axis in (0, 1):
            filled = table if limit == 0 else (table.ffill(axis=axis, limit=limit) if method == "forward"
                                               else table.bfill(axis=axis, limit=limit))
            made = rapids.frame(f"(h2o.fillna {frame} '{method}' {axis} {limit})")
            same_table(made, filled.astype(float))


@pytest.mark.parametrize("shape", SMALL + ["groups"])
def test_gaps_are_filled_with_figures(rapids, known, shape):
    table = table_of(known[shape])
    for method, figure in (("mean", np.nanmean), ("median", np.nanmedian)):
        if table["x"].isna().all():
            continue
        rapids.value(f"(assign filled {shape})")
        value = figure(table["x"])
        assert rapids.value(f"(h2o.impute filled 0 '{method}' 'interpolate' [] _ _)")[0] == pytest.approx(value, rel=1e-12)
        same_numbers(rapids.download("filled")["x"].cells, table["x"].fillna(value), relative=1e-12)
        rapids.value(f"(assign filled {shape})")
        rapids.value(f"(h2o.impute filled 0 '{method}' 'interpolate' ['size'] _ _)")
        means = table.groupby("size", observed=True)["x"].transform(method)
        same_numbers(rapids.download("filled")["x"].cells, table["x"].fillna(means), relative=1e-12)
    rapids.value(f"(assign filled {shape})")
    rapids.value(f"(assign figures (GB {shape} [4] 'max' 2 'rm'))")
    rapids.value("(h2o.impute filled 0 'mean' 'interpolate' [] figures _)")
    largest = table.groupby("size", observed=True)["p"].transform("max")
    same_numbers(rapids.download("filled")["x"].cells, table["x"].fillna(largest))
    rapids.value("(rm figures)")
    rapids.value(f"(assign filled (cols {shape} ['x' 'city']))")
    rapids.value(f"(h2o.impute filled -1 'mean' 'interpolate' [] _ ['7.5' '{known[shape]['city'].domain[0]}'])")
    same_numbers(rapids.download("filled")["x"].cells, table["x"].fillna(7.5))
    assert not any(cell is None for cell in rapids.download("filled")["city"].cells)
    rapids.value(f"(assign filled {shape})")
    rapids.value("(h2o.impute filled 3 'mode' 'interpolate' [] _ _)")
    counts = table["city"].value_counts()
    filled = rapids.download("filled")["city"].cells
    gaps = table["city"].isna().to_numpy()
    assert all(counts[c] == counts.iloc[0] for c in filled[gaps]) if counts.iloc[0] else True
    rapids.value("(rm filled)")


@pytest.mark.parametrize("shape", SHAPES)
def test_levels(rapids, known, shape):
    frame = known[shape]
    column = frame["size"]
    if not frame.count:
        return
    assert rapids.value(f"(nlevels (cols {shape} 'size'))") == len(column.domain)
    made = rapids.frame(f"(levels (cols {shape} ['size' 'city']))")
    longest = max(len(column.domain), len(frame["city"].domain))
    for got, domain in zip(made.values(), (column.domain, frame["city"].domain)):
        same_texts(got.cells, domain + [None] * (longest - len(domain)))
    last = column.domain[-1]
    made = rapids.frame(f"(relevel (cols {shape} 'size') '{last}')")["size"]
    assert made.domain == [last, *column.domain[:-1]]
    same_texts(made.cells, list(column.cells))
    made = rapids.frame(f"(setLevel (cols {shape} 'size') '{last}')")["size"]
    assert list(made.cells) == [last] * frame.count
    names = [f"level {i}" for i in range(len(column.domain))]
    listed = " ".join(repr(name) for name in names)
    made = rapids.frame(f"(setDomain (cols {shape} 'size') 0 [{listed}])")["size"]
    same_texts(made.cells, [names[int(code)] for code in column.codes])
    made = rapids.frame(f"(setDomain (appendLevels (cols {shape} 'size') 0 ['huge']) 0 [{listed}])")["size"]
    same_texts(made.cells, [names[int(code)] for code in column.codes])
    made = rapids.frame(f"(appendLevels (cols {shape} 'size') 0 ['huge'])")["size"]
    assert made.domain == [*column.domain, "huge"]
    made = rapids.frame(f"(relevel.by.freq (cols {shape} 'size') NA -1)")["size"]
    counts = pandas.Series(column.cells).value_counts()
    assert [counts[level] for level in made.domain] == sorted(counts, reverse=True)
    same_texts(made.cells, list(column.cells))


@pytest.mark.parametrize("shape", SHAPES)
def test_cut(rapids, known, shape):
    cells = known[shape]["p"].cells
    breaks = [0, 1.5, 4, 9, 20]
    listed = " ".join(map(str, breaks))
    for right in (0, 1):
        for lowest in (0, 1):
            wanted = pandas.cut(cells, breaks, right=bool(right), include_lowest=bool(lowest), labels=False)
            made = rapids.frame(f"(cut (cols {shape} 'p') [{listed}] ['a' 'b' 'c' 'd'] {lowest} {right} 3)")["p"]
            same_texts(made.cells, [None if code != code else "abcd"[int(code)] for code in wanted])
    assert rapids.value(f"(nlevels (cut (cols {shape} 'p') [{listed}] NULL 0 1 3))") == 4


@pytest.mark.parametrize("shape", SHAPES)
def test_match(rapids, known, shape):
    frame = known[shape]
    wanted = ["Delhi", "Bern", "nowhere"]
    places = [math.nan if c not in wanted else wanted.index(c) + 1 for c in frame["city"].cells]
    listed = " ".join(repr(w) for w in wanted)
    for column in (f"(cols {shape} 'city')", f"(as.character (cols {shape} 'city'))"):
        same(rapids.frame(f"(match {column} [{listed}] NaN 1)"), {"C1": np.array(places, dtype=float)})
    numbers = [3, -2, 8]
    places = [0.0 if c not in numbers else numbers.index(c) + 5.0 for c in frame["n"].cells]
    same(rapids.frame(f"(match (cols {shape} 'n') [3 -2 8] 0 5)"), {"C1": np.array(places)})


@pytest.mark.parametrize("shape", SHAPES + ["wide"])
def test_scale(rapids, known, shape):
    numbers = known[shape].numbers()
    names = list(numbers)[:3]
    table = pandas.DataFrame({name: numbers[name] for name in names})
    frame = f"(cols {shape} [{' '.join(repr(n) for n in names)}])"
    near = {"relative": 1e-10, "absolute": 1e-10}
    same_table(rapids.frame(f"(scale {frame} 1 0)"), table - table.mean(), **near)
    spread = table.std().fillna(0 if len(table) else math.nan)
    if len(table) and (spread > 0).all():
        same_table(rapids.frame(f"(scale {frame} 1 1)"), (table - table.mean()) / spread, **near)
    same_table(rapids.frame(f"(scale {frame} [1 2 3] [4 5 6])"), (table - [1, 2, 3]) / [4, 5, 6], **near)
    rapids.value(f"(assign scaled {frame})")
    rapids.value("(scale_inplace scaled [1 2 3] 0)")
    same_table(rapids.download("scaled"), table - [1, 2, 3], **near)
    rapids.value("(rm scaled)")


@pytest.mark.parametrize("shape", SMALL + ["groups"])
def test_functions_of_columns_rows_and_groups(rapids, known, shape):
    table = table_of(known[shape])
    numbers = table[["x", "n", "p"]]
    made = rapids.frame(f"(apply (cols {shape} ['x' 'n' 'p']) 2 {{x . (sumNA x)}})")
    same(made, {name: np.array([numbers[name].sum()]) for name in numbers}, relative=1e-11, absolute=1e-9)
    made = rapids.frame(f"(apply (cols {shape} ['x' 'n' 'p']) 1 {{r . (+ (* 2 (cols r 0)) (cols r 2))}})")
    same(made, {"C1": (2 * numbers["x"] + numbers["p"]).to_numpy()}, relative=1e-12)
    made = rapids.frame(f"(apply (cols {shape} ['x']) 1 {{r . (rows (cols {shape} ['p' 'n']) 0)}})")
    same(made, {"C1": np.full(len(table), table["p"].iloc[0]), "C2": np.full(len(table), table["n"].iloc[0])})
    made = rapids.frame(f"(ddply {shape} [4] {{g . (max (cols g 'p'))}})")
    wanted = table.groupby("size", observed=True)["p"].max()
    same_texts(made["size"].cells, list(wanted.index))
    same_numbers(made["ddply_C1"].cells, wanted)


@pytest.mark.parametrize("shape", SMALL + ["groups"])
def test_cells_are_assigned(rapids, known, shape):
    frame = known[shape]
    mask = frame["p"].cells > 5
    test = f"(> (cols {shape} 'p') 5)"
    x = frame["x"].cells
    same(rapids.frame(f"(cols (:= {shape} 9 'x' {test}) 'x')"), {"x": np.where(mask, 9, x)})
    same(rapids.frame(f"(cols (:= {shape} NaN [0] {test}) 'x')"), {"x": np.where(mask, math.nan, x)})
    rows = np.arange(frame.count)
    same(rapids.frame(f"(cols (:= {shape} 9 [0] [1:3]) 'x')"), {"x": np.where((rows >= 1) & (rows < 4), 9, x)})
    same(rapids.frame(f"(cols (:= {shape} (cols {shape} 'p') [0] []) 'x')"), {"x": frame["p"].cells})
    same(rapids.frame(f"(cols (:= {shape} (cols {shape} 'p') [0] {test}) 'x')"), {"x": np.where(mask, frame["p"].cells, x)})
    made = rapids.frame(f"(cols (:= {shape} 'small' 'size' {test}) 'size')")["size"]
    same_texts(made.cells, np.where(mask, "small", frame["size"].cells))
    for value, text in (("'new'", "new"), ("NaN", None)):
        made = rapids.frame(f"(cols (:= {shape} {value} 'word' {test}) 'word')")["word"]
        same_texts(made.cells, [text if m else c for m, c in zip(mask, frame["word"].cells)])
    upper = [None if c is None else "".join(l.upper() if len(l.upper()) == 1 else l for l in c) for c in frame["word"].cells]
    made = rapids.frame(f"(cols (:= {shape} (toupper (cols {shape} 'word')) 'word' {test}) 'word')")["word"]
    same_texts(made.cells, [u if m else c for m, u, c in zip(mask, upper, frame["word"].cells)])
    if frame.count > 9:
        listed = [7, 2, 5]
        source = f"(rows (toupper (cols {shape} 'word')) [0:3])"
        made = rapids.frame(f"(cols (:= {shape} {source} 'word' [7 2 5]) 'word')")["word"]
        wanted = list(frame["word"].cells)
        for i, row in enumerate(listed):
            wanted[row] = upper[i]
        same_texts(made.cells, wanted)
        made = rapids.frame(f"(cols (:= {shape} (rows (cols {shape} 'p') [0:3]) 'x' [7 2 5]) 'x')")
        changed = x.copy()
        changed[listed] = frame["p"].cells[:3]
        same(made, {"x": changed})


def test_categories_are_assigned_only_where_they_exist(rapids):
    with pytest.raises(Refused, match="Cannot assign value huge into a vector of type Enum"):
        rapids.frame("(:= mixed 'huge' 'size' [0:2])")
    made = rapids.frame("(:= mixed 'huge' 'size' [])")["size"]
    assert made.kind == "Enum" and set(made.cells) == {"huge"}


@pytest.mark.parametrize("shape", SMALL + ["groups"])
def test_columns_are_appended_and_named(rapids, known, shape):
    frame = known[shape]
    made = rapids.frame(f"(append {shape} (cols {shape} 'p') 'q' 5 'x' 'word' 'y')")
    assert list(made) == [*frame, "q", "y"]
    same_numbers(made["q"].cells, frame["p"].cells)
    assert set(made["x"].cells) == {5} and set(made["y"].cells) == {"word"}
    assert list(rapids.frame(f"(colnames= {shape} [0 3] ['a' 'b'])"))[:4] == ["a", "n", "p", "b"]


def test_cells_and_rows_as_values(rapids, known):
    for name in ("x", "n", "p", "city", "word"):
        cell = known["mixed"][name].cells[3]
        got = rapids.value(f"(flatten (rows (cols mixed '{name}') 3))")
        assert got == cell or cell != cell and got != got or cell is None and got == "NA"
    row = rapids.value("(getrow (rows (cols mixed ['x' 'n' 'p']) 3))")
    same_numbers(row, [known["mixed"][name].cells[3] for name in ("x", "n", "p")])


@pytest.mark.parametrize("length", [0, 3, 300, 1000])
def test_values_are_repeated(rapids, known, length):
    for name in ("x", "city", "word"):
        cells = known["mixed"][name].cells
        made = rapids.frame(f"(rep_len (cols mixed '{name}') {length})")
        got = next(iter(made.values()))
        wanted = cells[np.arange(length) % len(cells)]
        same_numbers(got.cells, wanted) if name == "x" else same_texts(got.cells, list(wanted))
    same_numbers(next(iter(rapids.frame(f"(rep_len 2.5 {length})").values())).cells, [2.5] * length)
    same_numbers(next(iter(rapids.frame(f"(seq_len {length})").values())).cells, np.arange(1, length + 1))


def test_sequences(rapids):
    for start, end, step in ((1, 10, 2), (0, 1, 0.1), (5, -5, -2.5), (3, 3, 1)):
        wanted = np.arange(start, end + step / 2, step)
        same_numbers(next(iter(rapids.frame(f"(seq {start} {end} {step})").values())).cells, wanted)


def test_pairs_within_groups(rapids, known):
    """What goes in beside what goes out, in each group."""
    complete = table_of(known["mixed"]).dropna()
    complete = complete.assign(size=np.where(complete["size"].astype(object) == "small", "D", "C"))
    rapids.value("(assign moves (na.omit mixed))")
    rapids.value("(assign moves (:= moves (setDomain (cols moves 'size') 0 ['C' 'B' 'D']) 'size' []))")
    made = rapids.frame("(grouped_permute moves 1 ['city'] 4 2)")
    assert list(made) == ["city", "In", "Out", "InAmnt", "OutAmnt"]
    sums = complete.groupby(["city", "size", "n"], observed=True)["p"].sum()
    wanted = []
    for city in known["mixed"]["city"].domain:
        for n, amount in sums.get((city, "D"), pandas.Series(dtype=float)).items():
            for other, out in sums.get((city, "C"), pandas.Series(dtype=float)).items():
                wanted.append((city, n, other, amount, out))
    got = list(zip(*(c.cells for c in made.values())))
    assert len(got) == len(wanted)
    for row, want in zip(sorted(got), sorted(wanted)):
        assert row[0] == want[0] and list(row[1:]) == pytest.approx(list(want[1:]), rel=1e-11)
    rapids.value("(rm moves)")


def test_the_last_of_several_expressions_counts(rapids, known):
    same(rapids.frame("(, 1 2 (cols mixed 'city'))"), {"city": known["mixed"]["city"]})
    assert rapids.value("(, (cols mixed 'city') 3)") == 3
