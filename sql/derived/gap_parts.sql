/*
The parts of each gap on the same economies, as `gap_input`: what the roll-up
gives over `gap_members` (`fixed_rolled`), so that gaps.sql makes the gap of them
as it does of the group's own values. Reads `gap_members` and `ends`, and `cells`
and `coverage` of the parts' indicator too.

ref_area   the set, see gap_members.sql
coverage   what its members count for in this part and year, of all members of
           the group: see steps/14_coverage.sql
*/
WITH sets AS (
  SELECT DISTINCT
    ref_area, estimate,
    ref_area || ' ' || breakdown || ' ' || CAST(baseline_year AS VARCHAR) || ' ' || CAST(latest_year AS VARCHAR) AS group_code
  FROM ends
),
shares AS (
  SELECT group_code, estimate, cell, sum(base) AS base
  FROM gap_members
  GROUP BY group_code, estimate, cell
)
SELECT
  r.group_code AS ref_area, c.time_period,
  c.sex, c.age, c.urbanisation, c.disability, c.education_level, c.size_class, c.breakdown,
  r.estimate, r.value, s.base / t.total_base AS coverage
FROM fixed_rolled r
JOIN cells c ON c.cell = r.cell
LEFT JOIN shares s ON s.group_code = r.group_code AND s.estimate = r.estimate AND s.cell = r.cell
LEFT JOIN sets e ON e.group_code = r.group_code AND e.estimate = r.estimate
LEFT JOIN coverage t ON t.group_code = e.ref_area AND t.estimate = r.estimate AND t.cell = r.cell
