/*---
id = "2.2c"
name = "mobile_ownership_gaps"
title = "Gaps in mobile-telephone ownership"
unit = "RATIO"
rollup = "none"
derived = "gaps"
window = 0
datasets = ["itu/mobile_ownership", "unsd/sdg_global", "unsd_gender/mobile_by_sex"]
definition = "Ratio, difference in percentage points and difference in people between the mobile-telephone ownership of two parts of the population"
method = """
The rows of mobile_ownership go through sql/derived/gaps.sql, as in internet_use_gaps. A group's gap is taken
between its two aggregates: the mean of the economies' scores would be another, wrong, figure.
"""
caveats = "The two sides may rest on different numbers of economies. Rounded published figures are left out: see published_gaps for ITU's own scores"
sources = ["itu/mobile_ownership", "unsd", "unsd_gender", "population"]

[[target]]
id = "T2.8.ownership"
title = "Gender equality in mobile-phone ownership by 2023"
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
FROM indicators.mobile_ownership AS u
WHERE u.value IS NOT NULL
  -- whole numbers: a ratio of them is off by up to 0.015
  AND NOT (u.estimate = 'published' AND coalesce(u.note, '') LIKE 'Facts and Figures%')
