#!/usr/bin/env python3
"""Worked cases of sql/derived/progress.sql that no golden case covers, on DuckDB: the file as it is, with classes.sql
before it, over tiny tables.

Targets met too late, projections that would fall below zero, a majority from exactly one half, and the row of a target
without any value. The working stands beside each case; nothing is taken from the program. Ends with 1 if anything
differs.

    pip install -r tests/requirements.txt
    python tests/progress_cases.py
"""

import sys
from pathlib import Path

import duckdb

DIMENSIONS = ["sex", "age", "urbanisation", "disability", "education_level", "size_class", "breakdown"]
OVER = "the target year is over"
ON_THE_LINE = "the baseline lies on the target value, which is not enough: no pace"

# Level 60 by 2023, from 2015; a band by 2023; at most 2 by 2023 and by 2030; 25 percent less by 2030; more than half.
TARGETS = [
    dict(target="late", unit="PT", target_year=2023, kind="level", value=60.0, direction="up"),
    dict(target="band", unit="RATIO", target_year=2023, kind="band", low=0.98, high=1.02, direction="band"),
    dict(target="price_2023", unit="PT_GNI", target_year=2023, kind="level", value=2.0, direction="down"),
    dict(target="price_2030", unit="PT_GNI", target_year=2030, kind="level", value=2.0, direction="down"),
    dict(target="points", unit="PP", target_year=2030, kind="change", change=-0.25, direction="down"),
    dict(target="majority", unit="PT", target_year=2030, kind="level", value=50.0, met_at=50.000001, direction="up"),
    dict(target="nothing", unit="PT", target_year=2030, kind="level", value=50.0, direction="up", estimates="published"),
]

# target, area, {year: value}, what is expected of the row. A value of None is withheld.
CASES = [
    # 58 in 2022 is the last value up to 2023, since 2023 is withheld; 62 in 2024.
    ("late", "WLD", {2015: 50, 2022: 58, 2023: None, 2024: 62},
     {"class": "met", "note": "reached after the target year: 58.0 in 2022, the last value up to then"}),
    # Met in 2022 already: no note.
    ("late", "AAA", {2015: 50, 2022: 61, 2024: 62}, {"class": "met", "note": None}),
    # 59.996 would be 60.0 with two decimals: printed whole.
    ("late", "BBB", {2015: 50, 2023: 59.996, 2024: 62},
     {"class": "met", "note": "reached after the target year: 59.996 in 2023"}),
    # Met in time and lost again: pace (59 - 50) / 9 over (60 - 50) / 8 = 0.8.
    ("late", "CCC", {2015: 50, 2023: 61, 2024: 59}, {"class": "moderate", "pace": 0.8, "note": OVER}),
    # Nothing up to 2023: whether it was met in time is not known.
    ("late", "DDD", {2024: 62}, {"class": "met", "note": "too few values: none within two years of 2015"}),
    ("band", "WLD", {2015: 0.90, 2023: 0.95, 2024: 0.99},
     {"class": "met", "note": "reached after the target year: 0.95 in 2023"}),
    ("price_2023", "WLD", {2015: 4, 2023: 2.5, 2024: 1.9},
     {"class": "met", "note": "reached after the target year: 2.5 in 2023"}),
    # A straight line gives 2.1 - 6.9 / 9 x 6 = -2.5: no price is below 0.
    ("price_2030", "WLD", {2015: 9, 2024: 2.1}, {"class": "on_track", "projected_low": 0.0, "projected_high": 0.0}),
    # Nothing moved: pace 0, without a minus sign, although the way to go is downwards.
    ("price_2030", "AAA", {2015: 4, 2024: 4}, {"class": "limited", "pace": 0.0}),
    # A difference may change its sign: 1 - 2 / 9 x 6 = -1/3.
    ("points", "WLD", {2015: 3, 2024: 1}, {"class": "met", "projected_low": -1 / 3}),
    ("majority", "WLD", {2015: 50, 2024: 48}, {"class": "deterioration", "pace": None, "note": ON_THE_LINE}),
    ("majority", "AAA", {2015: 50, 2024: 50}, {"class": "limited", "pace": None, "note": ON_THE_LINE}),
    ("majority", "BBB", {2015: 50, 2024: 51}, {"class": "met", "note": None}),
    # Too short to judge: the reason is that, not the baseline.
    ("majority", "CCC", {2015: 50, 2017: 50},
     {"class": "insufficient_data", "note": "too few values: under three years from baseline to latest"}),
    # The row of a target without values stands under an estimate that the target reads.
    ("nothing", "WLD", {},
     {"class": "insufficient_data", "estimate": "published", "note": "too few values: none for this area"}),
]


def main():
    con = duckdb.connect()
    texts = ", ".join(f"{name} VARCHAR" for name in DIMENSIONS)
    con.execute('CREATE TABLE current_year AS SELECT 2026 AS "year"')
    con.execute(f"CREATE TABLE indicator_values (indicator VARCHAR, ref_area VARCHAR, time_period INT, {texts}, "
                "estimate VARCHAR, area_kind VARCHAR, value DOUBLE, unit VARCHAR, coverage DOUBLE)")
    con.execute(f"CREATE TABLE targets (target VARCHAR, indicator VARCHAR, area VARCHAR, target_year INT, kind VARCHAR, "
                f"value DOUBLE, change DOUBLE, low DOUBLE, high DOUBLE, met_at DOUBLE, direction VARCHAR, "
                f"baseline_year INT, baseline_value DOUBLE, {texts}, also_groups BOOLEAN, also_countries BOOLEAN, "
                "estimates VARCHAR, missing VARCHAR, without_value VARCHAR, note VARCHAR, unit VARCHAR)")
    units = {}
    for target in TARGETS:
        units[target["target"]] = target["unit"]
        row = dict(indicator=target["target"], area="WLD", baseline_year=2015, also_groups=True, also_countries=True,
                   estimates="available,imputed,published", **dict.fromkeys(DIMENSIONS, "_T")) | target
        con.execute(f"INSERT INTO targets ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    for target, area, values, _ in CASES:
        for year, value in values.items():
            row = [target, area, year, *["_T"] * len(DIMENSIONS), "available", "group", value, units[target]]
            con.execute(f"INSERT INTO indicator_values VALUES ({', '.join('?' * len(row))})", row)
    folder = Path(__file__).parents[1] / "sql/derived"
    con.execute(f"CREATE TABLE classes AS {(folder / 'classes.sql').read_text(encoding='utf-8')}")
    cursor = con.execute((folder / "progress.sql").read_text(encoding="utf-8"))
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row)) for row in cursor.fetchall()]
    found = {(row["target"], row["ref_area"]): row for row in rows}
    failed = 0
    for target, area, _, expected in CASES:
        row = found[target, area]
        for column, wanted in expected.items():
            got = row[column]
            if isinstance(wanted, float) and isinstance(got, float):
                same = abs(got - wanted) <= 1e-9 and not (got == 0.0 and str(got).startswith("-"))
            else:
                same = got == wanted
            if not same:
                failed += 1
                print(f"{target} {area}: {column} is {got!r}, not {wanted!r}")
    print(f"{len(CASES)} cases of progress.sql, {failed} differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
