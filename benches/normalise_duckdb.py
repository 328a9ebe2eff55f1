#!/usr/bin/env python3
"""The bodies of generate_bodies.py, normalised the way a statistician would do it with DuckDB.

    python benches/normalise_duckdb.py FOLDER OUT                 writes OUT/sdg_bulk.parquet and OUT/internet_use.parquet
    python benches/normalise_duckdb.py FOLDER OUT --check DATA    compares OUT with DATA/observations of `yardstick pull`

Declared types, no sniffing; the UIS code is split into series, sex, age and place of residence once per distinct
code, by a join with a small table; statuses are mapped; area codes go through the crosswalk; rows leave in key order as zstd Parquet.
"""

import argparse
import sys
from pathlib import Path

import duckdb

REFERENCE = Path(__file__).resolve().parent.parent / "pipelines/reference"
PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 262144)"
KEY = ["series", "ref_area", "time_period", "sex", "age", "urbanisation", "disability", "education_level", "size_class", "breakdown"]
COMPARED = ["obs_value", "obs_text", "unit", "obs_status", "note"]

SEX = {"F": "F", "M": "M"}
URBANISATION = {"URB": "U", "RUR": "R"}
AGE = {"AGUNDER15Y": "Y_LT15", "AG15T24": "Y15T24", "AG25T74": "Y25T74", "AG75OROVER": "Y_GE75"}

UIS = """
SELECT
  'unesco' AS source, 'sdg_bulk' AS dataset, c.series, a.ref_area, CAST(d.YEAR AS INTEGER) AS time_period,
  c.sex, c.age, c.urbanisation, '_T' AS disability, '_T' AS education_level, '_T' AS size_class, '_T' AS breakdown,
  CASE WHEN d.MAGNITUDE = 'NIL' THEN 0.0 WHEN d.MAGNITUDE IN ('NA', 'SUPP', 'INCLUDED') THEN NULL ELSE d.VALUE END AS obs_value,
  CAST(NULL AS VARCHAR) AS obs_text, c.unit,
  CASE d.MAGNITUDE
    WHEN 'NA' THEN 'M' WHEN 'SUPP' THEN 'Q' WHEN 'INCLUDED' THEN 'K' WHEN 'INCLUDES' THEN 'W' WHEN 'LOWREL' THEN 'U'
    ELSE CASE WHEN d.VALUE IS NULL AND d.MAGNITUDE IS NULL THEN 'O' WHEN d.QUALIFIER IN ('UIS_EST', 'NAT_EST') THEN 'E' ELSE 'A' END
  END AS obs_status,
  CASE d.QUALIFIER WHEN 'UIS_EST' THEN 'UIS estimate' WHEN 'NAT_EST' THEN 'national estimate' END AS note
FROM read_csv('{bodies}/unesco/sdg_bulk/SDG_DATA_NATIONAL.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
  columns = {{'INDICATOR_ID': 'VARCHAR', 'COUNTRY_ID': 'VARCHAR', 'YEAR': 'SMALLINT', 'VALUE': 'DOUBLE', 'MAGNITUDE': 'VARCHAR', 'QUALIFIER': 'VARCHAR'}}) d
JOIN uis_codes c ON c.code = d.INDICATOR_ID
JOIN areas a ON a.scheme = 'uis' AND a.code = d.COUNTRY_ID
ORDER BY {key}
"""

ITU = """
SELECT
  'itu' AS source, 'internet_use' AS dataset, s.series, a.ref_area, CAST(d.dataYear AS INTEGER) AS time_period,
  s.sex, s.age, s.urbanisation, s.disability, s.education_level, '_T' AS size_class, s.breakdown,
  CASE WHEN s.unit <> '' THEN CAST(d.dataValue AS DOUBLE) END AS obs_value,
  CASE WHEN s.unit = '' THEN d.dataValue END AS obs_text, s.unit,
  CASE
    WHEN d.dataValue = '' THEN 'O'
    WHEN lower(d.dataSource) LIKE '%estimate%' OR lower(d.dataNote) LIKE '%estimate%' THEN 'E'
    WHEN lower(d.dataNote) LIKE '%break in%' THEN 'B'
    ELSE 'A'
  END AS obs_status,
  CASE
    WHEN coalesce(d.dataNote, '') = '' THEN nullif(d.dataSource, '')
    WHEN coalesce(d.dataSource, '') = '' THEN d.dataNote
    ELSE d.dataNote || ' [' || d.dataSource || ']'
  END AS note
FROM read_csv('{bodies}/itu/internet_use/benchmark.csv', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"',
  columns = {{'seriesID': 'VARCHAR', 'seriesCode': 'VARCHAR', 'seriesName': 'VARCHAR', 'seriesParent': 'VARCHAR',
    'seriesUnits': 'VARCHAR', 'entityID': 'VARCHAR', 'entityIso': 'VARCHAR', 'entityName': 'VARCHAR', 'dataValue': 'VARCHAR',
    'dataYear': 'SMALLINT', 'dataNote': 'VARCHAR', 'dataSource': 'VARCHAR', 'seriesDescription': 'VARCHAR'}}) d
JOIN itu_series s ON s.series_id = d.seriesID
JOIN areas a ON a.scheme = 'itu' AND a.code = d.entityIso
ORDER BY {key}
"""


