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
WITH parts AS (
  SELECT
    indicator, ref_area, time_period,
    sex, age, urbanisation, disability, education_level, size_class, breakdown, value, source
  FROM indicator_values
  WHERE estimate = 'reported' AND unit = 'PT' AND value IS NOT NULL AND indicator <> 'digital_skills_any'
),
compared AS (
  SELECT
    indicator, ref_area, time_period, 'sex' AS dimension,
    '_T' AS sex, age, urbanisation, disability, education_level, size_class, breakdown,
    max(CASE WHEN sex = '_T' THEN value END) AS total,
    min(CASE WHEN sex IN ('F', 'M') THEN value END) AS lowest,
    max(CASE WHEN sex IN ('F', 'M') THEN value END) AS highest,
    sum(CASE WHEN sex IN ('F', 'M') THEN 1 ELSE 0 END) AS known, 2 AS needed,
    min(source) AS first_source, max(source) AS last_source
  FROM parts
  GROUP BY indicator, ref_area, time_period, age, urbanisation, disability, education_level, size_class, breakdown
  UNION ALL
  SELECT
    indicator, ref_area, time_period, 'urbanisation' AS dimension,
    sex, age, '_T' AS urbanisation, disability, education_level, size_class, breakdown,
    max(CASE WHEN urbanisation = '_T' THEN value END) AS total,
    min(CASE WHEN urbanisation IN ('U', 'R') THEN value END) AS lowest,
    max(CASE WHEN urbanisation IN ('U', 'R') THEN value END) AS highest,
    sum(CASE WHEN urbanisation IN ('U', 'R') THEN 1 ELSE 0 END) AS known, 2 AS needed,
    min(source) AS first_source, max(source) AS last_source
  FROM parts
  GROUP BY indicator, ref_area, time_period, sex, age, disability, education_level, size_class, breakdown
  UNION ALL
  SELECT
    indicator, ref_area, time_period, 'age' AS dimension,
    sex, '_T' AS age, urbanisation, disability, education_level, size_class, breakdown,
    max(CASE WHEN age = '_T' THEN value END) AS total,
    min(CASE WHEN age IN ('Y_LT15', 'Y15T24', 'Y25T74', 'Y_GE75') THEN value END) AS lowest,
    max(CASE WHEN age IN ('Y_LT15', 'Y15T24', 'Y25T74', 'Y_GE75') THEN value END) AS highest,
    sum(CASE WHEN age IN ('Y_LT15', 'Y15T24', 'Y25T74', 'Y_GE75') THEN 1 ELSE 0 END) AS known, 4 AS needed,
    min(source) AS first_source, max(source) AS last_source
  FROM parts
  GROUP BY indicator, ref_area, time_period, sex, urbanisation, disability, education_level, size_class, breakdown
)
SELECT
  indicator, ref_area, time_period, dimension,
  sex, age, urbanisation, disability, education_level, size_class, breakdown,
  'total ' || CAST(round(total, 2) AS VARCHAR) || ' is outside its parts by ' || dimension || ', '
    || CAST(round(lowest, 2) AS VARCHAR) || ' to ' || CAST(round(highest, 2) AS VARCHAR)
    || CASE
      WHEN first_source <> last_source THEN ', sources ' || first_source || ' and ' || last_source
      ELSE coalesce(', source ' || first_source, '')
    END AS detail
FROM compared
WHERE known = needed AND (total < lowest - 0.5 OR total > highest + 0.5)
ORDER BY indicator, ref_area, time_period, dimension,
  sex, age, urbanisation, disability, education_level, size_class, breakdown
