#!/usr/bin/env python3
"""How far our error bars can be trusted: two back-tests of the current release, as the tables of BACKTEST.md.

  1. Printed figures: sql/backtest/printed.sql compares each figure of ITU's Facts and Figures with our aggregate.
  2. Hold-out: for a year Y, the last three years of some economies are withheld (a quarter, half, three quarters of
     them, in turn), the method files of sql/ run as they are on DuckDB, and the aggregates of Y are compared with those
     of all figures, where 90 percent of the weight had a value of that very year.

A bar is right when the other figure lies in it. Beside the bar as it is published stands the one of before, which
counted carried values as observed and knew no trend: 0.37 x (1 - coverage) x standard deviation.

    pip install -r tests/requirements.txt
    yardstick run --from fixtures --data /tmp/data
    python tests/backtest.py --program target/debug/yardstick --workspace . --data /tmp/data          # prints
    python tests/backtest.py .. --write BACKTEST.md                                                  # writes the tables
    python tests/backtest.py .. --compare BACKTEST.md                                                # ends with 1 if they differ

The machinery is that of tests/duckdb_equality.py.
"""

import argparse
import csv
import io
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

import duckdb_equality as engine

BANDS = [(0.0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.95), (0.95, 1.01)]
HELD_OUT = ["internet_use", "mobile_ownership", "broadband_coverage"]
YEARS = [2018, 2020, 2022]
# Place of an economy in the order of codes, modulo 4: a quarter, half and three quarters are withheld.
WITHHELD = [(0,), (1,), (2,), (3,), (0, 2), (1, 3), (0, 1, 2), (1, 2, 3), (0, 2, 3), (0, 1, 3)]


class Count:
    """Figures, those inside each bar, and how far they are."""

    def __init__(self):
        self.figures = self.inside = self.rounded = self.before = self.before_rounded = 0
        self.error = self.width = 0.0

    def add(self, figure, value, low, high, before, rounding=0.0):
        self.figures += 1
        self.inside += low - 1e-9 <= figure <= high + 1e-9
        self.rounded += low - rounding - 1e-9 <= figure <= high + rounding + 1e-9
        self.before += abs(figure - value) <= before + 1e-9
        self.before_rounded += abs(figure - value) <= before + rounding + 1e-9
        self.error += abs(figure - value)
        self.width += (high - low) / 2

    def cells(self):
        return [self.figures, self.before, self.inside, f"{100 * self.inside / max(1, self.figures):.0f} %"]

    def means(self):
        n = max(1, self.figures)
        return [f"{self.error / n:.1f}", f"{self.width / n:.1f}"]


def band(observed):
    return next(f"{round(100 * low)} to {min(100, round(100 * high))} %" for low, high in BANDS if low <= observed < high)


