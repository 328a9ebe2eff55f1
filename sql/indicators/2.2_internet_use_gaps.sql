/*---
id = "2.2"
name = "internet_use_gaps"
title = "Gaps in Internet use by gender, location, age and disability"
unit = "RATIO"
rollup = "none"
derived = "gaps"
window = 0
datasets = [
  "itu/internet_use", "itu/internet_use_breakdowns", "itu/internet_use_sex_location_2018", "worldbank/internet_use_by_sex",
  "worldbank/internet_use_by_sex_groups", "unsd_gender/internet_by_sex",
]
definition = "Ratio, difference in percentage points and difference in people between the Internet use of two parts of the population"
method = """
The rows of internet_use go through sql/derived/gaps.sql, which names the measure in the breakdown:
GENDER_PARITY (women over men), LOCATION_RATIO (urban over rural), AGE_RATIO (15 to 24 over the rest, the rest
derived from the total), OLDER_RATIO (75 and over over 25 to 74), DISABILITY_RATIO (with over without disabilities), and the same in POINTS and, for
gender and location, in PEOPLE.
A group's gap is taken between its two aggregates, never as a mean of its members' gaps; the published gap of the
world, the income groups and the least developed countries is that of World Development Indicators. The published figures
of Facts and Figures are rounded to whole numbers and left out: see published_gaps for ITU's own scores.
"""
caveats = """
The two sides may rest on different numbers of economies; a note says so.
A ratio of rates says nothing about counts: read the people beside it.
Use by disability is hardly ever reported and has no weight of its own: economies only.
"""
sources = ["itu/internet_use_breakdowns", "worldbank", "unsd_gender", "population"]

[[target]]
id = "2.2.gender"
title = "Gender gap in Internet use bridged"
year = 2030
low = 0.98
high = 1.02
baseline_year = 2020
breakdown = "GENDER_PARITY"
also = ["groups", "countries"]
note = "ITU's definition of parity: women over men from 0.98 to 1.02, both included"

[[target]]
id = "2.2.location"
title = "Urban/rural gap in Internet use bridged"
year = 2030
low = 0.98
high = 1.02
baseline_year = 2020
breakdown = "LOCATION_RATIO"
also = ["groups", "countries"]
note = "The plan gives no number and ITU no band; its gender band is used, so that all gaps are read alike and an opposite gap counts as one too"
without_value = "ITU's table by location ends in 2019 and is of too few people: download the breakdowns by location (itu/internet_use_breakdowns)"

[[target]]
id = "2.2.age"
title = "Age gap in Internet use bridged"
year = 2030
low = 0.98
high = 1.02
baseline_year = 2020
breakdown = "AGE_RATIO"
also = ["groups", "countries"]
note = "15 to 24 over the rest. The plan gives no number and ITU no band; its gender band is used, so that all gaps are read alike"
without_value = "no download by age is at hand: take the breakdowns by age (itu/internet_use_breakdowns)"

[[target]]
id = "2.2.older"
title = "Gap in Internet use between older and other adults bridged"
year = 2030
low = 0.98
high = 1.02
baseline_year = 2020
breakdown = "OLDER_RATIO"
also = ["groups", "countries"]
note = "75 and over over 25 to 74: the gap of the old, which the young against the rest do not show. The plan gives no number and ITU no band; its gender band is used, so that all gaps are read alike"
without_value = "no download by age is at hand: take the breakdowns by age (itu/internet_use_breakdowns)"

[[target]]
id = "2.2.disability"
title = "Disability gap in Internet use bridged"
year = 2030
low = 0.98
high = 1.02
baseline_year = 2020
breakdown = "DISABILITY_RATIO"
also = ["groups", "countries"]
note = "With over without disabilities. The plan gives no number and ITU no band; its gender band is used, so that all gaps are read alike"
without_value = "nobody publishes a world figure of Internet use with and without disabilities"

[[target]]
id = "T2.8.use"
title = "Gender equality in Internet use by 2023"
year = 2023
low = 0.98
high = 1.02
baseline_year = 2015
breakdown = "GENDER_PARITY"
also = ["groups"]
note = "ITU's definition of parity; the former plan states no baseline, 2015 is used for the pace"
---*/
SELECT
  u.ref_area, u.time_period,
  u.sex, u.age, u.urbanisation, u.disability, u.education_level, u.size_class, u.breakdown,
  u.estimate, u.value, u.unit, u.obs_status, u.coverage, u.observed, u.members_observed, u.members_total,
  u.error_low, u.error_high, u.note
FROM indicators.internet_use AS u
WHERE u.value IS NOT NULL
  -- whole numbers: a ratio of them is off by up to 0.015
  AND NOT (u.estimate = 'published' AND coalesce(u.note, '') LIKE 'Facts and Figures%')
