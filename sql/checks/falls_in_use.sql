/*---
id = "falls_in_use"
title = "Use and access do not fall"
test = 11
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
Economies: a fall of more than 5 points. Groups: of more than 1 point, for a
mean of many economies moves slowly. Published aggregates, and our `available`
ones where the coverage is the same (within 0.02): a fall that comes with
other members is no fall in use.

Golden case G01: South Asia 19.06 (2014), 16.22 (2015) with full coverage, a
break in the methods of its members.
*/
WITH ordered AS (
  SELECT
    indicator, ref_area, estimate, area_kind, sex, age, urbanisation, disability, size_class, breakdown,
    time_period, value, coverage,
    lag(time_period) OVER (
      PARTITION BY breakdown_number, ref_area, estimate
      ORDER BY time_period
    ) AS year_before,
    lag(value) OVER (
      PARTITION BY breakdown_number, ref_area, estimate
      ORDER BY time_period
    ) AS value_before,
    lag(coverage) OVER (
      PARTITION BY breakdown_number, ref_area, estimate
      ORDER BY time_period
    ) AS coverage_before
  FROM indicator_values
  WHERE indicator IN ('internet_use', 'households_internet', 'business_internet_use', 'mobile_ownership')
    AND estimate IN ('reported', 'published', 'available') AND value IS NOT NULL
)
SELECT
  indicator, ref_area, time_period, sex, age, urbanisation, disability, size_class, breakdown, estimate,
  CAST(round(value_before, 2) AS VARCHAR) || ' (' || CAST(year_before AS VARCHAR) || ') to '
    || CAST(round(value, 2) AS VARCHAR) || ' (' || CAST(time_period AS VARCHAR) || '): '
    || CAST(round(value - value_before, 2) AS VARCHAR) || ' points'
    || CASE
      WHEN estimate = 'available' THEN ', coverage ' || CAST(round(100.0 * coverage, 1) AS VARCHAR) || ' % in both years'
      ELSE ''
    END AS detail
FROM ordered
WHERE value_before - value > CASE WHEN area_kind = 'group' THEN 1.0 ELSE 5.0 END
  AND (estimate <> 'available' OR abs(coverage - coverage_before) <= 0.02)
ORDER BY indicator, ref_area, time_period, sex, age, urbanisation, disability, size_class, breakdown, estimate
