/*
Economies that report nothing where the header says what that means (table
`silence`: no row, or one with the value and the breakdown): one row per
economy of some group and cell, with the value that is assumed.

Silence means it only for an economy that has said nothing else up to then:
once it has had another value, it is missing. An economy that is not asked
(03_member_base.sql) is not silent.

weight: what the economy counts for in the coverage of its groups.

Source: methodology note, section 0 (point 1): what an agency leaves out of its
table may be known all the same.
*/
WITH asked AS (
  SELECT c.cell, c.series, c.base_cell, c.time_period, s.value
  FROM silence s
  JOIN cells c
    ON c.sex = s.sex AND c.age = s.age AND c.urbanisation = s.urbanisation AND c.disability = s.disability
    AND c.education_level = s.education_level AND c.size_class = s.size_class AND c.breakdown = s.breakdown
),
given AS (
  SELECT a.cell, a.series, a.time_period, v.ref_area, coalesce(v.value, v.numerator) <> a.value AS other
  FROM asked a
  JOIN numbered_values v ON v.cell = a.cell
  WHERE coalesce(v.value, v.numerator) IS NOT NULL
),
spoken AS (
  SELECT series, ref_area, min(time_period) AS first_year
  FROM given
  WHERE other
  GROUP BY series, ref_area
)
SELECT m.ref_area, a.cell, a.series, a.base_cell, a.time_period, a.value, coalesce(m.grows_with, m.base) AS weight
FROM asked a
JOIN member_base m ON m.base_cell = a.base_cell
LEFT JOIN given g ON g.cell = a.cell AND g.ref_area = m.ref_area
LEFT JOIN spoken f ON f.series = a.series AND f.ref_area = m.ref_area
WHERE g.ref_area IS NULL AND (f.first_year IS NULL OR f.first_year > a.time_period)
