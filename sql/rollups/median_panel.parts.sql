/*
What each member of the panel adds to its median: see median_panel.sql. Only the one
or two in the middle add anything; of equal values, those that come first by
code.
*/
WITH placed AS (
  SELECT
    ref_area, value,
    row_number() OVER (ORDER BY value, ref_area) AS place,
    count(*) OVER () AS economies
  FROM members
  WHERE value IS NOT NULL
),
-- Of 5 members the third, of 4 the second and third.
shared AS (
  SELECT
    ref_area, value,
    CASE
      WHEN 2 * place NOT BETWEEN economies AND economies + 2 THEN 0.0
      WHEN 2 * place = economies + 1 THEN 1.0
      ELSE 0.5
    END AS share
  FROM placed
)
SELECT ref_area, share, value * share AS contribution
FROM shared
