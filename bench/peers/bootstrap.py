"""Bootstraps R = -a x + b on given resamples, one loop with scipy's curve_fit and one with numpy's lstsq.

Reads one JSON object a line from stdin. The first has x, y, starts [replicates, blocks] and block; each later one names
a method. Answers each of those with the milliseconds the loop took and the slopes' percentile interval. Resampled rows
are made beforehand: only fits are timed, the one of the series itself included.
"""

import json
import sys
import time

import numpy as np
from scipy.optimize import curve_fit


def law(x, a, b):
    return -a * x + b


def with_curve_fit(x, y):
    return curve_fit(law, x, y, p0=(1.0, 1.0))[0][0]


def with_lstsq(x, y):
    design = np.empty((x.size, 2))
    design[:, 0] = -x
    design[:, 1] = 1.0
    return np.linalg.lstsq(design, y, rcond=None)[0][0]


METHODS = {"curve_fit": with_curve_fit, "lstsq": with_lstsq}


def main():
    task = json.loads(sys.stdin.readline())
    x, y = np.array(task["x"]), np.array(task["y"])
    starts, block = np.array(task["starts"]), task["block"]
    rows = (starts[:, :, None] + np.arange(block)).reshape(len(starts), -1)[:, : x.size]
    for line in sys.stdin:
        fit = METHODS[json.loads(line)]
        begin = time.perf_counter()
        fit(x, y)
        slopes = np.array([fit(x[row], y[row]) for row in rows])
        interval = np.percentile(slopes, [2.5, 97.5])
        elapsed = 1000 * (time.perf_counter() - begin)
        print(json.dumps({"milliseconds": elapsed, "interval": interval.tolist()}), flush=True)


main()
