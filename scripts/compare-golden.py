"""Computes with rliable, scipy and statsmodels what `entlaw compare` computes of made-up scores.

Usage: python scripts/compare-golden.py > test/golden/compare.json
Needs rliable, scipy, statsmodels, numpy and a pandas below 3 (for arch, which rliable draws with). Takes about two minutes, nearly all of it for the bootstraps.
"""

import json
import sys
from importlib.metadata import version

import numpy as np
from rliable import library, metrics
from scipy import stats
from statsmodels.stats.multitest import multipletests

REPLICATES = 2000
#: Bootstraps of each statistic: their ends scatter by the Monte Carlo error.
REPEATS = 25
TAU = [0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.8]


def scores(seed, runs, tasks, centre, digits):
    """Scores [runs, tasks]; few digits make ties."""
    rng = np.random.default_rng(seed)
    return np.round(centre + 0.1 * rng.standard_normal((runs, tasks)) + 0.05 * np.arange(tasks), digits)


def ends(data, statistic):
    """Mean and standard deviation, over repeated bootstraps, of the two ends of the percentile interval."""
    found = []
    for _ in range(REPEATS):
        _, interval = library.get_interval_estimates({"x": data}, statistic, reps=REPLICATES)
        found.append(np.ravel(interval["x"]))
    return {"mean": np.mean(found, axis=0).tolist(), "sd": np.std(found, axis=0, ddof=1).tolist()}


def aggregates(x):
    return {
        "iqm": metrics.aggregate_iqm(x),
        "mean": metrics.aggregate_mean(x),
        "optimalityGap": metrics.aggregate_optimality_gap(x, 1),
        "profile": library.score_distributions(x, TAU).tolist(),
        "iqmEnds": ends(x, lambda data: np.array([metrics.aggregate_iqm(data)])),
        "meanEnds": ends(x, lambda data: np.array([metrics.aggregate_mean(data)])),
    }


def improvement(x, y):
    return {
        "value": metrics.probability_of_improvement(x, y),
        "ends": ends((x, y), lambda a, b: np.array([metrics.probability_of_improvement(a, b)])),
    }


def test_of(result):
    low, high = result.confidence_interval()
    return {"p": result.pvalue, "ci95": [low, high]}


def case(name, x, y):
    return {
        "name": name,
        "x": x.T.tolist(),
        "y": y.T.tolist(),
        "of": {"x": aggregates(x), "y": aggregates(y)},
        "improvement": improvement(x, y),
        "welch": test_of(stats.ttest_ind(x[:, 0], y[:, 0], equal_var=False)),
        "paired": test_of(stats.ttest_rel(x[:, 0], y[:, 0])) if len(x) == len(y) else None,
    }


np.random.seed(0)  # rliable draws from numpy's global stream whatever it is given
P_VALUES = [0.04, 0.001, 0.03, 0.2, 0.012, 0.0004]
cases = [
    case("3 runs each", scores(1, 3, 1, 0.55, 3), scores(2, 3, 1, 0.5, 3)),
    case("10 runs each of 3 tasks, with ties", scores(3, 10, 3, 0.5, 1), scores(4, 10, 3, 0.45, 1)),
    case("9 runs against 5, 2 tasks", scores(5, 9, 2, 0.6, 4), scores(6, 5, 2, 0.35, 4)),
]
json.dump(
    {
        "madeBy": {name: version(name) for name in ["rliable", "numpy", "scipy", "statsmodels"]},
        "replicates": REPLICATES,
        "tau": TAU,
        "cases": cases,
        "holm": {"p": P_VALUES, "adjusted": multipletests(P_VALUES, method="holm")[1].tolist()},
    },
    sys.stdout,
    indent=1,
)
print()
