/*
What each member of one group adds to its sum: see sum.sql.
*/
WITH whole AS (
  SELECT sum(value) AS value
  FROM members
)
SELECT m.ref_area, m.value / nullif(w.value, 0.0) AS share, m.value AS contribution
FROM whole w
CROSS JOIN members m
WHERE m.value IS NOT NULL
