#!/usr/bin/env python3
"""Writes a workspace of made-up districts with one provider body: night_workspace.py FOLDER S|M|L

S, M and L give about 0.4, 5 and 51 million observations: 17 breakdowns, 25 years, six of ten values there. The method
files are those of this repository. Population adds up and each group has the members that it says, so no gate stops
the release. The same size gives the same bytes.
"""
import csv
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import polars as pl

REPOSITORY = Path(__file__).resolve().parent.parent
SIZES = {"S": (800, 2), "M": (5_000, 4), "L": (50_000, 4)}
YEARS = np.arange(2001, 2026)
SHARE_WITH_VALUE = 0.6
AGES = ["Y_LT15", "Y15T24", "Y25T74", "Y_GE75"]
BREAKDOWNS = [(sex, age, "_T") for sex in ("_T", "M", "F") for age in ("_T", *AGES)] + [("_T", "_T", "U"), ("_T", "_T", "R")]
SCHEMES = {"world": ["WLD"], "special": ["LDC", "LLDC", "SIDS"], "development": ["DEVELOPED", "DEVELOPING"]}

DATA_SET = """source = "survey"
title = "Survey of districts"
licence = "CC0-1.0"
citation = "made up"
stale_after_days = 30

[http]
max_bytes = 20000000000

[[dataset]]
name = "use"
format = "table"
area_scheme = "iso3"
how_to_get = "made by benches/night_workspace.py"

[dataset.columns]
series = "series"
ref_area = "area"
time_period = "year"
sex = "sex"
age = "age"
urbanisation = "urbanisation"
value = "value"
unit = { constant = "PT" }
"""

INDICATOR = """/*---
id = "9.{number}"
name = "use_{number}"
title = "Use of service {number}"
unit = "PT"
rollup = "weighted_mean"
groups = ["world", "special", "development"]
datasets = ["survey/use"]
definition = "made up"
method = "made up"
caveats = "made up"
owner = "nobody"
sources = [{{ title = "made up", licence = "CC0-1.0", citation = "made up", url = "https://example.org" }}]
---*/
SELECT
  o.ref_area, o.time_period, o.sex, o.age, o.urbanisation,
  o.obs_value AS value, p.persons AS weight, o.obs_status, o.note, o.source
FROM observations o
LEFT JOIN population p
  ON p.ref_area = o.ref_area AND p.time_period = o.time_period
  AND p.sex = o.sex AND p.age = o.age AND p.urbanisation = o.urbanisation
WHERE o.source = 'survey' AND o.series = 's{number}' AND o.obs_value IS NOT NULL
"""


def replace_table(path, rows):
    """Keeps the header of a reference table and writes other rows below it; a row is a dict, and columns it lacks are empty."""
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return header


def population(district, random):
    """One row a year: each total is the sum of its parts."""
    base = {(sex, age): int(random.integers(500, 20_000)) for sex in "MF" for age in AGES}
    for year in YEARS:
        persons = {key: number + int(year) - 2001 for key, number in base.items()}
        for age in AGES:
            persons["_T", age] = persons["M", age] + persons["F", age]
        for sex in ("_T", "M", "F"):
            persons[sex, "_T"] = sum(persons[sex, age] for age in AGES)
            persons[sex, "Y_GE15"] = persons[sex, "Y_GE10"] = persons[sex, "_T"] - persons[sex, "Y_LT15"]
        urban = persons["_T", "_T"] // 2
        row = {"ref_area": district, "time_period": int(year), "_T:_T:U": urban, "_T:_T:R": persons["_T", "_T"] - urban}
        yield row | {f"{sex}:{age}:_T": number for (sex, age), number in persons.items()}


def body(path, districts, indicators, random):
    sexes, ages, places = (np.array([b[part] for b in BREAKDOWNS]) for part in range(3))
    with path.open("wb") as file:
        for number in range(indicators):
            for first in range(0, len(districts), 1_000):
                part = np.array(districts[first : first + 1_000])
                there = np.nonzero(random.random((len(part), len(BREAKDOWNS), len(YEARS))) < SHARE_WITH_VALUE)
                frame = pl.DataFrame({
                    "series": np.full(len(there[0]), f"s{number}"),
                    "area": part[there[0]], "year": YEARS[there[2]],
                    "sex": sexes[there[1]], "age": ages[there[1]], "urbanisation": places[there[1]],
                    "value": np.round(random.beta(2, 2, len(there[0])) * 100, 4),
                })
                frame.write_csv(file, include_header=number == first == 0)


def at_hand(folder, size):
    """The workspace of a size in a folder, made where it is not there, with the method files of this repository as they are now."""
    workspace = (folder / size).resolve()
    if not (workspace / "made.json").exists():
        main(workspace, size)
    for source in ("sql/steps", "sql/rollups", "sql/derived", "sql/checks", "sql/shared"):
        shutil.rmtree(workspace / source, ignore_errors=True)
        shutil.copytree(REPOSITORY / source, workspace / source)
    return workspace


def main(folder, size):
    count, indicators = SIZES[size]
    random = np.random.default_rng(count)
    shutil.rmtree(folder, ignore_errors=True)
    reference = folder / "pipelines/reference"
    shutil.copytree(REPOSITORY / "pipelines/reference", reference)
    shutil.copytree(REPOSITORY / "sql", folder / "sql", ignore=shutil.ignore_patterns("indicators", "tests"))
    (folder / "sql/indicators").mkdir()
    (folder / "bodies/survey/use").mkdir(parents=True)

    districts = [f"D{number:05}" for number in range(count)]
    groups_of = {
        district: [("world", "WLD"), ("special", SCHEMES["special"][i % 3]), ("development", SCHEMES["development"][i % 2])]
        for i, district in enumerate(districts)
    }
    replace_table(reference / "areas.csv", ({"ref_area": d, "name": f"District {d}", "in_world": "yes"} for d in districts))
    sizes = {}
    for groups in groups_of.values():
        for group in groups:
            sizes[group] = sizes.get(group, 0) + 1
    replace_table(reference / "groups.csv", (
        {"group_code": group, "group_scheme": scheme, "name": f"Group {group}", "members_expected": members}
        for (scheme, group), members in sizes.items()
    ))
    replace_table(reference / "membership.csv", (
        {"group_scheme": scheme, "group_code": group, "ref_area": district}
        for district, groups in groups_of.items() for scheme, group in groups
    ))
    for name in ("area_codes.csv", "gni_per_capita.csv", "group_lists.csv"):
        replace_table(reference / name, [])
    replace_table(reference / "population.csv", (row for district in districts for row in population(district, random)))

    (folder / "pipelines/survey.toml").write_text(DATA_SET)
    # The peers write tables alone.
    (folder / "pipelines/job.toml").write_text("[publication]\nformats = []\n")
    for number in range(indicators):
        (folder / f"sql/indicators/9.{number}_use_{number}.sql").write_text(INDICATOR.format(number=number))
    body(folder / "bodies/survey/use/use.csv", districts, indicators, random)
    (folder / "made.json").write_text(json.dumps({"size": size, "districts": count, "indicators": indicators}))


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in SIZES:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2])
