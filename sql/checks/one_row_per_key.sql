/*---
id = "one_row_per_key"
title = "One row for each key"
test = 2
severity = "error"
warn_above = 0
fail_above = 0
---*/
WITH repeated AS (
  SELECT breakdown_number, ref_area, time_period, estimate, count(*) AS figures, min(value) AS lowest, max(value) AS highest
  FROM indicator_values
  GROUP BY breakdown_number, ref_area, time_period, estimate
  HAVING count(*) > 1
)
SELECT
  b.indicator, r.ref_area, r.time_period,
  b.sex, b.age, b.urbanisation, b.disability, b.education_level, b.size_class, b.breakdown, r.estimate,
  CAST(r.figures AS VARCHAR) || ' rows, values from ' || coalesce(CAST(r.lowest AS VARCHAR), 'none') || ' to '
    || coalesce(CAST(r.highest AS VARCHAR), 'none') AS detail
FROM breakdowns b
JOIN repeated r ON r.breakdown_number = b.breakdown_number
ORDER BY b.indicator, r.ref_area, r.time_period,
  b.sex, b.age, b.urbanisation, b.disability, b.education_level, b.size_class, b.breakdown, r.estimate
