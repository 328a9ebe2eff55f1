/*---
id = "indicators_without_values"
title = "Every indicator whose data sets have observations has a value"
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
A series that is misspelt in the header, a filter that nothing passes, a weight
that is missing everywhere: none of them is an error of SQL. Listed series that
no observation has are named. Where no data set of the indicator has come,
data_sets_missing says so. What is made of other indicators, without a roll-up
and a series of its own, has a value where those have the ones that it compares.
*/
WITH without AS (
  SELECT q.indicator
  FROM indicators_meta AS q
  LEFT JOIN (SELECT DISTINCT indicator FROM indicator_values WHERE value IS NOT NULL) AS v ON v.indicator = q.indicator
  WHERE v.indicator IS NULL
    AND (q.rollup <> 'none' OR EXISTS (SELECT 1 FROM indicator_series AS i WHERE i.indicator = q.indicator))
),
-- What each of them could have read: the data sets of its header, else those of the sources of its series.
given AS (
  SELECT w.indicator, n.source, n.dataset
  FROM without AS w
  JOIN indicator_data_sets AS n ON n.indicator = w.indicator
  UNION
  SELECT w.indicator, d.source, d.dataset
  FROM without AS w
  JOIN indicator_series AS i ON i.indicator = w.indicator
  JOIN data_sets AS d ON d.source = i.from_source AND d.dataset = coalesce(i.from_dataset, d.dataset)
),
found AS (
  SELECT g.indicator, sum(d.observations) AS observations
  FROM given AS g
  JOIN data_sets AS d ON d.source = g.source AND d.dataset = g.dataset
  WHERE d.observations > 0
  GROUP BY g.indicator
),
listed AS (
  SELECT DISTINCT f.indicator, i.from_source AS source, i.from_series AS series
  FROM found AS f
  JOIN indicator_series AS i ON i.indicator = f.indicator
),
observed AS (
  SELECT DISTINCT l.indicator, o.source, o.series
  FROM listed AS l
  JOIN observations_by_data_set AS o ON o.source = l.source AND o.series = l.series
  JOIN given AS g ON g.indicator = l.indicator AND g.source = o.source AND g.dataset = o.dataset
),
unseen AS (
  SELECT l.indicator, string_agg(l.source || ' ' || l.series, ', ' ORDER BY l.source || ' ' || l.series) AS series
  FROM listed AS l
  LEFT JOIN observed AS o ON o.indicator = l.indicator AND o.source = l.source AND o.series = l.series
  WHERE o.indicator IS NULL
  GROUP BY l.indicator
)
SELECT
  f.indicator,
  'no value at all, of ' || CAST(f.observations AS VARCHAR) || ' observations in its data sets'
    || coalesce('; listed series that no observation has: ' || u.series, '') AS detail
FROM found AS f
LEFT JOIN unseen AS u ON u.indicator = f.indicator
ORDER BY f.indicator
