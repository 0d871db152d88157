"""Makes metrics.tsv: small random cases and what scikit-learn says of them.

python3 -m pip install scikit-learn==1.5.2 && python3 make_metrics.py
Lines are `case <tab> row <tab> numbers…` and `case <tab> metric <tab> value`.
"""

from pathlib import Path

import numpy as np
from sklearn import metrics

random = np.random.default_rng(20260101)
lines = []


def rows(case, *columns):
    for row in zip(*columns):
        lines.append("\t".join([case, "row", *(repr(float(value)) for value in row)]))


def value(case, name, number):
    lines.append(f"{case}\t{name}\t{float(number)!r}")


def binomial(case, p, y, w):
    rows(case, p, y, w)
    value(case, "AUC", metrics.roc_auc_score(y, p, sample_weight=w))
    value(case, "logloss", metrics.log_loss(y, p, sample_weight=w))
    value(case, "MSE", metrics.brier_score_loss(y, p, sample_weight=w))
    value(case, "r2", metrics.r2_score(y, p, sample_weight=w))
    thresholds = np.unique(p)
    for name, score in (
        ("max f1", lambda label: metrics.f1_score(y, label, sample_weight=w)),
        ("max f2", lambda label: metrics.fbeta_score(y, label, beta=2, sample_weight=w)),
        ("max f0point5", lambda label: metrics.fbeta_score(y, label, beta=0.5, sample_weight=w)),
        ("max accuracy", lambda label: metrics.accuracy_score(y, label, sample_weight=w)),
        ("max precision", lambda label: metrics.precision_score(y, label, sample_weight=w)),
        ("max absolute_mcc", lambda label: abs(metrics.matthews_corrcoef(y, label, sample_weight=w))),
        ("max mean_per_class_accuracy", lambda label: metrics.balanced_accuracy_score(y, label, sample_weight=w)),
    ):
        value(case, name, max(score((p >= t).astype(int)) for t in thresholds))


def regression(case, f, y, w):
    rows(case, f, y, w)
    value(case, "MSE", metrics.mean_squared_error(y, f, sample_weight=w))
    value(case, "mae", metrics.mean_absolute_error(y, f, sample_weight=w))
    value(case, "r2", metrics.r2_score(y, f, sample_weight=w))
    value(case, "rmsle", metrics.root_mean_squared_log_error(y, f, sample_weight=w))
    value(case, "gaussian", metrics.mean_squared_error(y, f, sample_weight=w))
    value(case, "poisson", metrics.mean_poisson_deviance(y, f, sample_weight=w))
    value(case, "gamma", metrics.mean_gamma_deviance(y, f, sample_weight=w))
    value(case, "tweedie", metrics.mean_tweedie_deviance(y, f, sample_weight=w, power=1.3))
    value(case, "laplace", metrics.mean_absolute_error(y, f, sample_weight=w))
    value(case, "quantile", metrics.mean_pinball_loss(y, f, sample_weight=w, alpha=0.2))


def multinomial(case, probabilities, y, w):
    classes = probabilities.shape[1]
    labels = list(range(classes))
    rows(case, *probabilities.T, y, w)
    value(case, "logloss", metrics.log_loss(y, probabilities, sample_weight=w, labels=labels))
    guess = probabilities.argmax(axis=1)
    value(case, "classification_error", 1 - metrics.accuracy_score(y, guess, sample_weight=w))
    value(case, "mean_per_class_error", 1 - metrics.balanced_accuracy_score(y, guess, sample_weight=w))
    for k in range(1, classes):
        top = metrics.top_k_accuracy_score(y, probabilities, k=k, sample_weight=w, labels=labels)
        value(case, f"hit {k}", top)
    for average, kind in (("macro", "ovr"), ("weighted", "ovr"), ("macro", "ovo")):
        if case == "multinomial":
            area = metrics.roc_auc_score(y, probabilities, average=average, multi_class=kind)
            value(case, f"{average} {kind}", area)
    matrix = metrics.confusion_matrix(y, guess, sample_weight=w, labels=labels)
    for a in labels:
        for b in labels:
            value(case, f"cm {a} {b}", matrix[a, b])


def main():
    n = 120
    for case, weights, digits in (("binomial", np.ones(n), 15), ("binomial ties", np.ones(n), 1),
                                  ("binomial weights", random.uniform(0.1, 3, n), 1)):
        y = (random.uniform(size=n) < 0.35).astype(float)
        p = np.clip(np.round(0.3 * y + random.uniform(size=n) * 0.68, digits), 0.01, 0.99)
        binomial(case, p, y, weights)
    for case, weights in (("regression", np.ones(n)), ("regression weights", random.uniform(0.1, 3, n))):
        y = random.gamma(2, 3, n)
        regression(case, y * random.uniform(0.5, 1.5, n), y, weights)
    for case, weights in (("multinomial", np.ones(n)), ("multinomial weights", random.uniform(0.1, 3, n))):
        probabilities = random.dirichlet([1, 2, 1, 3], n)
        y = np.array([random.choice(4, p=row) for row in probabilities]).astype(float)
        multinomial(case, probabilities, y, weights)
    Path(__file__).with_name("metrics.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
