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
gone, the data of the indicator from that provider are others than in the release
before, and none of its data sets there has a new vintage. Another data set of the
provider that has one says nothing of it. A data set of which as much is rewritten
is held before (`maximum_share_rewritten`): this is about indicators that are a
small part of theirs. With the same data from the provider the change is ours, by a
new method or a correction, and passes. Histories under 10 values are too short to
judge.
*/
-- An indicator whose header names no data set is made of others: any of the provider may stand behind it.
WITH own AS (
  SELECT n.indicator, d.source, d.renewed, d.vintage_changed
  FROM indicator_data_sets n
  JOIN data_sets d ON d.source = n.source AND d.dataset = n.dataset
  UNION ALL
  SELECT q.indicator, d.source, d.renewed, d.vintage_changed
  FROM indicators_meta q
  CROSS JOIN data_sets d
  LEFT JOIN (SELECT DISTINCT indicator FROM indicator_data_sets) n ON n.indicator = q.indicator
  WHERE n.indicator IS NULL
),
renewed AS (
  SELECT indicator, source
  FROM own
  GROUP BY indicator, source
  HAVING sum(CASE WHEN renewed THEN 1 ELSE 0 END) > 0
    AND sum(CASE WHEN vintage_changed THEN 1 ELSE 0 END) = 0
),
before AS (
  SELECT p.indicator, p.breakdown_number, p.ref_area, p.time_period, p.estimate, p.value, p.source
  FROM renewed r
  JOIN previous_values p ON p.source = r.source AND p.indicator = r.indicator
  WHERE p.estimate IN ('reported', 'published') AND p.value IS NOT NULL
),
now AS (
  SELECT breakdown_number, ref_area, time_period, estimate, value
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
    ON n.breakdown_number = p.breakdown_number AND n.ref_area = p.ref_area AND n.time_period = p.time_period
    AND n.estimate = p.estimate
  GROUP BY p.indicator, p.source
)
SELECT
  indicator, source,
  CAST(changed AS VARCHAR) || ' values changed and ' || CAST(gone AS VARCHAR) || ' gone of ' || CAST(history AS VARCHAR)
    || ' (' || CAST(round(100.0 * CAST(changed + gone AS DOUBLE) / CAST(history AS DOUBLE), 1) AS VARCHAR)
    || ' %), the vintage of its data sets of ' || source || ' is the same' AS detail
FROM compared
WHERE history >= 10 AND CAST(changed + gone AS DOUBLE) > 0.25 * CAST(history AS DOUBLE)
ORDER BY indicator, source
