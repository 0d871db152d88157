#!/usr/bin/env python3
"""Finds the unusual rows of a table with an autoencoder, through the published H2O-3 Python client.

    anomalies.py --server http://127.0.0.1:54321 clients/demo/data/cars_20mpg.csv

An autoencoder is a network that has to give back its inputs through a narrow middle layer. It learns what the rows of a
table have in common; a row that it gives back badly is unlike the others. No row needs a label.
"""
import argparse

import h2o
from h2o.estimators import H2OAutoEncoderEstimator

MOST_LEVELS = 50   # a category of more levels than these names rows rather than describing them
MIDDLE = 2         # units of the middle layer: so few numbers must tell what a row is like
UNUSUAL = 0.98     # rows of larger errors than this share of rows has are shown
COLUMNS_SHOWN = 3  # of each such row
NUMERIC = ("int", "real", "time")


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", metavar="URL", required=True, help="a running server")
    parser.add_argument("data", metavar="DATA", help="a file with a table, such as CSV")
    return parser.parse_args()


def described_by(frame):
    """The columns that describe a row, and the one that names it, if there is one."""
    described, name = [], None
    for column, kind in frame.types.items():
        if kind in NUMERIC or (kind == "enum" and frame[column].nlevels()[0] <= MOST_LEVELS):
            described.append(column)
        elif kind in ("enum", "string") and name is None:
            name = column
    return described, name


def learn(frame, columns):
    model = H2OAutoEncoderEstimator(hidden=[16, MIDDLE, 16], activation="tanh", epochs=300, l2=1e-4, seed=1)
    model.train(x=columns, training_frame=frame)
    return model


def values(frame):
    """The rows of a frame, each as a dictionary."""
    table = frame.as_data_frame(use_pandas=False, header=True)
    return [dict(zip(table[0], row)) for row in table[1:]]


def by_column(errors, columns):
    """Errors of a row by its columns, largest first: a category's are those of its levels together."""
    sums = dict.fromkeys(columns, 0.0)
    for name, error in errors.items():
        of_input = name.removeprefix("reconstr_").removesuffix(".SE")
        # An input is called by its column, or by column and level.
        column = of_input if of_input in sums else max((c for c in columns if of_input.startswith(c + ".")), key=len)
        sums[column] += float(error)
    return sorted(sums.items(), key=lambda item: -item[1])


def shown(cell, kind):
    if not cell:
        return "missing"
    return f"{float(cell):.6g}" if kind in NUMERIC else cell


def main():
    given = options()
    h2o.connect(url=given.server, verbose=False)
    h2o.no_progress()
    frame = h2o.upload_file(given.data)
    columns, name = described_by(frame)
    print(f"{frame.nrow} rows, described by {', '.join(columns)}" + (f"; {name} names them" if name else ""))

    model = learn(frame, columns)
    print(f"the autoencoder's mean squared error is {model.mse():.4f} on columns of deviation 1")

    # One error for each row, and a threshold that few rows are above.
    errors = model.anomaly(frame)
    threshold = errors.quantile([UNUSUAL])[0, 1]
    unusual = [row for row, cell in enumerate(values(errors)) if float(cell["Reconstruction.MSE"]) > threshold]
    print(f"{len(unusual)} rows have errors above {threshold:.4f}, which {UNUSUAL:.0%} of the rows are below:\n")

    # What is odd about each: its error by column, the value that it has and the one that the others would suggest.
    rows, of_rows = values(frame), values(errors)
    by_input, suggested = values(model.anomaly(frame, per_feature=True)), values(model.predict(frame))
    for row in sorted(unusual, key=lambda row: -float(of_rows[row]["Reconstruction.MSE"])):
        print(f"{rows[row][name] if name else f'row {row + 1}'}: {float(of_rows[row]['Reconstruction.MSE']):.3f}")
        for column, error in by_column(by_input[row], columns)[:COLUMNS_SHOWN]:
            guess = suggested[row].get(f"reconstr_{column}")
            instead = f", {float(guess):.4g} would be usual" if guess else ""
            print(f"    {column} = {shown(rows[row][column], frame.types[column])}{instead} (error {error:.3f})")

    # What the middle layer has made of the columns: new features, for pictures, clusters or another model.
    features = model.deepfeatures(frame, 1)
    print(f"\nthe middle layer's features, {' and '.join(features.names)}, lie within")
    for feature in features.names:
        print(f"    {feature}: {features[feature].min():.3f} to {features[feature].max():.3f}")
    h2o.connection().close()


if __name__ == "__main__":
    main()
