/*---
id = "1.2c"
name = "affordability_gap"
title = "Affordability gap between developing and developed economies"
unit = "PP"
rollup = "none"
groups = ["world"]
window = 0
coverage = { base = "economies", min_members = 3 }
datasets = ["itu/price_baskets", "itu/price_baskets_datahub", "itu/price_baskets_2008_2021"]
definition = "Median price of entry-level broadband in developing economies against that in developed ones, both as percent of monthly GNI per head"
method = """
Two measures for each basket, named in the breakdown: `.._POINTS`, developing less developed, in percentage
points of GNI per head; `.._RATIO`, developing over developed. Both come from the group medians of
broadband_affordability of the same year and estimate, and for `.._PANEL_POINTS` and `.._PANEL_RATIO` from those of
affordability_panel, which are of the same economies in all years. Coverage is the lower of the two sides.
The row stands under WLD, since the gap is one between two parts of the world. No economy belongs to both, so the errors of
the two medians are independent, and what the gap moves by at the ends of their bars is added in squares.
"""
caveats = """
A gap in points and a relative gap can move apart: the target is read in points.
Outside the panels the two medians are over the economies with a price in each year, not over a fixed set.
The basket has to be the same in both years: see broadband_affordability.
"""
sources = ["itu/price_baskets", "itu/price_baskets_datahub", "itu/price_baskets_2008_2021"]

[[target]]
id = "T2.5"
title = "Affordability gap reduced by 25 percent by 2023 from 2017"
year = 2023
change = -0.25
direction = "down"
baseline_year = 2017
breakdown = "FIXED_PANEL_POINTS"
note = "Gap in points of the fixed basket in the economies with a price in every year of the workbook, 1 GB in 2017 and 5 GB from 2018 on. Baseline as revised, not as first published"

[[target]]
id = "T2.5.one_basket"
title = "Affordability gap reduced by 25 percent by 2023 from 2018, one basket"
year = 2023
change = -0.25
direction = "down"
baseline_year = 2018
breakdown = "FIXED_5GB_PANEL_POINTS"
note = "A second reading: gap in points, the basket of 5 GB alone, which starts in 2018, in the economies with a price in every year"
---*/
WITH sides AS (
  SELECT
    a.time_period, a.breakdown, a.estimate,
    max(CASE WHEN a.ref_area = 'DEVELOPING' THEN a.value END) AS developing,
    max(CASE WHEN a.ref_area = 'DEVELOPED' THEN a.value END) AS developed,
    max(CASE WHEN a.ref_area = 'DEVELOPING' THEN a.error_low END) AS developing_low,
    max(CASE WHEN a.ref_area = 'DEVELOPING' THEN a.error_high END) AS developing_high,
    max(CASE WHEN a.ref_area = 'DEVELOPED' THEN a.error_low END) AS developed_low,
    max(CASE WHEN a.ref_area = 'DEVELOPED' THEN a.error_high END) AS developed_high,
    substr(max(s.severity), 2) AS obs_status,
    min(a.coverage) AS coverage,
    min(a.observed) AS observed,
    CAST(sum(a.members_observed) AS BIGINT) AS members_observed,
    CAST(sum(a.members_total) AS BIGINT) AS members_total
  FROM (
    SELECT time_period, breakdown, estimate, ref_area, value, error_low, error_high, obs_status, coverage, observed, members_observed, members_total
    FROM indicators.broadband_affordability
    UNION ALL
    SELECT time_period, breakdown, estimate, ref_area, value, error_low, error_high, obs_status, coverage, observed, members_observed, members_total
    FROM indicators.affordability_panel
  ) AS a
  JOIN status_order AS s USING (obs_status)
  WHERE a.ref_area IN ('DEVELOPING', 'DEVELOPED') AND a.value IS NOT NULL
  GROUP BY a.time_period, a.breakdown, a.estimate
)
SELECT
  'WLD' AS ref_area, s.time_period, s.estimate,
  s.breakdown || '_' || m.measure AS breakdown,
  CASE
    WHEN m.measure = 'POINTS' THEN s.developing - s.developed
    ELSE s.developing / nullif(s.developed, 0.0)
  END AS value,
  m.unit, s.obs_status, s.coverage, s.observed, s.members_observed, s.members_total,
  CASE
    WHEN m.measure = 'POINTS'
    THEN s.developing - s.developed - sqrt(power(s.developing - s.developing_low, 2.0) + power(s.developed_high - s.developed, 2.0))
    ELSE s.developing / nullif(s.developed, 0.0)
      - sqrt(power((s.developing - s.developing_low) / nullif(s.developed, 0.0), 2.0)
        + power(s.developing / nullif(s.developed, 0.0) - s.developing / nullif(s.developed_high, 0.0), 2.0))
  END AS error_low,
  CASE
    WHEN m.measure = 'POINTS'
    THEN s.developing - s.developed + sqrt(power(s.developing_high - s.developing, 2.0) + power(s.developed - s.developed_low, 2.0))
    ELSE s.developing / nullif(s.developed, 0.0)
      + sqrt(power((s.developing_high - s.developing) / nullif(s.developed, 0.0), 2.0)
        + power(s.developing / nullif(s.developed_low, 0.0) - s.developing / nullif(s.developed, 0.0), 2.0))
  END AS error_high,
  'itu' AS source
FROM sides AS s
CROSS JOIN (VALUES ('POINTS', 'PP'), ('RATIO', 'RATIO')) AS m (measure, unit)
WHERE s.developing IS NOT NULL AND s.developed IS NOT NULL
