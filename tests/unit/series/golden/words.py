"""Writes words.txt: breaks of the normal law by 60-digit arithmetic, and iSAX words of some series by numpy. Run by hand."""
from decimal import Decimal, getcontext
from pathlib import Path

import numpy as np

getcontext().prec = 60
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")


def below(z):
    """Share of a normal law below z: 1/2 + phi(z) (z + z³/3 + z⁵/15 + …)."""
    term = total = z
    k = 1
    while abs(term) > Decimal(10) ** -55:
        k += 2
        term *= z * z / k
        total += term
    return Decimal("0.5") + total * (-z * z / 2).exp() / (2 * PI).sqrt()


def quantile(share):
    """By Newton's method."""
    z = Decimal(0)
    for _ in range(200):
        step = (below(z) - share) * (z * z / 2).exp() * (2 * PI).sqrt()
        z -= max(min(step, Decimal("0.5")), Decimal("-0.5"))
        if abs(step) < Decimal(10) ** -45:
            return z


def series():
    """Walks, waves, a straight line, one with a spike, and a constant."""
    random = np.random.default_rng(7)
    for length in (16, 61, 256):
        yield from np.cumsum(random.normal(size=(6, length)), axis=1).round(6)
        yield np.sin(np.arange(length) * 0.3).round(6)
        yield np.arange(length) / 4
        yield np.where(np.arange(length) == length // 2, 1e6, np.arange(length) % 3)
        yield np.full(length, 0.1)


def word(values, segments, breaks):
    constant = values.min() == values.max()
    normal = np.zeros(len(values)) if constant else (values - values.mean()) / values.std()
    cuts = [len(values) * s // segments for s in range(segments + 1)]
    means = [normal.astype(np.float32)[a:b].astype(float).mean() for a, b in zip(cuts, cuts[1:])]
    return np.searchsorted(breaks, means, side="right")


if __name__ == "__main__":
    upper = [quantile(Decimal(i) / 256) for i in range(129, 256)]
    exact = [-b for b in reversed(upper)] + [Decimal(0)] + upper
    breaks = np.array([float(b) for b in exact])
    lines = ["breaks " + " ".join(repr(float(b)) for b in breaks)]
    for values in series():
        for segments in (1, 7, 16):
            lines.append("series " + " ".join(repr(float(v)) for v in values))
            lines.append("word " + " ".join(str(w) for w in word(values, segments, breaks)))
    (Path(__file__).parent / "words.txt").write_text("\n".join(lines) + "\n")
