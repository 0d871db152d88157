"""Differences and symbolic words of series against numpy."""
import numpy as np
import pytest
from scipy import stats

from session import Refused, same

SHAPES = ["mixed", "one", "empty", "constant", "missing", "groups"]


@pytest.mark.parametrize("shape", SHAPES)
def test_difference_to_the_row_before(rapids, known, shape):
    for column in ("x", "n", "p"):
        cells = known[shape][column].cells
        wanted = np.concatenate([[np.nan], np.diff(cells)]) if len(cells) else cells
        same(rapids.frame(f"(difflag1 (cols {shape} '{column}'))"), {column: wanted}, relative=1e-13, absolute=1e-13)


def words(series, pieces, intervals):
    """Of one series: piece i begins i steps from the start and is i + 1 steps long, or as long as there are points."""
    step = len(series) // pieces
    parts = [series[i * step:i * step + (i + 1) * step] for i in range(pieces)]
    points = np.concatenate(parts)
    squares = sum(np.sum((part - part.mean()) ** 2) for part in parts)
    deviation = np.sqrt(squares / (len(points) - 1))
    breaks = stats.norm.ppf(np.arange(1, intervals) / intervals)
    with np.errstate(all="ignore"):
        heights = np.array([(part.mean() - points.mean()) / deviation for part in parts])
    return np.where(np.isnan(heights), 0, np.searchsorted(breaks, heights, side="right")).astype(int)


@pytest.mark.parametrize("pieces, intervals", [(3, 4), (7, 10), (20, 2)])
def test_words_of_series(rapids, known, pieces, intervals):
    table = np.stack([column.cells for column in known["wide"].values()], axis=1)
    wanted = np.stack([words(row, pieces, intervals) for row in table])
    made = rapids.frame(f"(isax wide {pieces} {intervals} 0)")
    text = made.pop("iSax_index")
    same(made, {f"c{i}": wanted[:, i].astype(float) for i in range(pieces)})
    assert list(text.cells) == ["_".join(f"{word}^{intervals}" for word in row) for row in wanted]


def test_words_need_numbers_and_enough_points(rapids):
    for call in ("(isax mixed 3 4 0)", "(isax wide 301 4 0)", "(isax wide 3 1 0)"):
        with pytest.raises(Refused, match=r"\(isax\)"):
            rapids.frame(call)
