/*---
formula = "100 x members with value 1 / members with a value"
needs = ["value"]
# What an economy has is yes (1) or no (0), whatever unit the share is in.
unit = "YES_NO"
# A standard deviation of the members' values, times this, is in the unit of the result: see steps/15_group_values.sql.
spread = 100.0
# Below either, no value of the group is shown, whatever the header of the indicator says.
min_members = 3
min_share = 0.5
---*/
/*
Share of economies: those with the property (value 1) as a percentage of those
of which it is known (value 1 or 0), each economy counting once. Unknown is
neither yes nor no; how many are known is in the coverage.

Gives group_code, estimate, cell, value.
Source: methodology note, sections 1.7 (minimum count) and 4 (share of
countries).
*/
SELECT
  group_code, estimate, cell,
  100.0 * sum(CASE WHEN value = 1.0 THEN 1.0 ELSE 0.0 END) / count(value) AS value
FROM group_members
WHERE value IS NOT NULL
GROUP BY group_code, estimate, cell
