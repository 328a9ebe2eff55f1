/*
Where the roll-up is of a balanced panel (key `panel` of its header): the rows
of member_values that are not of the panel. Only economies with a value in every
year of the breakdown are members: the same ones in all years. The years are
those in which some economy has a value; an assumed value is none.

Empty for every other roll-up.
Source: sql/rollups/median_panel.sql.
*/
WITH of_series AS (
  SELECT v.estimate, v.ref_area, v.cell, c.series, v.time_period, v.observed_share
  FROM parameters q
  JOIN member_values v ON q.rollup_panel
  JOIN cells c ON c.cell = v.cell
),
whole AS (
  SELECT series, estimate, count(DISTINCT time_period) AS years
  FROM of_series
  WHERE observed_share > 0.0
  GROUP BY series, estimate
),
panel AS (
  SELECT s.series, s.estimate, s.ref_area
  FROM of_series s
  JOIN whole w ON w.series = s.series AND w.estimate = s.estimate
  WHERE s.observed_share > 0.0
  GROUP BY s.series, s.estimate, s.ref_area, w.years
  HAVING count(DISTINCT s.time_period) = w.years
)
SELECT s.estimate, s.ref_area, s.cell
FROM of_series s
LEFT JOIN panel p ON p.series = s.series AND p.estimate = s.estimate AND p.ref_area = s.ref_area
WHERE p.ref_area IS NULL
