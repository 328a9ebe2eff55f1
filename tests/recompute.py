#!/usr/bin/env python3
"""What the figures of a release claim, computed once more without any SQL of the project: plain Python, written from the
rules, over the economies' own figures (`reported`) and the reference tables.

  1. Weighted means by population or households, and medians: value, coverage, observed and both ends of the error bar of each aggregate.
  2. Progress: class and pace on the same economies at both ends and their share of the weight (of the same indicators);
     years of baseline and latest value, class, outcome and headline of all targets. Of other indicators the class reads
     what the release has of the same economies (fixed_ends.parquet).

Prints how many cells were compared, the largest difference, and those above 1e-9; ends with 1 if there are any.

    pip install -r tests/requirements.txt
    python tests/recompute.py --program target/debug/yardstick --workspace . --data /tmp/data
"""

import argparse
import functools
import json
import math
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

import duckdb
import pyarrow.parquet

from equality.headers import Indicator, Workspace
from equality.tables import DIMENSIONS, export, load_targets

PARTS = DIMENSIONS


def logit(percent):
    percent = min(99.5, max(0.05, percent))
    return math.log(percent / (100 - percent))


def households(persons, sizes):
    """The households of each area, year and part of the people: its people by persons per household, its own of the year or of
    the latest of the five years before, or else the mean of those that have one, all people by all households. In a year
    without any size, the people."""
    def own(area, year):
        return next((sizes[area, past] for past in range(year, year - 6, -1) if sizes.get((area, past), 0) >= 1), None)

    of_year = defaultdict(list)
    for (area, year, *part), people in persons.items():
        if part == ["_T"] * 3 and people and own(area, year):
            of_year[year].append((people, people / own(area, year)))
    means = {year: math.fsum(p for p, _ in known) / math.fsum(h for _, h in known) for year, known in of_year.items()}
    return {key: people / (own(*key[:2]) or means.get(key[1], 1.0)) for key, people in persons.items()}


