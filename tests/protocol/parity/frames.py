"""Frames that parity tests compute on: the same cells here, as arrays, and there, as a frame that was parsed."""
from dataclasses import dataclass, field

import numpy as np

CITIES = ["Ankara", "Bern", "Cairo", "Delhi"]
SIZES = ["large", "medium", "small"]
WORDS = ["", "a", "apple pie", "  padded  ", "Banana", "ÄÖü straße", "x,y;z", "aaab", "42", "-1.5e3", "tab\tin", "Zürich"]
MANY = 40_000  # ten row groups: groups are of 4,096 rows where rows are few


@dataclass
class Column:
    """Cells: floats with NaN where there is no value, or texts with None. Categories are texts of `domain`."""

    kind: str
    cells: np.ndarray
    domain: list = field(default_factory=list)

    @property
    def codes(self):
        """Categories by their place in the domain; NaN where there is none."""
        places = {level: i for i, level in enumerate(self.domain)}
        return np.array([np.nan if cell is None else places[cell] for cell in self.cells], dtype=float)

    def rows(self, picked):
        return Column(self.kind, self.cells[picked], self.domain)


class Frame(dict):
    """Columns by name, in order."""

    @property
    def count(self):
        return len(next(iter(self.values())).cells)

    def numbers(self):
        return {name: column.cells for name, column in self.items() if column.kind == "Numeric"}

    def rows(self, picked):
        return Frame({name: column.rows(picked) for name, column in self.items()})


def numeric(values):
    return Column("Numeric", np.asarray(values, dtype=float))


def texts(values):
    made = np.empty(len(values), dtype=object)
    made[:] = list(values)
    return Column("String", made)


def categories(values):
    column = texts(values)
    return Column("Enum", column.cells, sorted({v for v in values if v is not None}, key=lambda v: v.encode()))


def times(values):
    return Column("Time", np.asarray(values, dtype=float))


def with_gaps(draw, values, share):
    """The same values, some of them missing."""
    gaps = draw.random(len(values)) < share
    if values.dtype == object:
        values[gaps] = None
        return values
    return np.where(gaps, np.nan, values)


def chosen(draw, words, rows):
    made = np.empty(rows, dtype=object)
    made[:] = [words[i] for i in draw.integers(0, len(words), rows)]
    return made


def mixed(seed, rows):
    """A column of every kind, with gaps in most."""
    draw = np.random.default_rng(seed)
    return Frame(
        x=numeric(with_gaps(draw, np.round(draw.normal(0, 40, rows), 3), 0.1)),
        n=numeric(with_gaps(draw, draw.integers(-9, 10, rows).astype(float), 0.1)),
        p=numeric(np.round(draw.gamma(2, 3, rows), 4) + 0.0625),
        city=categories(with_gaps(draw, chosen(draw, CITIES, rows), 0.1)),
        size=categories(chosen(draw, SIZES, rows)),
        word=texts(with_gaps(draw, chosen(draw, WORDS[1:], rows), 0.1)),
        when=times(with_gaps(draw, draw.integers(-2_000_000_000, 4_000_000_000, rows) * 1000.0, 0.1)),
    )


def wide(seed, columns, rows):
    draw = np.random.default_rng(seed)
    return Frame({f"w{i}": numeric(with_gaps(draw, np.round(draw.normal(0, 3, rows), 2), 0.05)) for i in range(columns)})


def constant(rows):
    return Frame(x=numeric([2.5] * rows), n=numeric([3] * rows), p=numeric([1] * rows), city=categories(["Bern"] * rows),
                 size=categories(["small"] * rows), word=texts(["apple pie"] * rows), when=times([86_400_000.0] * rows))


def missing(rows):
    """Not a single value in most columns; categories keep a level."""
    made = constant(rows)
    for name in ("x", "n", "when"):
        made[name] = Column(made[name].kind, np.full(rows, np.nan))
    for name in ("city", "word"):
        made[name].cells[1:] = None
    return made


def shapes():
    """The frames by name; "empty" is cut from `mixed` by the server, as no file has columns and no rows."""
    usual = mixed(1, 300)
    return {"mixed": usual, "one": mixed(2, 1).rows(slice(0, 1)), "empty": usual.rows(slice(0, 0)), "constant": constant(20),
            "missing": missing(12), "groups": mixed(3, MANY)}


def csv_of(frame):
    """As a file that is read back to the same cells; quotes keep the blanks at the ends of texts."""
    lines = [",".join(frame)]
    for row in zip(*(column.cells for column in frame.values())):
        lines.append(",".join(cell_text(cell) for cell in row))
    return "\n".join(lines) + "\n"


def cell_text(cell):
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, str):
        return '"' + cell.replace('"', '""') + '"'
    return str(int(cell)) if cell == int(cell) else repr(float(cell))
