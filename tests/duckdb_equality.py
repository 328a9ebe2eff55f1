#!/usr/bin/env python3
"""The current release, computed once more by DuckDB.

The statements under sql/ are meant to be plain SQL that any engine can run. This script takes that at its word:

  1. It exports the tables that SQL sees, with `yardstick sql`: the observations of every data set of the release
     (observations_by_data_set), and population, areas, groups, membership, gni_per_capita and units.
  2. It makes the views of sql/shared, and runs the SELECT of every indicator on DuckDB, the files as they are (a header
     is a comment), in the order in which indicators read each other. `indicators.<name>` holds the values of the release. Reported and published
     rows must be those of the release: the same keys, and the same values to 1e-9 relative.
  3. It runs the method files, as they are: of sql/derived what the header names, then sql/steps in order of name, with
     the roll-up of sql/rollups before the step that reads it. Every row of the indicator must be that of the release:
     value and coverage to 1e-9 relative; unit, obs_status, members, note and source exactly.
     Of one group of each indicator it runs the parts beside the roll-up too: they must add up to the aggregate.
  4. It runs what finds both ends of the targets (ends, fixed_members, fixed_ends), then classes, paces, standings and progress of
     sql/derived over the values of the release, and compares progress.parquet in the same way. Of sql/derived/preferred.sql, the rows chosen must be the same.
  5. It opens values.parquet and progress.parquet with DuckDB, Polars and pyarrow: plain strings (no dictionary or
     categorical column), years as 32-bit integers, the same number of rows for each reader.

It prints a line for each indicator and file, then `N passed, M failed`, and ends with 1 if anything differs, with 2
if it cannot start. It reads the workspace and the data folder and writes to a temporary folder only.

    pip install -r tests/requirements.txt
    yardstick run --from fixtures --data /tmp/data
    python tests/duckdb_equality.py --program target/debug/yardstick --workspace . --data /tmp/data

Needs Python 3.11 or newer.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import duckdb
import polars
import pyarrow

from equality.comparing import check_readers, compare
from equality.headers import Indicator, Unusable, Workspace, in_order
from equality.methods import VALUES_KEY, Methods, Refused, conform, parts, roll_up, select, select_values
from equality.tables import DIMENSIONS, PROGRESS_KEY, in_memory, literal, load_tables, load_targets, prepare


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def line(self, what, text, problems, total=None):
        """One check; `total` = differences in all when `problems` shows the first ones only."""
        total = len(problems) if total is None else total
        self.passed, self.failed = self.passed + (not problems), self.failed + bool(problems)
        print(f"{'FAIL' if problems else 'ok':4}  {what}: {text}", flush=True)
        for problem in problems:
            print(f"        {problem}")
        if total > len(problems):
            print(f"        .. and more: {total} in all")


def check_indicator(con, indicator, tables, methods, shown):
    """Gives (text, problems, number of problems)."""
    prepare(con, indicator, tables, methods.header(indicator.rollup))
    try:
        select(con, indicator, methods)
    except Refused as error:
        return "not run", [f"DuckDB refuses {error}"], 1
    release = f"SELECT * FROM release_values WHERE indicator = {literal(indicator.name)}"
    select_values(con, indicator)
    kept = "estimate IN ('reported', 'published')" if indicator.rollup != "none" else "TRUE"
    problems, total = compare(con, f"{release} AND {kept}", VALUES_KEY, ["value"], [], shown)
    if problems:
        return "the SELECT gives something else", problems, total
    con.execute("DROP TABLE IF EXISTS rolled")
    try:
        roll_up(con, indicator, methods)
        apart = parts(con, indicator, methods)
    except Refused as error:
        return "SELECT equal, roll-up not run", [f"DuckDB refuses {error}"], 1
    exact = ["unit", "obs_status", "group_scheme", "area_kind", "ref_area_name", "members_observed", "members_total", "note", "source"]
    problems, total = compare(con, release, VALUES_KEY, ["value", "coverage", "observed", "error_low", "error_high"], exact, shown)
    problems, total = problems + apart, total + len(apart)
    counts = dict(con.execute("SELECT estimate, count(*) FROM ours GROUP BY estimate").fetchall())
    text = ", ".join(f"{counts[e]} {e}" for e in ("reported", "published", "available", "imputed") if e in counts)
    return text or "no rows, as in the release", problems, total


def gather(con, table):
    """Adds a table to all of its kind, which then stand under its name."""
    con.execute(f"CREATE TABLE IF NOT EXISTS all_{table} AS SELECT * FROM {table} WHERE FALSE")
    con.execute(f"INSERT INTO all_{table} SELECT * FROM {table}")


def both_ends(con, indicator, part, tables, methods, manifest):
    """Both ends of an indicator's targets, and the same on the same economies, while its members are at hand."""
    said = f"SELECT * FROM release_values WHERE indicator = {literal(indicator.name)}"
    con.execute(
        f"CREATE OR REPLACE TABLE breakdowns AS SELECT row_number() OVER () AS breakdown_number, * FROM (SELECT DISTINCT indicator, {', '.join(DIMENSIONS)} FROM ({said}))"
    )
    con.execute(f"CREATE OR REPLACE VIEW indicator_values AS SELECT * FROM ({said}) JOIN breakdowns USING (indicator, {', '.join(DIMENSIONS)})")
    con.execute('CREATE OR REPLACE TABLE current_year AS SELECT CAST(? AS INTEGER) AS "year"', [manifest["current_year"]])
    if not indicator.targets:
        return
    load_targets(con, [indicator], tables=None)
    methods.run("derived", "ends", "ends")
    gather(con, "ends")
    if con.execute("SELECT 1 FROM information_schema.tables WHERE table_name = 'rolled'").fetchall():
        methods.run("derived", "fixed_members", "fixed_members")
        con.execute("CREATE OR REPLACE TABLE group_members AS SELECT * FROM fixed_members")
        methods.run("rollups", indicator.rollup, "fixed_rolled")
        methods.run("derived", "fixed_ends", "fixed_ends")
        gather(con, "fixed_ends")
    if part is not None:
        fixed_gaps(con, indicator, part, tables, methods)


