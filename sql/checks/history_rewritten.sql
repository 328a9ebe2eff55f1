/*---
id = "history_rewritten"
title = "A provider does not rewrite a quarter of an indicator's history in silence"
test = 14
severity = "error"
warn_above = 0
fail_above = 0
---*/
/*
More than 25 % of the provider's values of the release before are changed or
gone, its data are others than in the release before, and none of its data sets
has a new vintage. With the same data from the provider the change is ours, by a new method or a
correction, and passes. Histories under 10 values are too short to judge.
*/
WITH renewed AS (
  SELECT source
  FROM data_sets
  GROUP BY source
  HAVING sum(CASE WHEN renewed THEN 1 ELSE 0 END) > 0
    AND sum(CASE WHEN vintage_changed THEN 1 ELSE 0 END) = 0
),
before AS (
  SELECT
    p.indicator, p.ref_area, p.time_period,
    p.sex, p.age, p.urbanisation, p.disability, p.education_level, p.size_class, p.breakdown, p.estimate,
    p.value, p.source
  FROM renewed r
  JOIN previous_values p ON p.source = r.source
  JOIN indicators_meta q ON q.indicator = p.indicator
  WHERE p.estimate IN ('reported', 'published') AND p.value IS NOT NULL
),
now AS (
  SELECT
    indicator, ref_area, time_period,
    sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate, value
  FROM indicator_values
  WHERE estimate IN ('reported', 'published')
),
compared AS (
  SELECT
    p.indicator, p.source,
    count(*) AS history,
    sum(CASE WHEN n.value IS NULL THEN 1 ELSE 0 END) AS gone,
    sum(CASE WHEN abs(n.value - p.value) > 1e-9 * greatest(1.0, abs(p.value)) THEN 1 ELSE 0 END) AS changed
  FROM before p
  LEFT JOIN now n
    ON n.indicator = p.indicator AND n.ref_area = p.ref_area AND n.time_period = p.time_period AND n.estimate = p.estimate
    AND n.sex = p.sex AND n.age = p.age AND n.urbanisation = p.urbanisation AND n.disability = p.disability
    AND n.education_level = p.education_level AND n.size_class = p.size_class AND n.breakdown = p.breakdown
  GROUP BY p.indicator, p.source
)
SELECT
  indicator, source,
  CAST(changed AS VARCHAR) || ' values changed and ' || CAST(gone AS VARCHAR) || ' gone of ' || CAST(history AS VARCHAR)
    || ' (' || CAST(round(100.0 * CAST(changed + gone AS DOUBLE) / CAST(history AS DOUBLE), 1) AS VARCHAR)
    || ' %), the vintage of ' || source || ' is the same' AS detail
FROM compared
WHERE history >= 10 AND CAST(changed + gone AS DOUBLE) > 0.25 * CAST(history AS DOUBLE)
ORDER BY indicator, source
