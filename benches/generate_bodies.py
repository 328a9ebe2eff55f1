#!/usr/bin/env python3
"""Writes large provider bodies for the benchmark, true to the format of the real ones and with unique keys.

    FOLDER/bodies/unesco/sdg_bulk/SDG_DATA_NATIONAL.csv     the UIS bulk national file, 4 million rows
    FOLDER/bodies/itu/internet_use/benchmark.csv            an ITU DataHub v2 download, 0.7 million rows
    FOLDER/uis_codes.csv                                    the distinct UIS codes, as the label file of UIS lists them

Economies come from pipelines/reference/areas.csv, SeriesIDs from pipelines/reference/itu_series.csv. The same
arguments give the same bytes. The figures mean nothing.

    python benches/generate_bodies.py /tmp/bench
    python benches/generate_bodies.py /tmp/bench --uis-rows 50000000
"""

import argparse
import math
from pathlib import Path

import numpy
import polars

WORKSPACE = Path(__file__).resolve().parent.parent
LAST_YEAR = 2025

# ---- UIS ----

STEMS = ["ADMI", "CR", "EA", "FHLANGILP", "GER", "ICTSKILL", "LR", "MENFR", "NARA", "NERT", "OAEPG", "READ", "ROFST", "SCHBSP", "TRTP", "XGDP"]
# The total and eleven breakdowns, in the order in which their codes sort.
SUFFIXES = ["", ".AG15T24", ".AG15T24.F", ".AG15T24.M", ".AG25T74", ".AG75OROVER", ".AGUNDER15Y", ".F", ".M", ".RUR", ".URB", ".GPIA"]
UIS_YEARS = numpy.arange(LAST_YEAR - 25, LAST_YEAR + 1)
# Share of economies and years that have a value.
DENSITY = 0.4
# (MAGNITUDE, QUALIFIER) and their shares; the last two come without a value.
FLAGS = [("", "", 0.80), ("", "UIS_EST", 0.08), ("", "NAT_EST", 0.06), ("NIL", "", 0.02), ("LOWREL", "", 0.01), ("NA", "", 0.02), ("SUPP", "", 0.01)]
BLOCK = 200_000


def uis_codes(rows, areas):
    bases = math.ceil(rows / (DENSITY * len(areas) * len(UIS_YEARS) * len(SUFFIXES)))
    codes = [f"{STEMS[i % len(STEMS)]}.{i // len(STEMS) + 1}.BENCH{suffix}" for i in range(bases) for suffix in SUFFIXES]
    return sorted(codes)


