"""The SQL of a workspace, run on DuckDB as it is: the SELECT of an indicator, its steps, its roll-up and the parts of that."""

import re
import tomllib

import duckdb

from equality.tables import DIMENSIONS, literal, series_wanted

RELATIVE = 1e-9

# What a SELECT becomes: missing columns take the default, or NULL.
COUNTRY_VALUES = {
    "ref_area": "VARCHAR", "time_period": "INTEGER", **dict.fromkeys(DIMENSIONS, "VARCHAR"),
    "estimate": "VARCHAR", "value": "DOUBLE", "weight": "DOUBLE", "numerator": "DOUBLE", "denominator": "DOUBLE",
    "unit": "VARCHAR", "obs_status": "VARCHAR", "coverage": "DOUBLE", "members_observed": "BIGINT",
    "members_total": "BIGINT", "note": "VARCHAR", "source": "VARCHAR", "observed": "DOUBLE", "error_low": "DOUBLE",
    "error_high": "DOUBLE",
}
VALUES_KEY = ["ref_area", "time_period", *DIMENSIONS, "estimate"]


class Refused(Exception):
    """DuckDB does not run a file as it is."""


def run_file(con, path, sql, into):
    """Runs a file as it is and keeps its result as a table."""
    try:
        con.execute(f"CREATE OR REPLACE TABLE {into} AS {sql}")
    except duckdb.Error as error:
        raise Refused(f"{path}: {' '.join(str(error).split())[:400]}") from None


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
