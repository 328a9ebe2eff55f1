/*---
id = "group_between_members"
title = "A group's mean lies between its members"
test = 8
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- For means, medians and ratios of sums; sums and shares of economies have other limits. `available` only, since
-- the carried values of `imputed` are not rows here. Nor are the values assumed for economies without a report, which
-- the note of the group counts: with them the lowest of those reported is no limit.
WITH averaged AS (
  SELECT b.breakdown_number, b.indicator, b.sex, b.age, b.urbanisation, b.disability, b.education_level, b.size_class, b.breakdown
  FROM indicators_meta q
  JOIN breakdowns b ON b.indicator = q.indicator
  WHERE q.rollup IN ('weighted_mean', 'ratio_of_sums', 'median')
),
members AS (
  SELECT m.group_code, v.breakdown_number, v.time_period, min(v.value) AS lowest, max(v.value) AS highest
  FROM averaged q
  JOIN indicator_values v ON v.breakdown_number = q.breakdown_number
  JOIN membership m
    ON m.ref_area = v.ref_area AND v.time_period BETWEEN m.first_year AND m.last_year
  WHERE v.estimate = 'reported' AND v.value IS NOT NULL
  GROUP BY m.group_code, v.breakdown_number, v.time_period
)
SELECT
  q.indicator, v.ref_area, v.time_period,
  q.sex, q.age, q.urbanisation, q.disability, q.education_level, q.size_class, q.breakdown,
  CASE
    WHEN m.lowest IS NULL THEN CAST(v.value AS VARCHAR) || ', but no member has a value'
    ELSE CAST(v.value AS VARCHAR) || ' is outside the members'' ' || CAST(m.lowest AS VARCHAR) || ' to '
      || CAST(m.highest AS VARCHAR)
  END AS detail
FROM averaged q
JOIN indicator_values v ON v.breakdown_number = q.breakdown_number
LEFT JOIN members m
  ON m.group_code = v.ref_area AND m.breakdown_number = v.breakdown_number AND m.time_period = v.time_period
WHERE v.estimate = 'available' AND v.value IS NOT NULL
  AND (m.lowest IS NULL
    OR (v.value < m.lowest - 1e-9 * greatest(1.0, abs(m.lowest))
      AND coalesce(v.note, '') NOT LIKE '%assumed, without a report%')
    OR v.value > m.highest + 1e-9 * greatest(1.0, abs(m.highest)))
ORDER BY q.indicator, v.ref_area, v.time_period,
  q.sex, q.age, q.urbanisation, q.disability, q.education_level, q.size_class, q.breakdown