def write_uis(path, rows, areas, codes, generator):
    """Rows in the order of the real file: by code, economy and year."""
    cells = len(areas) * len(UIS_YEARS)
    areas = polars.Series(areas)
    share = numpy.cumsum([flag[2] for flag in FLAGS])
    with open(path, "wb") as file:
        file.write(b"INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER\r\n")
        parts, waiting = [], 0
        for index, code in enumerate(codes):
            size = rows // len(codes) + (index < rows % len(codes))
            chosen = numpy.sort(generator.permutation(cells)[:size])
            # UIS works in single precision: 36.81824111938477
            shares = (generator.beta(2, 2, size) * 100).astype(numpy.float32).astype(numpy.float64)
            value = numpy.where(generator.random(size) < 0.3, numpy.round(shares), shares)
            if code.endswith("GPIA"):
                value = numpy.round(value / 50, 5)
            flag = numpy.minimum(numpy.searchsorted(share, generator.random(size)), len(FLAGS) - 1)
            parts.append((numpy.full(size, index), chosen, value, flag))
            waiting += size
            if waiting >= BLOCK or index == len(codes) - 1:
                code_index, chosen, value, flag = (numpy.concatenate(column) for column in zip(*parts))
                flag = polars.Series(flag)
                frame = polars.DataFrame({
                    "code": polars.Series(codes).gather(code_index),
                    "area": areas.gather(chosen // len(UIS_YEARS)),
                    "year": UIS_YEARS[chosen % len(UIS_YEARS)],
                    "value": value,
                    "magnitude": polars.Series([f[0] for f in FLAGS]).gather(flag),
                    "qualifier": polars.Series([f[1] for f in FLAGS]).gather(flag),
                }).with_columns(
                    value=polars.when(polars.col("magnitude").is_in(["NA", "SUPP"])).then(None)
                    .when(polars.col("magnitude") == "NIL").then(0.0).otherwise(polars.col("value"))
                )
                frame.write_csv(file, include_header=False, line_terminator="\r\n", quote_style="never")
                parts, waiting = [], 0


# ---- ITU ----

NOTES = [("", 0.80), ("Aged 16-74.", 0.06), ("Aged 15 and older.", 0.04), ('Break in comparability: "use in the last 3 months" before.', 0.04), ("Preliminary, December data.", 0.06)]
SOURCES = [("ITU estimate.", 0.40), ("", 0.08), ("Eurostat.", 0.12), ("Ministry of Communications, annual questionnaire.", 0.20), ("National statistical office, household survey.", 0.20)]
ANSWERS = ["Without price control", "Price control for some operators", "Price control for all operators"]
HEADER = [
    "seriesID", "seriesCode", "seriesName", "seriesParent", "seriesUnits", "entityID", "entityIso", "entityName",
    "dataValue", "dataYear", "dataNote", "dataSource", "seriesDescription",
]


def pick(pairs, size, generator):
    words, share = [pair[0] for pair in pairs], numpy.cumsum([pair[1] for pair in pairs])
    return polars.Series(words).gather(numpy.minimum(numpy.searchsorted(share, generator.random(size)), len(words) - 1))


def itu_series():
    """One SeriesID for each key: a few numbers mean the same breakdown in other editions."""
    table = polars.read_csv(WORKSPACE / "pipelines/reference/itu_series.csv", infer_schema=False).fill_null("")
    key = ["series", "sex", "age", "urbanisation", "disability", "education_level", "breakdown"]
    return table.unique(subset=key, keep="first", maintain_order=True).to_dicts()


def write_itu(path, rows, areas, names, generator):
    series = itu_series()
    codes = {row["series_id"]: row["code"] or row["series_id"] for row in series}
    years = math.ceil(rows / (len(series) * len(areas)) / 0.9)
    first = LAST_YEAR - years + 1
    areas, names = polars.Series(areas), polars.Series(names)
    with open(path, "wb") as file:
        file.write(b"\xef\xbb\xbf" + ",".join(f'"{column}"' for column in HEADER).encode() + b"\n")
        for index, row in enumerate(series):
            size = rows // len(series) + (index < rows % len(series))
            chosen = numpy.sort(generator.permutation(len(areas) * years)[:size])
            area = chosen // years
            if row["unit"] == "":
                value = polars.Series(ANSWERS).gather(generator.integers(0, len(ANSWERS), size))
            elif row["unit"].startswith("P"):
                value = polars.Series(generator.beta(2, 3, size) * 100).cast(polars.String)
            else:
                value = polars.Series(numpy.round(generator.exponential(1e5, size))).cast(polars.Int64).cast(polars.String)
            parent = codes.get(row["series"], row["series"]) if row["series_id"] != row["series"] else ""

            def text(word, size=size):
                return polars.repeat('"' + word.replace('"', '""') + '"', size, eager=True)

            def quoted(words):
                return '"' + words.str.replace_all('"', '""') + '"'

            polars.DataFrame([
                polars.repeat(row["series_id"], size, eager=True).alias("seriesID"),
                text(codes[row["series_id"]]).alias("seriesCode"),
                text(row["title"]).alias("seriesName"),
                (text(parent) if parent else polars.repeat("", size, eager=True)).alias("seriesParent"),
                text("%" if row["unit"] == "PT" else row["unit"]).alias("seriesUnits"),
                polars.Series("entityID", area + 1),
                quoted(areas.gather(area)).alias("entityIso"),
                quoted(names.gather(area)).alias("entityName"),
                quoted(value).alias("dataValue"),
                polars.Series("dataYear", first + chosen % years),
                quoted(pick(NOTES, size, generator)).alias("dataNote"),
                quoted(pick(SOURCES, size, generator)).alias("dataSource"),
                text(f"Refers to: {row['title']}. From any location, in the last three months.").alias("seriesDescription"),
            ]).write_csv(file, include_header=False, quote_style="never")


def main():
    parser = argparse.ArgumentParser(description="Writes large provider bodies for the benchmark.")
    parser.add_argument("folder", type=Path, help="where to write; never inside the repository")
    parser.add_argument("--uis-rows", type=int, default=4_000_000)
    parser.add_argument("--itu-rows", type=int, default=700_000)
    parser.add_argument("--seed", type=int, default=20260201)
    arguments = parser.parse_args()
    if WORKSPACE in [arguments.folder.resolve(), *arguments.folder.resolve().parents]:
        parser.error("choose a folder outside the repository")
    table = polars.read_csv(WORKSPACE / "pipelines/reference/areas.csv", infer_schema=False).sort("ref_area")
    areas, names = table["ref_area"].to_list(), table["name"].to_list()
    generator = numpy.random.default_rng(arguments.seed)
    for part in ("bodies/unesco/sdg_bulk", "bodies/itu/internet_use"):
        (arguments.folder / part).mkdir(parents=True, exist_ok=True)
    codes = uis_codes(arguments.uis_rows, areas)
    national = arguments.folder / "bodies/unesco/sdg_bulk/SDG_DATA_NATIONAL.csv"
    write_uis(national, arguments.uis_rows, areas, codes, generator)
    polars.DataFrame({"INDICATOR_ID": codes}).write_csv(arguments.folder / "uis_codes.csv")
    download = arguments.folder / "bodies/itu/internet_use/benchmark.csv"
    write_itu(download, arguments.itu_rows, areas, names, generator)
    for path, rows in [(national, arguments.uis_rows), (download, arguments.itu_rows)]:
        print(f"{path}: {rows} rows, {path.stat().st_size / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
