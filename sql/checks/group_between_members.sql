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
  SELECT indicator FROM indicators_meta WHERE rollup IN ('weighted_mean', 'ratio_of_sums', 'median')
),
members AS (
  SELECT
    m.group_code, v.indicator, v.time_period,
    v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown,
    min(v.value) AS lowest,
    max(v.value) AS highest
  FROM averaged q
  JOIN indicator_values v ON v.indicator = q.indicator
  JOIN membership m
    ON m.ref_area = v.ref_area AND v.time_period BETWEEN m.first_year AND m.last_year
  WHERE v.estimate = 'reported' AND v.value IS NOT NULL
  GROUP BY m.group_code, v.indicator, v.time_period,
    v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown
)
SELECT
  v.indicator, v.ref_area, v.time_period,
  v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown,
  CASE
    WHEN m.lowest IS NULL THEN CAST(v.value AS VARCHAR) || ', but no member has a value'
    ELSE CAST(v.value AS VARCHAR) || ' is outside the members'' ' || CAST(m.lowest AS VARCHAR) || ' to '
      || CAST(m.highest AS VARCHAR)
  END AS detail
FROM averaged q
JOIN indicator_values v ON v.indicator = q.indicator
LEFT JOIN members m
  ON m.group_code = v.ref_area AND m.indicator = v.indicator AND m.time_period = v.time_period
  AND m.sex = v.sex AND m.age = v.age AND m.urbanisation = v.urbanisation AND m.disability = v.disability
  AND m.education_level = v.education_level AND m.size_class = v.size_class AND m.breakdown = v.breakdown
WHERE v.estimate = 'available' AND v.value IS NOT NULL
  AND (m.lowest IS NULL
    OR (v.value < m.lowest - 1e-9 * greatest(1.0, abs(m.lowest))
      AND coalesce(v.note, '') NOT LIKE '%assumed, without a report%')
    OR v.value > m.highest + 1e-9 * greatest(1.0, abs(m.highest)))
ORDER BY v.indicator, v.ref_area, v.time_period,
  v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown
