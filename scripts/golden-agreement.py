"""Writes test/golden/agreement-statistics.json: pearson, spearman, sign, slope and R2 of made-up series by scipy and numpy.

The series have ties, zeros, one sign, a wrong scale and an offset. Usage: python scripts/golden-agreement.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats


def case(name, x, y):
    slope = float(np.linalg.lstsq(x[:, None], y, rcond=None)[0][0])
    return {
        "name": name,
        "x": x.tolist(),
        "y": y.tolist(),
        "n": len(x),
        "pearson": float(stats.pearsonr(x, y).statistic),
        "spearman": float(stats.spearmanr(x, y).statistic),
        "sign": float(np.mean(np.sign(x) == np.sign(y))),
        "slope": slope,
        "r2": float(1 - np.sum((y - slope * x) ** 2) / np.sum((y - y.mean()) ** 2)),
    }


def cases():
    rng = np.random.default_rng(6)
    x = rng.normal(size=40)
    noise = rng.normal(size=40)
    yield case("a noisy line", x, 0.3 * x + 0.2 * noise)
    yield case("ties and zeros", np.round(x), np.round(x + noise))
    yield case("an offset that the origin does not allow", x, 5 + 0.3 * x + 0.1 * noise)
    yield case("one sign", -np.abs(x), -np.abs(x + noise))
    yield case("opposite", x, -x + 0.1 * noise)
    yield case("unrelated", x, noise)
    yield case("two points", np.array([1.0, 2.0]), np.array([2.0, 1.0]))


def main():
    path = Path(__file__).parent.parent / "test/golden/agreement-statistics.json"
    path.write_text(json.dumps({"cases": list(cases())}) + "\n")


main()
