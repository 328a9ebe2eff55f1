"""Polars reads only the columns and rows that are asked for."""

import sys

import polars as pl

values = pl.scan_parquet(f"{sys.argv[1]}/values.parquet")
one = values.filter(indicator="internet_use", ref_area="KEN", time_period=2019, estimate="reported", sex="_T", age="_T", urbanisation="_T")
print(one.select("value").collect().item())
