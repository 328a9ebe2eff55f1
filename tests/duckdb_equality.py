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
  4. It runs what finds both ends of the targets (ends, fixed_members, fixed_ends), then classes, paces and progress of
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
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import duckdb
import polars
import pyarrow
import pyarrow.parquet

RELATIVE = 1e-9
# Differences of nearly equal numbers: a gap of 0 may come out as 1e-14.
ABSOLUTE = 1e-12

DIMENSIONS = ["sex", "age", "urbanisation", "disability", "education_level", "size_class", "breakdown"]
REFERENCE_TABLES = ["population", "areas", "groups", "membership", "gni_per_capita", "units"]

# What a SELECT becomes: missing columns take the default, or NULL.
COUNTRY_VALUES = {
    "ref_area": "VARCHAR", "time_period": "INTEGER", **dict.fromkeys(DIMENSIONS, "VARCHAR"),
    "estimate": "VARCHAR", "value": "DOUBLE", "weight": "DOUBLE", "numerator": "DOUBLE", "denominator": "DOUBLE",
    "unit": "VARCHAR", "obs_status": "VARCHAR", "coverage": "DOUBLE", "members_observed": "BIGINT",
    "members_total": "BIGINT", "note": "VARCHAR", "source": "VARCHAR", "observed": "DOUBLE", "error_low": "DOUBLE",
    "error_high": "DOUBLE",
}
VALUES_KEY = ["ref_area", "time_period", *DIMENSIONS, "estimate"]
PROGRESS_KEY = ["target", "ref_area", *DIMENSIONS, "estimate"]

class Unusable(Exception):
    """The script cannot start."""


class Refused(Exception):
    """DuckDB does not run a file as it is."""


# ---- the workspace ----

def fraction(value):
    """A share of a header: 0.5, or "2/3"."""
    if isinstance(value, str):
        above, below = value.split("/")
        return int(above) / int(below)
    return float(value)


def readings(target):
    """A target, and the same target read for parts of the population."""
    yield target
    for part, reading in target.get("read_for", {}).items():
        label = part.replace("_", " ")
        note = f"{target['note']}; read for {label}" if "note" in target else f"read for {label}"
        title = f"{target.get('title', '')}: {label}"
        own = {**target, "id": f"{target['id']}.{part}", "title": title, "note": note, **reading}
        own.pop("baseline_value", None)
        yield own


class Workspace:
    """What holds for every indicator: sql/defaults.toml, and how notes call a source."""

    def __init__(self, root):
        self.root = root
        path = root / "sql/defaults.toml"
        self.defaults = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        pipelines = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((root / "pipelines").glob("*.toml"))]
        self.cited_as = {p["source"]: p.get("short_title", p.get("title", p["source"])) for p in pipelines}


class Indicator:
    def __init__(self, path, workspace):
        defaults = workspace.defaults
        self.path = str(path.relative_to(workspace.root))
        self.sql = path.read_text(encoding="utf-8-sig")
        found = re.match(r"\s*/\*---(.*?)---\*/(.*)", self.sql, re.DOTALL)
        if not found:
            raise Unusable(f"{self.path}: no header")
        header = tomllib.loads(found[1])
        self.id, self.name, self.unit, self.rollup = (header[key] for key in ("id", "name", "unit", "rollup"))
        self.title = header["title"]
        self.derived = header.get("derived")
        self.groups = header.get("groups", defaults.get("groups", []))
        self.window = header.get("window", defaults.get("window", 5))
        coverage = {**defaults.get("coverage", {}), **header.get("coverage", {})}
        self.publish, self.flag = fraction(coverage.get("publish", "2/3")), fraction(coverage.get("flag", 0.5))
        self.base, self.min_members = coverage.get("base", "population"), coverage.get("min_members", 0)
        self.observed = fraction(coverage.get("observed", 0.5))
        self.scale = float(header.get("scale", 100.0 if self.unit in ("PT", "PER_100_POP") else 1.0))
        self.datasets = header.get("datasets", [])
        self.series = header.get("series", [])
        self.silence = header.get("silence")
        self.cited_as = workspace.cited_as
        targets = [{**defaults.get("target", {}), **target} for target in header.get("target", [])]
        self.targets = [reading for target in targets for reading in readings(target)]
        code = re.sub(r"--[^\n]*|/\*.*?\*/", " ", found[2], flags=re.DOTALL)
        self.reads = set(re.findall(r'\bindicators\s*\.\s*"?(\w+)', code))


def in_order(indicators):
    """Indicators that others read come first."""
    waiting, done, order = list(indicators), set(), []
    while waiting:
        ready = [i for i in waiting if i.reads <= done]
        if not ready:
            raise Unusable("indicators read each other in a circle: " + ", ".join(i.name for i in waiting))
        order += ready
        done |= {i.name for i in ready}
        waiting = [i for i in waiting if i not in ready]
    return order


# ---- the tables that SQL sees ----

def literal(text):
    return "'" + str(text).replace("'", "''") + "'"



def export(arguments, manifest, query, path):
    command = [
        arguments.program, "sql", query, "--workspace", arguments.workspace, "--data", arguments.data,
        "--now", manifest["created_at"], "--membership", manifest["membership"],
        "--timeout", "600", "--output", "parquet", "-o", path, "--quiet",
    ]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Unusable(f"yardstick sql \"{query}\" ended with {done.returncode}\n{done.stderr.strip()}")


def load_tables(con, arguments, manifest, folder):
    """Reference tables, and a table of observations for every data set of the release."""
    for name in REFERENCE_TABLES:
        path = folder / f"{name}.parquet"
        export(arguments, manifest, f"SELECT * FROM {name}", path)
        con.execute(f"CREATE TABLE all_{name} AS SELECT * FROM read_parquet({literal(path)})")
        if name != "membership":
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM all_{name}")
    path = folder / "empty.parquet"
    export(arguments, manifest, "SELECT * FROM observations WHERE FALSE", path)
    con.execute(f"CREATE TABLE no_observations AS SELECT * FROM read_parquet({literal(path)})")
    tables = {}
    for entry in manifest["inputs"]:
        dataset = f"{entry['source']}/{entry['dataset']}"
        path = folder / f"observations_{len(tables)}.parquet"
        query = f"SELECT * FROM observations_by_data_set WHERE source = {literal(entry['source'])} AND dataset = {literal(entry['dataset'])}"
        export(arguments, manifest, query, path)
        tables[dataset] = f"observations_{len(tables)}"
        con.execute(f"CREATE TABLE {tables[dataset]} AS SELECT * FROM read_parquet({literal(path)})")
        known = {body["snapshot"] for body in entry["bodies"]}
        found = {row[0] for row in con.execute(f"SELECT DISTINCT snapshot FROM {tables[dataset]}").fetchall()}
        rows = con.execute(f"SELECT count(*) FROM {tables[dataset]}").fetchall()[0][0]
        if not found <= known or rows != entry["observations"]:
            raise Unusable(f"{dataset}: the observations are not those of the release; run `yardstick compute` first")
    return tables


# ---- running SQL files ----

def run_file(con, path, sql, into):
    """Runs a file as it is and keeps its result as a table."""
    try:
        result = con.sql(sql).to_arrow_table()
    except duckdb.Error as error:
        raise Refused(f"{path}: {' '.join(str(error).split())[:400]}") from None
    keep(con, into, result)


def keep(con, name, table):
    con.register("arriving", table)
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM arriving")
    con.unregister("arriving")


class Methods:
    def __init__(self, con, workspace):
        self.con, self.workspace = con, workspace
        self.ran, self.refused = set(), {}

        # The folder is the order: NN_name.sql and NN_name.view.sql are registered as `name`.
        files = sorted(path.stem for path in (workspace / "sql/steps").glob("*.sql"))
        self.steps = [(stem, re.sub(r"^[0-9][^_]*_", "", stem).removesuffix(".view")) for stem in files]

    def header(self, rollup):
        """What a roll-up says of itself."""
        path = self.workspace / f"sql/rollups/{rollup}.sql"
        found = re.match(r"\s*/\*---(.*?)---\*/", path.read_text(encoding="utf-8-sig"), re.DOTALL) if path.exists() else None
        return tomllib.loads(found[1]) if found else {}

    def run(self, folder, file, into):
        path = f"sql/{folder}/{file}.sql"
        sql = (self.workspace / path).read_text(encoding="utf-8-sig")
        try:
            run_file(self.con, path, sql, into)
        except Refused as error:
            self.refused[path] = str(error)
            raise
        self.ran.add(path)


def conform(con, name, indicator):
    """Brings the result of a SELECT into the columns of country_values."""
    given = {row[0] for row in con.execute(f"DESCRIBE {name}").fetchall()}
    defaults = {**dict.fromkeys(DIMENSIONS, "_T"), "unit": indicator.unit, "obs_status": "A"}
    columns = []
    for column, kind in COUNTRY_VALUES.items():
        default = literal(defaults.get(column, ""))
        cell = f"CAST({column} AS {kind})" if column in given else f"CAST(NULL AS {kind})"
        columns.append(f"coalesce({cell}, {default}) AS {column}" if column in defaults else f"{cell} AS {column}")
    con.execute(f"CREATE OR REPLACE TABLE conformed AS SELECT {', '.join(columns)} FROM {name}")


def prepare(con, indicator, tables, rollup):
    """Observations, membership and parameters as this indicator sees them."""
    datasets = [d for d in indicator.datasets or tables if d in tables]
    parts = [f"SELECT *, {place} AS place FROM {tables[d]}" for place, d in enumerate(dict.fromkeys(datasets))]
    # Of a figure that several data sets carry, the one of the data set that the header names first.
    con.execute(
        f"""CREATE OR REPLACE TABLE observations AS
            SELECT * EXCLUDE (place) FROM ({' UNION ALL '.join(parts) or 'SELECT *, 0 AS place FROM no_observations'})
            QUALIFY place = min(place) OVER (PARTITION BY source, series, ref_area, time_period, {', '.join(DIMENSIONS)})"""
    )
    schemes = ", ".join(literal(scheme) for scheme in indicator.groups) or "''"
    con.execute(f"CREATE OR REPLACE VIEW membership AS SELECT * FROM all_membership WHERE group_scheme IN ({schemes})")
    con.execute(
        """CREATE OR REPLACE TABLE parameters AS SELECT
             CAST(? AS VARCHAR) AS indicator, CAST(? AS VARCHAR) AS unit, CAST(? AS VARCHAR) AS rollup,
             CAST(? AS INTEGER) AS "window", CAST(? AS DOUBLE) AS publish, CAST(? AS DOUBLE) AS flag,
             CAST(? AS BIGINT) AS min_members, CAST(? AS DOUBLE) AS min_observed, CAST(? AS VARCHAR) AS base, CAST(? AS DOUBLE) AS scale,
             CAST(? AS BOOLEAN) AS needs_weight, CAST(? AS BOOLEAN) AS needs_numerator,
             CAST(? AS BOOLEAN) AS needs_denominator,
             CAST(? AS BIGINT) AS rollup_min_members, CAST(? AS DOUBLE) AS rollup_min_share,
             CAST(? AS DOUBLE) AS rollup_spread, CAST(? AS BOOLEAN) AS rollup_panel,
             CAST(? AS VARCHAR) AS rollup_unit""",
        [indicator.name, indicator.unit, indicator.rollup, indicator.window, indicator.publish, indicator.flag,
         indicator.min_members, indicator.observed, indicator.base, indicator.scale,
         *(column in rollup.get("needs", []) for column in ("weight", "numerator", "denominator")),
         rollup.get("min_members", 0), rollup.get("min_share", 0.0), rollup.get("spread"),
         rollup.get("panel", False), rollup.get("unit", indicator.unit)],
    )
    codes = ", ".join(f"CAST(? AS VARCHAR) AS {d}" for d in DIMENSIONS)
    con.execute(
        f"CREATE OR REPLACE TABLE silence AS SELECT CAST(0 AS DOUBLE) AS value, {codes} WHERE ?",
        [*((indicator.silence or {}).get(d, "_T") for d in DIMENSIONS), indicator.silence is not None],
    )


