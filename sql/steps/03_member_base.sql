/*
What each economy counts for in the coverage of its groups: one row per
economy of some group and base_cell (see 01_cells.sql), but for economies that
are not asked: a row of country_values without a value and with status M
(cannot exist) says so, and the economy is then no member for the breakdown.

base: persons of the breakdown (coverage base "population"), the economy's own
weight or denominator ("weight"; a row without a value gives the weight of a
non-reporter), or 1 ("economies"). NULL: not known, so not counted.
grows_with: what a value carried to another year grows with, the persons or
the weight behind base; NULL where each economy counts as 1.

Where the table has no population of anybody for the breakdown in that year (sex crossed
with urbanisation, years outside the population table), each economy counts
as 1.

Source: methodology note, sections 0 (points 3 and 4) and 1.7: weight is the
denominator of the ratio, same year, same breakdown.
*/
WITH base_cells AS (
  SELECT DISTINCT base_cell, time_period, base_sex AS sex, base_age AS age, base_urbanisation AS urbanisation
  FROM cells
),
economies AS (
  SELECT DISTINCT ref_area FROM membership
),
counted AS (
  SELECT p.ref_area, c.base_cell, p.persons
  FROM base_cells c
  JOIN population p
    ON p.time_period = c.time_period AND p.sex = c.sex AND p.age = c.age AND p.urbanisation = c.urbanisation
),
peopled AS (
  SELECT DISTINCT base_cell FROM counted WHERE persons IS NOT NULL
),
-- with base "weight" every cell is a base_cell of its own, and so is one in which somebody is not asked
weights AS (
  SELECT v.ref_area, v.base_cell, coalesce(v.denominator, v.weight) AS weight
  FROM parameters q
  JOIN numbered_values v ON q.base = 'weight'
),
not_asked AS (
  SELECT ref_area, base_cell FROM numbered_values WHERE value IS NULL AND obs_status = 'M'
)
SELECT
  e.ref_area, c.base_cell, c.time_period,
  CASE
    WHEN q.base = 'economies' THEN 1.0
    WHEN q.base = 'weight' THEN w.weight
    WHEN k.base_cell IS NULL THEN 1.0
    ELSE p.persons
  END AS base,
  CASE q.base
    WHEN 'population' THEN p.persons
    WHEN 'weight' THEN w.weight
  END AS grows_with
FROM parameters q
CROSS JOIN base_cells c
LEFT JOIN peopled k ON k.base_cell = c.base_cell
CROSS JOIN economies e
LEFT JOIN counted p ON p.ref_area = e.ref_area AND p.base_cell = c.base_cell
LEFT JOIN weights w ON w.ref_area = e.ref_area AND w.base_cell = c.base_cell
LEFT JOIN not_asked n ON n.ref_area = e.ref_area AND n.base_cell = c.base_cell
WHERE n.ref_area IS NULL
