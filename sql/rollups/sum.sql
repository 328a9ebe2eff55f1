/*
Sum of the members' values. A member that is missing is not filled in: read
the sum with its coverage.

Gives ref_area (the group), time_period, the breakdown, estimate, value.
Source: methodology note, sections 1.2 (sums) and 1.5.
*/
SELECT
  group_code AS ref_area, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
  sum(value) AS value
FROM group_members
WHERE value IS NOT NULL
GROUP BY group_code, time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate
