#!/usr/bin/env python3
"""Worked cases of sql/derived/ that no golden case covers and no expected_progress.csv in sql/tests can say, on DuckDB: the
files as they are, over tiny tables.

The targets here are ones that no shipped header has, or the figures ones that no small world gives: shares observed and
carried to the percent, a fixed share just below a quarter, baselines as published, targets met together with another.
The working stands beside each case; nothing is taken from the program. Ends with 1 if anything
differs.

    pip install -r tests/requirements.txt
    python tests/progress_cases.py
"""

import sys
from pathlib import Path

import duckdb

DIMENSIONS = ["sex", "age", "urbanisation", "disability", "education_level", "size_class", "breakdown"]
OVER = "the target year is over"
NOT_ABOVE_ZERO = "the baseline is not above zero: a change by a share of it is no goal"
ON_THE_LINE = "the baseline lies on the target value, which is not enough: no pace"

# Level 60 by 2023, from 2015; a band by 2023; at most 2 by 2023 and by 2030; 25 percent less by 2030; more than half.
TARGETS = [
    dict(target="late", unit="PT", target_year=2023, kind="level", value=60.0, direction="up"),
    dict(target="band", unit="RATIO", target_year=2023, kind="band", low=0.98, high=1.02, direction="band"),
    dict(target="price_2023", unit="PT_GNI", target_year=2023, kind="level", value=2.0, direction="down"),
    dict(target="price_2030", unit="PT_GNI", target_year=2030, kind="level", value=2.0, direction="down"),
    dict(target="points", unit="PP", target_year=2030, kind="change", change=-0.25, direction="down"),
    dict(target="users", unit="PT_INT", target_year=2030, kind="level", value=100.0, direction="up"),
    dict(target="majority", unit="PT", target_year=2030, kind="level", value=50.0, met_at=50.000001, direction="up"),
    dict(target="far", unit="PT", target_year=2030, kind="level", value=60.0, direction="up"),
    dict(target="sum", unit="NUMBER", target_year=2030, kind="change", change=0.5, direction="up", rollup="sum"),
    dict(target="gross", unit="MT_CO2E", target_year=2030, kind="change", change=0.3, direction="up", without_class="gross"),
    dict(target="median", unit="PT_GNI", target_year=2030, kind="level", value=2.0, direction="down", met_with="share"),
    dict(target="share", unit="PT", target_year=2030, kind="level", value=100.0, met_at=95.0, direction="up"),
    dict(target="gap", unit="PP", target_year=2030, kind="level", value=2.0, direction="down", rollup="none"),
    dict(target="stated", unit="PT", target_year=2030, kind="level", value=60.0, direction="up", baseline_year=2020, baseline_value=45.0),
    dict(target="cap", unit="KT", target_year=2030, kind="level", value=100.0, direction="down", rollup="sum", baseline_year=2018),
    dict(target="nothing", unit="PT", target_year=2030, kind="level", value=50.0, direction="up", estimates="published"),
]

# Of some rows the baseline and latest value of the same economies, and their share of the weight.
FIXED = {
    ("late", "EEE"): (50.0, 54.0, 0.6),
    ("late", "FFF"): (50.0, 53.0, 0.8),
    ("late", "JJJ"): (50.0, 54.0, 0.249),
    ("sum", "AAA"): (100.0, 120.0, 0.2),
    ("far", "LLL"): (40.0, 44.0, 0.25),
    ("late", "TTT"): (58.0, 61.0, 0.6),
    ("late", "UUU"): (61.0, 62.0, 0.6),
    ("late", "VVV"): (50.0, 49.0, 0.6),
    ("late", "WWW"): (50.0, 49.0, 0.6),
    ("sum", "BBB"): (100.0, 155.0, 0.7),
}

