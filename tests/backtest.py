#!/usr/bin/env python3
"""How far our error bars can be trusted, and which classes follow from the same economies at both ends: the tables of
BACKTEST.md and CLASSES.md, from the current release.

  1. Printed figures: sql/backtest/printed.sql compares each figure of ITU's Facts and Figures with our aggregate.
  2. Hold-out: for a year Y, the last three years of some economies are withheld (a quarter, half, three quarters of
     them, in turn), the method files of sql/ run as they are on DuckDB, and the aggregates of Y are compared with those
     of all figures, where 90 percent of the weight had a value of that very year. For parts of the people (women, men,
     towns, ages), the last three years, or all, of the part are withheld, and the totals stay.
  3. Same economies: the rows of progress whose class is another one than that of the group as it comes; with --world
     also those of the release that the provider bodies beside the project give, where they are other ones.

A bar is right when the other figure lies in it.

    pip install -r tests/requirements.txt
    yardstick run --from fixtures --data /tmp/data
    python tests/backtest.py --program target/debug/yardstick --workspace . --data /tmp/data          # prints
    python tests/backtest.py .. --write BACKTEST.md CLASSES.md --world /tmp/world                    # writes the tables
    python tests/backtest.py .. --compare BACKTEST.md CLASSES.md                                     # ends with 1 if they differ
    python tests/backtest.py .. --classes                                                            # prints the third alone

The machinery is that of tests/equality/.
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

from equality.headers import Indicator, Unusable, Workspace
from equality.methods import COUNTRY_VALUES, Methods, Refused, roll_up, select
from equality.tables import DIMENSIONS, PROGRESS_KEY, in_memory, literal, load_tables, load_targets, prepare

BANDS = [(0.0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 0.95), (0.95, 1.01)]
HELD_OUT = ["internet_use", "mobile_ownership", "broadband_coverage", "households_internet", "broadband_affordability"]
PARTS, PARTS_WITHHELD = ["internet_use", "mobile_ownership"], ["last three years", "all years"]
YEARS = [2018, 2020, 2022]
# Place of an economy in the order of codes, modulo 4: a quarter, half and three quarters are withheld.
WITHHELD = [(0,), (1,), (2,), (3,), (0, 2), (1, 3), (0, 1, 2), (1, 2, 3), (0, 2, 3), (0, 1, 3)]


class Count:
    """Figures, those inside the bar, and how far they are."""

    def __init__(self):
        self.figures = self.inside = self.rounded = 0
        self.error = self.width = 0.0

    def add(self, figure, value, low, high, rounding=0.0):
        self.figures += 1
        self.inside += low - 1e-9 <= figure <= high + 1e-9
        self.rounded += low - rounding - 1e-9 <= figure <= high + rounding + 1e-9
        self.error += abs(figure - value)
        self.width += (high - low) / 2

    def cells(self):
        return [self.figures, self.inside, f"{100 * self.inside / max(1, self.figures):.0f} %"]

    def means(self, decimals=1):
        n = max(1, self.figures)
        return [f"{self.error / n:.{decimals}f}", f"{self.width / n:.{decimals}f}"]


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
        raise Unusable(done.stderr.strip())
    return list(csv.DictReader(io.StringIO(done.stdout)))


# ---- 1. printed figures ----

# The set of which at least 37 were asked to lie inside, 44 with rounding: each figure once.
ONCE = "newest edition of each, without mobile ownership and prices of income groups"

# What the bar was before, and what it is now; `earlier_bars` has the first two.
RULES = ["0.37 x (1 - coverage) x standard deviation", "the same with observed, and trends", "with sizes and totals, as now"]


def earlier_bars(con, indicator):
    """The bars of two earlier rules around each aggregate that the steps gave, by figure: the share missing by coverage, with
    carried values as good as new; and by what is observed, also around the result with every carried value on its trend."""
    names = ["time_period", "sex", "age", "urbanisation", "breakdown"]
    rows = con.execute(
        f"""SELECT c.group_code, {", ".join(f"x.{name}" for name in names)}, r.value, c.coverage, c.observed,
              coalesce(c.trend_shift, 0.0), q.rollup_spread * c.spread, u.minimum, u.maximum
            FROM parameters AS q LEFT JOIN units AS u ON u.unit = q.unit
            CROSS JOIN rolled AS r
            JOIN coverage AS c ON c.group_code = r.group_code AND c.estimate = r.estimate AND c.cell = r.cell
            JOIN cells AS x ON x.cell = r.cell
            WHERE r.estimate = 'imputed' AND r.value IS NOT NULL AND q.rollup_spread IS NOT NULL
              AND x.disability = '_T' AND x.education_level = '_T' AND x.size_class = '_T'"""
    ).fetchall()
    found = {}
    for area, year, *codes, value, coverage, observed, trend, spread, least, most in rows:
        bars = []
        for missing, shift in ((1 - coverage, 0.0), (1 - observed, trend)):
            low, high = (value + end(0.0, shift) + sign * 0.37 * missing * spread for end, sign in ((min, -1), (max, 1)))
            bars.append((low if least is None else max(least, low), high if most is None else min(most, high)))
        found[(indicator.name, area, str(year), *codes)] = bars
    return found


def printed(arguments, earlier):
    rows = query(arguments, (arguments.workspace / "sql/backtest/printed.sql").read_text(encoding="utf-8"))
    counts, failing, newest = {}, [], {}
    figure = lambda row: tuple(row[name] for name in ("indicator", "ref_area", "time_period", "sex", "age", "urbanisation", "breakdown"))
    for row in rows:
        newest[figure(row)] = max(newest.get(figure(row), ""), row["edition"])
    for row in rows:
        if row["estimate"] != "imputed":
            continue
        number = {k: float(row[k] or 0.0) for k in ("printed", "value", "low", "high", "rounding", "observed")}
        stands, reported = row["stands"] == "true", number["observed"] >= 0.5
        when = "printed after the year was reported" if row["ahead"] != "true" else (
            "printed ahead of the reports, half or more of ours reported since" if reported else "printed ahead of the reports, ours mostly carried")
        kinds = [("all", "all figures"), ("all", when), ("band", band(number["observed"])), ("indicator", row["indicator"])]
        kinds += [("all", "without mobile ownership")] * (row["indicator"] != "mobile_ownership")
        income_price = row["indicator"] == "broadband_affordability" and row["ref_area"].startswith("WB_")
        once = row["edition"] == newest[figure(row)] and row["indicator"] != "mobile_ownership" and not income_price
        kinds += [("all", ONCE)] * once
        kinds += [("all", "not revised since"), ("stands", band(number["observed"]))] * stands
        for rule, (low, high) in zip(RULES, [*earlier[figure(row)], (number["low"], number["high"])], strict=True):
            of_rule = [(rule, "all"), (rule, band(number["observed"]))] + [(rule, "without mobile ownership")] * (row["indicator"] != "mobile_ownership")
            for kind in of_rule:
                counts.setdefault(kind, Count()).add(number["printed"], number["value"], low, high, number["rounding"])
        for kind in kinds:
            counts.setdefault(kind, Count()).add(number["printed"], number["value"], number["low"], number["high"], number["rounding"])
        slack = number["rounding"] + 1e-9
        if not number["low"] - slack <= number["printed"] <= number["high"] + slack:
            parts = [row[d] for d in ("sex", "age", "urbanisation", "breakdown") if row[d] != "_T"]
            why = " ".join(["ahead"] * (row["ahead"] == "true") + ["revised"] * (not stands))
            failing.append([row["indicator"], row["ref_area"], row["time_period"], " ".join(parts), row["edition"], f"{number['printed']:g}",
                            f"{number['value']:.1f}", f"{number['low']:.1f} to {number['high']:.1f}", f"{100 * number['observed']:.0f} %", why])
    head = ["number", "inside", "", "inside, rounded"]
    listed = lambda kind, name: [*counts[(kind, name)].cells(), counts[(kind, name)].rounded] if (kind, name) in counts else [0, 0, "", 0]
    order = ["all figures", "without mobile ownership", ONCE, "not revised since"]
    order += sorted(name for kind, name in counts if kind == "all" and name not in order)
    return [
        table(["figures", *head], [[name, *listed("all", name)] for name in order]),
        table(["observed", *head, "not revised since", "inside", "", "inside, rounded"],
              [[name, *listed("band", name), *listed("stands", name)] for name in bands()]),
        table(["indicator", *head], [[name, *listed("indicator", name)] for kind, name in sorted(counts) if kind == "indicator"]),
        table(["indicator", "area", "year", "part", "edition", "printed", "ours", "bar", "observed", ""], failing),
        table(["observed", "number", *RULES],
              [[name, counts[(RULES[0], name)].figures, *(f"{counts[(rule, name)].inside} ({counts[(rule, name)].rounded})" for rule in RULES)]
               for name in [*bands(), "all", "without mobile ownership"] if (RULES[0], name) in counts]),
    ]


# ---- 2. hold-out ----

# All trials are computed at once: each is a breakdown of its own, whose name ends in the number of the trial.
TRIALS = [(number, year, folds) for number, (year, folds) in enumerate((year, folds) for year in YEARS for folds in [(), *WITHHELD])]
WITHOUT_TRIAL = "regexp_replace(breakdown, ' [0-9]+$', '')"


def hidden(con):
    """The `imputed` aggregates of each trial in its year, beside those with nothing withheld where 90 percent reported."""
    key = ", ".join(f"{WITHOUT_TRIAL} AS breakdown" if column == "breakdown" else column for column in ["ref_area", *DIMENSIONS])
    con.execute(
        f"""CREATE OR REPLACE TABLE tried AS
            SELECT {key}, t.year, t.folds, o.value, o.observed, o.error_low, o.error_high
            FROM ours AS o JOIN trials AS t ON t.trial = CAST(regexp_extract(o.breakdown, '[0-9]+$') AS INTEGER) AND t.year = o.time_period
            WHERE o.estimate = 'imputed' AND o.value IS NOT NULL AND o.error_low IS NOT NULL"""
    )
    rows = con.execute(
        f"""SELECT w.*, a.value FROM tried AS w JOIN tried AS a USING (year, {", ".join(["ref_area", *DIMENSIONS])})
            WHERE len(w.folds) > 0 AND len(a.folds) = 0 AND a.observed >= 0.9 ORDER BY ALL"""
    ).fetchall()
    width = 1 + len(DIMENSIONS)
    for row in rows:
        value, observed, low, high, truth = row[width + 2:]
        yield row[:width], value, truth, observed, low, high


def gaps_of_trials(con, methods):
    """The gaps between the parts of each trial, by gaps.sql as it is: the trial stands in the area's code. Gives
    measure, value, truth, observed, low, high."""
    columns = ", ".join(column for column in COUNTRY_VALUES if column not in ("ref_area", "breakdown", "weight", "numerator", "denominator"))
    con.execute(
        f"""CREATE OR REPLACE TABLE gap_input AS
            SELECT o.ref_area || ' ' || t.trial AS ref_area, {WITHOUT_TRIAL} AS breakdown, {columns}
            FROM ours AS o JOIN trials AS t ON t.trial = CAST(regexp_extract(o.breakdown, '[0-9]+$') AS INTEGER) AND t.year = o.time_period
            WHERE o.estimate IN ('reported', 'imputed') AND o.value IS NOT NULL"""
    )
    # No people: the gaps between two parts alone, not those to a rest of the population.
    con.execute("CREATE OR REPLACE TABLE group_population AS SELECT ref_area, time_period, sex, age, urbanisation, persons FROM population WHERE FALSE")
    methods.run("derived", "gaps", "gaps_of_trials")
    return con.execute(
        """WITH tried AS (
             SELECT split_part(g.ref_area, ' ', 1) AS ref_area, t.year, t.folds, g.breakdown, g.value, g.observed, g.error_low, g.error_high
             FROM gaps_of_trials AS g JOIN trials AS t ON t.trial = CAST(split_part(g.ref_area, ' ', 2) AS INTEGER)
             WHERE g.error_low IS NOT NULL)
           SELECT w.breakdown, w.value, a.value, w.observed, w.error_low, w.error_high
           FROM tried AS w JOIN tried AS a USING (ref_area, year, breakdown)
           WHERE len(w.folds) > 0 AND len(a.folds) = 0 AND a.observed >= 0.9 AND w.observed < 0.95 ORDER BY ALL"""
    ).fetchall()


def held_out(con, indicators, tables, methods):
    counts, earlier = {}, {}
    con.execute("CREATE TABLE trials (trial INTEGER, year INTEGER, folds INTEGER[])")
    con.executemany("INSERT INTO trials VALUES (?, ?, ?)", [[number, year, list(folds)] for number, year, folds in TRIALS])
    for indicator in indicators:
        if indicator.name not in HELD_OUT:
            continue
        prepare(con, indicator, tables, methods.header(indicator.rollup))
        select(con, indicator, methods)
        roll_up(con, indicator, methods)
        earlier |= earlier_bars(con, indicator)
        con.execute("CREATE OR REPLACE TABLE known AS SELECT *, sex = '_T' AND age = '_T' AND urbanisation = '_T' AS whole FROM country_values")
        for mode in ["totals", *PARTS_WITHHELD][: 3 if indicator.name in PARTS else 1]:
            # Of totals, totals only: what is carried and how is the same for every part.
            of_parts = mode != "totals"
            kept, withheld = {
                "totals": ("k.whole", "k.time_period > t.year - 3"),
                "last three years": ("TRUE", "NOT k.whole AND k.time_period > t.year - 3"),
                "all years": ("TRUE", "NOT k.whole"),
            }[mode]
            # With a weight of its own, who does not report stays in the denominator.
            gone, weighs = f"(list_contains(t.folds, a.fold) AND ({withheld}))", str(indicator.base == "weight")
            con.execute(
                f"""CREATE OR REPLACE TABLE country_values AS
                    SELECT k.* EXCLUDE (whole) REPLACE (
                      k.breakdown || ' ' || t.trial AS breakdown, CASE WHEN NOT {gone} THEN k.value END AS value,
                      CASE WHEN {gone} THEN 'O' ELSE k.obs_status END AS obs_status)
                    FROM known AS k
                    JOIN (SELECT ref_area, row_number() OVER (ORDER BY ref_area) % 4 AS fold FROM areas) AS a ON a.ref_area = k.ref_area
                    JOIN trials AS t ON k.time_period BETWEEN t.year - 12 AND t.year
                    WHERE {kept} AND ({weighs} OR NOT {gone})"""
            )
            con.execute("CREATE OR REPLACE TABLE silence AS SELECT s.* REPLACE (s.breakdown || ' ' || t.trial AS breakdown) FROM silence AS s, trials AS t")
            roll_up(con, indicator, methods)
            con.execute(f"CREATE OR REPLACE TABLE silence AS SELECT DISTINCT * REPLACE ({WITHOUT_TRIAL} AS breakdown) FROM silence")
            for measure, value, truth, _, low, high in gaps_of_trials(con, methods) if of_parts else []:
                counts.setdefault(("gap", f"{measure} of {indicator.name}, {mode}"), Count()).add(truth, value, low, high)
            for key, value, truth, observed, low, high in hidden(con):
                part = any(code != "_T" for code in key[1:4])
                if observed < 0.95 and part == of_parts:
                    kinds = [("part", f"{indicator.name}, {mode}")] if part else [("all", "all"), ("band", band(observed)), ("indicator", indicator.name)]
                    for kind in kinds:
                        counts.setdefault(kind, Count()).add(truth, value, low, high)
    head = ["number", "inside", "", "mean error", "mean half width"]
    row = lambda kind, name: [name, *counts[(kind, name)].cells(), *counts[(kind, name)].means()]
    # of a ratio near 1 one decimal says nothing
    gap_row = lambda name: [name, *counts[("gap", name)].cells(), *counts[("gap", name)].means(1 if "POINTS" in name else 3)]
    return [
        table(["observed", *head], [row("band", name) for name in bands() if ("band", name) in counts] + [row("all", "all")]),
        table(["indicator", *head], [row("indicator", name) for kind, name in sorted(counts) if kind == "indicator"]),
        table(["indicator, withheld", *head], [row("part", name) for kind, name in sorted(counts) if kind == "part"]),
        table(["gap, withheld", *head], [gap_row(name) for kind, name in sorted(counts) if kind == "gap"]),
    ], earlier


# ---- 3. the same economies at both ends ----

LISTED = ["target", "area", "part", "estimate", "baseline", "latest", "pace as they come", "class as they come",
          "pace, same economies", "class, same economies", "share of the weight", "class", ""]


def same_economies(con, data, indicators, methods):
    """The rows of progress with another class than that of the group as it comes: the table that counts them, and the rows."""
    manifest = json.loads((data / "current/manifest.json").read_text(encoding="utf-8"))
    load_targets(con, indicators, {f"{entry['source']}/{entry['dataset']}" for entry in manifest["inputs"]})
    for name in ("progress", "ends", "fixed_ends"):
        path = literal(data / f"current/{name}.parquet")
        con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM read_parquet({path})")
    methods.run("derived", "classes", "classes")
    methods.run("derived", "paces", "paces")
    key = ", ".join(PROGRESS_KEY)
    rows = con.execute(
        f"""SELECT p.target, p.ref_area, concat_ws(' ', {', '.join(f"nullif(p.{d}, '_T')" for d in DIMENSIONS)}),
              p.estimate, p.baseline_year, p.latest_year, a.pace, a.class, p.pace_fixed, p.class_fixed, p.fixed_share, p.class,
              CASE WHEN p.headline THEN 'headline' WHEN p.preferred THEN 'shown' ELSE '' END
            FROM progress AS p
            JOIN (SELECT * FROM paces WHERE NOT same_economies) AS a USING ({key})
            JOIN (SELECT * FROM paces WHERE same_economies) AS f USING ({key})
            WHERE p.class <> a.class AND f.suffices
              AND (a.actual * f.actual < 0 AND (p.class = f.class OR f.met AND NOT a.met AND p.class = 'on_track')
                OR a.rollup = 'sum' AND a.estimate = 'available')
            ORDER BY {', '.join(f'p.{column}' for column in PROGRESS_KEY)}"""
    ).fetchall()
    changes = {}
    for row in rows:
        counts = changes.setdefault((row[7], row[11]), [0, 0, 0])
        for place, counted in enumerate((True, row[12] != "", row[12] == "headline")):
            counts[place] += counted
    number = lambda value: "" if value is None else f"{value:.2f}"
    listed = [[*row[:6], number(row[6]), row[7], number(row[8]), row[9], f"{100 * (row[10] or 0):.0f} %", row[11], row[12]] for row in rows]
    total = [sum(counts[place] for counts in changes.values()) for place in range(3)]
    head = ["as they come", "class", "rows", "of them shown", "of them headline"]
    return table(head, [[*change, *counts] for change, counts in sorted(changes.items())] + [["all", "", *total]]), listed


def other_bodies(before, counted, rows):
    """How many rows another release has alike, and how many it lacks; the table that counts them, and the rows that it has
    otherwise, or alone, where there are any."""
    same = [row for row in rows if row in before]
    lacks = [row for row in before if row[:4] not in [other[:4] for other in rows]]
    said = f"{len(same)} rows are those of the list above, {len(rows) - len(same)} are not, and {len(lacks)} of that list are not here."
    others = [row for row in rows if row not in before]
    return "\n\n".join([said, *([counted, table(LISTED, others)] if others or lacks else [])])


def measure(arguments, folder):
    manifest = json.loads((arguments.data / "current/manifest.json").read_text(encoding="utf-8"))
    workspace = Workspace(arguments.workspace)
    paths = sorted((arguments.workspace / "sql/indicators").glob("*.sql"))
    con = in_memory(folder)
    indicators = [Indicator(path, workspace) for path in paths]
    methods = Methods(con, arguments.workspace)
    counted, rows = same_economies(con, arguments.data, indicators, methods)
    found = {"classes": counted, "classes-one-by-one": table(LISTED, rows)}
    if arguments.world:
        counted, others = same_economies(con, arguments.world, indicators, methods)
        found["classes-world"] = other_bodies(rows, counted, others)
    if not arguments.classes:
        tables = load_tables(con, arguments, manifest, folder)
        tried, earlier = held_out(con, indicators, tables, methods)
        names = ["printed", "printed-by-observed", "printed-by-indicator", "printed-outside", "printed-by-rule",
                 "held-out", "held-out-by-indicator", "held-out-parts", "held-out-gaps"]
        found |= dict(zip(names, printed(arguments, earlier) + tried, strict=True))
    return found


def main():
    parser = argparse.ArgumentParser(description="Back-tests of the current release.")
    parser.add_argument("--program", default="yardstick", help="the yardstick binary [default: from the PATH]")
    parser.add_argument("--workspace", type=Path, default=Path("."), help="folder with pipelines/ and sql/ [default: .]")
    parser.add_argument("--data", type=Path, help="folder with the release [default: <workspace>/data]")
    parser.add_argument("--world", type=Path, help="folder with the release of the provider bodies beside the project: its classes too")
    parser.add_argument("--classes", action="store_true", help="only what the same economies at both ends change")
    parser.add_argument("--write", type=Path, nargs="+", default=[], help="documents whose generated tables are written anew")
    parser.add_argument("--compare", type=Path, nargs="+", default=[], help="documents whose generated tables are compared")
    arguments = parser.parse_args()
    arguments.data = arguments.data or arguments.workspace / "data"
    try:
        with tempfile.TemporaryDirectory(prefix="backtest_") as folder:
            found = measure(arguments, Path(folder))
    except (Unusable, Refused, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    documents = {path: path.read_text(encoding="utf-8") for path in arguments.write or arguments.compare}
    if not documents:
        print("\n\n".join(f"{name}\n{text}" for name, text in found.items()))
        return 0
    differ = 0
    for path, old in documents.items():
        new = old
        for name in re.findall(r"<!-- generated: (\S+) -->", old):
            if name == "classes-world" and not arguments.world:
                continue
            if name not in found:
                print(f"error: {path}: `{name}` is no table of this script", file=sys.stderr)
                return 2
            text = found.pop(name)
            new = re.sub(rf"(<!-- generated: {name} -->\n).*?(<!-- end: {name} -->)", lambda match: f"{match[1]}{text}\n{match[2]}", new, flags=re.DOTALL)
        if arguments.write:
            path.write_text(new, encoding="utf-8")
        elif new != old:
            print(f"{path} is not what the release gives; write it anew with --write", file=sys.stderr)
            differ = 1
    if found:
        print(f"error: no document has a place for {', '.join(found)}", file=sys.stderr)
        return 2
    return differ


if __name__ == "__main__":
    sys.exit(main())
