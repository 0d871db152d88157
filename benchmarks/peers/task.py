"""What every measured task has in common.

Life of a task: made (libraries loaded, a server started; here the resident size is taken) → load (input into memory,
untimed) → run, as often as asked (timed) with report, quality and forget after each → close.
"""
import os

import data

TREES = 100
LEARN_RATE = 0.1
MIN_ROWS = 10
FOREST_DEPTH = 20
ROW_SHARE, COLUMN_SHARE = 0.632, 0.354  # of a forest's trees and splits: the reference draws sqrt(8) of 8 columns
LAMBDA = 1e-4          # ridge penalty of the GLM, on standardised numbers
HIDDEN = (200, 200)
DIGITS_EPOCHS = 3
SEEDS = (1, 2, 3)      # of networks: the first is timed, how good they are is the mean of all
CLUSTERS, CLUSTER_ITERATIONS = 10, 10
CLUSTER_SEEDS = range(1, 11)  # over which the quality of clusters is a median
COMPONENTS = 10
RANK, RANK_ITERATIONS = 5, 20
THREADS = os.cpu_count()


class Task:
    data_name = "airlines"

    def __init__(self, task, peer, root, scale):
        self.task, self.peer = task, peer
        self.folder = data.ready(root, self.data_name, scale)
        self.pid = os.getpid()  # of the process whose memory and CPU time count

    @property
    def depth(self):
        """Of boosted trees; 0 for no limit."""
        return 0 if self.leaves else 10 if self.task.endswith("-d10") else 6

    @property
    def leaves(self):
        """Of boosted trees that grow by the best leaf; 0 for those that grow level by level."""
        return 255 if self.task.endswith("-255") else 0

    def load(self):
        """Brings the input into memory."""

    def run(self):
        """The work that is timed."""
        raise NotImplementedError

    def report(self, result):
        """Figures that the program itself has about the run just made."""
        return {}

    def quality(self, result):
        """How good the result is; may be slow."""
        return {}

    def forget(self, result):
        """Frees what the run made."""

    def close(self):
        """Ends what was started."""


def mean_over_seeds(first, train, judge):
    """How good networks are, from that of the first seed and from training those of the others."""
    models = [first, *(train(seed) for seed in SEEDS[1:])]
    return sum(judge(model) for model in models) / len(models)


def auc(target, score):
    from sklearn.metrics import roc_auc_score
    return float(roc_auc_score(target, score))


def one_hot(table, moments=None):
    """Sparse one-hot matrix of the categories with the standardised numbers behind them, and the numbers' moments."""
    import numpy as np
    import scipy.sparse as sparse
    width, indices = 0, []
    for column in data.CATEGORICAL:
        indices.append(table[column].cat.codes.to_numpy().astype("int32") + width)
        width += len(table[column].cat.categories)
    numbers = table[data.NUMERIC].to_numpy("float64")
    mean, deviation = moments or (numbers.mean(0), numbers.std(0))
    indices += [np.full(len(table), width + i, "int32") for i in range(len(data.NUMERIC))]
    values = np.column_stack([np.ones((len(table), len(data.CATEGORICAL))), (numbers - mean) / deviation])
    per_row = values.shape[1]
    starts = np.arange(0, per_row * len(table) + 1, per_row, dtype="int32")
    matrix = sparse.csr_matrix((values.ravel(), np.column_stack(indices).ravel(), starts),
                               shape=(len(table), width + len(data.NUMERIC)))
    return matrix, (mean, deviation)