class Figures:
    """The economies' own figures of one indicator, and the groups made of them. A member is (value, weight, year of the
    value or None where it is assumed, what its trend adds)."""

    def __init__(self, indicator, reported, persons, members, limits):
        self.indicator, self.persons, self.members, self.limits = indicator, persons, members, limits
        self.median = indicator.rollup.startswith("median")
        self.given = defaultdict(lambda: defaultdict(dict))
        for row in reported:
            series = tuple(row[d] for d in PARTS)
            if self.base(row["ref_area"], row["time_period"], series) is not None:
                self.given[series][row["ref_area"]][row["time_period"]] = row["value"]
        self.years = {series: {year for values in areas.values() for year in values} for series, areas in self.given.items()}
        # An economy is in ten groups or more: what it brings is found once.
        self.known_members, self.known_bases = {}, {}

    def base(self, area, year, series):
        """What an economy counts for: its people of the breakdown, or 1."""
        return 1.0 if self.median else self.persons.get((area, year, *series[:3]))

    def member(self, area, estimate, year, series):
        values, weight = self.given[series].get(area, {}), self.base(area, year, series)
        if self.indicator.rollup == "median_panel" and set(values) != self.years[series]:
            return None
        oldest = year if estimate == "available" else year - self.indicator.window
        used = max((past for past in values if oldest <= past <= year), default=None)
        if used is not None:
            start, shift = min(past for past in values if used - 5 <= past <= used), 0.0
            if start < used < year and not self.median:
                moved = logit(values[used]) * (1 + (year - used) / (used - start)) - logit(values[start]) * (year - used) / (used - start)
                moved = values[used] + 100 / (1 + math.exp(-moved)) - 100 / (1 + math.exp(-logit(values[used])))
                shift = min(100.0, max(0.0, moved)) - values[used]
            return values[used], weight, used, shift
        silence = self.indicator.silence
        silent = silence and all(code == silence.get(d, "_T") for d, code in zip(PARTS, series))
        said_more = year in values or any(value != 0 for past, value in values.items() if past < year)
        return (0.0, weight, None, 0.0) if silent and weight is not None and not said_more else None

    def of_group(self, group, estimate, year, series):
        known, found = self.known_members.setdefault((estimate, year, series), {}), {}
        for area in self.members(group, year):
            if area not in known:
                known[area] = self.member(area, estimate, year, series)
            if known[area]:
                found[area] = known[area]
        return found

    def bases_of_group(self, group, year, series):
        part = group, year, series[:3]
        if part not in self.known_bases:
            self.known_bases[part] = {area: base for area in self.members(group, year) if (base := self.base(area, year, series)) is not None}
        return self.known_bases[part]

    def result(self, members):
        if self.median:
            return median(value for value, *_ in members)
        return math.fsum(value * weight for value, weight, *_ in members) / math.fsum(weight for _, weight, *_ in members)

    def row(self, group, estimate, year, series):
        members = self.of_group(group, estimate, year, series)
        bases = self.bases_of_group(group, year, series)
        everybody = math.fsum(bases.values())
        current = {area: bases[area] for area, member in members.items() if member[2] == year}
        reporting = math.fsum(current.values())
        coverage = math.fsum(bases[area] for area, member in members.items() if member[2] is not None) / everybody
        observed = reporting / everybody
        value, weight = self.result(members.values()), math.fsum(w for _, w, *_ in members.values())
        mean = math.fsum(v * w for v, w, *_ in members.values()) / weight
        spread = math.sqrt(math.fsum(w * (v - mean) ** 2 for v, w, *_ in members.values()) / weight)
        squares = math.fsum(base**2 for area, base in bases.items() if area not in current)
        if current:
            squares += math.fsum(base**2 for base in current.values()) * (everybody / reporting - 1) ** 2
        bar = max(0.37 * (1 - observed), math.sqrt(2 / math.pi * squares) / everybody) * spread * (math.sqrt(math.pi / 2) if self.median else 1)
        shifts = [0.0, math.fsum(w * shift for _, w, _, shift in members.values()) / weight]
        whole = ("_T",) * 4 + series[4:]
        if series != whole and not self.median:
            total = self.of_group(group, estimate, year, whole)
            past = {used: self.of_group(group, estimate, used, whole) for used in {member[2] for member in members.values()}}
            both = [(past[members[area][2]].get(area, own)[0], own[1]) for area, own in total.items() if area in members]
            shifts += [self.result(total.values()) - self.result(both)] if both else []
        low, high = max(self.limits[0], value + min(shifts) - bar), min(self.limits[1], value + max(shifts) + bar)
        return {"value": value, "coverage": coverage, "observed": observed, "error_low": low, "error_high": high}

    def fixed(self, group, estimate, first, last, series):
        """Baseline, latest value and share of the weight of the economies with a value at both ends."""
        ends = [{area: member for area, member in self.of_group(group, estimate, year, series).items() if member[2] is not None} for year in (first, last)]
        both = ends[0].keys() & ends[1].keys()
        everybody = math.fsum(self.bases_of_group(group, last, series).values())
        return (*(self.result([end[area] for area in both]) for end in ends), math.fsum(ends[1][area][1] for area in both) / everybody)


def met(target, value, goal):
    if target["kind"] == "band":
        return target["low"] - 1e-12 <= value <= target["high"] + 1e-12
    level = goal if target["met_at"] is None else target["met_at"]
    return value >= level - 1e-12 if target["direction"] == "up" else value <= level + 1e-12


def both_years(target, area, estimate, values):
    """Years of baseline and latest value; `values` has value and share observed of each year."""
    firm = [year for year, (_, observed) in values.items() if estimate != "imputed" or observed is None or observed >= target["min_observed"] - 1e-9]
    wanted, first = target["baseline_year"], None
    if target["baseline_value"] is not None and area == target["area"]:
        first = wanted
    elif wanted is not None:
        # Enough observed before too little, then the nearest, then the earlier one.
        first = min((year for year in values if abs(year - wanted) <= 2), key=lambda year: (year not in firm, abs(year - wanted), year), default=None)
    if not values:
        return first, None
    newest = max(values)
    recent = [year for year in values if year >= newest - 5]
    last = max((year for year in firm if year in recent), default=None)
    if last is None:
        last = max(recent, key=lambda year: (values[year][1], year))
    return first, None if first is not None and last < first else last


