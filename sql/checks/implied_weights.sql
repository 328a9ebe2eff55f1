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
WITH breakdowns_of AS (
  SELECT breakdown_number, indicator, sex, age, urbanisation, disability, breakdown
  FROM breakdowns
  WHERE education_level = '_T' AND size_class = '_T' AND indicator <> 'digital_skills_any'
),
-- Each breakdown with the total that it is a part of, or is itself.
roles AS (
  SELECT p.breakdown_number, w.breakdown_number AS whole, 'women' AS part, p.sex AS code
  FROM breakdowns_of p
  JOIN breakdowns_of w
    ON w.indicator = p.indicator AND w.sex = '_T' AND w.urbanisation = '_T' AND w.age = p.age
    AND w.disability = p.disability AND w.breakdown = p.breakdown
  WHERE p.urbanisation = '_T'
  UNION ALL
  SELECT p.breakdown_number, w.breakdown_number AS whole, 'towns' AS part, p.urbanisation AS code
  FROM breakdowns_of p
  JOIN breakdowns_of w
    ON w.indicator = p.indicator AND w.sex = '_T' AND w.age = '_T' AND w.urbanisation = '_T'
    AND w.disability = p.disability AND w.breakdown = p.breakdown
  WHERE p.sex = '_T' AND p.age = '_T'
),
figures_of AS (
  SELECT
    r.whole, r.part, v.ref_area, v.time_period,
    max(CASE WHEN r.code = '_T' THEN v.value END) AS total,
    max(CASE WHEN r.code IN ('F', 'U') THEN v.value END) AS one,
    max(CASE WHEN r.code IN ('M', 'R') THEN v.value END) AS other
  FROM roles r
  JOIN indicator_values v ON v.breakdown_number = r.breakdown_number
  WHERE v.estimate = 'reported' AND v.unit = 'PT' AND v.value IS NOT NULL
  GROUP BY r.whole, r.part, v.ref_area, v.time_period
),
compared AS (
  SELECT b.indicator, f.ref_area, f.time_period, f.part, b.age, b.disability, b.breakdown, f.total, f.one, f.other
  FROM breakdowns_of b
  JOIN figures_of f ON f.whole = b.breakdown_number
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
