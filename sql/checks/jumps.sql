/*---
id = "jumps"
title = "No value leaps away from the year before"
test = 11
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
Percentages, all inhabitants: a change a year of more than 10 points and of
more than 4 times the median absolute deviation of the series' own changes.
Over a gap of some years the change is spread over them.

Economies, published aggregates, and our `available` ones where the coverage
is the same (within 0.02): with other coverage it is the members that changed.
Not shares of economies, which move in steps.
*/
WITH ordered AS (
  SELECT
    breakdown_number, indicator, ref_area, estimate, disability, education_level, size_class, breakdown, time_period, value, coverage,
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
  WHERE unit IN ('PT', 'PT_INT') AND estimate IN ('reported', 'published', 'available') AND value IS NOT NULL
    AND sex = '_T' AND age = '_T' AND urbanisation = '_T'
    AND indicator NOT IN (SELECT indicator FROM indicators_meta WHERE rollup = 'share_of_economies')
),
changes AS (
  SELECT
    breakdown_number, indicator, ref_area, estimate, disability, education_level, size_class, breakdown,
    time_period, value, year_before, value_before,
    (value - value_before) / (time_period - year_before) AS change
  FROM ordered
  WHERE value_before IS NOT NULL
    AND (estimate <> 'available' OR abs(coverage - coverage_before) <= 0.02)
),
centred AS (
  SELECT
    breakdown_number, indicator, ref_area, estimate, disability, education_level, size_class, breakdown,
    time_period, value, year_before, value_before, change,
    abs(change - median(change) OVER (
      PARTITION BY breakdown_number, ref_area, estimate
    )) AS deviation
  FROM changes
),
assessed AS (
  SELECT
    breakdown_number, indicator, ref_area, estimate, disability, education_level, size_class, breakdown,
    time_period, value, year_before, value_before, change,
    greatest(10.0, 4.0 * median(deviation) OVER (
      PARTITION BY breakdown_number, ref_area, estimate
    )) AS most
  FROM centred
)
SELECT
  indicator, ref_area, time_period, disability, education_level, size_class, breakdown, estimate,
  CAST(round(value_before, 2) AS VARCHAR) || ' (' || CAST(year_before AS VARCHAR) || ') to '
    || CAST(round(value, 2) AS VARCHAR) || ' (' || CAST(time_period AS VARCHAR) || '): '
    || CAST(round(change, 2) AS VARCHAR) || ' points a year, limit ' || CAST(round(most, 2) AS VARCHAR) AS detail
FROM assessed
WHERE abs(change) > most
ORDER BY indicator, ref_area, time_period, disability, education_level, size_class, breakdown, estimate
