/*
Median of the members' values, each economy counting once: the rule for
prices. With an even number of economies, the mean of the two in the middle.

Gives ref_area (the group), time_period, the breakdown, estimate, value.
Source: methodology note, section 1.1 (prices are medians over economies).
*/
SELECT
  group_code AS ref_area, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
  median(value) AS value
FROM group_members
WHERE value IS NOT NULL
GROUP BY group_code, time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate
