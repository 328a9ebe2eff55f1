/*
The largest economy without a value, where it alone has more than 5 % of its
group's base: one row per group, year and breakdown. Two economies can be
missing from `available`, one of them only, if the other is carried: so each
estimate has its own columns.

Source: methodology note, section 1.7; golden case G06.
*/
WITH brought AS (
  SELECT
    ref_area, cell,
    max(CASE WHEN estimate = 'available' THEN 1 ELSE 0 END) AS available,
    max(CASE WHEN estimate = 'imputed' THEN 1 ELSE 0 END) AS imputed
  FROM member_values
  GROUP BY ref_area, cell
),
silent AS (
  SELECT b.ref_area, b.cell, b.time_period, b.base, coalesce(v.available, 0) AS available, coalesce(v.imputed, 0) AS imputed
  FROM brought v
  RIGHT JOIN member_base b ON v.ref_area = b.ref_area AND v.cell = b.cell
  WHERE coalesce(v.available, 0) = 0 AND b.base IS NOT NULL
),
large AS (
  SELECT t.group_code, t.cell, s.ref_area, s.imputed, s.base, 100.0 * s.base / t.total_base AS percent
  FROM group_base t
  JOIN (
    SELECT m.group_code, s.cell, s.ref_area, s.base, s.imputed
    FROM membership m
    JOIN silent s ON s.ref_area = m.ref_area AND s.time_period BETWEEN m.first_year AND m.last_year
  ) AS s ON s.group_code = t.group_code AND s.cell = t.cell
  WHERE s.base > 0.05 * t.total_base
)
SELECT
  group_code, cell,
  first_value(ref_area ORDER BY base DESC, ref_area) AS available_ref_area,
  max(percent) AS available_percent,
  first_value(CASE WHEN imputed = 0 THEN ref_area END ORDER BY imputed, base DESC, ref_area) AS imputed_ref_area,
  max(CASE WHEN imputed = 0 THEN percent END) AS imputed_percent
FROM large
GROUP BY group_code, cell
