"""The drift report of 20 numeric and 5 categorical columns the way it is commonly written with pandas and scipy.

    pandas_report.py make FILE ROWS SEED SHIFT     writes a CSV file, the same for the same seed
    pandas_report.py report REFERENCE CURRENT      prints seconds and peak memory as JSON
"""
import json
import resource
import sys
import time

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial.distance import jensenshannon

NUMERIC = [f"n{i:02d}" for i in range(20)]
CATEGORICAL = {"c0": 2, "c1": 5, "c2": 12, "c3": 50, "c4": 200}


def make(path, rows, seed, shift):
    random = np.random.default_rng(seed)
    shapes = [
        lambda i: random.normal(10 * i, 1 + i, rows),
        lambda i: random.lognormal(0, 1, rows),
        lambda i: random.exponential(3, rows),
        lambda i: random.poisson(30, rows).astype(float),
        lambda i: random.standard_t(4, rows),
    ]
    columns = {name: shapes[i % 5](i) + (shift if i % 3 == 0 else 0) for i, name in enumerate(NUMERIC)}
    for name in ("n01", "n07"):
        columns[name][random.random(rows) < 0.01] = np.nan
    for name, size in CATEGORICAL.items():
        weights = 1 / np.arange(1, size + 1)
        labels = np.array([f"v{k:03d}" for k in range(size)])
        columns[name] = labels[random.choice(size, rows, p=weights / weights.sum())]
    pd.DataFrame(columns).to_csv(path, index=False, float_format="%.7g")


def numeric(x, y):
    edges = np.unique(np.quantile(x, np.arange(1, 10) / 10, method="inverted_cdf"))
    edges = np.concatenate([[-np.inf], np.nextafter(edges, np.inf), [np.inf]])
    p, q = (np.histogram(side, edges)[0] / len(side) for side in (x, y))
    a, b = np.maximum(p, 1e-4), np.maximum(q, 1e-4)
    ks = stats.ks_2samp(x, y)
    return (float(np.sum((a - b) * np.log(a / b))), jensenshannon(p, q, 2), ks.statistic, ks.pvalue,
            stats.wasserstein_distance(x, y) / x.std())


def categorical(x, y):
    table = pd.concat([x.value_counts(), y.value_counts()], axis=1).fillna(0)
    return stats.chi2_contingency(table.values.T, correction=False)[:2]


def report(reference_path, current_path):
    laps = {}

    def lap(name, step):
        wall, cpu = time.perf_counter(), time.process_time()
        result = step()
        laps[name + "_s"], laps[name + "_cpu"] = time.perf_counter() - wall, time.process_time() - cpu
        return result

    reference = lap("read_reference", lambda: pd.read_csv(reference_path))
    current = lap("read_current", lambda: pd.read_csv(current_path))
    lap("report", lambda: [numeric(reference[n].dropna().values, current[n].dropna().values) for n in NUMERIC]
        + [categorical(reference[c], current[c]) for c in CATEGORICAL])
    laps["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(laps))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
    else:
        report(sys.argv[2], sys.argv[3])
