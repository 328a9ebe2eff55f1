/*---
formula = "the middle value of the members; of two middle ones the mean"
needs = ["value"]
# A standard deviation of the members' values, times this, is in the unit of the result: see steps/15_group_values.sql.
# A median varies more than a mean, by sqrt(pi / 2) where values are spread normally.
spread = 1.2533141373155003
---*/
/*
Median of the members' values, each economy counting once: the rule for
prices. With an even number of economies, the mean of the two in the middle.

Gives group_code, estimate, cell, value.
Source: methodology note, section 1.1 (prices are medians over economies).
*/
SELECT group_code, estimate, cell, median(value) AS value
FROM group_members
WHERE value IS NOT NULL
GROUP BY group_code, estimate, cell
