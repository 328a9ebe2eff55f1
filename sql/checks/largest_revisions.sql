/*---
id = "largest_revisions"
title = "The 20 largest revisions against the release before"
test = 14
severity = "info"
warn_above = 0
fail_above = 0
---*/
-- Percentages by points: all the 20 are comparable. Providers' values only.
WITH was AS (
  SELECT breakdown_number, ref_area, time_period, estimate, value
  FROM previous_values
  WHERE estimate IN ('reported', 'published') AND unit = 'PT' AND value IS NOT NULL
),
now AS (
  SELECT
    breakdown_number, indicator, ref_area, time_period,
    sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate, value, source
  FROM indicator_values
  WHERE estimate IN ('reported', 'published') AND unit = 'PT' AND value IS NOT NULL
),
largest AS (
  SELECT
    n.indicator, n.ref_area, n.time_period,
    n.sex, n.age, n.urbanisation, n.disability, n.education_level, n.size_class, n.breakdown, n.estimate,
    w.value AS value_before, n.value, n.source
  FROM was w
  JOIN now n
    ON n.breakdown_number = w.breakdown_number AND n.ref_area = w.ref_area AND n.time_period = w.time_period
    AND n.estimate = w.estimate
  WHERE abs(n.value - w.value) > 1e-9 * greatest(1.0, abs(w.value))
  ORDER BY abs(n.value - w.value) DESC, n.indicator, n.ref_area, n.time_period,
    n.sex, n.age, n.urbanisation, n.disability, n.education_level, n.size_class, n.breakdown, n.estimate
  LIMIT 20
)
SELECT
  indicator, ref_area, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
  CAST(round(value_before, 2) AS VARCHAR) || ' to ' || CAST(round(value, 2) AS VARCHAR) || ' ('
    || CAST(round(value - value_before, 2) AS VARCHAR) || ')' || coalesce(', source ' || source, '') AS detail
FROM largest
ORDER BY indicator, ref_area, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate
