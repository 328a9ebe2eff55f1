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
),
largest AS (
  SELECT
    group_code, cell,
    max(base) AS base, max(CASE WHEN imputed = 0 THEN base END) AS imputed_base
  FROM large
  GROUP BY group_code, cell
)
-- Of two equally large, the first by code.
SELECT
  m.group_code, m.cell,
  min(CASE WHEN l.base = m.base THEN l.ref_area END) AS available_ref_area,
  max(l.percent) AS available_percent,
  min(CASE WHEN l.imputed = 0 AND l.base = m.imputed_base THEN l.ref_area END) AS imputed_ref_area,
  max(CASE WHEN l.imputed = 0 THEN l.percent END) AS imputed_percent
FROM largest m
JOIN large l ON l.group_code = m.group_code AND l.cell = m.cell
GROUP BY m.group_code, m.cell
