/*
The rows of country_values with the numbers of their cell (see 01_cells.sql) in
place of the columns of the breakdown, so that these are compared once.
*/
SELECT
  v.ref_area, c.cell, c.series, c.base_cell, c.time_period,
  v.value, v.weight, v.numerator, v.denominator, v.obs_status, v.coverage
FROM cells c
JOIN country_values v
  ON v.time_period = c.time_period
  AND v.sex = c.sex AND v.age = c.age AND v.urbanisation = c.urbanisation AND v.disability = c.disability
  AND v.education_level = c.education_level AND v.size_class = c.size_class AND v.breakdown = c.breakdown
