/*
What each member of one group adds to its weighted mean: see weighted_mean.sql.
*/
WITH whole AS (
  SELECT sum(weight) AS weight
  FROM members
  WHERE value IS NOT NULL
)
SELECT m.ref_area, m.weight / w.weight AS share, m.value * m.weight / w.weight AS contribution
FROM whole w
CROSS JOIN members m
WHERE m.value IS NOT NULL AND w.weight > 0
