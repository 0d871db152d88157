"""Frames as pandas has them, and how the two are compared."""
import pandas

from session import same_numbers, same_texts


def table_of(frame):
    """As pandas has it: categories in the order of their domain, gaps where cells are missing."""
    made = {}
    for name, column in frame.items():
        cells = column.cells
        made[name] = pandas.Categorical(cells, categories=column.domain, ordered=True) if column.kind == "Enum" else cells
    return pandas.DataFrame(made)


def cells_of(series):
    if series.dtype == object or str(series.dtype) in ("category", "str", "string"):
        return [None if pandas.isna(cell) else cell for cell in series.tolist()]
    return series.to_numpy(float)


def same_table(got, table, **tolerances):
    """A downloaded frame against a pandas one: numbers, and texts of whatever kind."""
    assert list(got) == list(table.columns)
    for name in table.columns:
        wanted = cells_of(table[name])
        if isinstance(wanted, list):
            same_texts(got[name].cells, wanted, name)
        else:
            same_numbers(got[name].cells, wanted, what=name, **tolerances)


def codes(column):
    return column.codes if column.kind == "Enum" else column.cells