# target, area, {year: value}, what is expected of the row. A value of None is withheld. Of an `imputed` value the share observed stands
# beside it, and the share with any value where some are carried.
CASES = [
    # 130 of all four members in 2018. 88 of two of them is no more than 100, and so is any part of a sum: nothing is said.
    ("cap", "WLD", {2018: (130.0, None, None, (4, 4)), 2024: (88.0, None, None, (2, 4))},
     {"class": "insufficient_data", "distance": None, "pace": None, "outcome": "open",
      "note": "the sum lacks members: that it is no higher says nothing of all of them"}),
    # 104 of two of four is above 100, but no pace of all four. All four with 88 have met it.
    ("cap", "AAA", {2018: (130.0, None, None, (4, 4)), 2024: (104.0, None, None, (2, 4))},
     {"class": "insufficient_data", "distance": 4.0, "pace": None, "note": "the sum lacks members, and the level is of all of them: no pace"}),
    ("cap", "BBB", {2018: (130.0, None, None, (4, 4)), 2024: (88.0, None, None, (4, 4))}, {"class": "met", "distance": 0.0, "note": None}),
    # A group whose list of members is dated.
    ("cap", "LDC", {2018: (130.0, None, None, (4, 4)), 2024: (88.0, None, None, (4, 4))}, {"class": "met", "note": "members: list of today"}),
    # 58 in 2022 is the last value up to 2023, since 2023 is withheld; 62 in 2024.
    ("late", "WLD", {2015: 50, 2022: 58, 2023: None, 2024: 62},
     {"class": "met", "note": "reached after the target year: 58.0 in 2022, the last value up to then"}),
    # Met in 2022 already: no note.
    ("late", "AAA", {2015: 50, 2022: 61, 2024: 62}, {"class": "met", "note": None}),
    # 59.996 would be 60.0 with two decimals: printed whole.
    ("late", "BBB", {2015: 50, 2023: 59.996, 2024: 62},
     {"class": "met", "note": "reached after the target year: 59.996 in 2023"}),
    # Met in time and lost again: pace (59 - 50) / 9 over (60 - 50) / 8 = 0.8.
    ("late", "CCC", {2015: 50, 2023: 61, 2024: 59}, {"class": "moderate", "pace": 0.8, "note": "met by the value of 2023, but no longer; " + OVER}),
    # Nothing up to 2023: whether it was met in time is not known.
    ("late", "DDD", {2024: 62}, {"class": "met", "outcome": "open",
      "note": "too few values: none within two years of 2015; whether it was met by 2023 is not known: there is no value up to then"}),
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
    # 25 percent less than nothing, or than less than nothing, is no way to go: 0 to 0 and -4 to -6 were met.
    ("points", "AAA", {2015: 0, 2024: 0}, {"class": "insufficient_data", "target_value": None, "outcome": "open", "note": NOT_ABOVE_ZERO}),
    ("points", "BBB", {2015: -4, 2024: -6}, {"class": "insufficient_data", "target_value": None, "note": NOT_ABOVE_ZERO}),
    # Outside the band after its year, and nothing is known before: it may have been inside.
    ("band", "AAA", {2024: 0.93}, {"class": "insufficient_data", "outcome": "open"}),
    # A share of those who use the Internet is a percentage too: 95 + 15 / 9 x 6 = 105 is cut at 100.
    ("users", "WLD", {2015: 80, 2024: 95}, {"class": "on_track", "projected_high": 100.0}),
    ("majority", "WLD", {2015: 50, 2024: 48}, {"class": "deterioration", "pace": None, "note": ON_THE_LINE}),
    ("majority", "AAA", {2015: 50, 2024: 50}, {"class": "limited", "pace": None, "note": ON_THE_LINE}),
    ("majority", "BBB", {2015: 50, 2024: 51}, {"class": "met", "note": None}),
    # Too short to judge: the reason is that, not the baseline.
    ("majority", "CCC", {2015: 50, 2017: 50},
     {"class": "insufficient_data", "note": "too few values: under three years from baseline to latest"}),
    # Outcomes, by the last value up to the target year: in time, and still so; late; missed; not over; not known.
    ("late", "GGG", {2015: 50, 2023: 60, 2024: 59}, {"outcome": "in_time"}),
    ("price_2030", "BBB", {2015: 4, 2024: 1}, {"outcome": "open", "class": "met"}),
    ("late", "KKK", {2015: 50, 2021: 53, 2024: 59},
     {"outcome": "missed", "class": "moderate", "note": "missed by the value of 2021, the last up to 2023; " + OVER}),
    # 2021 is within two years of 2023; 2020 is not: 2023 - 2 = 2021. From 50 in 2015 to 53 in 2020: 3 / 5 over 10 / 8 = 0.48;
    # by compound rates 1.0117 over 1.0231 less one each: 0.51.
    ("late", "LLL", {2015: 50, 2021: 53}, {"outcome": "missed"}),
    ("late", "MMM", {2015: 50, 2020: 53},
     {"outcome": "open", "class": "limited", "pace": 0.48,
      "note": "whether it was met by 2023 is not known: the last value up to then is of 2020; "
              "by linear pace limited, by compound growth moderate"}),
    # Nor does an old value say that one met since was met too late; one that is not met since was missed.
    ("late", "NNN", {2015: 50, 2020: 53, 2025: 61},
     {"outcome": "open", "class": "met", "note": "whether it was met by 2023 is not known: the last value up to then is of 2020"}),
    ("late", "OOO", {2015: 50, 2020: 53, 2025: 55},
     {"outcome": "missed", "note": "missed by the value of 2020, the last up to 2023; " + OVER}),
    # What was reached was reached, however long ago.
    ("late", "PPP", {2015: 50, 2019: 61}, {"outcome": "in_time", "class": "met", "note": "met by the value of 2019, the last up to 2023"}),
    # Of an aggregate that is mostly carried nothing is said: not that it was met, nor that it was missed.
    ("late", "QQQ", {2015: (50, 1.0), 2021: (53, 0.9), 2023: (61, 0.2)},
     {"outcome": "missed", "note": "not the value of 2023, of which 20.0 % is observed; "
                                   "missed by the value of 2021, the last up to 2023 with enough observed"}),
    ("late", "RRR", {2015: (50, 0.2), 2022: (53, 0.3, 0.9)},
     {"outcome": "open", "note": "the baseline has little observed: 0.0 % of the weight is carried from earlier years, 20.0 % is of 2015; "
                                 "the latest value is mostly carried: 60.0 % of the weight is carried from earlier years, 30.0 % is of 2022; "
                                 "whether it was met by 2023 is not known: there is no value up to then with enough observed"}),
    ("late", "SSS", {2015: (50, 1.0), 2023: (61, 0.2), 2024: (62, 0.9)},
     {"outcome": "open", "class": "met",
      "note": "whether it was met by 2023 is not known: the last value up to then with enough observed is of 2015"}),
    # As they come they fall by 1 / 8 a year; the same economies rise by 4 / 8 of the 10 / 8 needed: pace 0.4.
    ("late", "EEE", {2015: 50, 2023: 49},
     {"class": "limited", "class_fixed": "limited", "pace": -0.1, "pace_fixed": 0.4, "fixed_share": 0.6,
      "note": "class of the same economies at both ends, 60.0 % of the weight: they moved by 0.5 a year, the group as it "
              "comes by -0.13 (limited); " + OVER}),
    # Both rise: the class stays that of the group as it comes, 5 / 10 against 3 / 10.
    ("late", "FFF", {2015: 50, 2023: 55}, {"class": "moderate", "class_fixed": "limited", "pace_fixed": 0.3, "note": OVER}),
    # Under a quarter of the weight they say nothing of the group, nor of its sum, which grows with its members: 100 to 160.
    ("late", "JJJ", {2015: 50, 2023: 49},
     {"class": "limited", "class_fixed": "limited", "fixed_share": 0.249,
      "note": "the economies with a value at both ends are 24.9 % of the weight, too few for their class (limited); " + OVER
              + "; by linear pace limited, by compound growth deterioration"}),
    ("sum", "AAA", {2015: 100, 2021: 160},
     {"class": "insufficient_data", "class_fixed": "on_track",
      "note": "the economies with a value at both ends are 20.0 % of the weight, too few for their class (on_track)"}),
    # From a quarter of the weight on theirs is the class, and no line through the group as it comes.
    ("far", "LLL", {2015: 50, 2023: 49}, {"class": "limited", "class_fixed": "limited", "class_as_computed": "deterioration"}),
    # A printed 60 is 59.5 or more. Ours of 2022 met it.
    ("late", "AA2", {2025: 60},
     {"estimate": "published", "class": "met", "outcome": "in_time",
      "note": "too few values: none within two years of 2015; met as printed: half of the last digit less would not be; "
              "whether it was met by 2023 is said by the imputed value, 61.0 in 2022: no published one is of 2021 to 2023"}),
    ("late", "AA2", {2022: (61, 0.9)}, {"estimate": "imputed", "outcome": "in_time"}),
    # One decimal: 59.95 would not be enough for 60.0 either; and 60.1 - 0.05 is.
    ("late", "AA3", {2015: 50, 2023: 60.1}, {"estimate": "published", "outcome": "in_time", "note": None}),
    # The published value of 2020 is too old to say, ours of 2021 is not.
    ("late", "AA4", {2015: 50, 2020: 53, 2025: 61},
     {"estimate": "published", "outcome": "late",
      "note": "whether it was met by 2023 is said by the imputed value, 59.0 in 2021: no published one is of 2021 to 2023; "
              "reached after the target year"}),
    ("late", "AA4", {2015: (50, 1.0), 2021: (59, 0.8)}, {"estimate": "imputed", "outcome": "missed"}),
    # The other way round: ours is mostly carried until 2024.
    ("late", "AA5", {2015: 50, 2023: 58}, {"estimate": "published", "outcome": "missed"}),
    ("late", "AA5", {2015: (50, 1.0), 2023: (61, 0.2), 2024: (62, 0.9)},
     {"estimate": "imputed", "outcome": "late",
      "note": "whether it was met by 2023 is said by the published value, 58.0 in 2023: no imputed one with enough observed is of "
              "2021 to 2023; reached after the target year"}),
    # The mean of those that reported is not asked.
    ("late", "AA6", {2025: 62}, {"estimate": "published", "outcome": "open"}),
    ("late", "AA6", {2015: 50, 2023: 61}, {"estimate": "available", "outcome": "in_time"}),
    # The same economies go from 58 to 61 of 60, the group as it comes from 59 to 58: its level is not theirs, and none of 58 is met.
    ("late", "TTT", {2015: 59, 2023: 58},
     {"class": "on_track", "class_fixed": "met", "outcome": "missed", "distance": 2.0,
      "note": "class of the same economies at both ends, 60.0 % of the weight: they moved by 0.38 a year, the group as it comes by "
              "-0.13 (deterioration); the same economies meet the target, the group as it comes does not: on_track at most; " + OVER}),
    ("late", "UUU", {2015: 61, 2023: 59},
     {"class": "on_track", "class_fixed": "met", "distance": 1.0,
      "note": "class of the same economies at both ends, 60.0 % of the weight: they moved by 0.13 a year, the group as it comes by "
              "-0.25 (deterioration); the same economies meet the target, the group as it comes does not: on_track at most; "
              "as it comes met at the baseline, but no longer; " + OVER}),
    # The other way round: the group meets the level, and the same economies, whose pace is -1 / 8 over 10 / 8, do not.
    ("late", "VVV", {2015: 50, 2023: 61},
     {"class": "limited", "class_fixed": "limited", "outcome": "in_time", "distance": 0.0,
      "note": "class of the same economies at both ends, 60.0 % of the weight: they moved by -0.13 a year, the group as it comes by "
              "1.38 (met); the same economies do not meet the target, the group as it comes does"}),
    # A line that the class is not of says no year: 50 to 55 would be 60 in 2031.
    ("late", "WWW", {2015: 50, 2023: 55}, {"class": "limited", "arrival_year": None}),
    # 140 of 150 as it comes, 155 of 150 with the same members.
    ("sum", "BBB", {2015: 100, 2021: 140},
     {"class": "on_track", "class_fixed": "met", "distance": 10.0, "arrival_year": None,
      "note": "class of the same economies at both ends, 70.0 % of the weight; as they come on_track; "
              "the same economies meet the target, the group as it comes does not: on_track at most"}),
    # It rose by more than was asked, and is shown without a class, since it is gross.
    ("gross", "WLD", {2015: 100, 2024: 190}, {"class": "insufficient_data", "outcome": "open", "note": "gross"}),
    # Half of the economies are at 1.9 or less, 60 percent of them at 2: from 30, pace 30 / 9 over 70 / 15 = 0.714.
    ("median", "WLD", {2015: 4, 2024: 1.9},
     {"class": "moderate", "distance": 0.0, "note": "share stands beside it: 60.0 in 2024, not met, and this is met with it alone: the class is that of share"}),
    ("share", "WLD", {2015: 30, 2024: 60}, {"class": "moderate"}),
    # Both are met; a median above the level has the class of its own pace, (3 - 4) / 9 over (2 - 4) / 15 = 0.833.
    ("median", "AAA", {2015: 4, 2024: 1.9}, {"class": "met", "note": "share stands beside it: 96.0 in 2024"}),
    ("share", "AAA", {2015: 30, 2024: 96}, {"class": "met"}),
    ("median", "BBB", {2015: 4, 2024: 3}, {"class": "moderate", "pace": 5 / 6, "note": "share stands beside it: 40.0 in 2024"}),
    ("share", "BBB", {2015: 30, 2024: 40}, {"class": "limited"}),
    # A price of one economy has nothing beside it.
    ("median", "CCC", {2015: 4, 2024: 1.9}, {"class": "met", "note": None}),
    # 2025 is observed by 20 percent only: 2023 stands for the target. Two years of 30 and 40 percent: the latter.
    ("far", "WLD", {2015: (40.0, 0.9), 2023: (50.0, 0.6), 2025: (52.0, 0.2)},
     {"latest_year": 2023, "pace": 10 / 8 / (20 / 15), "headline": True,
      "note": "not the value of 2025, of which 20.0 % is observed; by linear pace moderate, by compound growth on_track"}),
    ("far", "AAA", {2015: (40.0, 0.9), 2022: (50.0, 0.4), 2023: (51.0, 0.3), 2025: (52.0, 0.2)}, {"latest_year": 2022}),
    # 2000 is no year to stand for 2025.
    ("far", "BBB", {2000: (40.0, 0.9), 2025: (52.0, 0.2)}, {"latest_year": 2025}),
    # A fifth of the baseline comes from years before, and a tenth of the latest value; less than a tenth is not told.
    ("far", "DDD", {2015: (40.0, 0.8, 1.0), 2023: (50.0, 0.95, 1.0)},
     {"note": "of the baseline 20.0 % of the weight is carried from earlier years; by linear pace moderate, by compound growth on_track"}),
    ("far", "EEE", {2015: (40.0, 0.95, 1.0), 2023: (50.0, 0.9, 1.0)},
     {"note": "of the latest value 10.0 % of the weight is carried from earlier years; by linear pace moderate, by compound growth on_track"}),
    # Of a gap, whose sides may differ, it is the least that it can be. From 4 to 3 in eight years: 1 / 8 over 2 / 15 = 0.9375.
    ("gap", "WLD", {2015: (4.0, 0.8, 1.0), 2023: (3.0, 0.95, 1.0)},
     {"class": "moderate", "note": "of the baseline at least 20.0 % of the weight is carried from earlier years"}),
    # The baseline is a year of which enough is observed, then the nearest: 2016 before 2013. 8 / 7 over 18 / 14 = 0.889.
    ("far", "FFF", {2013: (39.0, 0.9), 2015: (41.0, 0.2, 1.0), 2016: (42.0, 0.9), 2023: (50.0, 0.9)},
     {"baseline_year": 2016, "baseline_value": 42.0, "pace": 8 / 9,
      "note": "baseline is of 2016, none with enough observed for 2015; by linear pace moderate, by compound growth on_track"}),
    # Where there is none, the nearest as it is, and it is told.
    ("far", "GGG", {2014: (39.0, 0.3, 1.0), 2015: (40.0, 0.2, 0.9), 2023: (50.0, 0.9)},
     {"baseline_year": 2015,
      "note": "the baseline is mostly carried: 70.0 % of the weight is carried from earlier years, 20.0 % is of 2015; "
              "by linear pace moderate, by compound growth on_track"}),
    # What stands for the target is no year before the baseline, nor the baseline itself where newer values are passed over.
    ("far", "HHH", {2012: (61.0, 0.9), 2015: (41.0, 0.2, 0.9), 2016: (42.0, 0.1, 0.9)},
     {"class": "insufficient_data", "baseline_year": 2015, "latest_year": None, "latest_value": None, "distance": None,
      "note": "too few values: none after the baseline with enough observed; not the value of 2016, of which 10.0 % is observed; "
              "the baseline is mostly carried: 70.0 % of the weight is carried from earlier years, 20.0 % is of 2015"}),
    ("far", "III", {2013: (61.0, 0.9), 2015: (41.0, 0.0, 0.9), 2018: (43.0, 0.1, 0.9)},
     {"class": "met", "baseline_year": 2013, "latest_year": 2013,
      "note": "too few values: none after the baseline with enough observed; not the value of 2018, of which 10.0 % is observed; "
              "baseline is of 2013, none with enough observed for 2015"}),
    # The only value is both ends, and says whether the level is met.
    ("far", "JJJ", {2015: 61}, {"class": "met", "latest_year": 2015, "note": "too few values: none after the baseline"}),
    # What was reached in time was reached; what an old value did not reach is open.
    ("late", "XXX", {2015: (61.0, 0.9), 2018: (62.0, 0.1, 0.9)},
     {"class": "met", "outcome": "in_time", "latest_year": 2015,
      "note": "too few values: none after the baseline with enough observed; not the value of 2018, of which 10.0 % is observed; "
              "met by the value of 2015, the last up to 2023 with enough observed"}),
    ("late", "YYY", {2015: (50.0, 0.9), 2018: (62.0, 0.1, 0.9)},
     {"class": "insufficient_data", "outcome": "open", "latest_year": 2015,
      "note": "too few values: none after the baseline with enough observed; not the value of 2018, of which 10.0 % is observed; "
              "whether it was met by 2023 is not known: the last value up to then with enough observed is of 2015"}),
    # The baseline as published is newer than all values.
    ("stated", "WLD", {2018: 61},
     {"class": "insufficient_data", "baseline_value": 45.0, "latest_year": None,
      "note": "too few values: none after the baseline; the newest value is of 2018, before the baseline; baseline as published"}),
    # The row of a target without values stands under an estimate that the target reads.
    ("nothing", "WLD", {},
     {"class": "insufficient_data", "estimate": "published", "note": "too few values: none for this area"}),
]


