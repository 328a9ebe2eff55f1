/*
What each economy counts for in the coverage of its groups: one row per
economy, year and breakdown, for every breakdown and year that some economy
has in country_values, and every economy of some group.

base: persons of the breakdown (coverage base "population"), the economy's own
weight or denominator ("weight"; a row without a value gives the weight of a
non-reporter), or 1 ("economies"). NULL: not known, so not counted.
persons: the population behind base; NULL where base is something else.
cell: a number for the year and breakdown, so that later steps need not compare
eight columns.

Where the table has no population of anybody for the breakdown in that year (sex crossed
with urbanisation, years outside the population table), each economy counts
as 1.

Source: methodology note, sections 0 (points 3 and 4) and 1.7: weight is the
denominator of the ratio, same year, same breakdown.
*/
WITH cells AS (
  SELECT
    time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown,
    row_number() OVER (
      ORDER BY time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown
    ) AS cell
  FROM (
    SELECT DISTINCT time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown
    FROM country_values
  ) AS occurring
),
economies AS (
  SELECT DISTINCT ref_area FROM membership
),
peopled AS (
  SELECT DISTINCT time_period, sex, age, urbanisation FROM population WHERE persons IS NOT NULL
),
known AS (
  SELECT
    e.ref_area, c.cell, c.time_period,
    c.sex, c.age, c.urbanisation, c.disability, c.education_level, c.size_class, c.breakdown,
    p.persons, k.time_period IS NOT NULL AS has_population
  FROM cells c
  LEFT JOIN peopled k
    ON k.time_period = c.time_period AND k.sex = c.sex AND k.age = c.age AND k.urbanisation = c.urbanisation
  CROSS JOIN economies e
  LEFT JOIN population p
    ON p.ref_area = e.ref_area AND p.time_period = c.time_period
    AND p.sex = c.sex AND p.age = c.age AND p.urbanisation = c.urbanisation
)
SELECT
  k.ref_area, k.cell, k.time_period,
  k.sex, k.age, k.urbanisation, k.disability, k.education_level, k.size_class, k.breakdown,
  CASE
    WHEN q.base = 'economies' THEN 1.0
    WHEN q.base = 'weight' THEN coalesce(v.denominator, v.weight)
    WHEN NOT k.has_population THEN 1.0
    ELSE k.persons
  END AS base,
  CASE WHEN q.base = 'population' THEN k.persons END AS persons
FROM parameters q
CROSS JOIN known k
LEFT JOIN country_values v
  ON v.ref_area = k.ref_area AND v.time_period = k.time_period
  AND v.sex = k.sex AND v.age = k.age AND v.urbanisation = k.urbanisation AND v.disability = k.disability
  AND v.education_level = k.education_level AND v.size_class = k.size_class AND v.breakdown = k.breakdown
