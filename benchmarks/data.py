"""Seeded data for the benchmarks: the same name and scale give the same values on any machine with the same numpy.

airlines  1,000,000 rows (and 100,000 to test on): six categoricals, two numbers, a Y/N target
tables    1,000,000 rows left (key, one of 100,000 groups, number, text) and right (a unique key, number)
dense       500,000 rows (and 50,000): 50 numbers, a numeric target y and a Y/N target b
sparse       50,000 rows (and 5,000), SVMLight: 2,000 numbers, one in a hundred not zero, a target of 0 and 1
digits       60,000 rows (and 10,000): 28 × 28 pixels of one of ten drawn figures, its name as label
clusters    500,000 rows: 20 numbers around 10 centers, each with a spread of its own
text        250,000 sentences (and 12,500) of 20 words, one a line: 20,000 words, each of one of 200 topics
walks     1,000,000 random walks of 256 points (and 100), each with mean 0 and deviation 1; Parquet, and plain floats
"""
import dataclasses
import functools
import shutil
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

CATEGORICAL = ["Month", "DayofMonth", "DayOfWeek", "UniqueCarrier", "Origin", "Dest"]
NUMERIC = ["DepTime", "Distance"]
TARGET = "dep_delayed_15min"
CARRIERS = np.array("WN DL AA US UA NW CO TW MQ OO EV XE AS FL B6 OH HP DH F9 YV HA TZ".split())
AIRPORTS = 300
SPARSE_COLUMNS = 2000
POINTS = 256  # of a random walk
SIDE = 28  # pixels of a digit, across and down
DIGITS = 10
WORDS, TOPICS, SENTENCE = 20_000, 200, 20  # of the text; word i is of topic i % TOPICS
LETTERS = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def stream(name):
    """The random numbers that belong to a name."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def zipf(count, exponent):
    weights = np.arange(1, count + 1, dtype=float) ** -exponent
    return weights / weights.sum()


@dataclasses.dataclass(frozen=True)
class AirlineLaw:
    """Where the airports lie, and how much each thing delays a flight (as log odds)."""
    airports: np.ndarray
    position: np.ndarray         # miles east, miles north
    by_carrier: np.ndarray
    by_origin: np.ndarray
    by_dest: np.ndarray
    by_evening: np.ndarray       # of an origin, towards the evening
    by_hub: np.ndarray           # of a carrier at an origin
    by_storm: np.ndarray         # of a month, a day and one of six regions
    by_month = np.array([.25, .15, .1, -.2, -.25, .3, .35, .2, -.45, -.35, -.2, .4])
    by_weekday = np.array([0, -.15, -.05, .2, .3, -.3, 0])

    @functools.cached_property
    def region(self):
        column, row = self.position[:, 0] // 867, self.position[:, 1] // 700
        return (2 * column + row).astype(int)


@functools.cache
def airline_law():
    draw = stream("airline-world")
    codes = set()
    while len(codes) < AIRPORTS:
        codes.add("".join(draw.choice(LETTERS, 3)))
    airports = np.array(sorted(codes))[draw.permutation(AIRPORTS)]
    east, north = draw.uniform(0, 2600, AIRPORTS), draw.uniform(0, 1400, AIRPORTS)
    return AirlineLaw(
        airports=airports, position=np.stack([east, north], axis=1),
        by_carrier=draw.normal(0, 0.35, len(CARRIERS)), by_origin=draw.normal(0, 0.30, AIRPORTS),
        by_dest=draw.normal(0, 0.25, AIRPORTS), by_evening=np.abs(draw.normal(0, 0.5, AIRPORTS)),
        by_hub=draw.normal(0, 0.35, (len(CARRIERS), AIRPORTS)),
        by_storm=draw.gamma(0.35, 1.1, (12, 31, 6)) - 0.385)


def departure_minutes(draw, rows):
    """Minutes after midnight: four waves of departures a day."""
    wave = draw.choice(4, rows, p=[.28, .24, .28, .20])
    middle, width = np.array([460, 720, 1010, 1180]), np.array([70, 110, 80, 90])
    return np.clip(draw.normal(middle[wave], width[wave]), 5, 1439).astype(int)


def airlines(draw, rows):
    law = airline_law()
    month, day, weekday = (draw.integers(0, count, rows) for count in (12, 31, 7))
    carrier = draw.choice(len(CARRIERS), rows, p=zipf(len(CARRIERS), 0.7))
    origin = draw.choice(AIRPORTS, rows, p=zipf(AIRPORTS, 0.95))
    dest = draw.choice(AIRPORTS, rows, p=zipf(AIRPORTS, 0.95))
    dest = np.where(dest == origin, (dest + 1) % AIRPORTS, dest)
    minute = departure_minutes(draw, rows)
    way = law.position[origin] - law.position[dest]
    miles = np.maximum(30, np.hypot(way[:, 0], way[:, 1])).astype(int)

    hour = minute / 60
    evening = 1 / (1 + np.exp(-(hour - 15.5) / 1.5))
    rush = 0.35 * np.exp(-((hour - 17.5) / 1.6) ** 2) + 1.3 * (hour < 4.5)
    log_odds = (-2.2 + 0.125 * (hour - 6) + rush
                + law.by_month[month] + law.by_weekday[weekday] + law.by_carrier[carrier]
                + law.by_origin[origin] + law.by_dest[dest] + law.by_evening[origin] * (evening - 0.4)
                + law.by_hub[carrier, origin] + 0.8 * law.by_storm[month, day, law.region[origin]]
                + 0.5 * evening * law.by_storm[month, day, law.region[dest]] - 0.15 * np.sin(miles / 400))
    late = draw.random(rows) < 1 / (1 + np.exp(-log_odds))

    def numbered(codes, count):
        return np.array([f"c-{i + 1}" for i in range(count)])[codes]
    return pl.DataFrame({
        "Month": numbered(month, 12), "DayofMonth": numbered(day, 31), "DayOfWeek": numbered(weekday, 7),
        "DepTime": (minute // 60 * 100 + minute % 60).astype(np.int32), "UniqueCarrier": CARRIERS[carrier],
        "Origin": law.airports[origin], "Dest": law.airports[dest], "Distance": miles.astype(np.int32),
        TARGET: np.where(late, "Y", "N")})


def dense_law(draw):
    columns = 50
    mix = draw.normal(0, 0.25, (columns, columns)) + np.eye(columns)
    slopes = draw.normal(0, 1, columns) * (draw.random(columns) < 0.6)
    return mix.astype(np.float32), slopes


def dense(law, draw, rows):
    mix, slopes = law
    x = draw.normal(size=(rows, len(slopes))).astype(np.float32) @ mix
    signal = (x @ slopes + 1.5 * x[:, 0] * x[:, 1] + 2 * np.sin(2 * x[:, 2]) * x[:, 3]
              + 1.5 * np.abs(x[:, 4]) + 2 * (x[:, 5] > 0.5) * x[:, 6])
    y = signal + draw.normal(0, 2, rows)
    positive = draw.random(rows) < 1 / (1 + np.exp(-(signal - np.median(signal)) / 4))
    table = {f"x{i}": np.round(x[:, i], 5) for i in range(len(slopes))}
    return pl.DataFrame(table | {"y": np.round(y, 4).astype(np.float32), "b": np.where(positive, "Y", "N")})


def make_airlines(folder, scale, name="airlines-1m"):
    draw = stream(name)
    for part, rows in (("train", 1_000_000), ("test", 100_000)):
        write(airlines(draw, round(rows * scale)), folder / part)


def make_dense(folder, scale):
    draw = stream("dense-500k")
    law = dense_law(draw)
    for part, rows in (("train", 500_000), ("test", 50_000)):
        write(dense(law, draw, round(rows * scale)), folder / part)


def make_tables(folder, scale):
    draw = stream("tables-1m")
    rows = round(1_000_000 * scale)
    carriers, airports = (draw.choice(names, rows) for names in (CARRIERS, airline_law().airports))
    flights = draw.integers(100, 9999, rows)
    codes = pl.DataFrame({"c": carriers, "f": flights, "a": airports}).select(pl.format("{}-{}-{}", "c", "f", "a"))
    write(pl.DataFrame({"k": draw.integers(0, rows, rows), "g": draw.integers(0, 100_000, rows),
                        "v": np.round(draw.normal(size=rows), 4), "code": codes.to_series()}), folder / "left")
    write(pl.DataFrame({"k": draw.permutation(rows), "w": np.round(draw.normal(size=rows), 4)}), folder / "right")


def make_sparse(folder, scale):
    draw = stream("sparse-50k")
    slopes = draw.normal(0, 2, SPARSE_COLUMNS) * (draw.random(SPARSE_COLUMNS) < 0.2)
    for part, rows in (("train", 50_000), ("test", 5_000)):
        with open(folder / f"{part}.svm", "w", encoding="ascii") as file:
            for _ in range(round(rows * scale)):
                places = np.sort(draw.choice(SPARSE_COLUMNS, draw.binomial(SPARSE_COLUMNS, 0.01), replace=False))
                values = np.round(draw.gamma(2, 0.5, len(places)), 3)
                positive = draw.random() < 1 / (1 + np.exp(-(values @ slopes[places])))
                file.write(" ".join([str(int(positive)), *(f"{p + 1}:{v:g}" for p, v in zip(places, values))]) + "\n")


def figures(draw):
    """Ten classes, each a figure of strokes that four people draw a little differently: class × person × pixels."""
    down, across = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    along = np.linspace(0, 1, 14)[:, None]
    made = np.empty((DIGITS, 4, SIDE, SIDE), np.float32)
    for figure in made:
        corners = draw.uniform(7, 21, (5, 2))
        for person in range(len(figure)):
            moved = corners + draw.normal(0, 1.6, corners.shape)
            points = np.concatenate([a * (1 - along) + b * along for a, b in zip(moved, moved[1:])])
            squares = (down[..., None] - points[:, 0]) ** 2 + (across[..., None] - points[:, 1]) ** 2
            figure[person] = np.exp(-squares.min(axis=2) / 2.2)
    return made


def digits(of_figures, draw, rows):
    """Figures that are moved by up to three pixels, fainter or stronger, with pixels lost and others lit by chance."""
    label, person, across, down = (draw.integers(*span, rows) for span in ((0, DIGITS), (0, 4), (-3, 4), (-3, 4)))
    images = of_figures[label, person]
    for x, y in np.ndindex(7, 7):
        moved = (across == x - 3) & (down == y - 3)
        images[moved] = np.roll(images[moved], (y - 3, x - 3), axis=(1, 2))
    images *= draw.uniform(0.6, 1.1, (rows, 1, 1)).astype(np.float32)
    images[draw.random(images.shape, dtype=np.float32) < 0.12] = 0
    images[draw.random(images.shape, dtype=np.float32) < 0.02] = 0.7
    pixels = (np.clip(images, 0, 1) * 255).astype(np.uint8).reshape(rows, -1)
    pixels[pixels < 25] = 0
    names = np.array([f"d{i}" for i in range(DIGITS)])
    return pl.DataFrame({f"p{i}": pixels[:, i] for i in range(pixels.shape[1])} | {"label": names[label]})


def make_digits(folder, scale):
    draw = stream("digits-like")
    of_figures = figures(draw)
    for part, rows in (("train", 60_000), ("test", 10_000)):
        write(digits(of_figures, draw, round(rows * scale)), folder / part)


def make_clusters(folder, scale):
    draw = stream("clusters-500k")
    rows = round(500_000 * scale)
    centers, spreads = draw.normal(0, 2.2, (10, 20)), draw.uniform(0.7, 1.6, 10)
    of = draw.integers(0, 10, rows)
    x = centers[of] + draw.normal(size=(rows, 20)) * spreads[of, None]
    write(pl.DataFrame({f"x{i}": np.round(x[:, i], 5).astype(np.float32) for i in range(20)}), folder / "train")


def zipf_mandelbrot(count):
    weights = 1 / (np.arange(1, count + 1) + 2.7)
    return weights / weights.sum()


def sentences(draw, count):
    """Numbers of words: three of five are of the sentence's topic, the others of any."""
    topic = draw.integers(0, TOPICS, (count, 1))
    own = draw.choice(WORDS // TOPICS, (count, SENTENCE), p=zipf_mandelbrot(WORDS // TOPICS)) * TOPICS + topic
    return np.where(draw.random((count, SENTENCE)) < 0.6, own, draw.choice(WORDS, (count, SENTENCE), p=zipf_mandelbrot(WORDS)))


def make_text(folder, scale):
    draw = stream("text-5m")
    names = np.array([f"w{i}t{i % TOPICS}" for i in range(WORDS)])
    for part, count in (("train", 250_000), ("test", 12_500)):
        with open(folder / f"{part}.txt", "w", encoding="ascii") as file:
            for words in names[sentences(draw, round(count * scale))].tolist():
                file.write(" ".join(words) + "\n")


def make_walks(folder, scale):
    draw = stream("walks-1m")
    for part, rows in (("train", round(1_000_000 * scale)), ("test", 100)):
        walks = np.empty((rows, POINTS), np.float32)
        for begin in range(0, rows, 50_000):
            some = np.cumsum(draw.normal(size=(min(50_000, rows - begin), POINTS)), axis=1)
            some -= some.mean(axis=1, keepdims=True)
            walks[begin:begin + len(some)] = some / some.std(axis=1, keepdims=True)
        walks.tofile(folder / f"{part}.f32")
        table = pl.DataFrame({f"t{i}": walks[:, i] for i in range(POINTS)})
        table.write_parquet(folder / f"{part}.parquet", compression="uncompressed")


def write(table, stem):
    table.write_csv(f"{stem}.csv")
    table.write_parquet(f"{stem}.parquet", compression="snappy")


MAKERS = {"airlines": make_airlines, "dense": make_dense, "tables": make_tables, "sparse": make_sparse, "digits": make_digits,
          "clusters": make_clusters, "text": make_text, "walks": make_walks}
# Other rows of the airlines' law.
AIRLINE_DRAWS = [f"airlines-draw{i}" for i in range(2, 10)]
MAKERS |= {name: functools.partial(make_airlines, name=name) for name in AIRLINE_DRAWS}


def ready(root, name, scale=1.0):
    """The folder of a data set, which is made if it is not there."""
    folder = Path(root, name if scale == 1 else f"{name}-x{scale:g}")
    if not folder.is_dir():
        partial = folder.with_name(folder.name + ".part")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        MAKERS[name](partial, scale)
        partial.rename(folder)
    return folder


def training_levels(folder, column):
    return sorted(pl.read_parquet(folder / "train.parquet", columns=[column])[column].unique())


def airlines_table(folder, part):
    """A pandas frame whose categories have the training rows' levels, and the target as 0 and 1."""
    table = pd.read_parquet(folder / f"{part}.parquet")
    for column in CATEGORICAL:
        table[column] = pd.Categorical(table[column], categories=training_levels(folder, column))
    target = (table.pop(TARGET) == "Y").to_numpy().astype("int32")
    return table, target


def digits_table(folder, part):
    """Pixels between 0 and 1, row by row, and the digits as numbers."""
    table = pl.read_parquet(folder / f"{part}.parquet")
    label = table["label"].str.slice(1).cast(pl.Int64).to_numpy()
    return table.drop("label").to_numpy().astype("float32") / 255, label


def test_target(folder):
    return (pl.read_parquet(folder / "test.parquet", columns=[TARGET])[TARGET] == "Y").to_numpy().astype(int)
