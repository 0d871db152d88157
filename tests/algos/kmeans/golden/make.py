#!/usr/bin/env python3
"""Makes expected.txt with scikit-learn (1.3 or later), an independent implementation.

    python3 -m venv v && v/bin/pip install scikit-learn && v/bin/python make.py

A line for each table and n_init: the median, over ten seeds, of the sum of squared distances to the nearest center, on
columns of mean 0 and deviation 1 whose gaps are 0. Greedy k-means++ with 2 + ln k candidates, iterated to the end.
"""
import numpy as np
from sklearn.cluster import KMeans

from kmeans_tables import HERE, TABLES

lines = []
for name, rows, k in TABLES:
    x = np.array(rows(), dtype=float)
    x = np.nan_to_num((x - np.nanmean(x, axis=0)) / np.nanstd(x, axis=0, ddof=1))
    for n_init in (1, 10):
        within = [KMeans(k, init="k-means++", n_init=n_init, max_iter=1000, tol=0, random_state=seed).fit(x).inertia_
                  for seed in range(10)]
        lines.append(f"{name} {n_init} {np.median(within):.6f}\n")
(HERE / "expected.txt").write_text("".join(lines))
