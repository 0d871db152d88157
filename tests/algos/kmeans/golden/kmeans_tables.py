"""The tables that k-means is compared on: numbers, None where missing."""
import csv
import gzip
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
CARS = HERE.parents[3] / "clients/demo/data/cars_20mpg.csv"


def cars():
    """406 cars, with gaps (StatLib; the table of the demo)."""
    with open(CARS, newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [[float(cell) if cell else None for cell in row[1:8]] for row in rows]


def abalone():
    """4,177 shells, seven lengths and weights and the number of rings (UCI Machine Learning Repository, Abalone; CC BY 4.0)."""
    with gzip.open(HERE / "abalone.csv.gz", "rt") as file:
        return [[float(cell) for cell in line.split()[1:]] for line in file]


def blobs():
    """3,000 points around 30 middles in 5 dimensions, some of which overlap."""
    r = random.Random(11)
    middles = [[r.uniform(0, 10) for _ in range(5)] for _ in range(30)]
    return [[r.gauss(x, 1) for x in middles[i % 30]] for i in range(3000)]


# Name, rows, number of clusters.
TABLES = [("cars", cars, 6), ("abalone", abalone, 12), ("blobs", blobs, 30)]
