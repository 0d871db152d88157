"""Prints the least objective of a regularised factorisation with gaps, by alternating least squares in numpy from many
starts: the figure of Glrm.RidgeObjectiveIsNumpys."""
import numpy as np

ROWS, COLUMNS, K, GAMMA = 60, 6, 2, 0.5
i, j = np.mgrid[:ROWS, :COLUMNS]
data = ((i * 37 + j * 101 + i * j * 13) % 97) / 97 + (i % 5) * (j % 3) - 1.5
seen = (i * 7 + j * 3) % 11 != 0


def objective(x, y):
    return ((data - x @ y)[seen] ** 2).sum() + GAMMA * ((x ** 2).sum() + (y ** 2).sum())


best = np.inf
for start in range(20):
    y = np.random.default_rng(start).normal(size=(K, COLUMNS))
    x = np.zeros((ROWS, K))
    for _ in range(5000):
        for r in range(ROWS):
            v = y[:, seen[r]]
            x[r] = np.linalg.solve(v @ v.T + GAMMA * np.eye(K), v @ data[r, seen[r]])
        before = y.copy()
        for c in range(COLUMNS):
            u = x[seen[:, c]]
            y[:, c] = np.linalg.solve(u.T @ u + GAMMA * np.eye(K), u.T @ data[seen[:, c], c])
        if abs(y - before).max() < 1e-12:
            break
    best = min(best, objective(x, y))
print(repr(best))
