/*
The largest economy without a value, where it alone has more than 5 % of its
group's base: one row per group, cell and estimate (an economy may be missing
from `available`, and be carried in `imputed`). Of two equally large, the
first by code. Not for counts of economies, where all weigh the same.

Source: methodology note, section 1.7; golden case G06.
*/
WITH members AS (
  SELECT m.group_code, b.base_cell, b.ref_area, b.base
  FROM membership m
  JOIN member_base b
    ON b.ref_area = m.ref_area AND b.time_period BETWEEN m.first_year AND m.last_year
),
large AS (
  SELECT
    b.group_code, b.base_cell, m.ref_area, 100.0 * m.base / b.total_base AS percent,
    row_number() OVER (PARTITION BY b.group_code, b.base_cell ORDER BY m.base DESC, m.ref_area) AS place
  FROM parameters q
  CROSS JOIN group_base b
  JOIN members m ON m.group_code = b.group_code AND m.base_cell = b.base_cell
  WHERE q.base <> 'economies' AND m.base > 0.05 * b.total_base
),
silent AS (
  SELECT o.group_code, o.estimate, o.cell, o.base_cell, min(l.place) AS place
  FROM large l
  JOIN group_sums o ON o.group_code = l.group_code AND o.base_cell = l.base_cell
  LEFT JOIN member_values v ON v.ref_area = l.ref_area AND v.cell = o.cell AND v.estimate = o.estimate
    AND v.observed_share > 0.0
  WHERE v.ref_area IS NULL
  GROUP BY o.group_code, o.estimate, o.cell, o.base_cell
)
SELECT s.group_code, s.estimate, s.cell, l.ref_area, l.percent
FROM large l
JOIN silent s ON s.group_code = l.group_code AND s.base_cell = l.base_cell AND s.place = l.place
