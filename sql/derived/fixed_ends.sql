/*
Baseline and latest value of each target on the same economies at both ends:
`ends` once more, with what the roll-up gives over `fixed_members`
(`fixed_rolled`).

baseline, latest  the group's value over the members with a value at both ends
fixed_share       what these members count for at the latest value, of all
                  members of the group: see steps/14_coverage.sql
*/
WITH shares AS (
  SELECT group_code, estimate, cell, sum(base) AS base
  FROM fixed_members
  GROUP BY group_code, estimate, cell
)
SELECT
  e.target, e.ref_area, e.estimate, e.sex, e.age, e.urbanisation, e.disability, e.education_level, e.size_class, e.breakdown,
  b.value AS baseline, l.value AS latest,
  s.base / c.total_base AS fixed_share
FROM ends e
JOIN cells x
  ON x.time_period = e.baseline_year
  AND x.sex = e.sex AND x.age = e.age AND x.urbanisation = e.urbanisation AND x.disability = e.disability
  AND x.education_level = e.education_level AND x.size_class = e.size_class AND x.breakdown = e.breakdown
JOIN cells y
  ON y.time_period = e.latest_year
  AND y.sex = e.sex AND y.age = e.age AND y.urbanisation = e.urbanisation AND y.disability = e.disability
  AND y.education_level = e.education_level AND y.size_class = e.size_class AND y.breakdown = e.breakdown
JOIN fixed_rolled b
  ON b.group_code = e.ref_area || ' ' || CAST(x.cell AS VARCHAR) || ' ' || CAST(y.cell AS VARCHAR)
  AND b.estimate = e.estimate AND b.cell = x.cell
JOIN fixed_rolled l ON l.group_code = b.group_code AND l.estimate = b.estimate AND l.cell = y.cell
LEFT JOIN shares s ON s.group_code = l.group_code AND s.estimate = l.estimate AND s.cell = l.cell
LEFT JOIN coverage c ON c.group_code = e.ref_area AND c.estimate = e.estimate AND c.cell = y.cell
-- nobody's members stand behind a published baseline, whatever other targets have the same years
WHERE NOT e.baseline_published