def main():
    con = duckdb.connect()
    texts = ", ".join(f"{name} VARCHAR" for name in DIMENSIONS)
    con.execute('CREATE TABLE current_year AS SELECT 2026 AS "year"')
    con.execute("CREATE TABLE groups AS SELECT * FROM (VALUES ('WLD', NULL::VARCHAR), ('LDC', 'list of today')) AS g (group_code, vintage)")
    con.execute(f"CREATE TABLE indicator_values (indicator VARCHAR, ref_area VARCHAR, time_period INT, {texts}, "
                "estimate VARCHAR, area_kind VARCHAR, value DOUBLE, unit VARCHAR, observed DOUBLE, coverage DOUBLE, preferred BOOLEAN, "
                "members_observed BIGINT, members_total BIGINT, breakdown_number BIGINT)")
    con.execute(f"CREATE TABLE breakdowns (breakdown_number BIGINT, indicator VARCHAR, {texts})")
    con.execute(f"CREATE TABLE targets (target VARCHAR, indicator VARCHAR, area VARCHAR, target_year INT, kind VARCHAR, "
                f"value DOUBLE, change DOUBLE, low DOUBLE, high DOUBLE, met_at DOUBLE, direction VARCHAR, "
                f"baseline_year INT, baseline_value DOUBLE, {texts}, also_groups BOOLEAN, also_countries BOOLEAN, "
                "estimates VARCHAR, missing VARCHAR, without_value VARCHAR, without_class VARCHAR, met_with VARCHAR, note VARCHAR, unit VARCHAR, rollup VARCHAR, min_observed DOUBLE, due_within INT)")
    units, numbers = {}, {}
    for number, target in enumerate(TARGETS):
        con.execute(f"INSERT INTO breakdowns VALUES (?, ?, {', '.join(['?'] * len(DIMENSIONS))})", [number, target["target"], *["_T"] * len(DIMENSIONS)])
        units[target["target"]], numbers[target["target"]] = target["unit"], number
        row = dict(indicator=target["target"], area="WLD", baseline_year=2015, rollup="weighted_mean", min_observed=0.5, due_within=2, also_groups=True, also_countries=True,
                   estimates="available,imputed,published", **dict.fromkeys(DIMENSIONS, "_T")) | target
        con.execute(f"INSERT INTO targets ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
    for target, area, values, expected in CASES:
        for year, value in values.items():
            value, observed, *known = value if isinstance(value, tuple) else (value, None)
            members = known[1] if len(known) > 1 else (None, None)
            estimate = expected.get("estimate", "available" if observed is None else "imputed")
            coverage = known[0] if known else observed
            row = [target, area, year, *["_T"] * len(DIMENSIONS), estimate, "group", value, units[target], observed, coverage, True, *members, numbers[target]]
            con.execute(f"INSERT INTO indicator_values VALUES ({', '.join('?' * len(row))})", row)
    folder = Path(__file__).parents[1] / "sql/derived"
    con.execute(f"CREATE TABLE classes AS {(folder / 'classes.sql').read_text(encoding='utf-8')}")
    con.execute(f"CREATE TABLE ends AS {(folder / 'ends.sql').read_text(encoding='utf-8')}")
    con.execute("CREATE TABLE fixed_ends AS SELECT target, ref_area, estimate, sex, age, urbanisation, disability, "
                "education_level, size_class, breakdown, latest AS baseline, latest, latest AS fixed_share FROM ends WHERE FALSE")
    for (target, area), (baseline, latest, share) in FIXED.items():
        row = [target, area, "available", *["_T"] * len(DIMENSIONS), baseline, latest, share]
        con.execute(f"INSERT INTO fixed_ends VALUES ({', '.join('?' * len(row))})", row)
    con.execute(f"CREATE TABLE paces AS {(folder / 'paces.sql').read_text(encoding='utf-8')}")
    con.execute(f"CREATE TABLE standings AS {(folder / 'standings.sql').read_text(encoding='utf-8')}")
    cursor = con.execute((folder / "progress.sql").read_text(encoding="utf-8"))
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row)) for row in cursor.fetchall()]
    found = {(row["target"], row["ref_area"]): row for row in rows} | {(row["target"], row["ref_area"], row["estimate"]): row for row in rows}
    failed = 0
    for target, area, _, expected in CASES:
        row = found[(target, area, expected["estimate"]) if "estimate" in expected else (target, area)]
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