def series_wanted(con, indicator):
    """The series of the header as a table: a row for each entry and data set, in order of preference."""
    rows = []
    for entry in indicator.series:
        own = [d.split("/")[1] for d in indicator.datasets if d.split("/")[0] == entry["source"]]
        for dataset in own if indicator.datasets and "dataset" not in entry else [entry.get("dataset")]:
            taken = entry.get("provider_breakdown", "_T" if "breakdown" in entry else None)
            rows.append({
                "place": len(rows) + 1, "from_source": entry["source"], "from_series": entry["series"], "from_dataset": dataset,
                **{f"as_{d}": entry.get(d) for d in DIMENSIONS}, "provider_breakdown": None if taken == "*" else taken,
                "publication": entry.get("publication"), "cited_as": indicator.cited_as[entry["source"]],
                "no_begins": entry.get("no"),
            })
    columns = ["from_source", "from_series", "from_dataset", *(f"as_{d}" for d in DIMENSIONS), "provider_breakdown", "publication", "cited_as", "no_begins"]
    schema = pyarrow.schema([("place", pyarrow.int32()), *((column, pyarrow.string()) for column in columns)])
    keep(con, "series_wanted", pyarrow.Table.from_pylist(rows, schema=schema))


def shared_views(con, methods):
    """The views of sql/shared, each after those that it reads."""
    waiting = {path.stem: path.read_text(encoding="utf-8-sig") for path in sorted((methods.workspace / "sql/shared").glob("*.sql"))}
    code = {name: re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL) for name, sql in waiting.items()}
    while waiting:
        ready = [n for n in waiting if not any(o != n and re.search(rf"\b{o}\b", code[n]) for o in waiting)]
        if not ready:
            raise Refused("sql/shared: views read each other in a circle: " + ", ".join(waiting))
        for name in ready:
            path = f"sql/shared/{name}.sql"
            try:
                con.execute(f"CREATE OR REPLACE VIEW {name} AS {waiting.pop(name)}")
            except duckdb.Error as error:
                methods.refused[path] = f"{path}: {' '.join(str(error).split())[:400]}"
                raise Refused(methods.refused[path]) from None
            methods.ran.add(path)


def select(con, indicator, methods):
    """The SELECT, the derived method where the header names one, and the parts by kind of row."""
    series_wanted(con, indicator)
    shared_views(con, methods)
    run_file(con, indicator.path, indicator.sql, "selected")
    conform(con, "selected", indicator)
    if indicator.derived:
        con.execute("CREATE OR REPLACE TABLE gap_input AS SELECT * FROM conformed")
        methods.run("derived", "group_population", "group_population")
        methods.run("derived", indicator.derived, "selected")
        conform(con, "selected", indicator)
    is_group = "ref_area IN (SELECT group_code FROM groups)"
    for name, condition in [
        ("country_values", f"estimate IS NULL AND NOT {is_group}"),
        ("published", f"estimate IS NULL AND {is_group}"),
        ("given", "estimate IS NOT NULL"),
    ]:
        con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM conformed WHERE {condition}")


def select_values(con, indicator):
    """Reported, published and given rows straight from the SELECT, without any method file."""
    value = f"coalesce(value, {indicator.scale!r}::DOUBLE * numerator / nullif(denominator, 0))"
    key = ", ".join(VALUES_KEY[:-1])
    con.execute(
        f"""CREATE OR REPLACE TABLE ours AS
            SELECT {key}, 'reported' AS estimate, {value} AS value FROM country_values
            WHERE {value} IS NOT NULL AND coalesce(coverage, 1) > 0
            UNION ALL
            SELECT {key}, 'published' AS estimate, {value} AS value FROM published WHERE {value} IS NOT NULL
            UNION ALL
            SELECT {key}, estimate, value FROM given"""
    )


def roll_up(con, indicator, methods):
    """The steps in order of name; the last one gives the values, and alone runs where nothing is rolled up."""
    *before, (last, _) = methods.steps
    members = con.execute("SELECT count(*) FROM country_values").fetchall()[0][0]
    if indicator.rollup != "none" and members > 0:
        for file, name in before:
            if name == "rolled":
                methods.run("rollups", indicator.rollup, "rollup")
            methods.run("steps", file, name)
    else:
        con.execute(
            f"""CREATE OR REPLACE TABLE group_values AS SELECT
                  ref_area, CAST(NULL AS VARCHAR) AS group_scheme, time_period, {', '.join(DIMENSIONS)}, estimate,
                  value, obs_status, coverage, members_observed, members_total, note, observed, error_low, error_high
                FROM conformed WHERE FALSE"""
        )
    methods.run("steps", last, "ours")


