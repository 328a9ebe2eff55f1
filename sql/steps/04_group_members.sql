/*
The members of each group that bring a value, by year: member_values, once for
every group that the economy belongs to in that year. Adds group_scheme and
group_code; membership is as its table dates it.

Where the roll-up is of a balanced panel (key `panel` of its header), only
economies with a value in every year of the breakdown are members: the same
ones in all years. The years are those in which some economy has a value; an
assumed value is none.

Source: methodology note, section 1.7 (membership); sql/rollups/median_panel.sql
for the panel.
*/
WITH brought AS (
  SELECT c.series, v.estimate, v.ref_area, v.time_period
  FROM parameters q
  JOIN member_values v ON q.rollup_panel
  JOIN cells c ON c.cell = v.cell
  WHERE v.observed_share > 0.0
),
whole AS (
  SELECT series, estimate, count(DISTINCT time_period) AS years
  FROM brought
  GROUP BY series, estimate
),
panel AS (
  SELECT b.series, b.estimate, b.ref_area
  FROM brought b
  JOIN whole w ON w.series = b.series AND w.estimate = b.estimate
  GROUP BY b.series, b.estimate, b.ref_area, w.years
  HAVING count(DISTINCT b.time_period) = w.years
),
counted AS (
  SELECT
    v.estimate, v.ref_area, v.cell, v.base_cell, v.time_period,
    v.value, v.weight, v.numerator, v.denominator, v.year_used, v.obs_status,
    v.observed_share, v.base, v.carried_base, v.trend
  FROM parameters q
  JOIN member_values v ON NOT q.rollup_panel
  UNION ALL
  SELECT
    v.estimate, v.ref_area, v.cell, v.base_cell, v.time_period,
    v.value, v.weight, v.numerator, v.denominator, v.year_used, v.obs_status,
    v.observed_share, v.base, v.carried_base, v.trend
  FROM panel p
  JOIN cells c ON c.series = p.series
  JOIN member_values v ON v.cell = c.cell AND v.ref_area = p.ref_area AND v.estimate = p.estimate
)
SELECT
  m.group_scheme, m.group_code, v.estimate, v.ref_area, v.cell, v.base_cell, v.time_period,
  v.value, v.weight, v.numerator, v.denominator, v.year_used, v.obs_status,
  v.observed_share, v.base, v.carried_base, v.trend
FROM membership m
JOIN counted v
  ON v.ref_area = m.ref_area AND v.time_period BETWEEN m.first_year AND m.last_year
