"""The tables that SQL sees, in DuckDB: reference tables, observations, parameters, series and targets."""

import subprocess

import duckdb
import pyarrow

from equality.headers import Unusable

DIMENSIONS = ["sex", "age", "urbanisation", "disability", "education_level", "size_class", "breakdown"]
PROGRESS_KEY = ["target", "ref_area", *DIMENSIONS, "estimate"]
REFERENCE_TABLES = ["population", "areas", "groups", "membership", "gni_per_capita", "units"]


def literal(text):
    return "'" + str(text).replace("'", "''") + "'"


def in_memory(folder):
    """A database that writes to the folder only what does not fit into memory."""
    return duckdb.connect(config={"temp_directory": str(folder / "spilled"), "threads": 1})


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
    path = folder / "observations.parquet"
    export(arguments, manifest, "SELECT * FROM observations_by_data_set", path)
    con.execute(f"CREATE TABLE no_observations AS SELECT * FROM read_parquet({literal(path)}) WHERE FALSE")
    tables = {}
    for entry in manifest["inputs"]:
        dataset = f"{entry['source']}/{entry['dataset']}"
        tables[dataset] = f"observations_{len(tables)}"
        con.execute(
            f"""CREATE TABLE {tables[dataset]} AS SELECT * FROM read_parquet({literal(path)})
                WHERE source = {literal(entry['source'])} AND dataset = {literal(entry['dataset'])}"""
        )
        known = {body["snapshot"] for body in entry["bodies"]}
        found = {row[0] for row in con.execute(f"SELECT DISTINCT snapshot FROM {tables[dataset]}").fetchall()}
        rows = con.execute(f"SELECT count(*) FROM {tables[dataset]}").fetchall()[0][0]
        if not found <= known or rows != entry["observations"]:
            raise Unusable(f"{dataset}: the observations are not those of the release; run `yardstick compute` first")
    return tables


def keep(con, name, table):
    con.register("arriving", table)
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM arriving")
    con.unregister("arriving")


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


def load_targets(con, indicators, tables):
    """The targets of all headers, as progress.sql reads them."""
    by_name = {i.name: i for i in indicators}

    def missing(indicator):
        if tables is None:
            return []
        found = [d for d in indicator.datasets if d not in tables and d not in indicator.weights]
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
                "note": t.get("note"), "rollup": indicator.rollup, "min_observed": indicator.observed, "due_within": t.get("due_within", 2),
            })
    number, text, year, flag = pyarrow.float64(), pyarrow.string(), pyarrow.int32(), pyarrow.bool_()
    kinds = dict.fromkeys(("value", "change", "low", "high", "met_at", "baseline_value", "min_observed"), number)
    kinds |= dict.fromkeys(("target_year", "baseline_year", "due_within"), year) | dict.fromkeys(("also_groups", "also_countries"), flag)
    columns = list(rows[0]) if rows else []
    schema = pyarrow.schema([(column, kinds.get(column, text)) for column in columns])
    for row in rows:
        for column, kind in kinds.items():
            if kind == number and row[column] is not None:
                row[column] = float(row[column])
    keep(con, "targets", pyarrow.Table.from_pylist(rows, schema=schema))
