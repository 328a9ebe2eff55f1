"""Rows of DuckDB against rows of the release, and a file as three readers see it."""

import duckdb
import polars
import pyarrow
import pyarrow.parquet

from equality.methods import RELATIVE
from equality.tables import literal

# Differences of nearly equal numbers: a gap of 0 may come out as 1e-14.
ABSOLUTE = 1e-12


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