def classed(target, first, last, baseline, latest):
    """Class and pace by a straight line."""
    if latest is None or target["kind"] == "change" and (baseline is None or baseline <= 0):
        return "insufficient_data", None
    year, band = target["target_year"], target["kind"] == "band"
    goal_of = lambda value: target["low"] if value < target["low"] else target["high"]
    goal = target["value"] if target["kind"] == "level" else baseline * (1 + target["change"]) if not band else baseline and goal_of(baseline)
    enough = baseline is not None and last - first >= 3 and year > first
    before, pace = baseline is not None and met(target, baseline, goal), None
    if enough and not before and goal != baseline:
        made = latest - baseline
        if band and goal_of(latest) != goal and not met(target, latest, goal):
            # Through the band: what is left of the way to it.
            made = (goal - baseline) * (1 - abs(latest - goal_of(latest)) / abs(baseline - goal))
        pace = made / (last - first) / ((goal - baseline) / (year - first))
    if met(target, latest, goal):
        return "met", pace
    if not enough or before:
        return "deterioration" if enough else "insufficient_data", None
    if pace is None:
        return "deterioration" if latest != baseline and (latest < baseline) == (target["direction"] == "up") else "limited", None
    cuts = [("on_track", 0.95), ("moderate", 0.5), ("limited", -0.1), ("deterioration", -math.inf)]
    return next(name for name, least in cuts if pace >= least - 1e-12), pace


def class_shown(target, estimate, years, ends, fixed, beside):
    """The class of a row, from both ends as the group comes and on the same economies (with their share of the weight)."""
    own, said = classed(target, *years, *ends)[0], None
    if target["without_class"] is not None:
        return "insufficient_data"
    if fixed is not None and years[1] - years[0] >= 3 and target["target_year"] > years[0]:
        *same, share = fixed
        grows = target["rollup"] == "sum" and estimate == "available"
        if grows or (ends[1] - ends[0]) * (same[1] - same[0]) < 0:
            enough, theirs = share is not None and share >= 0.25 - 1e-9, classed(target, *years, *same)[0]
            # That the same economies have met it does not say that the group has.
            said = theirs if theirs != "met" or own == "met" else "on_track"
            said = said if enough else "insufficient_data" if grows else None
    said = said or own
    return beside if said == "met" and beside is not None and beside != "met" else said


def outcome(target, p, values, beside, current_year, others):
    """`values` has those of which enough is observed; `others` the last value up to the target year of other estimates, and its goal."""
    year, goal = p["target_year"], p["target_value"]
    if year >= current_year or target["without_class"] is not None or goal is None and target["kind"] != "band":
        return "open"
    due = max((past for past in values if past <= year), default=None)
    if p["latest_value"] is None and due is None:
        return "open"
    alone = beside is not None and beside != "met"
    latest, newest = p["latest_value"], p["latest_year"] or due
    if latest is not None and (due is None or year - due > target["due_within"] and not met(target, values[due], goal)):
        # Of those of the last years before the target year the published one, else that with carried values.
        for other in ("published", "imputed"):
            when, value, aim = others.get(other, (None, None, None))
            if other != p["estimate"] and when is not None and year - when <= target["due_within"]:
                if met(target, value, aim) and not alone:
                    return "in_time"
                return "late" if met(target, latest, goal) and not alone else "missed"
    if due is not None and met(target, values[due], goal) and not alone:
        return "in_time"
    old = year - due > target["due_within"] if due is not None else newest <= year
    if latest is not None and met(target, latest, goal) and not alone:
        return "open" if due is None or old else "late"
    return "open" if old and newest <= year or due is None and target["kind"] == "band" else "missed"


