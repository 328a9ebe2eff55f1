/*---
id = "provider_values_in_range"
title = "Providers' values are within the limits of their unit"
test = 3
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- A warning only: one bad figure of a provider must not hold up a release, unless it makes an aggregate impossible
-- (see aggregates_in_range). It is for corrections/ to deal with. A gap in people may have either sign.
SELECT
  v.indicator, v.ref_area, v.time_period,
  v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown, v.estimate,
  CAST(v.value AS VARCHAR) || ' ' || v.unit
    || CASE
      WHEN v.value < u.minimum THEN ' is below ' || CAST(u.minimum AS VARCHAR)
      WHEN v.value > u.maximum THEN ' is above ' || CAST(u.maximum AS VARCHAR)
      WHEN v.unit = 'YES_NO' THEN ' is neither 0 nor 1'
      ELSE ' is not a whole number'
    END
    || coalesce(', source ' || v.source, '') AS detail
FROM units u
JOIN indicator_values v ON v.unit = u.unit
WHERE v.estimate IN ('reported', 'published')
  AND NOT (v.unit = 'PS' AND v.breakdown LIKE '%PEOPLE')
  AND (v.value < u.minimum - 1e-9 OR v.value > u.maximum + 1e-9
    OR (v.unit IN ('NUMBER', 'YES_NO') AND v.estimate = 'reported' AND abs(v.value - round(v.value)) > 1e-6))
ORDER BY v.indicator, v.ref_area, v.time_period,
  v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown, v.estimate
