/*---
id = "units_of_values"
title = "The values of an indicator are in its unit"
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
Two ways to publish dollars as percent, which no value shows: rows of economies
that a SELECT gives in another unit than the header's, while a roll-up makes
groups of them; and values of a listed series in another unit that come out
unchanged. What a SELECT computes is not the figure it was any more, so only
figures that are the same are compared, and never 0. A yes (1) or no (0) is
what a share of economies is made of. Percent of people and per 100 people are
one measure.

One line for an indicator, series and unit, with an example.
*/
WITH rolled AS (
  SELECT
    v.indicator, '' AS series, v.unit AS found, q.unit AS wanted, v.ref_area, v.time_period, v.value,
    'given in ' || v.unit || ' and rolled up to ' || q.unit AS what
  FROM indicators_meta AS q
  JOIN indicator_values AS v ON v.indicator = q.indicator
  WHERE q.rollup <> 'none' AND v.estimate = 'reported' AND v.value IS NOT NULL AND v.unit <> q.unit AND v.unit <> 'YES_NO'
),
listed AS (
  SELECT DISTINCT i.indicator, i.from_source, i.from_dataset, i.from_series, q.unit
  FROM indicators_meta AS q
  JOIN indicator_series AS i ON i.indicator = q.indicator
),
-- Figures of the series that are in another unit than the header's.
others AS (
  SELECT DISTINCT
    l.indicator, s.source || ' ' || s.series AS series, s.unit, f.ref_area, f.time_period, f.obs_value AS value
  FROM listed AS l
  JOIN numbered_series AS s
    ON s.source = l.from_source AND s.series = l.from_series AND s.dataset = coalesce(l.from_dataset, s.dataset)
  JOIN figures AS f ON f.series_number = s.series_number
  WHERE s.unit <> l.unit AND s.unit NOT IN ('_U', '_Z') AND f.obs_value <> 0.0
),
unchanged AS (
  SELECT DISTINCT
    o.indicator, o.series, o.unit AS found, v.unit AS wanted, o.ref_area, o.time_period, o.value,
    'figures of ' || o.series || ' in ' || o.unit || ' are published as ' || v.unit AS what
  FROM others AS o
  JOIN indicator_values AS v
    ON v.indicator = o.indicator AND v.ref_area = o.ref_area AND v.time_period = o.time_period AND v.value = o.value
  WHERE v.estimate IN ('reported', 'published') AND v.unit NOT IN (o.unit, 'YES_NO')
    AND NOT (v.unit IN ('PT', 'PER_100_POP') AND o.unit IN ('PT', 'PER_100_POP'))
),
slips AS (
  SELECT * FROM rolled
  UNION ALL
  SELECT * FROM unchanged
),
counted AS (
  SELECT
    indicator, what, count(*) AS figures,
    min(ref_area || ' ' || CAST(time_period AS VARCHAR) || ' ' || CAST(value AS VARCHAR)) AS example
  FROM slips
  GROUP BY indicator, what
)
SELECT indicator, CAST(figures AS VARCHAR) || ' values: ' || what || ', such as ' || example AS detail
FROM counted
ORDER BY indicator, what
