/*---
id = "revision_summary"
title = "Revisions against the release before, by indicator"
test = 14
severity = "info"
warn_above = 0
fail_above = 0
---*/
-- Providers' values only; what follows from them in groups is in the release's revisions.
WITH was AS (
  SELECT indicator, breakdown_number, ref_area, time_period, estimate, value
  FROM previous_values
  WHERE estimate IN ('reported', 'published') AND value IS NOT NULL
),
now AS (
  SELECT indicator, breakdown_number, ref_area, time_period, estimate, value
  FROM indicator_values
  WHERE estimate IN ('reported', 'published') AND value IS NOT NULL
),
compared AS (
  SELECT
    n.indicator,
    CASE WHEN abs(n.value - w.value) > 1e-9 * greatest(1.0, abs(w.value)) THEN n.value - w.value END AS revision
  FROM was w
  JOIN now n
    ON n.breakdown_number = w.breakdown_number AND n.ref_area = w.ref_area AND n.time_period = w.time_period
    AND n.estimate = w.estimate
),
revised AS (
  SELECT
    indicator, count(*) AS both_have, count(revision) AS changed,
    sum(CASE WHEN revision > 0.0 THEN 1 ELSE 0 END) AS upward,
    sum(revision) / count(revision) AS mean_revision, sum(abs(revision)) / count(revision) AS mean_size
  FROM compared
  GROUP BY indicator
),
counted AS (
  SELECT
    w.indicator, coalesce(present.figures, 0) - coalesce(r.both_have, 0) AS added, w.figures - coalesce(r.both_have, 0) AS removed,
    coalesce(r.changed, 0) AS changed, r.upward, r.mean_revision, r.mean_size
  FROM (SELECT indicator, count(*) AS figures FROM was GROUP BY indicator) AS w
  LEFT JOIN (SELECT indicator, count(*) AS figures FROM now GROUP BY indicator) AS present ON present.indicator = w.indicator
  LEFT JOIN revised r ON r.indicator = w.indicator
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
WHERE added + removed + changed > 0
ORDER BY indicator
