/*---
id = "revision_summary"
title = "Revisions against the release before, by indicator"
test = 14
severity = "info"
warn_above = 0
fail_above = 0
---*/
-- Providers' values only; what follows from them in groups is in the release's revisions.
WITH releases AS (
  SELECT breakdown_number, ref_area, time_period, estimate, value AS value_before, CAST(NULL AS DOUBLE) AS value
  FROM previous_values
  WHERE estimate IN ('reported', 'published') AND value IS NOT NULL
  UNION ALL
  SELECT breakdown_number, ref_area, time_period, estimate, CAST(NULL AS DOUBLE) AS value_before, value
  FROM indicator_values
  WHERE estimate IN ('reported', 'published') AND value IS NOT NULL
),
figures_of AS (
  SELECT breakdown_number, max(value_before) AS value_before, max(value) AS value
  FROM releases
  GROUP BY breakdown_number, ref_area, time_period, estimate
),
paired AS (
  SELECT b.indicator, f.value_before, f.value
  FROM breakdowns b
  JOIN figures_of f ON f.breakdown_number = b.breakdown_number
),
compared AS (
  SELECT
    indicator, value_before, value,
    CASE
      WHEN abs(value - value_before) > 1e-9 * greatest(1.0, abs(value_before)) THEN value - value_before
    END AS revision
  FROM paired
),
counted AS (
  SELECT
    indicator,
    count(value_before) AS history,
    sum(CASE WHEN value_before IS NULL THEN 1 ELSE 0 END) AS added,
    sum(CASE WHEN value IS NULL THEN 1 ELSE 0 END) AS removed,
    count(revision) AS changed,
    sum(CASE WHEN revision > 0.0 THEN 1 ELSE 0 END) AS upward,
    sum(revision) / count(revision) AS mean_revision, sum(abs(revision)) / count(revision) AS mean_size
  FROM compared
  GROUP BY indicator
)
SELECT
  indicator,
  CAST(added AS VARCHAR) || ' values added, ' || CAST(removed AS VARCHAR) || ' removed, ' || CAST(changed AS VARCHAR)
    || ' changed'
    || CASE
      WHEN changed > 0
      THEN ' (' || CAST(upward AS VARCHAR) || ' upward): mean revision ' || CAST(round(mean_revision, 3) AS VARCHAR)
        || ', mean absolute ' || CAST(round(mean_size, 3) AS VARCHAR)
      ELSE ''
    END AS detail
FROM counted
WHERE history > 0 AND added + removed + changed > 0
ORDER BY indicator
