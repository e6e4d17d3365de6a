"""Recomputes the fitting protocol with numpy and scipy, written from its description and not from the TypeScript.

Usage: python scripts/golden-protocol.py > test/golden/protocol-golden.json
Needs numpy and scipy; every matrix is formed in full and every sum is direct, for clearness and not for speed.
"""

import csv
import json
import math
import sys

import numpy as np
import scipy
from scipy.interpolate import BSpline
from scipy.stats import t as student

LAB_RUN = "test/golden/logs/golden/run.csv"
RATES = [-2, -1, 0, 1, 2, 3]


def neighbour_mean(x, reach=10, gap=2):
    n = len(x)
    return np.array(
        [np.mean([x[j] for j in range(n) if gap < abs(j - i) <= gap + reach]) for i in range(n)]
    )


def blocks(n, count):
    return np.array_split(np.arange(n), count)


def sandwich(u, p, local=True):
    """The blocked AR(1) model of residuals u, as a function from weights to a variance, and its numbers."""
    n = len(u)
    count = min(max(30, n // 30), 100, n // 2)
    rows = blocks(n, count)
    near = [np.concatenate(rows[max(k - 2, 0) : k + 3]) for k in range(count)]
    if not local:
        near = [np.arange(n)] * count
    scale = np.maximum(np.sqrt([np.mean(u[q] ** 2) for q in near]) / np.sqrt(np.mean(u**2)), 0.1)
    e = np.array([u[r].mean() for r in rows])
    e = (e - e.mean()) / scale
    g0 = np.mean(e**2)
    r = np.sum(e[1:] * e[:-1]) / count / g0
    phi = r if r <= -0.3 else min(r + (p + (2 + p) * r) / count, 0.97)
    k = np.arange(1, count)
    tau = max(1.0, 1 + 2 * np.sum((1 - k / count) * phi**k))
    n_eff = count / tau
    v = g0 * n_eff / max(n_eff - p, 1)
    dof = max(n_eff - p, 3)
    correlation = np.array([[phi ** abs(i - j) for j in range(count)] for i in range(count)])

    def variance(w):
        sums = scale * np.array([w[q].sum() for q in rows])
        return v * max(sums @ correlation @ sums, sums @ sums)

    return {"variance": variance, "phi": phi, "dof": dof, "n_eff": n_eff, "rows": rows}


def line(x, y, z):
    s = np.sum((z - z.mean()) * (x - x.mean()))
    w = (z - z.mean()) / s
    slope = np.sum(w * (y - y.mean()))
    u = y - y.mean() - slope * (x - x.mean())
    noise = sandwich(u, 2)
    first = s / np.sum((z - z.mean()) ** 2)
    left = (x - x.mean()) - first * (z - z.mean())
    strength = first * abs(first) / sandwich(left, 2, local=False)["variance"]((z - z.mean()) / np.sum((z - z.mean()) ** 2))
    return {"slope": slope, "w": w, "u": u, "noise": noise, "F": strength, "xbar": x.mean(), "ybar": y.mean()}


def estimate(value, variance, dof, probability=0.975):
    half = student.ppf(probability, dof) * math.sqrt(variance)
    return {"value": value, "se": math.sqrt(variance), "ci95": [value - half, value + half]}


def at(fit, x0):
    """Value of a line at x0 with its interval."""
    w = 1 / len(fit["w"]) + (x0 - fit["xbar"]) * fit["w"]
    value = fit["ybar"] + fit["slope"] * (x0 - fit["xbar"])
    return estimate(value, fit["noise"]["variance"](w), fit["noise"]["dof"])


def newey_west(fit, w):
    """Bartlett weights over every pair of rows, with the lag of Newey and West (1994)."""
    n = len(w)
    lag = math.floor(4 * (n / 100) ** (2 / 9))
    score = w * fit["u"]
    distance = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    weight = np.clip(1 - distance / (lag + 1), 0, None)
    return math.sqrt(score @ weight @ score * n / (n - 2))


def second(z):
    return z[:-2] - 2 * z[1:-1] + z[2:]


def difference_variance(z):
    return np.sum(second(z) ** 2) / (6 * (len(z) - 2))


def noise_numbers(x, r):
    dx, dr = second(x), second(r)
    vx, vr = difference_variance(x), difference_variance(r)

    def scale(d):
        return 1.4826 * np.median(np.abs(d - np.median(d)))

    p = scale(dx / scale(dx) + dr / scale(dr)) ** 2
    q = scale(dx / scale(dx) - dr / scale(dr)) ** 2
    return {
        "vx": vx,
        "vr": vr,
        "correlation": np.sum(dx * dr) / (6 * len(dx)) / math.sqrt(vx * vr),
        "robustVx": scale(dx) ** 2 / 6,
        "robustCorrelation": (p - q) / (p + q),
        "variogram2": np.mean((x[2:] - x[:-2]) ** 2) / 2 / vx,
        "variogram4": np.mean((x[4:] - x[:-4]) ** 2) / 2 / vx,
        "reliability": 1 - vx / np.var(x),
    }


def transform(h, c):
    return h if c == 0 else (np.exp(c * h) - 1) / c


def local_mean(z, window=11):
    half = window // 2
    n = len(z)
    out = np.empty(n)
    for i in range(n):
        k = min(half, i, n - 1 - i)
        out[i] = np.mean(z[i - k : i + k + 1])
    return out


def family(h, r, gap):
    fits = {}
    for c in RATES:
        x = transform(h, c)
        fits[c] = line(x, r, neighbour_mean(x, 10, gap))
    misfit = {c: sum(f["u"][q].mean() ** 2 for q in f["noise"]["rows"]) for c, f in fits.items()}
    least = min(misfit.values())
    count = len(fits[1]["noise"]["rows"])
    delta = {c: count * math.log(m / least) for c, m in misfit.items()}
    kept = [c for c in RATES if c == 1 or delta[c] <= 4]
    return fits, delta, kept


def quadratic(h, r, gap):
    n = len(h)
    m = neighbour_mean(h, 10, gap)
    x = np.column_stack([np.ones(n), h, h * h])
    z = np.column_stack([np.ones(n), m, m * m])
    weights = np.linalg.solve(z.T @ x, z.T)
    beta = weights @ r
    noise = sandwich(r - x @ beta, 3)
    return estimate(beta[0], noise["variance"](weights[0]), noise["dof"])


def band(h, r, gap):
    fits, delta, kept = family(h, r, gap)
    ceilings = [at(fits[c], 0.0) for c in kept] + [quadratic(h, r, gap)]
    return {
        "low": min(c["ci95"][0] for c in ceilings),
        "high": max(c["ci95"][1] for c in ceilings),
        "kept": kept,
        "delta": [delta[c] for c in RATES],
        "quadratic": ceilings[-1],
    }


def trend_r2(fit, r):
    rows = fit["noise"]["rows"]
    count, n = len(rows), len(r)
    e = np.array([fit["u"][q].mean() for q in rows])
    misfit = max(0.0, np.sum(e**2) / (count - 2) - difference_variance(fit["u"]) * count / n)
    trend = np.var([r[q].mean() for q in rows], ddof=1) - difference_variance(r) * count / n
    return 1 - misfit / trend if trend > 0 else None


def detrended(x, r, functions):
    n = len(x)
    t = np.sqrt(np.arange(n) / (n - 1))
    inner = np.linspace(0, 1, functions - 2)
    knots = np.concatenate([[0] * 3, inner, [1] * 3])
    basis = BSpline.design_matrix(np.minimum(t, 1 - 1e-15), knots, 3).toarray()

    def off(v):
        return v - basis @ np.linalg.lstsq(basis, v, rcond=None)[0]

    z, xx, rr = off(neighbour_mean(x, 5, 2)), off(x), off(r)
    fit = line(xx, rr, z)
    sixths = blocks(n, 6)
    zx = np.array([np.sum(z[q] * xx[q]) for q in sixths])
    zr = np.array([np.sum(z[q] * rr[q]) for q in sixths])
    return {
        "functions": functions,
        "a": estimate(-fit["slope"], fit["noise"]["variance"](fit["w"]), fit["noise"]["dof"]),
        "F": fit["F"],
        "without": list(-(zr.sum() - zr) / (zx.sum() - zx)),
        "largestShare": float(np.max(zx / zx.sum())),
    }


def gates(h, r, fit, a, parts):
    x = np.exp(h)
    z = neighbour_mean(x, 10, 2)
    n = len(h)
    start = np.median(h[: max(10, n // 10)])
    keep = z <= np.quantile(z, 0.8)
    rest = line(x[keep], r[keep], z[keep])
    ci = estimate(-rest["slope"], rest["noise"]["variance"](rest["w"]), rest["noise"]["dof"])["ci95"]
    whole = a["value"]
    bounds = sorted([whole / 3, whole * 3])
    r2 = trend_r2(fit, r)
    return {
        "length": n >= 50,
        "regime": bool(local_mean(h).max() <= 2 * start + 0.5),
        "identified": bool(fit["F"] >= 10),
        "slope": bool(a["ci95"][0] > 0),
        "fit": r2 is not None and bool(r2 >= 0.8),
        "stable": not (rest["F"] >= 10 and (ci[1] < bounds[0] or ci[0] > bounds[1])),
        "detrended": all(
            p["F"] >= 10
            and p["a"]["ci95"][0] > 0
            and p["a"]["value"] >= whole / 3
            and p["a"]["ci95"][1] >= whole / 2
            and p["a"]["ci95"][0] <= 2 * whole
            for p in parts
        ),
        "spread": all(min(p["without"]) >= whole / 3 and p["largestShare"] <= 0.6 for p in parts),
    }


def forecast(h, r, m, window=11):
    """Fit on the first m rows, band and errors over the rest."""
    fits, _, kept = family(h[:m], r[:m], 2)

    def carry(fit, c, later):
        tsm = local_mean(transform(later, c), window)
        noise = fit["noise"]
        smooth = local_mean(fit["u"], window)
        rest = max(
            np.mean(smooth**2) * noise["n_eff"] / max(noise["n_eff"] - 2, 1),
            difference_variance(fit["u"]) / window,
        )
        mean = fit["ybar"] + fit["slope"] * (tsm - fit["xbar"])
        var = [noise["variance"](1 / len(fit["w"]) + (v - fit["xbar"]) * fit["w"]) + rest for v in tsm]
        return mean, np.array(var)

    target = local_mean(r[m:], window)
    half = m // 2
    lows, highs = [], []
    for c in kept:
        x = transform(h[:half], c)
        early = line(x, r[:half], neighbour_mean(x, 10, 2))
        mean, var = carry(early, c, h[half:m])
        factor = min(max(math.sqrt(np.mean((local_mean(r[half:m], window) - mean) ** 2 / var)), 1), 3)
        mean, var = carry(fits[c], c, h[m:])
        reach = student.ppf(0.95, fits[c]["noise"]["dof"]) * factor * np.sqrt(var)
        lows.append(mean - reach)
        highs.append(mean + reach)
    mean, _ = carry(fits[1], 1, h[m:])
    low, high = np.min(lows, axis=0), np.max(highs, axis=0)
    level = np.mean(r[m - max(1, m // 10) : m])
    i = np.arange(len(r))
    slope, intercept = np.polyfit(np.log1p(i[:m]), r[:m], 1)
    clock = intercept + slope * np.log1p(i[m:])
    return {
        "rows": m,
        "rmse": math.sqrt(np.mean((mean - target) ** 2)),
        "baselineRmse": math.sqrt(np.mean((level - target) ** 2)),
        "logLineRmse": math.sqrt(np.mean((clock - target) ** 2)),
        "finalError": target[-1] - mean[-1],
        "coverage": float(np.mean((target >= low) & (target <= high))),
        "meanLow": low.mean(),
        "meanHigh": high.mean(),
    }


def arms(runs):
    x = np.exp(np.array([h for h, _ in runs]))
    r = np.array([r for _, r in runs])
    z = np.array([neighbour_mean(one) for one in x])
    x, z, r = x - x.mean(0), z - z.mean(0), r - r.mean(0)
    count, n = x.shape
    free = max(1, count - 2)

    def slope_and_variance(y, regressor, denominator):
        slope = np.sum(z * y) / denominator
        score = z * (y - slope * regressor)
        by_step = np.array([score[:, q].sum() for q in blocks(n, 20)])
        by_arm = score.sum(1)
        return slope, max(20 / 19 * np.sum(by_step**2), count / free * np.sum(by_arm**2)) / denominator**2

    slope, variance = slope_and_variance(r, x, np.sum(z * x))
    first, first_variance = slope_and_variance(x, z, np.sum(z * z))
    return {"a": estimate(-slope, variance, free), "F": first * abs(first) / first_variance}


def analysis(h, r):
    x = np.exp(h)
    fit = line(x, r, neighbour_mean(x))
    noise = fit["noise"]
    n = len(h)
    w = fit["w"]
    a = estimate(-fit["slope"], noise["variance"](w), noise["dof"])
    parts = [detrended(x, r, m) for m in (6, 8, 10)]
    return {
        "noise": noise_numbers(x, r),
        "a": a,
        "b": estimate(r.mean() - fit["slope"] * x.mean(), noise["variance"](1 / n - x.mean() * w), noise["dof"]),
        "ceiling": estimate(
            r.mean() - fit["slope"] * (x.mean() - 1), noise["variance"](1 / n + (1 - x.mean()) * w), noise["dof"]
        ),
        "neweyWest": {
            "a": newey_west(fit, w),
            "b": newey_west(fit, 1 / n - x.mean() * w),
            "ceiling": newey_west(fit, 1 / n + (1 - x.mean()) * w),
        },
        "F": fit["F"],
        "phi": noise["phi"],
        "dof": noise["dof"],
        "trendR2": trend_r2(fit, r),
        "band": band(h, r, 2),
        "detrended": parts,
        "gates": gates(h, r, fit, a, parts),
        "forecast": forecast(h, r, math.ceil(0.36 * n)),
    }


def synthetic(seed, n, wiggle, sd_h, sd_r, memory, own_clock):
    """A made-up run, rounded so that its JSON is short and exact."""
    rng = np.random.default_rng(seed)

    def ar(sd, phi):
        out = np.empty(n)
        out[0] = rng.normal() * sd
        for i in range(1, n):
            out[i] = phi * out[i - 1] + sd * math.sqrt(1 - phi**2) * rng.normal()
        return out

    t = np.arange(n) / n
    truth = 0.1 + 0.35 * np.exp(-t / 0.25) + ar(wiggle, 0.9)
    reward = 0.5 + 0.3 * t if own_clock else 1.4 - 0.5 * np.exp(truth)
    return np.round(truth + ar(sd_h, memory), 6), np.round(reward + ar(sd_r, memory), 6)


SYNTHETIC = {
    "law-250": (11, 250, 0.0, 0.02, 0.015, 0.0, False),
    "law-wiggles-400": (12, 400, 0.03, 0.02, 0.01, 0.0, False),
    "law-memory-120": (13, 120, 0.0, 0.02, 0.015, 0.4, False),
    "law-61": (14, 61, 0.0, 0.015, 0.015, 0.0, False),
    "own-clock-203": (15, 203, 0.01, 0.02, 0.015, 0.0, True),
}


def plain(value):
    """Numpy scalars as JSON numbers."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"cannot write {type(value)}")


def main():
    runs = {name: synthetic(*how) for name, how in SYNTHETIC.items()}
    with open(LAB_RUN, encoding="utf8") as file:
        rows = list(csv.DictReader(file))
    lab = (np.array([float(q["entropy"]) for q in rows]), np.array([float(q["reward"]) for q in rows]))
    entries = [
        {"name": name, "entropy": list(h), "reward": list(r), "expected": analysis(h, r)} for name, (h, r) in runs.items()
    ]
    entries.append({"name": "lab run", "file": "logs/golden/run.csv", "expected": analysis(*lab)})
    arm_runs = [synthetic(20 + k, 120, 0.02, 0.02, 0.01, 0.0, False) for k in range(3)]
    document = {
        "source": f"scripts/golden-protocol.py, numpy {np.__version__}, scipy {scipy.__version__}",
        "conventions": "R = b - a exp(H); ci95 two-sided; delta in the order of the rates -2 to 3; gap 2",
        "runs": entries,
        "arms": {
            "runs": [{"entropy": list(h), "reward": list(r)} for h, r in arm_runs],
            "expected": arms(arm_runs),
        },
    }
    json.dump(document, sys.stdout, default=plain, separators=(",", ":"))
    sys.stdout.write("\n")


main()