def bands():
    return [band(low) for low, _ in BANDS]


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def query(arguments, sql):
    command = [arguments.program, "sql", sql, "--workspace", arguments.workspace, "--data", arguments.data, "--output", "csv", "--quiet"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise engine.Unusable(done.stderr.strip())
    return list(csv.DictReader(io.StringIO(done.stdout)))


# ---- 1. printed figures ----

def printed(arguments):
    rows = query(arguments, (arguments.workspace / "sql/backtest/printed.sql").read_text(encoding="utf-8"))
    counts, failing = {}, []
    for row in rows:
        if row["estimate"] != "imputed":
            continue
        number = {k: float(row[k] or 0.0) for k in ("printed", "value", "low", "high", "coverage_bar", "rounding", "observed")}
        stands = row["stands"] == "true"
        kinds = [("all", "all figures"), ("all", "without mobile ownership")][: 1 + (row["indicator"] != "mobile_ownership")]
        if stands:
            kinds += [("stands", "not revised since")]
            kinds += [("stands", "not revised since, under 95 % observed")] * (number["observed"] < 0.95)
            kinds += [("band", band(number["observed"]))]
            kinds += [("indicator", row["indicator"])]
        for kind in kinds:
            counts.setdefault(kind, Count()).add(
                number["printed"], number["value"], number["low"], number["high"], number["coverage_bar"], number["rounding"])
        slack = number["rounding"] + 1e-9
        if stands and not number["low"] - slack <= number["printed"] <= number["high"] + slack:
            parts = [row[d] for d in ("sex", "age", "urbanisation", "breakdown") if row[d] != "_T"]
            failing.append([row["indicator"], row["ref_area"], row["time_period"], " ".join(parts), row["edition"], f"{number['printed']:g}",
                            f"{number['value']:.1f}", f"{number['low']:.1f} to {number['high']:.1f}", f"{100 * number['observed']:.0f} %"])
    head = ["figures", "number", "inside before", "inside", "", "inside before, rounded", "inside, rounded"]
    rows = [[name, *count.cells(), count.before_rounded, count.rounded] for (kind, name), count in counts.items() if kind in ("all", "stands")]
    by_band = [[name, *counts[("band", name)].cells(), counts[("band", name)].rounded] for name in bands() if ("band", name) in counts]
    by_indicator = [[name, *count.cells(), count.rounded] for (kind, name), count in sorted(counts.items()) if kind == "indicator"]
    return [
        table(head, rows),
        table(["observed", "number", "inside before", "inside", "", "inside, rounded"], by_band),
        table(["indicator", "number", "inside before", "inside", "", "inside, rounded"], by_indicator),
        table(["indicator", "area", "year", "part", "edition", "printed", "ours", "bar", "observed"], failing),
    ]


# ---- 2. hold-out ----

def aggregates(con, year):
    """The `imputed` aggregates of one year, by group and breakdown."""
    rows = con.execute(
        f"""SELECT ref_area, {', '.join(engine.DIMENSIONS)}, value, coverage, observed, error_low, error_high
            FROM ours WHERE estimate = 'imputed' AND time_period = {year} AND value IS NOT NULL AND error_low IS NOT NULL"""
    ).fetchall()
    width = 1 + len(engine.DIMENSIONS)
    return {row[:width]: row[width:] for row in rows}


def held_out(con, indicators, tables, methods):
    counts = {}
    for indicator in indicators:
        if indicator.name not in HELD_OUT:
            continue
        engine.prepare(con, indicator, tables, methods.header(indicator.rollup))
        engine.select(con, indicator, methods)
        # Totals only: what is carried and how is the same for every part.
        con.execute("CREATE OR REPLACE TABLE known AS SELECT * FROM country_values WHERE sex = '_T' AND age = '_T' AND urbanisation = '_T'")
        for year in YEARS:
            truth = None
            for folds in [None, *WITHHELD]:
                folds_sql = ", ".join(map(str, folds or (-1,)))
                con.execute(
                    f"""CREATE OR REPLACE TABLE country_values AS
                        SELECT k.* FROM known AS k
                        JOIN (SELECT ref_area, row_number() OVER (ORDER BY ref_area) % 4 AS fold FROM areas) AS a ON a.ref_area = k.ref_area
                        WHERE k.time_period <= {year} AND NOT (a.fold IN ({folds_sql}) AND k.time_period > {year} - 3)"""
                )
                engine.roll_up(con, indicator, methods)
                found = aggregates(con, year)
                if folds is None:
                    truth = {key: row[0] for key, row in found.items() if row[2] >= 0.9}
                    continue
                for key, (value, coverage, observed, low, high) in found.items():
                    if key in truth and observed < 0.95:
                        before = min(value - low, high - value) * (1 - coverage) / (1 - observed)
                        for kind in (("all", "all"), ("band", band(observed)), ("indicator", indicator.name)):
                            counts.setdefault(kind, Count()).add(truth[key], value, low, high, before)
    head = ["number", "inside before", "inside", "", "mean error", "mean half width"]
    row = lambda kind, name: [name, *counts[(kind, name)].cells(), *counts[(kind, name)].means()]
    return [
        table(["observed", *head], [row("band", name) for name in bands() if ("band", name) in counts] + [row("all", "all")]),
        table(["indicator", *head], [row("indicator", name) for kind, name in sorted(counts) if kind == "indicator"]),
    ]


def measure(arguments, folder):
    manifest = json.loads((arguments.data / "current/manifest.json").read_text(encoding="utf-8"))
    workspace = engine.Workspace(arguments.workspace)
    paths = sorted((arguments.workspace / "sql/indicators").glob("*.sql"))
    con = duckdb.connect(str(folder / "work.duckdb"))
    tables = engine.load_tables(con, arguments, manifest, folder)
    indicators = [engine.Indicator(path, workspace) for path in paths]
    methods = engine.Methods(con, arguments.workspace)
    names = ["printed", "printed-by-observed", "printed-by-indicator", "printed-outside", "held-out", "held-out-by-indicator"]
    return dict(zip(names, printed(arguments) + held_out(con, indicators, tables, methods), strict=True))


def main():
    parser = argparse.ArgumentParser(description="Back-tests of the current release.")
    parser.add_argument("--program", default="yardstick", help="the yardstick binary [default: from the PATH]")
    parser.add_argument("--workspace", type=Path, default=Path("."), help="folder with pipelines/ and sql/ [default: .]")
    parser.add_argument("--data", type=Path, help="folder with the release [default: <workspace>/data]")
    parser.add_argument("--write", type=Path, help="document whose generated tables are written anew")
    parser.add_argument("--compare", type=Path, help="document whose generated tables are compared")
    arguments = parser.parse_args()
    arguments.data = arguments.data or arguments.workspace / "data"
    try:
        with tempfile.TemporaryDirectory(prefix="backtest_") as folder:
            found = measure(arguments, Path(folder))
    except (engine.Unusable, engine.Refused, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    document = arguments.write or arguments.compare
    if document is None:
        print("\n\n".join(f"{name}\n{text}" for name, text in found.items()))
        return 0
    old = new = document.read_text(encoding="utf-8")
    for name, text in found.items():
        mark = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end: {name} -->)", re.DOTALL)
        if not mark.search(new):
            print(f"error: {document} has no place for `{name}`", file=sys.stderr)
            return 2
        new = mark.sub(lambda match: f"{match[1]}{text}\n{match[2]}", new)
    if arguments.write:
        document.write_text(new, encoding="utf-8")
    elif new != old:
        print(f"{document} is not what the release gives; write it anew with --write", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
