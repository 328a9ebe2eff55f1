/*---
id = "ours_against_published"
title = "Our aggregate agrees with the published one"
test = 8
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
Within one point where at least 90 % of the weight reported; half a point more
where the agency prints whole numbers. With less coverage the two differ by
the agency's estimates, which is no error: see the estimates side by side.
In another unit, such as prices, a point says nothing: no more than twice as
much or half as much, where at least 80 % of the weight reported.
*/
SELECT
  p.indicator, p.ref_area, p.time_period,
  p.sex, p.age, p.urbanisation, p.disability, p.education_level, p.size_class, p.breakdown,
  'published ' || CAST(round(p.value, 2) AS VARCHAR) || ', ours ' || CAST(round(v.value, 2) AS VARCHAR) || ' with '
    || CAST(round(100.0 * v.coverage, 1) AS VARCHAR) || ' % of the weight'
    || coalesce(', ' || p.note, '') AS detail
FROM indicator_values p
JOIN indicator_values v
  ON v.breakdown_number = p.breakdown_number AND v.ref_area = p.ref_area AND v.time_period = p.time_period
WHERE p.estimate = 'published' AND v.estimate = 'available' AND v.unit = p.unit
  AND CASE
    WHEN p.unit = 'PT'
    THEN v.coverage >= 0.9 AND abs(p.value - v.value) > CASE WHEN p.value = round(p.value) THEN 1.5 ELSE 1.0 END
    -- a difference may be next to nothing, or of another sign
    WHEN p.unit = 'PP' THEN FALSE
    ELSE v.coverage >= 0.8 AND p.value > 0.0 AND v.value > 0.0 AND (v.value > 2.0 * p.value OR p.value > 2.0 * v.value)
  END
ORDER BY p.indicator, p.ref_area, p.time_period,
  p.sex, p.age, p.urbanisation, p.disability, p.education_level, p.size_class, p.breakdown