def compared(figures, targets, rows, progress, fixed_ends, current_year):
    """Each cell: what it is, where, here, in the release."""
    values, most = defaultdict(dict), defaultdict(float)
    for row in rows:
        series = tuple(row[d] for d in PARTS)
        if row["time_period"] <= current_year:
            part = (row["indicator"], row["ref_area"], *series)
            most[part] = max(most[part], (row["observed"] if row["coverage"] is None else row["coverage"]) or 0.0)
        where = (row["indicator"], row["ref_area"], row["estimate"], *series)
        if row["value"] is not None:
            values[where][row["time_period"]] = row["value"], row["observed"]
        if row["estimate"] in ("available", "imputed") and row["indicator"] in figures:
            ours = figures[row["indicator"]].row(row["ref_area"], row["estimate"], row["time_period"], series)
            for what in ours if row["value"] is not None else ("coverage", "observed"):
                yield what, (row["time_period"], *where), ours[what], row[what]
    said = {(p["target"], p["ref_area"], *(p[d] for d in PARTS)): p["class"] for p in progress if p["preferred"] and p["latest_value"] is not None}
    goals = {(p["target"], p["ref_area"], p["estimate"], *(p[d] for d in PARTS)): p for p in progress}
    shown = defaultdict(list)
    for p in progress:
        target, series = targets[p["target"]], tuple(p[d] for d in PARTS)
        where = (p["target"], p["ref_area"], p["estimate"], *series)
        own, beside = values[(p["indicator"], p["ref_area"], p["estimate"], *series)], said.get((target["met_with"], p["ref_area"], *series))
        years = both_years(target, p["ref_area"], p["estimate"], {year: known for year, known in own.items() if year <= current_year})
        yield "baseline_year", where, years[0], p["baseline_year"]
        yield "latest_year", where, years[1], p["latest_year"]
        fixed = fixed_ends.get(where)
        if p["class_fixed"] is not None and p["indicator"] in figures and target["kind"] != "band":
            fixed = figures[p["indicator"]].fixed(p["ref_area"], p["estimate"], *years, series)
            for what, ours in zip(("class_fixed", "pace_fixed", "fixed_share"), (*classed(target, *years, *fixed[:2]), fixed[2])):
                yield what, where, ours, p[what]
        stated = target["baseline_value"] if p["ref_area"] == target["area"] else None
        ends = [own.get(year, (None,))[0] for year in years]
        ends[0] = ends[0] if stated is None else stated
        yield "class", where, class_shown(target, p["estimate"], years, ends, fixed, beside), p["class"]
        firm = lambda known, estimate: {year: value for year, (value, observed) in known.items()
                                        if estimate != "imputed" or observed is None or observed >= target["min_observed"] - 1e-9}
        others = {}
        for estimate in ("published", "imputed"):
            theirs = goals.get((p["target"], p["ref_area"], estimate, *series))
            known = {year: value for year, value in firm(values[(p["indicator"], p["ref_area"], estimate, *series)], estimate).items()
                     if year <= p["target_year"]}
            if theirs is not None and known:
                others[estimate] = (max(known), known[max(known)], theirs["target_value"])
        yield "outcome", where, outcome(target, p, firm(own, p["estimate"]), beside, current_year, others), p["outcome"]
        if p["preferred"] and p["ref_area"] == target["area"]:
            # With a class before without, the newest, the total before its parts; without any value that of which most is observed.
            observed = most[(p["indicator"], p["ref_area"], *series)] if p["latest_year"] is None else 0.0
            place = (p["class"] == "insufficient_data", -(p["latest_year"] or 0), sum(part != "_T" for part in series), -observed, series)
            shown[p["target"]].append((place, where, p["headline"]))
    for places in shown.values():
        for place, where, headline in places:
            yield "headline", where, place == min(place for place, *_ in places), headline


