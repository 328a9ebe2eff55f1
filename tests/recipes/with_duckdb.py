"""DuckDB reads Parquet where it lies: one figure of the table of all values."""

import sys

import duckdb

release = sys.argv[1]
query = f"""
SELECT value FROM '{release}/values.parquet'
WHERE indicator = 'internet_use' AND ref_area = 'KEN' AND time_period = 2019 AND estimate = 'reported'
  AND sex = '_T' AND age = '_T' AND urbanisation = '_T'
"""
print(duckdb.sql(query).fetchall()[0][0])