def parts(con, indicator, methods):
    """The parts of one group's value beside the value itself: the group with most members, its newest year."""
    file = f"{indicator.rollup}.parts"
    rolled = con.execute("SELECT 1 FROM information_schema.tables WHERE table_name = 'rolled'").fetchall()
    if indicator.rollup == "none" or not rolled or not (methods.workspace / f"sql/rollups/{file}.sql").exists():
        return []
    found = con.execute(
        """SELECT group_code, estimate, cell, r.value FROM rolled r JOIN cells c USING (cell)
           JOIN (SELECT group_code, estimate, cell, count(*) AS members FROM group_members GROUP BY ALL) m
             USING (group_code, estimate, cell)
           ORDER BY m.members DESC, c.time_period DESC, group_code, estimate, cell LIMIT 1"""
    ).fetchall()
    if not found:
        return []
    group, estimate, cell, value = found[0]
    con.execute(
        "CREATE OR REPLACE TABLE members AS SELECT ref_area, value, weight, numerator, denominator FROM group_members "
        "WHERE group_code = ? AND estimate = ? AND cell = ?", [group, estimate, cell],
    )
    methods.run("rollups", file, "parts")
    total = con.execute("SELECT sum(contribution) FROM parts").fetchall()[0][0]
    near = total is not None and abs(total - value) <= RELATIVE * max(1.0, abs(value))
    return [] if near else [f"{group} {estimate}: the parts of {file}.sql add up to {total}, the aggregate is {value}"]


def targets(con, indicators, tables):
    """The targets of all headers, as progress.sql reads them."""
    by_name = {i.name: i for i in indicators}

    def missing(indicator):
        if tables is None:
            return []
        found = [d for d in indicator.datasets if d not in tables]
        for name in sorted(indicator.reads):
            found += [d for d in missing(by_name[name]) if d not in found]
        return found

    rows = []
    for indicator in indicators:
        for t in indicator.targets:
            if "more_than" in t:
                level = t["more_than"]
                t = {**t, "value": level, "met_at": level + 1e-9 * max(1.0, abs(level))}
            kind = "level" if "value" in t else "change" if "change" in t else "band"
            also, absent = t.get("also", []), missing(indicator)
            rows.append({
                "target": t["id"], "title": t.get("title") or indicator.title, "indicator": indicator.name,
                "area": t["area"], "target_year": t["year"], "kind": kind,
                **{key: t.get(key) for key in ("value", "change", "low", "high", "met_at")},
                "direction": t.get("direction", "band" if kind == "band" else "up"),
                "baseline_year": t.get("baseline_year"), "baseline_value": t.get("baseline_value"),
                "also_groups": "groups" in also, "also_countries": "countries" in also,
                **{d: t.get(d, "_T") for d in DIMENSIONS},
                "estimates": ",".join(t.get("estimates", ["published", "imputed", "available"])),
                "unit": indicator.unit, "missing": f"not loaded: {', '.join(absent)}" if absent else None,
                "without_value": t.get("without_value"), "without_class": t.get("without_class"), "met_with": t.get("met_with"),
                "note": t.get("note"), "rollup": indicator.rollup, "min_observed": indicator.observed,
            })
    number, text, year, flag = pyarrow.float64(), pyarrow.string(), pyarrow.int32(), pyarrow.bool_()
    kinds = dict.fromkeys(("value", "change", "low", "high", "met_at", "baseline_value", "min_observed"), number)
    kinds |= dict.fromkeys(("target_year", "baseline_year"), year) | dict.fromkeys(("also_groups", "also_countries"), flag)
    columns = list(rows[0]) if rows else []
    schema = pyarrow.schema([(column, kinds.get(column, text)) for column in columns])
    for row in rows:
        for column, kind in kinds.items():
            if kind == number and row[column] is not None:
                row[column] = float(row[column])
    keep(con, "targets", pyarrow.Table.from_pylist(rows, schema=schema))


# ---- comparing ----