def main():
    parser = argparse.ArgumentParser(description="Computes what a release claims once more, in plain Python.")
    parser.add_argument("--program", default="yardstick", help="the yardstick binary [default: from the PATH]")
    parser.add_argument("--workspace", type=Path, default=Path("."), help="folder with pipelines/ and sql/ [default: .]")
    parser.add_argument("--data", type=Path, help="folder with the release [default: <workspace>/data]")
    arguments = parser.parse_args()
    release = (arguments.data or arguments.workspace / "data") / "current"
    arguments.data, manifest = release.parent, json.loads((release / "manifest.json").read_text(encoding="utf-8"))
    workspace, con = Workspace(arguments.workspace), duckdb.connect()
    indicators = [Indicator(path, workspace) for path in sorted((arguments.workspace / "sql/indicators").glob("*.sql"))]
    load_targets(con, indicators, None)
    targets = {row["target"]: row for row in con.sql("SELECT * FROM targets").to_arrow_table().to_pylist()}
    tables = {}
    with tempfile.TemporaryDirectory(prefix="recompute_") as folder:
        for name in ("population", "membership", "units"):
            path = Path(folder) / f"{name}.parquet"
            export(arguments, manifest, f"SELECT * FROM {name}", path)
            tables[name] = pyarrow.parquet.read_table(path).to_pylist()
        export(arguments, manifest, "SELECT ref_area, time_period, obs_value AS size FROM observations WHERE source = 'itu' AND series = '265'", Path(folder) / "sizes.parquet")
        tables["sizes"] = pyarrow.parquet.read_table(Path(folder) / "sizes.parquet").to_pylist()
    persons = {tuple(row[c] for c in ("ref_area", "time_period", *PARTS[:3])): row["persons"] for row in tables["population"] if row["persons"] is not None}
    weights = defaultdict(lambda: persons, households_internet=households(persons, {(r["ref_area"], r["time_period"]): r["size"] for r in tables["sizes"]}))
    groups = defaultdict(list)
    for row in tables["membership"]:
        groups[row["group_code"]].append((row["ref_area"], row["first_year"], row["last_year"]))
    members = functools.cache(lambda group, year: [area for area, first, last in groups[group] if first <= year <= last])
    units = {u["unit"]: (-math.inf if u["minimum"] is None else u["minimum"], math.inf if u["maximum"] is None else u["maximum"]) for u in tables["units"]}
    rows, progress, same = (pyarrow.parquet.read_table(release / f"{name}.parquet").to_pylist() for name in ("values", "progress", "fixed_ends"))
    fixed_ends = {(f["target"], f["ref_area"], f["estimate"], *(f[d] for d in PARTS)): (f["baseline"], f["latest"], f["fixed_share"]) for f in same}
    figures = {
        one.name: Figures(one, [r for r in rows if r["indicator"] == one.name and r["estimate"] == "reported"], weights[one.name], members, units[one.unit])
        for one in indicators
        if one.rollup == "weighted_mean" and (one.base == "population" or one.name in weights) or one.rollup.startswith("median") and one.base == "economies"
    }
    cells, largest, wrong = defaultdict(int), defaultdict(float), []
    for what, where, ours, theirs in compared(figures, targets, rows, progress, fixed_ends, manifest["current_year"]):
        cells[what] += 1
        numbers = isinstance(ours, float) and isinstance(theirs, float)
        gap = abs(ours - theirs) / max(1.0, abs(theirs)) if numbers else float(ours != theirs)
        largest[what] = max(largest[what], gap)
        wrong += [f"{what} of {' '.join(str(code) for code in where if code != '_T')}: {ours!r} here, {theirs!r} in the release"] * (gap > 1e-9)
    for what, count in cells.items():
        print(f"{what}: {count} cells, largest difference {largest[what]:.1e}")
    print("\n".join([*wrong[:20], f"{len(figures)} indicators, {sum(cells.values())} cells, {len(wrong)} differ"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
