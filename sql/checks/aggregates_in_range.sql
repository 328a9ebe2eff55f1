/*---
id = "aggregates_in_range"
title = "Our aggregates are within the limits of their unit"
test = 3
severity = "error"
warn_above = 0
fail_above = 0
holds = true
---*/
-- The step `group_values` withholds an impossible result and says so: a warning, with its cause. That is enough where the cause is
-- a known error at the source, flagged U by a correction, and for any other row that nobody reads first. The indicator
-- is held (and a first release stopped), until the figure is looked at and a correction flags or drops it,
--   where an impossible result is shown,
--   where the headline of a target would read it: the area and breakdown of the headline, in its year or a later one, in
--   the baseline year or one as near as the year that stands for it, or in the years that say whether it was met in time,
--   where more than 2 percent of the indicator's own aggregates are impossible.
-- A gap in people may have either sign. The figures themselves are in provider_values_in_range.
WITH wrong AS (
  SELECT
    v.indicator, v.ref_area, v.time_period,
    v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown, v.estimate,
    v.value IS NOT NULL AS shown,
    coalesce(CAST(v.value AS VARCHAR) || ' ' || v.unit || ' is outside the limits of the unit', v.note) AS said
  FROM units u
  JOIN indicator_values v ON v.unit = u.unit
  WHERE v.estimate IN ('available', 'imputed')
    AND (v.value < u.minimum - 1e-9 OR v.value > u.maximum + 1e-9 OR v.note LIKE 'withheld: impossible%')
    AND NOT (v.unit = 'PS' AND v.breakdown LIKE '%PEOPLE')
),
outside AS (
  SELECT
    v.indicator, v.ref_area, v.time_period,
    v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown, v.value, v.obs_status
  FROM units u
  JOIN indicator_values v ON v.unit = u.unit
  WHERE v.estimate = 'reported' AND (v.value < u.minimum - 1e-9 OR v.value > u.maximum + 1e-9)
    AND NOT (v.unit = 'PS' AND v.breakdown LIKE '%PEOPLE')
),
bad AS (
  SELECT
    o.indicator, o.ref_area, o.time_period,
    o.sex, o.age, o.urbanisation, o.disability, o.education_level, o.size_class, o.breakdown, o.value, o.obs_status,
    q.window_years
  FROM indicators_meta q
  JOIN outside o ON o.indicator = q.indicator
),
-- An economy's bad value reaches its groups in its own year, and carried for as long as the window lets it.
caused AS (
  SELECT
    w.indicator, w.ref_area, w.time_period,
    w.sex, w.age, w.urbanisation, w.disability, w.education_level, w.size_class, w.breakdown, w.estimate,
    min(b.ref_area || ' ' || CAST(b.time_period AS VARCHAR) || ' ' || CAST(b.value AS VARCHAR)) AS cause,
    -- of those that no correction has flagged
    min(CASE
      WHEN coalesce(b.obs_status, '') <> 'U'
      THEN b.ref_area || ' ' || CAST(b.time_period AS VARCHAR) || ' ' || CAST(b.value AS VARCHAR)
    END) AS unflagged
  FROM wrong w
  JOIN membership m
    ON m.group_code = w.ref_area AND w.time_period BETWEEN m.first_year AND m.last_year
  JOIN bad b
    ON b.ref_area = m.ref_area AND b.indicator = w.indicator
    AND b.sex = w.sex AND b.age = w.age AND b.urbanisation = w.urbanisation AND b.disability = w.disability
    AND b.education_level = w.education_level AND b.size_class = w.size_class AND b.breakdown = w.breakdown
  WHERE w.time_period = b.time_period
    OR (w.estimate = 'imputed' AND w.time_period BETWEEN b.time_period AND b.time_period + b.window_years)
  GROUP BY w.indicator, w.ref_area, w.time_period,
    w.sex, w.age, w.urbanisation, w.disability, w.education_level, w.size_class, w.breakdown, w.estimate
),
told AS (
  SELECT
    w.indicator, w.ref_area, w.time_period,
    w.sex, w.age, w.urbanisation, w.disability, w.education_level, w.size_class, w.breakdown, w.estimate, w.shown,
    w.shown OR c.cause IS NULL OR c.unflagged IS NOT NULL AS unexplained,
    w.said || coalesce(', because of ' || coalesce(c.unflagged || ', which no correction flags', c.cause),
      ', though every member is within the limits') AS detail
  FROM wrong w
  LEFT JOIN caused c
    ON c.indicator = w.indicator AND c.ref_area = w.ref_area AND c.time_period = w.time_period AND c.estimate = w.estimate
    AND c.sex = w.sex AND c.age = w.age AND c.urbanisation = w.urbanisation AND c.disability = w.disability
    AND c.education_level = w.education_level AND c.size_class = w.size_class AND c.breakdown = w.breakdown
),
-- Indicators of which more than 2 percent is impossible.
sick AS (
  SELECT a.indicator
  FROM (SELECT indicator, count(*) AS rows_of_it FROM indicator_values WHERE estimate IN ('available', 'imputed') GROUP BY indicator)
    AS a
  JOIN (SELECT indicator, count(*) AS impossible FROM told WHERE unexplained GROUP BY indicator) AS b ON b.indicator = a.indicator
  WHERE b.impossible > 0.02 * a.rows_of_it
),
headlines AS (
  SELECT
    p.indicator, p.ref_area, p.sex, p.age, p.urbanisation, p.disability, p.education_level, p.size_class, p.breakdown,
    p.latest_year, p.baseline_year, p.target_year, t.due_within,
    -- a baseline as published is none of ours
    CASE WHEN t.baseline_value IS NULL THEN t.baseline_year END AS wanted_year
  FROM targets t
  JOIN progress p ON p.target = t.target
  WHERE p.headline
),
-- A headline without any value is of every year. What is withheld in the baseline year gives way to a year near it, which
-- changes the pace: so the years that would have come before that one.
years_read AS (
  SELECT
    indicator, ref_area, sex, age, urbanisation, disability, education_level, size_class, breakdown,
    coalesce(latest_year, 0) AS first_year, 9999 AS last_year
  FROM headlines
  UNION ALL
  SELECT
    indicator, ref_area, sex, age, urbanisation, disability, education_level, size_class, breakdown,
    wanted_year - abs(coalesce(baseline_year, wanted_year + 2) - wanted_year) AS first_year,
    wanted_year + abs(coalesce(baseline_year, wanted_year + 2) - wanted_year) AS last_year
  FROM headlines
  WHERE wanted_year IS NOT NULL
  UNION ALL
  SELECT
    indicator, ref_area, sex, age, urbanisation, disability, education_level, size_class, breakdown,
    target_year - due_within AS first_year, target_year AS last_year
  FROM headlines
),
of_headlines AS (
  SELECT DISTINCT
    t.indicator, t.ref_area, t.time_period,
    t.sex, t.age, t.urbanisation, t.disability, t.education_level, t.size_class, t.breakdown
  FROM told t
  JOIN years_read y
    ON y.indicator = t.indicator AND y.ref_area = t.ref_area AND t.time_period BETWEEN y.first_year AND y.last_year
    AND y.sex = t.sex AND y.age = t.age AND y.urbanisation = t.urbanisation AND y.disability = t.disability
    AND y.education_level = t.education_level AND y.size_class = t.size_class AND y.breakdown = t.breakdown
)
SELECT
  t.indicator, t.ref_area, t.time_period,
  t.sex, t.age, t.urbanisation, t.disability, t.education_level, t.size_class, t.breakdown, t.estimate,
  CASE
    WHEN t.unexplained AND (t.shown OR s.indicator IS NOT NULL OR h.indicator IS NOT NULL) THEN 'error'
    ELSE 'warning'
  END AS severity,
  t.detail
FROM told t
LEFT JOIN sick s ON s.indicator = t.indicator
LEFT JOIN of_headlines h
  ON h.indicator = t.indicator AND h.ref_area = t.ref_area AND h.time_period = t.time_period
  AND h.sex = t.sex AND h.age = t.age AND h.urbanisation = t.urbanisation AND h.disability = t.disability
  AND h.education_level = t.education_level AND h.size_class = t.size_class AND h.breakdown = t.breakdown
ORDER BY t.indicator, t.ref_area, t.time_period,
  t.sex, t.age, t.urbanisation, t.disability, t.education_level, t.size_class, t.breakdown, t.estimate
