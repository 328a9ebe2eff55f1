/*---
id = "economies_revised"
title = "No economy's history has moved by a tenth"
test = 14
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
What an economy reports, all breakdowns together: at least three years, and at
least half of those in both releases, are changed, and by more than 10 % on
average. One economy does not show in the totals of an indicator's history
(history_rewritten), and moves a region all the same.
*/
WITH limits AS (
  SELECT 0.1 AS most, 3 AS fewest_values, 0.5 AS fewest_share
),
both_releases AS (
  SELECT breakdown_number, ref_area, time_period, value AS value_was, CAST(NULL AS DOUBLE) AS value_now
  FROM previous_values
  WHERE estimate = 'reported' AND value IS NOT NULL
  UNION ALL
  SELECT breakdown_number, ref_area, time_period, CAST(NULL AS DOUBLE) AS value_was, value AS value_now
  FROM indicator_values
  WHERE estimate = 'reported' AND value IS NOT NULL
),
figures_of AS (
  SELECT breakdown_number, ref_area, time_period, max(value_was) AS value_was, max(value_now) AS value_now
  FROM both_releases
  GROUP BY breakdown_number, ref_area, time_period
  HAVING count(value_was) > 0 AND count(value_now) > 0
),
paired AS (
  SELECT b.indicator, f.ref_area, f.time_period, f.value_was, f.value_now
  FROM breakdowns b
  JOIN figures_of f ON f.breakdown_number = b.breakdown_number
),
compared AS (
  SELECT
    indicator, ref_area, time_period,
    CASE
      WHEN abs(value_now - value_was) > 1e-9 * greatest(1.0, abs(value_was))
      THEN (value_now - value_was) / nullif(abs(value_was), 0.0)
    END AS revision
  FROM paired
),
economies AS (
  SELECT
    indicator, ref_area, count(*) AS both_have, count(revision) AS revised, sum(revision) / count(revision) AS mean_revision,
    min(CASE WHEN revision IS NOT NULL THEN time_period END) AS first_year,
    max(CASE WHEN revision IS NOT NULL THEN time_period END) AS last_year
  FROM compared
  GROUP BY indicator, ref_area
)
SELECT
  e.indicator, e.ref_area,
  e.ref_area || ' ' || e.indicator || ': ' || CAST(e.revised AS VARCHAR) || ' of ' || CAST(e.both_have AS VARCHAR)
    || ' values (' || CAST(e.first_year AS VARCHAR) || ' to ' || CAST(e.last_year AS VARCHAR) || ') changed, by '
    || CAST(round(100.0 * e.mean_revision, 1) AS VARCHAR) || ' % on average' AS detail
FROM economies e
CROSS JOIN limits l
WHERE e.revised >= l.fewest_values
  AND CAST(e.revised AS DOUBLE) >= l.fewest_share * CAST(e.both_have AS DOUBLE)
  AND abs(e.mean_revision) > l.most
ORDER BY e.indicator, e.ref_area
