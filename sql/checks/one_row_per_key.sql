/*---
id = "one_row_per_key"
title = "One row for each key"
test = 2
severity = "error"
warn_above = 0
fail_above = 0
---*/
SELECT
  indicator, ref_area, time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
  CAST(count(*) AS VARCHAR) || ' rows, values from ' || coalesce(CAST(min(value) AS VARCHAR), 'none') || ' to '
    || coalesce(CAST(max(value) AS VARCHAR), 'none') AS detail
FROM indicator_values
GROUP BY indicator, ref_area, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate
HAVING count(*) > 1
ORDER BY indicator, ref_area, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate
