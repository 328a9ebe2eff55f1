/*
Where the result is a mean, for each cell of a part of the people (women, a
town, an age) and the cell of all people: the total of the members that have a
value for the part, each in the year that its value for the part is of. One row
per group, estimate and cell of a part.

whole_cell         the cell of all people
total_of_members   the mean of these members' totals, weighed as the roll-up does
*/
WITH wholes AS (
  SELECT p.cell, w.cell AS whole_cell, w.series AS whole_series
  FROM parameters q
  JOIN cells p ON (q.needs_weight OR q.needs_denominator)
  JOIN cells w
    ON w.time_period = p.time_period AND w.cell <> p.cell
    AND w.sex = '_T' AND w.age = '_T' AND w.urbanisation = '_T' AND w.disability = '_T'
    AND w.education_level = p.education_level AND w.size_class = p.size_class AND w.breakdown = p.breakdown
),
whole_values AS (
  SELECT v.estimate, v.ref_area, v.cell, v.value, v.counts_for
  FROM (SELECT DISTINCT whole_cell AS cell FROM wholes) w
  JOIN member_values v ON v.cell = w.cell
),
-- y: the value for all people in the year that a carried value for the part is of.
member_totals AS (
  SELECT
    v.estimate, v.ref_area, v.cell, v.time_period, c.whole_cell, w.counts_for, coalesce(y.value, w.value) AS value
  FROM wholes c
  JOIN counted_members v ON v.cell = c.cell
  JOIN whole_values w ON w.cell = c.whole_cell AND w.ref_area = v.ref_area AND w.estimate = v.estimate
  LEFT JOIN cells x ON x.series = c.whole_series AND x.time_period = v.year_used AND v.year_used < v.time_period
  LEFT JOIN whole_values y ON y.cell = x.cell AND y.ref_area = v.ref_area AND y.estimate = v.estimate
)
SELECT
  m.group_code, v.estimate, v.cell, v.whole_cell,
  sum(v.counts_for * v.value) / nullif(sum(v.counts_for), 0.0) AS total_of_members
FROM membership m
JOIN member_totals v ON v.ref_area = m.ref_area AND v.time_period BETWEEN m.first_year AND m.last_year
GROUP BY m.group_code, v.estimate, v.cell, v.whole_cell
