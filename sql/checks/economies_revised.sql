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
compared AS (
  SELECT
    n.indicator, n.ref_area, n.time_period,
    CASE
      WHEN abs(n.value - w.value) > 1e-9 * greatest(1.0, abs(w.value))
      THEN (n.value - w.value) / nullif(abs(w.value), 0.0)
    END AS revision
  FROM previous_values w
  JOIN indicator_values n
    ON n.breakdown_number = w.breakdown_number AND n.ref_area = w.ref_area AND n.time_period = w.time_period
  WHERE w.estimate = 'reported' AND w.value IS NOT NULL AND n.estimate = 'reported' AND n.value IS NOT NULL
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
