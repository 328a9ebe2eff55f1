/*---
id = "implied_weights"
title = "Total and parts imply the population's own shares"
test = 6
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
total = share x one part + (1 - share) x the other, so the three figures tell
the share of women, or of towns, that they rest on. It should be within 0.05
of the population's.

Parts that are close to each other tell little: 0.1 / difference is allowed on
top, the effect of figures rounded to one decimal, and a difference under one
point is not assessed. Totals outside their parts are in total_between_parts.
Surveys of ages 15 and over, or with their own definition of towns, may fail
rightly. digital_skills_any is left out: its parts may be of different skills.
*/
WITH parts AS (
  SELECT indicator, ref_area, time_period, sex, age, urbanisation, disability, breakdown, value
  FROM indicator_values
  WHERE estimate = 'reported' AND unit = 'PT' AND value IS NOT NULL
    AND education_level = '_T' AND size_class = '_T' AND indicator <> 'digital_skills_any'
),
compared AS (
  SELECT
    indicator, ref_area, time_period, 'women' AS part, age, disability, breakdown,
    max(CASE WHEN sex = '_T' THEN value END) AS total,
    max(CASE WHEN sex = 'F' THEN value END) AS one,
    max(CASE WHEN sex = 'M' THEN value END) AS other
  FROM parts
  WHERE urbanisation = '_T'
  GROUP BY indicator, ref_area, time_period, age, disability, breakdown
  UNION ALL
  SELECT
    indicator, ref_area, time_period, 'towns' AS part, age, disability, breakdown,
    max(CASE WHEN urbanisation = '_T' THEN value END) AS total,
    max(CASE WHEN urbanisation = 'U' THEN value END) AS one,
    max(CASE WHEN urbanisation = 'R' THEN value END) AS other
  FROM parts
  WHERE sex = '_T' AND age = '_T'
  GROUP BY indicator, ref_area, time_period, age, disability, breakdown
),
people AS (
  SELECT
    ref_area, time_period, age,
    max(CASE WHEN sex = '_T' AND urbanisation = '_T' THEN persons END) AS everyone,
    max(CASE WHEN sex = 'F' THEN persons END) AS women,
    max(CASE WHEN urbanisation = 'U' THEN persons END) AS towns
  FROM population
  WHERE sex IN ('_T', 'F') AND urbanisation IN ('_T', 'U')
  GROUP BY ref_area, time_period, age
),
shares AS (
  SELECT
    c.indicator, c.ref_area, c.time_period, c.part, c.age, c.disability, c.breakdown, c.total, c.one, c.other,
    (c.total - c.other) / (c.one - c.other) AS implied,
    CASE WHEN c.part = 'women' THEN p.women ELSE p.towns END / p.everyone AS actual
  FROM compared c
  JOIN people p ON p.ref_area = c.ref_area AND p.time_period = c.time_period AND p.age = c.age
  WHERE abs(c.one - c.other) >= 1.0
    AND c.total BETWEEN least(c.one, c.other) - 0.5 AND greatest(c.one, c.other) + 0.5
)
SELECT
  indicator, ref_area, time_period, part, age, disability, breakdown,
  'share of ' || part || ' implied ' || CAST(round(implied, 3) AS VARCHAR) || ', in the population '
    || CAST(round(actual, 3) AS VARCHAR) || ': total ' || CAST(round(total, 2) AS VARCHAR) || ', ' || part || ' '
    || CAST(round(one, 2) AS VARCHAR) || ', ' || CASE WHEN part = 'women' THEN 'men ' ELSE 'country ' END
    || CAST(round(other, 2) AS VARCHAR) AS detail
FROM shares
WHERE abs(implied - actual) > 0.05 + 0.1 / abs(one - other)
ORDER BY indicator, ref_area, time_period, part, age, disability, breakdown
