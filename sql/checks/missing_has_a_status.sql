/*---
id = "missing_has_a_status"
title = "A missing value has a status that says so, and no other has"
test = 4
severity = "error"
warn_above = 0
fail_above = 0
---*/
-- O missing, M cannot exist, L not significant, Q withheld, H holiday, K in another category.
SELECT
  indicator, ref_area, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
  CASE
    WHEN value IS NULL THEN 'no value, but status ' || coalesce(obs_status, 'empty')
    ELSE 'value ' || CAST(value AS VARCHAR) || ', but status ' || obs_status
  END AS detail
FROM indicator_values
WHERE (value IS NULL AND coalesce(obs_status, '') NOT IN ('O', 'M', 'L', 'Q', 'H', 'K'))
  OR (value IS NOT NULL AND obs_status IN ('O', 'M', 'L', 'Q', 'H', 'K'))
ORDER BY indicator, ref_area, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate
