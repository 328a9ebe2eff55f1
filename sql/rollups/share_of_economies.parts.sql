/*
What each member of one group adds to its share of economies: see
share_of_economies.sql.
*/
WITH whole AS (
  SELECT CAST(count(value) AS DOUBLE) AS economies
  FROM members
)
SELECT
  m.ref_area, 1.0 / w.economies AS share,
  100.0 * CASE WHEN m.value = 1.0 THEN 1.0 ELSE 0.0 END / w.economies AS contribution
FROM whole w
CROSS JOIN members m
WHERE m.value IS NOT NULL
