"""Products, transposes and distances of matrices against numpy and scipy."""
import numpy as np
import pytest
from scipy.spatial.distance import cdist

from frames import Frame, numeric
from session import Refused, same, same_numbers

SHAPES = ["mixed", "one", "empty", "constant", "missing", "groups"]
NEAR = {"relative": 1e-11, "absolute": 1e-9}


def matrix(frame, names=None):
    return np.stack([column.cells for name, column in frame.items() if names is None or name in names], axis=1)


def columns(table):
    return {f"C{i + 1}": table[:, i] for i in range(table.shape[1])}


@pytest.mark.parametrize("shape", ["mixed", "one", "constant", "missing", "wide"])
def test_transpose(rapids, known, shape):
    names = list(known[shape].numbers())
    listed = " ".join(repr(name) for name in names)
    same(rapids.frame(f"(t (cols {shape} [{listed}]))"), columns(matrix(known[shape], names).T))


@pytest.mark.parametrize("shape", SHAPES)
def test_product(rapids, known, shape):
    names = ["x", "n", "p"]
    left = matrix(known[shape], names)
    right = np.array([[1.5, -2], [0.25, 3], [0, 1e-3]])
    rapids.load("factors", Frame(a=numeric(right[:, 0]), b=numeric(right[:, 1])))
    made = rapids.frame(f"(x (cols {shape} ['x' 'n' 'p']) factors)")
    same(made, columns(left @ right), **NEAR)
    rapids.value("(rm factors)")


def test_gram_matrix_of_many_columns(rapids, known):
    table = np.nan_to_num(matrix(known["wide"]))
    rapids.value("(assign filled (ifelse (is.na wide) 0 wide))")
    same(rapids.frame("(x (t filled) filled)"), columns(table.T @ table), **NEAR)
    rapids.value("(rm filled)")


def test_shapes_that_do_not_multiply(rapids):
    with pytest.raises(Refused, match=r"\(x\).*compatible"):
        rapids.frame("(x wide wide)")


MEASURES = {"l1": "cityblock", "l2": "euclidean"}


@pytest.mark.parametrize("shape", ["mixed", "constant", "groups"])
@pytest.mark.parametrize("measure", ["l1", "l2", "cosine", "cosine_sq"])
def test_distances(rapids, known, shape, measure):
    table = np.stack([known[shape]["p"].cells, known[shape]["p"].cells ** 2 - 3], axis=1)
    frame = f"(cbind (cols {shape} 'p') (colnames= (- (^ (cols {shape} 'p') 2) 3) [0] ['w']))"
    few = table[:5]
    if measure in MEASURES:
        wanted = cdist(table, few, MEASURES[measure])
    else:
        wanted = 1 - cdist(table, few, "cosine")
        wanted = wanted ** 2 if measure == "cosine_sq" else wanted
    made = rapids.frame(f"(distance {frame} (rows {frame} [0:5]) '{measure}')")
    assert list(made) == [f"C{i + 1}" for i in range(5)]
    for i, column in enumerate(made.values()):
        same_numbers(column.cells, wanted[:, i], relative=1e-10, absolute=1e-9)
