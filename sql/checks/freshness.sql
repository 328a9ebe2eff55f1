/*---
id = "freshness"
title = "Sources are up to date"
test = 16
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- By source: its newest year is more than 3 years back, unless nothing newer comes from it. By data set: not pulled for longer than its limit.
WITH newest AS (
  SELECT source, max(last_year) AS last_year
  FROM data_sets
  WHERE NOT discontinued
  GROUP BY source
)
SELECT indicator, source, dataset, detail
FROM (
  SELECT
    '' AS indicator, n.source, '' AS dataset,
    'the newest year is ' || CAST(n.last_year AS VARCHAR) || ', now it is ' || CAST(c."year" AS VARCHAR) AS detail
  FROM current_year c
  CROSS JOIN newest n
  WHERE n.last_year < c."year" - 3
  UNION ALL
  SELECT
    '' AS indicator, source, dataset,
    CAST(age_days AS VARCHAR) || ' days old, the limit is ' || CAST(stale_after_days AS VARCHAR) AS detail
  FROM data_sets
  WHERE age_days > stale_after_days
) AS late
ORDER BY source, dataset
