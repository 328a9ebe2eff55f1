#!/usr/bin/env python3
"""The night of night_duckdb.py in Polars: night_polars.py WORKSPACE OUT"""
import os
import sys

os.environ["POLARS_MAX_THREADS"] = "2"
import polars as pl

workspace, out = sys.argv[1:]
breakdown = ["sex", "age", "urbanisation"]
key = ["ref_area", "time_period", *breakdown]

observed = pl.read_csv(f"{workspace}/bodies/survey/use/use.csv", schema_overrides={"value": pl.Float64, "year": pl.Int32})
observed = observed.rename({"area": "ref_area", "year": "time_period"}).sort("series", *key)
observed.write_parquet(f"{out}/observations.parquet", compression="zstd")

population = (
    pl.read_csv(f"{workspace}/pipelines/reference/population.csv", infer_schema=False)
    .unpivot(index=["ref_area", "time_period"], variable_name="cell", value_name="persons")
    .with_columns(pl.col("time_period").cast(pl.Int32), pl.col("persons").cast(pl.Float64))
    .drop_nulls("persons")
    .with_columns(pl.col("cell").str.split_exact(":", 2).struct.rename_fields(breakdown))
    .unnest("cell")
)
membership = pl.read_csv(f"{workspace}/pipelines/reference/membership.csv", infer_schema=False).select("group_code", "ref_area")
base = population.join(membership, on="ref_area").group_by("group_code", *key[1:]).agg(base=pl.col("persons").sum())

years = observed.select(pl.col("time_period").unique())
following = pl.col("time_period").shift(-1).over("series", "ref_area", *breakdown, order_by="time_period").fill_null(9999)
carried = (
    observed.with_columns(until=pl.min_horizontal(pl.col("time_period") + 5, following - 1, pl.lit(years.max().item())).cast(pl.Int32))
    .with_columns(time_period=pl.int_ranges("time_period", pl.col("until") + 1, dtype=pl.Int32))
    .drop("until")
    .explode("time_period")
)


def rolled(frame, estimate):
    members = frame.lazy().join(population.lazy(), on=key).join(membership.lazy(), on="ref_area")
    return (
        members.group_by("series", "group_code", *key[1:])
        .agg(value=(pl.col("value") * pl.col("persons")).sum() / pl.col("persons").sum(), persons=pl.col("persons").sum())
        .with_columns(estimate=pl.lit(estimate))
        .collect()
    )


groups = pl.concat([rolled(observed, "available"), rolled(carried, "imputed")]).join(base, on=["group_code", *key[1:]])
groups = groups.with_columns(coverage=pl.col("persons") / pl.col("base")).select(
    "series", pl.col("group_code").alias("ref_area"), *key[1:], "estimate",
    value=pl.when(pl.col("coverage") >= 0.5).then("value"), coverage="coverage",
)
reported = observed.select("series", *key, estimate=pl.lit("reported"), value="value", coverage=pl.lit(None, pl.Float64))
pl.concat([reported, groups]).sort("series", *key, "estimate").write_parquet(f"{out}/values.parquet", compression="zstd")
