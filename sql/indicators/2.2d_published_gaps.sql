/*---
id = "2.2d"
name = "published_gaps"
title = "Gap scores as published by ITU"
unit = "RATIO"
rollup = "none"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 0
coverage = { publish = 0.667, flag = 0.5, base = "population" }
datasets = ["itu/facts_and_figures"]
definition = "Gender parity scores of Internet use and of mobile-telephone ownership, and the urban/rural ratio of Internet use, as printed by ITU"
method = """
Copied from Facts and Figures, each area's series whole from its newest edition. Breakdown GENDER_PARITY and
LOCATION_RATIO are of Internet use, OWNERSHIP_GENDER_PARITY of mobile ownership.
They are kept apart from internet_use_gaps because ITU forms them from unrounded values that it does not print:
the printed 65 and 70 percent go with 0.92 in one edition and 0.94 in another.
"""
caveats = "Two decimals at most, and ITU's estimates for economies without data are inside"
owner = "Yardstick method group"
sources = [
  { title = "ITU Facts and Figures", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, Measuring digital development: Facts and Figures, edition as in the note", url = "https://www.itu.int/itu-d/reports/statistics/" },
]

[[target]]
id = "2.2.gender.published"
title = "Gender gap in Internet use bridged, by ITU's own score"
area = "WLD"
year = 2030
low = 0.98
high = 1.02
direction = "band"
baseline_year = 2019
breakdown = "GENDER_PARITY"
also = ["groups"]
estimates = ["published"]
note = "Baseline and latest value from one edition, whose earliest year is 2019"

[[target]]
id = "2.2.location.published"
title = "Urban/rural gap in Internet use bridged, by ITU's own ratio"
area = "WLD"
year = 2030
low = 0.98
high = 1.02
direction = "band"
baseline_year = 2020
breakdown = "LOCATION_RATIO"
also = ["groups"]
estimates = ["published"]
note = "The plan gives no number and ITU no band; its gender band is used. An edition prints few years and is not joined with others, so there is seldom a pace"

[[target]]
id = "T2.8.use.published"
title = "Gender equality in Internet use by 2023, by ITU's own score"
area = "WLD"
year = 2023
low = 0.98
high = 1.02
direction = "band"
baseline_year = 2019
breakdown = "GENDER_PARITY"
also = ["groups"]
estimates = ["published"]
note = "Baseline and latest value from one edition, whose earliest year is 2019"

[[target]]
id = "T2.8.ownership.published"
title = "Gender equality in mobile-phone ownership by 2023, by ITU's own score"
area = "WLD"
year = 2023
low = 0.98
high = 1.02
direction = "band"
baseline_year = 2019
breakdown = "OWNERSHIP_GENDER_PARITY"
also = ["groups"]
estimates = ["published"]
note = "ITU's definition of parity. An edition prints few years and is not joined with others, so there is seldom a pace"
---*/
WITH offered AS (
  SELECT
    o.ref_area, o.time_period, o.obs_value, o.obs_status, o.source, o.note,
    CASE o.series
      WHEN 'gender_parity_score_internet_use' THEN 'GENDER_PARITY'
      WHEN 'urban_rural_ratio_internet_use' THEN 'LOCATION_RATIO'
      ELSE 'OWNERSHIP_GENDER_PARITY'
    END AS breakdown
  FROM (SELECT DISTINCT group_code FROM groups) AS g
  JOIN observations AS o ON g.group_code = o.ref_area
  WHERE o.source = 'itu' AND o.obs_value IS NOT NULL
    AND o.series IN (
      'gender_parity_score_internet_use', 'gender_parity_score_mobile_ownership', 'urban_rural_ratio_internet_use')
),
compared AS (
  SELECT
    ref_area, time_period, breakdown, obs_value, obs_status, source, coalesce(note, '') AS edition,
    max(coalesce(note, '')) OVER (PARTITION BY ref_area, breakdown) AS best_edition
  FROM offered
)
SELECT
  ref_area, time_period, breakdown, obs_value AS value, obs_status,
  concat_ws(', ', 'Facts and Figures', nullif(edition, '')) AS note, source
FROM compared
WHERE edition = best_edition