def fixed_gaps(con, indicator, part, tables, methods):
    """Both ends of the targets of gaps on the same economies: the parts once more, rolled up over those that have both."""
    con.execute("CREATE OR REPLACE TABLE told_gaps AS SELECT * FROM selected")
    prepare(con, part, tables, methods.header(part.rollup))
    select(con, part, methods)
    roll_up(con, part, methods)
    methods.run("derived", "gap_members", "gap_members")
    con.execute("CREATE OR REPLACE TABLE group_members AS SELECT * FROM gap_members")
    methods.run("rollups", part.rollup, "fixed_rolled")
    methods.run("derived", "gap_membership", "gap_membership")
    con.execute("CREATE OR REPLACE VIEW membership AS SELECT * FROM gap_membership")
    methods.run("derived", "gap_parts", "gap_parts")
    conform(con, "gap_parts", part)
    con.execute("CREATE OR REPLACE TABLE gap_input AS SELECT * FROM conformed")
    methods.run("derived", "group_population", "group_population")
    methods.run("derived", indicator.derived, "fixed_gaps")
    methods.run("derived", "gap_ends", "fixed_ends")
    gather(con, "fixed_ends")


def check_progress(con, methods, indicators, manifest, tables, shown):
    load_targets(con, indicators, tables)
    for table in ("ends", "fixed_ends"):
        con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM all_{table}")
    try:
        methods.run("derived", "classes", "classes")
        methods.run("derived", "paces", "paces")
        methods.run("derived", "standings", "standings")
        methods.run("derived", "progress", "ours")
    except Refused as error:
        return "not run", [f"DuckDB refuses {error}"], 1
    numbers = [
        "baseline_value", "latest_value", "target_value", "distance", "actual_per_year", "required_per_year", "pace",
        "pace_cagr", "projected_low", "projected_high", "arrival_year", "pace_fixed", "fixed_share",
    ]
    exact = ["indicator", "direction", "baseline_year", "latest_year", "target_year", "class", "note", "outcome", "class_fixed", "class_as_computed", "preferred", "headline"]
    problems, total = compare(con, "SELECT * FROM release_progress", PROGRESS_KEY, numbers, exact, shown)
    return f"{con.execute('SELECT count(*) FROM ours').fetchall()[0][0]} rows", problems, total


