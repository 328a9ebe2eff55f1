/*
What all members of a group count for together: one row per group and
base_cell (see 01_cells.sql). The denominator of coverage; total_squares, the sum
of their squares, says how unequal they are.

Source: methodology note, sections 0 (point 4) and 1.7.
*/
SELECT
  m.group_scheme, m.group_code, b.base_cell,
  sum(b.base) AS total_base, sum(b.base * b.base) AS total_squares, count(*) AS members_total
FROM membership m
JOIN member_base b
  ON b.ref_area = m.ref_area AND b.time_period BETWEEN m.first_year AND m.last_year
GROUP BY m.group_scheme, m.group_code, b.base_cell
