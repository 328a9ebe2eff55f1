/*---
id = "total_between_parts"
title = "The total lies between its parts"
test = 5
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
Men and women, towns and country, the four age bands: economies' percentages,
with 0.5 points of allowance for rounded figures. All parts must be there.
digital_skills_any is left out: it takes the best known skill of each part, so
total and parts may be of different skills.

Golden case G20: Serbia 2014 is outside, Ireland 2017 passes.
*/
WITH with_codes_of_the_total AS (
  SELECT
    breakdown_number, 'sex' AS dimension, 2 AS needed,
    indicator, '_T' AS sex, age, urbanisation, disability, education_level, size_class, breakdown
  FROM breakdowns
  WHERE sex IN ('F', 'M')
  UNION ALL
  SELECT
    breakdown_number, 'urbanisation' AS dimension, 2 AS needed,
    indicator, sex, age, '_T' AS urbanisation, disability, education_level, size_class, breakdown
  FROM breakdowns
  WHERE urbanisation IN ('U', 'R')
  UNION ALL
  SELECT
    breakdown_number, 'age' AS dimension, 4 AS needed,
    indicator, sex, '_T' AS age, urbanisation, disability, education_level, size_class, breakdown
  FROM breakdowns
  WHERE age IN ('Y_LT15', 'Y15T24', 'Y25T74', 'Y_GE75')
),
parts AS (
  SELECT p.breakdown_number, w.breakdown_number AS whole, p.dimension, p.needed
  FROM with_codes_of_the_total p
  JOIN breakdowns w
    ON w.indicator = p.indicator AND w.sex = p.sex AND w.age = p.age AND w.urbanisation = p.urbanisation
    AND w.disability = p.disability AND w.education_level = p.education_level AND w.size_class = p.size_class
    AND w.breakdown = p.breakdown
),
comparisons AS (
  SELECT whole, dimension, needed, row_number() OVER (ORDER BY whole, dimension) AS comparison
  FROM (SELECT DISTINCT whole, dimension, needed FROM parts) AS p
),
roles AS (
  SELECT c.comparison, p.breakdown_number, FALSE AS is_total
  FROM parts p
  JOIN comparisons c ON c.whole = p.whole AND c.dimension = p.dimension
  UNION ALL
  SELECT comparison, whole AS breakdown_number, TRUE AS is_total FROM comparisons
),
figures_of AS (
  SELECT r.comparison, r.is_total, v.ref_area, v.time_period, v.value, v.source
  FROM roles r
  JOIN indicator_values v ON v.breakdown_number = r.breakdown_number
  WHERE v.estimate = 'reported' AND v.unit = 'PT' AND v.value IS NOT NULL AND v.indicator <> 'digital_skills_any'
),
compared AS (
  SELECT
    comparison, ref_area, time_period,
    max(CASE WHEN is_total THEN value END) AS total,
    min(CASE WHEN NOT is_total THEN value END) AS lowest,
    max(CASE WHEN NOT is_total THEN value END) AS highest,
    sum(CASE WHEN is_total THEN 0 ELSE 1 END) AS known
  FROM figures_of
  GROUP BY comparison, ref_area, time_period
),
outside AS (
  SELECT c.comparison, c.whole, c.dimension, f.ref_area, f.time_period, f.total, f.lowest, f.highest
  FROM comparisons c
  JOIN compared f ON f.comparison = c.comparison AND f.known = c.needed
  WHERE f.total < f.lowest - 0.5 OR f.total > f.highest + 0.5
),
told AS (
  SELECT
    o.whole, o.dimension, o.ref_area, o.time_period, o.total, o.lowest, o.highest,
    min(f.source) AS first_source, max(f.source) AS last_source
  FROM outside o
  JOIN figures_of f ON f.comparison = o.comparison AND f.ref_area = o.ref_area AND f.time_period = o.time_period
  GROUP BY o.whole, o.dimension, o.ref_area, o.time_period, o.total, o.lowest, o.highest
)
SELECT
  b.indicator, t.ref_area, t.time_period, t.dimension,
  b.sex, b.age, b.urbanisation, b.disability, b.education_level, b.size_class, b.breakdown,
  'total ' || CAST(round(t.total, 2) AS VARCHAR) || ' is outside its parts by ' || t.dimension || ', '
    || CAST(round(t.lowest, 2) AS VARCHAR) || ' to ' || CAST(round(t.highest, 2) AS VARCHAR)
    || CASE
      WHEN t.first_source <> t.last_source THEN ', sources ' || t.first_source || ' and ' || t.last_source
      ELSE coalesce(', source ' || t.first_source, '')
    END AS detail
FROM breakdowns b
JOIN told t ON t.whole = b.breakdown_number
ORDER BY b.indicator, t.ref_area, t.time_period, t.dimension,
  b.sex, b.age, b.urbanisation, b.disability, b.education_level, b.size_class, b.breakdown
