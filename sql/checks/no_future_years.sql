/*---
id = "no_future_years"
title = "No value is of a year still to come, forecasts apart"
test = 3
severity = "error"
warn_above = 0
fail_above = 0
---*/
-- What is carried to a year in which others have a forecast is none itself: `imputed` is left out.
SELECT
  v.indicator, v.ref_area, v.time_period,
  v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown, v.estimate,
  CAST(v.time_period AS VARCHAR) || ' is after ' || CAST(c."year" AS VARCHAR)
    || coalesce(', source ' || v.source, '') AS detail
FROM current_year c
CROSS JOIN indicator_values v
WHERE v.time_period > c."year" AND v.value IS NOT NULL AND v.estimate <> 'imputed' AND coalesce(v.obs_status, '') <> 'F'
ORDER BY v.indicator, v.ref_area, v.time_period,
  v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown, v.estimate
