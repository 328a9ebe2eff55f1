/*
The values that economies bring to their groups, by estimate:
  available  what the economy has for that very year
  imputed    the same, or else its latest earlier value not older than
             `window` years (obs_status I); never a future value
Years are those in which some economy has a value for the breakdown.

Columns: estimate, ref_area, time_period, the breakdown, value, weight,
numerator, denominator, base, year_used (the year the value is of), obs_status,
cell (as in member_base).
Where only numerator and denominator are given, value is their ratio.
A carried rate is applied to the people of the year it is carried to: weight,
numerator and denominator grow with the population, if population is the base
and is known in both years; otherwise they stay as they were.
A value without a weight cannot enter a weighted mean and is left out of it.

Source: methodology note, section 1.7 (window, weight).
*/
WITH observed AS (
  SELECT
    v.ref_area, v.time_period,
    v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown,
    coalesce(v.value, q.scale * v.numerator / nullif(v.denominator, 0.0)) AS value,
    v.weight, v.numerator, v.denominator, v.obs_status,
    v.time_period + q."window" AS last_year,
    lead(v.time_period) OVER (
      PARTITION BY v.ref_area, v.sex, v.age, v.urbanisation, v.disability,
        v.education_level, v.size_class, v.breakdown
      ORDER BY v.time_period
    ) AS next_year
  FROM parameters q
  CROSS JOIN country_values v
  WHERE (v.value IS NOT NULL OR (v.numerator IS NOT NULL AND v.denominator IS NOT NULL))
    AND (q.rollup <> 'weighted_mean' OR v.weight IS NOT NULL)
),
years AS (
  SELECT DISTINCT time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown
  FROM observed
),
used AS (
  SELECT
    'available' AS estimate, ref_area, time_period,
    sex, age, urbanisation, disability, education_level, size_class, breakdown,
    value, weight, numerator, denominator, time_period AS year_used, obs_status
  FROM observed
  UNION ALL
  SELECT
    'imputed' AS estimate, o.ref_area, y.time_period,
    o.sex, o.age, o.urbanisation, o.disability, o.education_level, o.size_class, o.breakdown,
    o.value, o.weight, o.numerator, o.denominator, o.time_period AS year_used,
    CASE WHEN y.time_period > o.time_period THEN 'I' ELSE o.obs_status END AS obs_status
  FROM years y
  JOIN observed o
    ON o.sex = y.sex AND o.age = y.age AND o.urbanisation = y.urbanisation AND o.disability = y.disability
    AND o.education_level = y.education_level AND o.size_class = y.size_class AND o.breakdown = y.breakdown
    AND y.time_period BETWEEN o.time_period AND o.last_year
    AND y.time_period < coalesce(o.next_year, 9999)
),
based AS (
  SELECT
    u.estimate, u.ref_area, u.time_period,
    u.sex, u.age, u.urbanisation, u.disability, u.education_level, u.size_class, u.breakdown,
    u.value, u.weight, u.numerator, u.denominator, u.year_used, u.obs_status, now.cell,
    coalesce(now.base, past.base) AS base,
    CASE
      WHEN u.year_used < u.time_period AND past.persons > 0 THEN coalesce(now.persons / past.persons, 1.0)
      ELSE 1.0
    END AS growth
  FROM used u
  LEFT JOIN member_base now
    ON now.ref_area = u.ref_area AND now.time_period = u.time_period
    AND now.sex = u.sex AND now.age = u.age AND now.urbanisation = u.urbanisation
    AND now.disability = u.disability AND now.education_level = u.education_level
    AND now.size_class = u.size_class AND now.breakdown = u.breakdown
  LEFT JOIN member_base past
    ON past.ref_area = u.ref_area AND past.time_period = u.year_used
    AND past.sex = u.sex AND past.age = u.age AND past.urbanisation = u.urbanisation
    AND past.disability = u.disability AND past.education_level = u.education_level
    AND past.size_class = u.size_class AND past.breakdown = u.breakdown
)
SELECT
  estimate, ref_area, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown,
  value, weight * growth AS weight, numerator * growth AS numerator, denominator * growth AS denominator,
  base, year_used, obs_status, cell
FROM based
