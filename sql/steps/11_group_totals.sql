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
)
SELECT
  m.group_code, m.estimate, m.cell, c.whole_cell,
  sum(w.counts_for * coalesce(y.value, w.value)) / nullif(sum(w.counts_for), 0.0) AS total_of_members
FROM wholes c
JOIN group_members m ON m.cell = c.cell
LEFT JOIN whole_values w ON w.cell = c.whole_cell AND w.ref_area = m.ref_area AND w.estimate = m.estimate
LEFT JOIN cells x ON x.series = c.whole_series AND x.time_period = m.year_used
LEFT JOIN whole_values y ON y.cell = x.cell AND y.ref_area = m.ref_area AND y.estimate = m.estimate
GROUP BY m.group_code, m.estimate, m.cell, c.whole_cell