def split(code):
    """`ICTSKILLCOPI.AG15T24.F` -> series, sex, age, urbanisation, unit."""
    kept, sex, age, urbanisation = [], "_T", "_T", "_T"
    for index, part in enumerate(code.split(".")):
        if index and part in SEX:
            sex = SEX[part]
        elif index and part in URBANISATION:
            urbanisation = URBANISATION[part]
        elif index and part in AGE:
            age = AGE[part]
        else:
            kept.append(part)
    percent = code.startswith(("SCHBSP", "ICTSKILL", "DL"))
    unit = "RATIO" if {"GPIA", "LPIA", "WPIA"} & set(kept) else "PT" if percent else "_U"
    return code, ".".join(kept), sex, age, urbanisation, unit


def literal(text):
    return "'" + str(text).replace("'", "''") + "'"


def normalise(folder, out, threads):
    con = duckdb.connect()
    con.execute(f"SET threads = {threads}")
    con.execute(f"SET temp_directory = {literal(out / 'spill')}")
    codes = (folder / "uis_codes.csv").read_text().split()[1:]
    con.execute("CREATE TABLE uis_codes (code VARCHAR, series VARCHAR, sex VARCHAR, age VARCHAR, urbanisation VARCHAR, unit VARCHAR)")
    rows = ", ".join("(" + ", ".join(map(literal, split(code))) + ")" for code in codes)
    con.execute(f"INSERT INTO uis_codes VALUES {rows}")
    # A provider's own code wins over ISO: ITU writes UMI for upper-middle income.
    con.execute(
        f"""CREATE TABLE areas AS
            WITH crosswalk AS (
              SELECT scheme, code, ref_area FROM read_csv({literal(REFERENCE / 'area_codes.csv')}, all_varchar = true)
            )
            SELECT scheme, code, ref_area FROM crosswalk WHERE ref_area <> ''
            UNION ALL
            SELECT s.scheme, a.ref_area AS code, a.ref_area
            FROM (VALUES ('uis'), ('itu')) AS s (scheme)
            CROSS JOIN read_csv({literal(REFERENCE / 'areas.csv')}, all_varchar = true) a
            WHERE NOT EXISTS (SELECT 1 FROM crosswalk c WHERE c.scheme = s.scheme AND c.code = a.ref_area)"""
    )
    con.execute(
        f"""CREATE TABLE itu_series AS SELECT series_id, series, coalesce(unit, '') AS unit,
              sex, age, urbanisation, disability, education_level, breakdown
            FROM read_csv({literal(REFERENCE / 'itu_series.csv')}, all_varchar = true)"""
    )
    bodies = str(folder / "bodies").replace("'", "''")
    for name, query in [("sdg_bulk", UIS), ("internet_use", ITU)]:
        con.execute(f"COPY ({query.format(bodies=bodies, key=', '.join(KEY))}) TO {literal(out / f'{name}.parquet')} {PARQUET}")


def check(out, data):
    """The same rows on both sides? Gives the number of data sets that differ."""
    con, failed = duckdb.connect(), 0
    for name, path in [("sdg_bulk", "unesco/sdg_bulk"), ("internet_use", "itu/internet_use")]:
        ours, theirs = literal(out / f"{name}.parquet"), literal(data / f"observations/{path}.parquet")
        columns = ", ".join(KEY + COMPARED)
        counts = [con.execute(f"SELECT count(*) FROM read_parquet({file})").fetchall()[0][0] for file in (ours, theirs)]
        differing = con.execute(
            f"""SELECT count(*) FROM (
                  SELECT {columns} FROM read_parquet({ours}) EXCEPT SELECT {columns} FROM read_parquet({theirs}))"""
        ).fetchall()[0][0]
        good = counts[0] == counts[1] and differing == 0
        failed += not good
        print(f"{path}: {counts[0]} rows by DuckDB, {counts[1]} by yardstick, {differing} differ")
    return failed


def main():
    parser = argparse.ArgumentParser(description="Normalises the bodies of generate_bodies.py with DuckDB.")
    parser.add_argument("folder", type=Path, help="folder written by generate_bodies.py")
    parser.add_argument("out", type=Path, help="where the Parquet files go")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--check", type=Path, metavar="DATA", help="compare OUT with this data folder instead of writing it")
    arguments = parser.parse_args()
    if arguments.check:
        return 1 if check(arguments.out, arguments.check) else 0
    arguments.out.mkdir(parents=True, exist_ok=True)
    normalise(arguments.folder, arguments.out, arguments.threads)
    return 0


if __name__ == "__main__":
    sys.exit(main())
