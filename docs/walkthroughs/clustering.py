#!/usr/bin/env python3
"""Finds the clusters of a table, and rows that stand for the others, through the published H2O-3 Python client.

    clustering.py --server http://127.0.0.1:54321 clients/demo/data/cars_20mpg.csv

k-means puts each row to the nearest of some centers; how many there should be, it estimates. Principal components show how
the clusters lie to each other. Aggregation picks exemplars: rows that stand for those near them; one that stands for itself
alone is an outlier.
"""
import argparse

import h2o
from h2o.estimators import H2OAggregatorEstimator, H2OKMeansEstimator, H2OPrincipalComponentAnalysisEstimator

MOST_CLUSTERS = 12
COLUMNS_SHOWN = 3  # of each cluster: those whose means are the most unusual
EXEMPLARS = 40     # about so many
EXEMPLARS_SHOWN = 5


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", metavar="URL", required=True, help="a running server")
    parser.add_argument("data", metavar="DATA", help="a file with a table, such as CSV")
    return parser.parse_args()


def describing(frame):
    """Columns of numbers, but for those that say yes or no, and the column that names rows, if there is one."""
    numbers = [c for c, kind in frame.types.items() if kind in ("int", "real") and frame[c].na_omit().unique().nrow > 2]
    names = [c for c, kind in frame.types.items() if kind in ("enum", "string")]
    return numbers, names[0] if names else None


def table(frame):
    """The rows of a frame, each as a dictionary."""
    header, *rows = frame.as_data_frame(use_pandas=False, header=True)
    return [dict(zip(header, row)) for row in rows]


def find_clusters(frame, columns):
    model = H2OKMeansEstimator(k=MOST_CLUSTERS, estimate_k=True, max_iterations=100, seed=1)
    model.train(x=columns, training_frame=frame)
    return model


def tell_clusters(model, frame, columns):
    share = model.betweenss() / model.totss()
    print(f"{len(model.size())} clusters explain {share:.0%} of the variance:\n")
    # Centers in standard deviations from the mean of all rows, one list for each column.
    apart = model.centers_std()
    for cluster, (size, means) in enumerate(zip(model.size(), model.centers())):
        far = sorted(range(len(columns)), key=lambda c: -abs(apart[c][cluster]))[:COLUMNS_SHOWN]
        told = ", ".join(f"{columns[c]} {means[c]:.4g} ({apart[c][cluster]:+.1f})" for c in far)
        print(f"cluster {cluster}: {size:.0f} rows; mean {told}")


def tell_components(frame, columns, clusters):
    """Where the clusters lie in the plane of most variance."""
    model = H2OPrincipalComponentAnalysisEstimator(k=2, transform="STANDARDIZE", impute_missing=True)
    model.train(x=columns, training_frame=frame)
    shares = model.varimp(use_pandas=False)[1][1:]
    print(f"\ntwo principal components hold {sum(shares):.0%} of the variance; means of the clusters there:")
    placed = model.predict(frame).cbind(clusters)
    means = placed.group_by("predict").mean(["PC1", "PC2"], na="rm").get_frame()
    for row in table(means):
        print(f"    cluster {row['predict']}: {float(row['mean_PC1']):+.2f}, {float(row['mean_PC2']):+.2f}")


def called(row, columns, name):
    return row[name] if name else ", ".join(f"{column} {row[column]}" for column in columns)


def tell_exemplars(frame, columns, name):
    rest = [c for c in frame.names if c not in columns]
    model = H2OAggregatorEstimator(target_num_exemplars=EXEMPLARS, rel_tol_num_exemplars=0.2, ignored_columns=rest)
    model.train(training_frame=frame)
    exemplars = sorted(table(model.aggregated_frame), key=lambda row: -float(row["counts"]))
    print(f"\n{len(exemplars)} exemplars stand for {sum(float(row['counts']) for row in exemplars):.0f} rows; most rows:")
    for row in exemplars[:EXEMPLARS_SHOWN]:
        print(f"    {row['counts']} like {called(row, columns, name)}")
    alone = [called(row, columns, name) for row in exemplars if row["counts"] == "1"]
    print(f"{len(alone)} are like no other: {'; '.join(alone)}")


def main():
    given = options()
    h2o.connect(url=given.server, verbose=False)
    h2o.no_progress()
    frame = h2o.upload_file(given.data)
    columns, name = describing(frame)
    print(f"{frame.nrow} rows of {', '.join(columns)}" + (f"; {name} names them" if name else ""))

    model = find_clusters(frame, columns)
    tell_clusters(model, frame, columns)
    tell_components(frame, columns, model.predict(frame))
    tell_exemplars(frame, columns, name)
    h2o.connection().close()


if __name__ == "__main__":
    main()
