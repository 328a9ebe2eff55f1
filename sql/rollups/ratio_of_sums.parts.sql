/*
What each member of one group adds to its ratio of sums: see ratio_of_sums.sql.
The share is that of the denominator. A member whose denominator is zero still
adds its numerator.
*/
WITH whole AS (
  SELECT sum(denominator) AS denominator
  FROM members
  WHERE numerator IS NOT NULL
)
SELECT
  m.ref_area, m.denominator / w.denominator AS share,
  q.scale * m.numerator / w.denominator AS contribution
FROM parameters q
CROSS JOIN whole w
CROSS JOIN members m
WHERE m.numerator IS NOT NULL AND m.denominator IS NOT NULL AND w.denominator > 0
