/*
The members of each group that have both parts of a gap at both ends of a
target, in the layout of `group_members`, so that the roll-up of the parts'
indicator runs over them as they are. Reads `ends` of the gaps, `told_gaps` (the
parts of which each gap was made, as gaps.sql tells them), and `cells` and
`group_members` of the parts' indicator.

group_code names the set: the group, the gap, and the years of baseline and
latest value. As in fixed_members.sql an assumed value is none, and a value
carried inside the window is one. Of a gap to the rest of the population the
parts are the part and everybody.
*/
WITH parts AS (
  SELECT breakdown, first_dimension AS dimension, first_code AS code FROM told_gaps
  UNION
  SELECT breakdown, second_dimension AS dimension, second_code AS code FROM told_gaps
),
part_cells AS (
  SELECT p.breakdown, c.cell, c.time_period
  FROM parts p
  JOIN cells c
    ON c.sex = CASE WHEN p.dimension = 'sex' THEN p.code ELSE '_T' END
    AND c.age = CASE WHEN p.dimension = 'age' THEN p.code ELSE '_T' END
    AND c.urbanisation = CASE WHEN p.dimension = 'urbanisation' THEN p.code ELSE '_T' END
    AND c.disability = CASE WHEN p.dimension = 'disability' THEN p.code ELSE '_T' END
    AND c.education_level = '_T' AND c.size_class = '_T' AND c.breakdown = '_T'
),
sets AS (
  SELECT DISTINCT
    ref_area, estimate, breakdown, baseline_year, latest_year,
    ref_area || ' ' || breakdown || ' ' || CAST(baseline_year AS VARCHAR) || ' ' || CAST(latest_year AS VARCHAR) AS group_code
  FROM ends
  WHERE estimate IN ('available', 'imputed') AND baseline_year < latest_year AND NOT baseline_published
),
wanted AS (
  SELECT s.group_code, s.ref_area, s.estimate, p.cell
  FROM sets s
  JOIN part_cells p ON p.breakdown = s.breakdown AND p.time_period IN (s.baseline_year, s.latest_year)
),
found AS (
  SELECT
    m.group_scheme, w.group_code, m.estimate, m.ref_area, m.cell, m.base_cell, m.time_period,
    m.value, m.weight, m.numerator, m.denominator, m.year_used, m.obs_status,
    m.observed_share, m.base, m.carried_base, m.trend,
    count(*) OVER (PARTITION BY w.group_code, m.estimate, m.ref_area) AS times
  FROM wanted w
  JOIN group_members m ON m.group_code = w.ref_area AND m.estimate = w.estimate AND m.cell = w.cell
  WHERE m.observed_share > 0.0
)
-- two parts at two ends
SELECT
  group_scheme, group_code, estimate, ref_area, cell, base_cell, time_period,
  value, weight, numerator, denominator, year_used, obs_status, observed_share, base, carried_base, trend
FROM found
WHERE times = 4
