"""The aggregation behind `entlaw agree` by polars or pandas: four estimators for each step, and the covariance tail.

Usage: python agree.py polars|pandas RUN. As in entlaw, NaN and infinity count as null, rows without log-probability or
advantage are left out, and so are nulls from the terms that they would go into. Prints one JSON object; the milliseconds
begin after the imports.
"""

import json
import resource
import sys
import time
from pathlib import Path

SHARES = (0.0002, 0.002, 0.02, 0.2, 0.5, 1.0)
COLUMNS = ["step", "group_id", "sequence_id", "old_log_prob", "advantage", "polarity", "covariance"]


def with_polars(files):
    import polars as pl

    begin = time.perf_counter()
    l, a = pl.col("old_log_prob"), pl.col("advantage")
    tokens = (
        pl.scan_parquet(files)
        .select(COLUMNS)
        .with_columns(pl.col("old_log_prob", "advantage", "polarity").cast(pl.Float64))
        .with_columns(pl.when(pl.col("polarity").is_finite()).then(pl.col("polarity")))
        .filter(l.is_finite() & a.is_finite())
        .collect()
    )
    cov = lambda x, y: (x * y).mean() - x.mean() * y.mean()
    by_step = (
        tokens.lazy()
        .group_by("step")
        .agg((-cov(l, a)).alias("batch"), (a * pl.col("polarity")).mean().alias("polarity"))
    )
    by_group = (
        tokens.lazy()
        .group_by("step", "group_id", "sequence_id")
        .agg(l.mean(), a.mean())
        .group_by("step", "group_id")
        .agg((-cov(l, a)).alias("npg"), (-cov(l, l.exp() * a)).alias("pg"))
        .group_by("step")
        .agg(pl.col("npg").mean(), pl.col("pg").mean())
    )
    found = by_step.join(by_group, on="step").sort("step").collect()
    covariance = tokens["covariance"].cast(pl.Float64)
    covariance = covariance.filter(covariance.is_finite()).sort(descending=True)
    tail = [covariance.head(max(1, int(share * len(covariance)))).mean() for share in SHARES]
    series = {name: found[name].to_list() for name in ("batch", "npg", "pg", "polarity")}
    return begin, {**series, "tail": tail}


def with_pandas(files):
    import numpy as np
    import pandas as pd

    begin = time.perf_counter()
    tokens = pd.read_parquet(files, columns=COLUMNS)
    for name in ("old_log_prob", "advantage", "polarity"):
        tokens[name] = tokens[name].astype("float64")
    finite = np.isfinite(tokens["old_log_prob"]) & np.isfinite(tokens["advantage"])
    if not finite.all():
        tokens = tokens[finite]
    tokens["polarity"] = tokens["polarity"].where(np.isfinite(tokens["polarity"]))
    tokens["la"] = tokens["old_log_prob"] * tokens["advantage"]
    tokens["ad"] = tokens["advantage"] * tokens["polarity"]
    means = tokens.groupby("step")[["old_log_prob", "advantage", "la", "ad"]].mean()
    keys = ["step", "group_id", "sequence_id"]
    responses = tokens.groupby(keys, sort=False)[["old_log_prob", "advantage"]].mean().reset_index()
    responses["pa"] = np.exp(responses["old_log_prob"]) * responses["advantage"]
    responses["la"] = responses["old_log_prob"] * responses["advantage"]
    responses["lpa"] = responses["old_log_prob"] * responses["pa"]
    groups = responses.groupby(["step", "group_id"]).mean()
    groups["npg"] = groups["old_log_prob"] * groups["advantage"] - groups["la"]
    groups["pg"] = groups["old_log_prob"] * groups["pa"] - groups["lpa"]
    found = groups.groupby("step")[["npg", "pg"]].mean()
    found["batch"] = means["old_log_prob"] * means["advantage"] - means["la"]
    found["polarity"] = means["ad"]
    covariance = tokens["covariance"].to_numpy(dtype="float64")
    covariance = np.sort(covariance[np.isfinite(covariance)])[::-1]
    tail = [covariance[: max(1, int(share * len(covariance)))].mean() for share in SHARES]
    series = {name: found[name].tolist() for name in ("batch", "npg", "pg", "polarity")}
    return begin, {**series, "tail": tail}


def main():
    files = sorted(str(path) for path in Path(sys.argv[2], "tokens").glob("*.parquet"))
    begin, found = {"polars": with_polars, "pandas": with_pandas}[sys.argv[1]](files)
    milliseconds = 1000 * (time.perf_counter() - begin)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = 1000 * (usage.ru_utime + usage.ru_stime)
    print(json.dumps({"milliseconds": milliseconds, "cpu": cpu, "megabytes": usage.ru_maxrss / 1024, **found}))


main()
