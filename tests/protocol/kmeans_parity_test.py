"""k-means finds clusters as good as scikit-learn's, seed by seed in the middle (tests/algos/kmeans/golden)."""
import statistics
import sys
from pathlib import Path

import pytest
from h2o.estimators import H2OKMeansEstimator

GOLDEN = Path(__file__).resolve().parents[1] / "algos/kmeans/golden"
sys.path.insert(0, str(GOLDEN))
from kmeans_tables import TABLES  # noqa: E402


def expected(table, n_init):
    lines = (line.split() for line in (GOLDEN / "expected.txt").read_text().splitlines())
    return next(float(median) for name, tries, median in lines if (name, int(tries)) == (table, n_init))


@pytest.mark.parametrize("init", ["PlusPlus", "Furthest"])
@pytest.mark.parametrize("table, rows, k", TABLES, ids=[name for name, _, _ in TABLES])
def test_medians_are_not_above_scikit_learns(client, table, rows, k, init):
    frame = client.H2OFrame(rows(), column_names=None)
    within = []
    for seed in range(10):
        model = H2OKMeansEstimator(k=k, init=init, max_iterations=1000, seed=seed)
        model.train(training_frame=frame)
        within.append(model.tot_withinss())
        client.remove(model.model_id)
    assert statistics.median(within) <= 1.005 * expected(table, 1), (table, within)
    client.remove(frame)