def compare(con, release, key, numbers, exact, shown):
    """Rows of `ours` against rows of the release. Gives the differences as lines, and how many there are."""
    columns = [*numbers, *exact]
    con.execute(f"CREATE OR REPLACE TABLE theirs AS {release}")
    problems, total = [], 0
    for table, who in [("ours", "DuckDB"), ("theirs", "the release")]:
        twice = con.execute(f"SELECT {', '.join(key)}, count(*) FROM {table} GROUP BY ALL HAVING count(*) > 1").fetchall()
        total += len(twice)
        problems += [f"{name(key, row)}: {row[-1]} rows from {who}" for row in twice[:shown]]
    if twice or total:
        return problems, total
    unequal = [f"(o.{c} IS DISTINCT FROM t.{c})" for c in exact] + [
        f"CASE WHEN o.{c} IS NULL OR t.{c} IS NULL THEN o.{c} IS DISTINCT FROM t.{c}"
        f" ELSE NOT abs(o.{c} - t.{c}) <= greatest({ABSOLUTE}, {RELATIVE} * greatest(abs(o.{c}), abs(t.{c}))) END"
        for c in numbers
    ]
    cells = ", ".join(f"o.{c}, t.{c}" for c in columns)
    both = " AND ".join(f"o.{k} = t.{k}" for k in key)
    differing = f"""
        SELECT {', '.join(f'coalesce(o.{k}, t.{k})' for k in key)}, o.present, t.present, {cells}
        FROM (SELECT *, TRUE AS present FROM ours) o
        FULL OUTER JOIN (SELECT *, TRUE AS present FROM theirs) t ON {both}
        WHERE o.present IS NULL OR t.present IS NULL OR {' OR '.join(unequal)}"""
    total = con.execute(f"SELECT count(*) FROM ({differing})").fetchall()[0][0]
    for row in con.execute(f"{differing} ORDER BY ALL LIMIT {shown}").fetchall():
        where, ours, theirs, cells = name(key, row), row[len(key)], row[len(key) + 1], row[len(key) + 2:]
        if ours is None or theirs is None:
            side = "the release" if ours is None else "DuckDB"
            values = cells[1] if ours is None else cells[0]
            problems.append(f"{where}: only in {side}, {columns[0]} {values}")
            continue
        for index, column in enumerate(columns):
            a, b = cells[2 * index], cells[2 * index + 1]
            if not same(a, b, column in numbers):
                problems.append(f"{where}: {column} is {a!r} on DuckDB, {b!r} in the release")
    return problems, total


def same(a, b, number):
    if a is None or b is None or not number:
        return a == b
    return abs(a - b) <= max(ABSOLUTE, RELATIVE * max(abs(a), abs(b)))


def name(key, row):
    return " ".join(str(cell) for cell in row[:len(key)] if cell != "_T")


def check_readers(path, integers):
    """The file as DuckDB, Polars and pyarrow see it."""
    problems = []
    con = duckdb.connect()
    duck = {row[0]: row[1] for row in con.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(path)})").fetchall()}
    rows = {"DuckDB": con.execute(f"SELECT count(*) FROM read_parquet({literal(path)})").fetchall()[0][0]}
    frame = polars.read_parquet(path)
    rows["Polars"] = frame.height
    table = pyarrow.parquet.read_table(path)
    rows["pyarrow"] = table.num_rows
    if len(set(rows.values())) != 1:
        problems.append("rows differ: " + ", ".join(f"{reader} {count}" for reader, count in rows.items()))
    if not duck.keys() == set(frame.columns) == set(table.column_names):
        problems.append("the readers see different columns")
    for field in table.schema:
        if pyarrow.types.is_dictionary(field.type):
            problems.append(f"{field.name}: pyarrow reads {field.type}")
        text = pyarrow.types.is_string(field.type) or pyarrow.types.is_large_string(field.type)
        if text and (frame.schema[field.name] != polars.String or duck[field.name] != "VARCHAR"):
            problems.append(f"{field.name}: Polars reads {frame.schema[field.name]}, DuckDB {duck[field.name]}")
        truth = pyarrow.types.is_boolean(field.type)
        if not (text or truth or pyarrow.types.is_integer(field.type) or pyarrow.types.is_floating(field.type)):
            problems.append(f"{field.name}: pyarrow reads {field.type}, neither text, number nor yes and no")
    for column, kind in frame.schema.items():
        if kind in (polars.Categorical, polars.Enum):
            problems.append(f"{column}: Polars reads {kind}")
    for column, kind in duck.items():
        if kind.startswith("ENUM"):
            problems.append(f"{column}: DuckDB reads {kind}")
    for column in integers:
        found = (duck.get(column), frame.schema.get(column), column in table.column_names and table.schema.field(column).type)
        if found != ("INTEGER", polars.Int32, pyarrow.int32()):
            problems.append(f"{column}: expected a 32-bit integer, found {', '.join(str(f) for f in found)}")
    return problems, rows["DuckDB"]