def check_preferred(con, methods, indicators):
    """The row to show where only one estimate can be shown, chosen again, and the one where only one year can."""
    figure = ", ".join(["indicator", *(column for column in VALUES_KEY if column != "estimate")])
    con.execute(
        "CREATE OR REPLACE TABLE numbered_values AS SELECT * EXCLUDE (preferred), row_number() OVER () AS place,"
        f" dense_rank() OVER (ORDER BY {figure}) AS figure FROM release_values"
    )
    try:
        methods.run("derived", "preferred", "ours")
    except Refused as error:
        return "not run", [f"DuckDB refuses {error}"], 1
    key = ", ".join(["indicator", *VALUES_KEY])
    rows = con.execute("SELECT count(*) FROM ours WHERE preferred").fetchall()[0][0]
    query = f"SELECT {key}, preferred FROM numbered_values JOIN ours USING (place) EXCEPT SELECT {key}, preferred FROM release_values"
    problems = [" ".join(str(cell) for cell in row) for row in con.execute(query).fetchall()]
    series = ", ".join(["indicator", "ref_area", *DIMENSIONS])
    con.execute("CREATE OR REPLACE TABLE least (indicator VARCHAR, min_observed DOUBLE)")
    con.executemany("INSERT INTO least VALUES (?, ?)", [[indicator.name, indicator.observed] for indicator in indicators])
    con.execute(
        f"""CREATE OR REPLACE TABLE shown_values AS
            SELECT n.place, dense_rank() OVER (ORDER BY {series}) AS series, n.time_period, n.estimate, n.observed, l.min_observed
            FROM numbered_values AS n JOIN ours USING (place) JOIN least AS l USING (indicator)
            WHERE ours.preferred AND n.value IS NOT NULL"""
    )
    try:
        methods.run("derived", "newest", "stands")
    except Refused as error:
        return "newest not run", [f"DuckDB refuses {error}"], 1
    newest = con.execute("SELECT count(*) FROM stands").fetchall()[0][0]
    query = f"""SELECT {key}, place IN (SELECT place FROM stands) FROM numbered_values EXCEPT SELECT {key}, newest FROM release_values"""
    problems += [" ".join(str(cell) for cell in row) for row in con.execute(query).fetchall()]
    return f"{rows} rows, {newest} of them newest", problems[:10], len(problems)


def check(arguments, folder):
    release = arguments.data / "current"
    try:
        manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise Unusable(f"no promoted release: {error}") from None
    paths = sorted((arguments.workspace / "sql/indicators").glob("*.sql"))
    workspace = Workspace(arguments.workspace)
    indicators = in_order([Indicator(path, workspace) for path in paths])
    con = in_memory(folder)
    con.execute("CREATE SCHEMA indicators")
    tables = load_tables(con, arguments, manifest, folder)
    for table in ("values", "progress"):
        con.execute(f"CREATE TABLE release_{table} AS SELECT * FROM read_parquet({literal(release / f'{table}.parquet')})")
    print(f"release {manifest['release']}; DuckDB {duckdb.__version__}, Polars {polars.__version__}, pyarrow {pyarrow.__version__}")

    report, methods = Report(), Methods(con, arguments.workspace)
    for indicator in indicators:
        what = f"{indicator.id} {indicator.name}"
        entry = manifest["indicators"].get(indicator.name)
        if entry is None:
            report.line(what, "not in the release", ["run `yardstick compute` first"])
        elif entry["status"] == "held":
            report.line(what, "held at the values of an earlier release, not compared", [])
        else:
            report.line(what, *check_indicator(con, indicator, tables, methods, arguments.rows))
            # As in the program: what a derived indicator with targets reads, where that is rolled up.
            read = [other for other in indicators if indicator.derived and indicator.targets and other.name in indicator.reads]
            part = read[0] if len(read) == 1 and read[0].rollup != "none" else None
            both_ends(con, indicator, part, tables, methods, manifest)
        con.execute(
            f"CREATE TABLE indicators.{indicator.name} AS SELECT * FROM release_values WHERE indicator = ?", [indicator.name]
        )
    report.line("progress", *check_progress(con, methods, indicators, manifest, tables, arguments.rows))
    report.line("preferred", *check_preferred(con, methods, indicators))
    for table, integers in [("values", ["time_period"]), ("progress", ["baseline_year", "latest_year", "target_year"])]:
        problems, rows = check_readers(release / f"{table}.parquet", integers)
        report.line(f"{table}.parquet", f"{rows} rows for each of three readers", problems)

    shipped = {f"sql/{path.parent.name}/{path.name}" for folder in ("shared", "steps", "rollups", "derived") for path in (arguments.workspace / "sql" / folder).glob("*.sql")}
    print(f"method files run as they are: {len(methods.ran)} of {len(shipped)}")
    for path in sorted(shipped - methods.ran - methods.refused.keys()):
        print(f"  {path}: {'not reached' if methods.refused else 'not needed by this release'}")
    for path, reason in sorted(methods.refused.items()):
        print(f"  {path}: refused: {reason}")
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


def main():
    parser = argparse.ArgumentParser(description="Computes the current release once more with DuckDB and compares.")
    parser.add_argument("--program", default="yardstick", help="the yardstick binary [default: from the PATH]")
    parser.add_argument("--workspace", type=Path, default=Path("."), help="folder with pipelines/ and sql/ [default: .]")
    parser.add_argument("--data", type=Path, help="folder with the release [default: <workspace>/data]")
    parser.add_argument("--rows", type=int, default=10, help="differing rows shown for each indicator [default: 10]")
    arguments = parser.parse_args()
    arguments.data = arguments.data or arguments.workspace / "data"
    try:
        with tempfile.TemporaryDirectory(prefix="duckdb_equality_") as folder:
            return check(arguments, Path(folder))
    except (Unusable, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
