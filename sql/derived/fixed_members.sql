/*
The members of each group that have a value at both ends of a target, in the
layout of `group_members`, so that the roll-up of the indicator runs over them
as they are. Reads `ends`, `cells` and `group_members`.

group_code names the set: the group, and the cells of baseline and latest
value. An assumed value is none; a value carried inside the window is one.
*/
WITH sets AS (
  SELECT DISTINCT
    e.ref_area, e.estimate, b.cell AS baseline_cell, l.cell AS latest_cell,
    e.ref_area || ' ' || CAST(b.cell AS VARCHAR) || ' ' || CAST(l.cell AS VARCHAR) AS group_code
  FROM ends e
  JOIN cells b
    ON b.time_period = e.baseline_year
    AND b.sex = e.sex AND b.age = e.age AND b.urbanisation = e.urbanisation AND b.disability = e.disability
    AND b.education_level = e.education_level AND b.size_class = e.size_class AND b.breakdown = e.breakdown
  JOIN cells l
    ON l.time_period = e.latest_year
    AND l.sex = e.sex AND l.age = e.age AND l.urbanisation = e.urbanisation AND l.disability = e.disability
    AND l.education_level = e.education_level AND l.size_class = e.size_class AND l.breakdown = e.breakdown
  WHERE e.estimate IN ('available', 'imputed') AND e.baseline_year < e.latest_year AND NOT e.baseline_published
),
both_ends AS (
  SELECT group_code, ref_area, estimate, baseline_cell AS cell FROM sets
  UNION ALL
  SELECT group_code, ref_area, estimate, latest_cell AS cell FROM sets
),
found AS (
  SELECT
    m.group_scheme, s.group_code, m.estimate, m.ref_area, m.cell, m.base_cell, m.time_period,
    m.value, m.weight, m.numerator, m.denominator, m.year_used, m.obs_status,
    m.observed_share, m.base, m.carried_base, m.trend,
    count(*) OVER (PARTITION BY s.group_code, m.estimate, m.ref_area) AS times
  FROM both_ends s
  JOIN group_members m ON m.group_code = s.ref_area AND m.estimate = s.estimate AND m.cell = s.cell
  WHERE m.observed_share > 0.0
)
SELECT
  group_scheme, group_code, estimate, ref_area, cell, base_cell, time_period,
  value, weight, numerator, denominator, year_used, obs_status, observed_share, base, carried_base, trend
FROM found
WHERE times = 2