# ---- the report ----

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


def both_ends(con, indicator, methods, manifest):
    """Both ends of an indicator's targets, and the same on the same economies, while its members are at hand."""
    con.execute(f"CREATE OR REPLACE VIEW indicator_values AS SELECT * FROM release_values WHERE indicator = {literal(indicator.name)}")
    con.execute('CREATE OR REPLACE TABLE current_year AS SELECT CAST(? AS INTEGER) AS "year"', [manifest["current_year"]])
    if not indicator.targets:
        return
    targets(con, [indicator], tables=None)
    methods.run("derived", "ends", "ends")
    gather(con, "ends")
    if con.execute("SELECT 1 FROM information_schema.tables WHERE table_name = 'rolled'").fetchall():
        methods.run("derived", "fixed_members", "fixed_members")
        con.execute("CREATE OR REPLACE TABLE group_members AS SELECT * FROM fixed_members")
        methods.run("rollups", indicator.rollup, "fixed_rolled")
        methods.run("derived", "fixed_ends", "fixed_ends")
        gather(con, "fixed_ends")


def check_progress(con, methods, indicators, manifest, tables, shown):
    targets(con, indicators, tables)
    for table in ("ends", "fixed_ends"):
        con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM all_{table}")
    try:
        methods.run("derived", "classes", "classes")
        methods.run("derived", "paces", "paces")
        methods.run("derived", "progress", "ours")
    except Refused as error:
        return "not run", [f"DuckDB refuses {error}"], 1
    numbers = [
        "baseline_value", "latest_value", "target_value", "distance", "actual_per_year", "required_per_year", "pace",
        "pace_cagr", "projected_low", "projected_high", "arrival_year", "pace_fixed", "fixed_share",
    ]
    exact = ["indicator", "direction", "baseline_year", "latest_year", "target_year", "class", "note", "outcome", "class_fixed", "preferred", "headline"]
    problems, total = compare(con, "SELECT * FROM release_progress", PROGRESS_KEY, numbers, exact, shown)
    return f"{con.execute('SELECT count(*) FROM ours').fetchall()[0][0]} rows", problems, total


def check_preferred(con, methods):
    """The row to show where only one estimate can be shown, chosen again."""
    con.execute("CREATE OR REPLACE VIEW indicator_values AS SELECT * EXCLUDE (preferred) FROM release_values")
    try:
        methods.run("derived", "preferred", "ours")
    except Refused as error:
        return "not run", [f"DuckDB refuses {error}"], 1
    key = ", ".join(["indicator", *VALUES_KEY])
    rows = con.execute("SELECT count(*) FROM ours WHERE preferred").fetchall()[0][0]
    query = f"SELECT {key}, preferred FROM ours EXCEPT SELECT {key}, preferred FROM release_values"
    problems = [" ".join(str(cell) for cell in row) for row in con.execute(query).fetchall()]
    return f"{rows} rows", problems[:10], len(problems)


def check(arguments, folder):
    release = arguments.data / "current"
    try:
        manifest = json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise Unusable(f"no promoted release: {error}") from None
    paths = sorted((arguments.workspace / "sql/indicators").glob("*.sql"))
    workspace = Workspace(arguments.workspace)
    indicators = in_order([Indicator(path, workspace) for path in paths])
    con = duckdb.connect(str(folder / "work.duckdb"))
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
            both_ends(con, indicator, methods, manifest)
        con.execute(
            f"CREATE TABLE indicators.{indicator.name} AS SELECT * FROM release_values WHERE indicator = ?", [indicator.name]
        )
    report.line("progress", *check_progress(con, methods, indicators, manifest, tables, arguments.rows))
    report.line("preferred", *check_preferred(con, methods))
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
