/*---
formula = "the middle value of the economies with a value in every year; of two middle ones the mean"
needs = ["value"]
# A standard deviation of the members' values, times this, is in the unit of the result: see steps/15_group_values.sql.
# A median varies more than a mean, by sqrt(pi / 2) where values are spread normally.
spread = 1.2533141373155003
# Only members with a value in every year of a breakdown count: see steps/06_off_panel.sql.
panel = true
---*/
/*
Median over a balanced panel: the economies with a value in every year of the
breakdown, each counting once. A change from year to year is then one of their
values, and never one of who reports. This is the rule of the medians in ITU's
workbook of prices: with it all that were compared come out to the last digit
printed.

What it leaves out is told: coverage and members are those of the panel.

Gives group_code, estimate, cell, value.
Source: methodology note, section 1.1 (prices are medians over economies).
*/
SELECT group_code, estimate, cell, median(value) AS value
FROM group_members
WHERE value IS NOT NULL
GROUP BY group_code, estimate, cell
