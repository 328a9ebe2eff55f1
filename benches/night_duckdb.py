#!/usr/bin/env python3
"""A night as an analyst writes it in DuckDB: night_duckdb.py WORKSPACE OUT

Reads the body of night_workspace.py, writes sorted observations, computes reported, available and imputed values with
coverage for every group, and writes them sorted. It keeps no snapshot, no place of a record, no quarantine, no check,
no progress, no status and no note, and publishes in one format.
"""
import sys

import duckdb

workspace, out = sys.argv[1:]
db = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
key = "ref_area, time_period, sex, age, urbanisation"
db.sql(f"""
CREATE TABLE observed AS
SELECT series, area AS ref_area, year AS time_period, sex, age, urbanisation, value
FROM read_csv('{workspace}/bodies/survey/use/use.csv', header = true, columns = {{
  'series': 'VARCHAR', 'area': 'VARCHAR', 'year': 'INTEGER', 'sex': 'VARCHAR', 'age': 'VARCHAR', 'urbanisation': 'VARCHAR',
  'value': 'DOUBLE'}});
COPY (FROM observed ORDER BY ALL) TO '{out}/observations.parquet' (COMPRESSION zstd);

CREATE TABLE population AS
SELECT
  ref_area, CAST(time_period AS INTEGER) AS time_period, split_part(cell, ':', 1) AS sex, split_part(cell, ':', 2) AS age,
  split_part(cell, ':', 3) AS urbanisation, CAST(persons AS DOUBLE) AS persons
FROM (
  UNPIVOT (FROM read_csv('{workspace}/pipelines/reference/population.csv', header = true, all_varchar = true))
  ON COLUMNS(* EXCLUDE (ref_area, time_period)) INTO NAME cell VALUE persons)
WHERE persons <> '';
CREATE TABLE membership AS
SELECT group_code, ref_area FROM read_csv('{workspace}/pipelines/reference/membership.csv', header = true, all_varchar = true);
CREATE TABLE base AS
SELECT group_code, time_period, sex, age, urbanisation, sum(persons) AS base
FROM population JOIN membership USING (ref_area) GROUP BY ALL;

CREATE VIEW carried AS
WITH followed AS (
  SELECT *, lead(time_period) OVER (PARTITION BY series, ref_area, sex, age, urbanisation ORDER BY time_period) AS following
  FROM observed
)
SELECT f.series, f.ref_area, y.time_period, f.sex, f.age, f.urbanisation, f.value
FROM followed f
JOIN (SELECT DISTINCT time_period FROM observed) y
  ON y.time_period BETWEEN f.time_period AND f.time_period + 5 AND y.time_period < coalesce(f.following, 9999);
""")
for estimate, table in (("available", "observed"), ("imputed", "carried")):
    db.sql(f"""
    CREATE TABLE {estimate} AS
    SELECT series, group_code, '{estimate}' AS estimate, time_period, sex, age, urbanisation,
      sum(value * persons) / sum(persons) AS value, sum(persons) AS persons
    FROM {table} JOIN population USING ({key}) JOIN membership USING (ref_area)
    GROUP BY ALL""")
db.sql(f"""
COPY (
  SELECT series, {key}, 'reported' AS estimate, value, NULL AS coverage FROM observed
  UNION ALL BY NAME
  SELECT series, group_code AS ref_area, time_period, sex, age, urbanisation, estimate,
    CASE WHEN persons / base >= 0.5 THEN value END AS value, persons / base AS coverage
  FROM (FROM available UNION ALL FROM imputed) JOIN base USING (group_code, time_period, sex, age, urbanisation)
  ORDER BY ALL
) TO '{out}/values.parquet' (COMPRESSION zstd)""")
