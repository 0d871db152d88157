#!/usr/bin/env python3
"""Makes data.csv and expected.txt with statsmodels (0.14 or later), an independent implementation.

    python3 -m venv v && v/bin/pip install statsmodels && v/bin/python make.py

expected.txt: case, then "deviance" and its value or coefficient, value and standard error.
"""
import os

import numpy as np
import statsmodels.api as sm

HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = 500
LEVELS = ["a", "b", "c", "d"]


def data():
    r = np.random.default_rng(20)
    x1 = np.round(r.normal(50, 7, ROWS), 4)
    x2 = np.round(r.gamma(2, 3, ROWS), 4)
    group = r.integers(0, 4, ROWS)
    offset = np.round(r.uniform(-0.5, 0.5, ROWS), 3)
    weight = r.integers(0, 4, ROWS)
    eta = 0.05 * (x1 - 50) - 0.1 * (x2 - 6) + np.array([0, 0.5, -0.4, 0.2])[group]
    return dict(x1=x1, x2=x2, g=group, offset=offset, weight=weight,
                gaussian=np.round(3 + eta + r.normal(0, 1, ROWS), 4),
                binomial=(r.random(ROWS) < 1 / (1 + np.exp(-eta))).astype(int),
                poisson=r.poisson(np.exp(eta + 0.5)),
                gamma=np.round(r.gamma(4, 1 / (4 * (1.5 + 0.2 * eta))), 4) + 0.001)


def design(d):
    dummies = [(d["g"] == k).astype(float) for k in (1, 2, 3)]
    return np.column_stack(dummies + [d["x1"], d["x2"], np.ones(ROWS)])


NAMES = ["g.b", "g.c", "g.d", "x1", "x2", "Intercept"]
CASES = {
    "gaussian": ("gaussian", sm.families.Gaussian()),
    "binomial": ("binomial", sm.families.Binomial()),
    "poisson": ("poisson", sm.families.Poisson()),
    "gamma": ("gamma", sm.families.Gamma(sm.families.links.InversePower())),
    "gamma_log": ("gamma", sm.families.Gamma(sm.families.links.Log())),
}


def write_case(out, name, fit):
    out.write(f"{name} deviance {float(fit.deviance)!r}\n")
    out.write(f"{name} null_deviance {float(fit.null_deviance)!r}\n")
    for coefficient, value, error in zip(NAMES, fit.params, fit.bse):
        out.write(f"{name} {coefficient} {float(value)!r} {float(error)!r}\n")


def main():
    d = data()
    with open(f"{HERE}/data.csv", "w") as out:
        out.write(",".join(d) + "\n")
        for row in zip(*d.values()):
            out.write(",".join(LEVELS[v] if k == "g" else repr(v.item()) for k, v in zip(d, row)) + "\n")
    x = design(d)
    with open(f"{HERE}/expected.txt", "w") as out:
        for name, (response, family) in CASES.items():
            fit = sm.GLM(d[response], x, family).fit(tol=1e-14, maxiter=200, tol_criterion="params")
            write_case(out, name, fit)
        for name in ("binomial", "poisson"):
            response, family = CASES[name]
            fit = sm.GLM(d[response], x, family, offset=d["offset"])
            write_case(out, name + "_offset", fit.fit(tol=1e-14, maxiter=200, tol_criterion="params"))
            fit = sm.GLM(d[response], x, family, freq_weights=d["weight"])
            write_case(out, name + "_weight", fit.fit(tol=1e-14, maxiter=200, tol_criterion="params"))


if __name__ == "__main__":
    main()
