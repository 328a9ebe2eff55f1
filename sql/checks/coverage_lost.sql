/*---
id = "coverage_lost"
title = "No group that was shown falls under its threshold"
test = 13
severity = "error"
warn_above = 0
fail_above = 0
---*/
/*
Shown in the release before, withheld or gone now, because less of the group
is observed than before. A threshold that somebody raised, or an indicator
that somebody took out, is not meant. A group with another number of members is
another list, such as the World Bank's of each 1 July: a warning; also for a
figure that is gone, by the members that the group has elsewhere.
*/
WITH shown AS (
  SELECT
    p.indicator, p.ref_area, p.time_period,
    p.sex, p.age, p.urbanisation, p.disability, p.education_level, p.size_class, p.breakdown, p.estimate,
    p.breakdown_number, p.value, p.coverage, p.members_total
  FROM indicators_meta q
  JOIN previous_values p ON p.indicator = q.indicator
  WHERE p.estimate IN ('available', 'imputed') AND p.value IS NOT NULL
),
now AS (
  SELECT indicator, breakdown_number, ref_area, time_period, estimate, value, coverage, members_total
  FROM indicator_values
  WHERE estimate IN ('available', 'imputed')
),
lists_before AS (
  SELECT ref_area, max(members_total) AS members FROM shown GROUP BY ref_area
),
lists_now AS (
  SELECT ref_area, max(members_total) AS members FROM now GROUP BY ref_area
)
SELECT
  p.indicator, p.ref_area, p.time_period,
  p.sex, p.age, p.urbanisation, p.disability, p.education_level, p.size_class, p.breakdown, p.estimate,
  CASE
    WHEN n.members_total <> p.members_total OR n.indicator IS NULL AND w.members <> b.members THEN 'warning'
    ELSE 'error'
  END AS severity,
  'was ' || CAST(round(p.value, 2) AS VARCHAR)
    || coalesce(' with ' || CAST(round(100.0 * p.coverage, 1) AS VARCHAR) || ' % of the weight', '')
    || CASE
      WHEN n.indicator IS NULL THEN ', now there is no row'
      ELSE ', withheld now' || coalesce(' with ' || CAST(round(100.0 * n.coverage, 1) AS VARCHAR) || ' %', '')
    END AS detail
FROM shown p
LEFT JOIN now n
  ON n.breakdown_number = p.breakdown_number AND n.ref_area = p.ref_area AND n.time_period = p.time_period
  AND n.estimate = p.estimate
JOIN lists_before b ON b.ref_area = p.ref_area
LEFT JOIN lists_now w ON w.ref_area = p.ref_area
WHERE n.value IS NULL AND coalesce(n.coverage, 0.0) < coalesce(p.coverage, 1.0) - 1e-9
ORDER BY p.indicator, p.ref_area, p.time_period,
  p.sex, p.age, p.urbanisation, p.disability, p.education_level, p.size_class, p.breakdown, p.estimate
