/*---
id = "coverage_fell"
title = "Coverage does not fall by more than 10 points from one release to the next"
test = 13
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- Groups that are still shown; those that are not any more are in coverage_lost.
SELECT
  v.indicator, v.ref_area, v.time_period,
  v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown, v.estimate,
  'from ' || CAST(round(100.0 * p.coverage, 1) AS VARCHAR) || ' % (' || coalesce(CAST(p.members_observed AS VARCHAR), '?')
    || ' economies) to ' || CAST(round(100.0 * v.coverage, 1) AS VARCHAR) || ' % ('
    || coalesce(CAST(v.members_observed AS VARCHAR), '?') || ')' AS detail
FROM previous_values p
JOIN indicator_values v
  ON v.breakdown_number = p.breakdown_number AND v.ref_area = p.ref_area AND v.time_period = p.time_period
  AND v.estimate = p.estimate
WHERE p.estimate IN ('available', 'imputed') AND v.estimate IN ('available', 'imputed')
  AND v.value IS NOT NULL AND p.coverage - v.coverage > 0.1 + 1e-9
ORDER BY v.indicator, v.ref_area, v.time_period,
  v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown, v.estimate
