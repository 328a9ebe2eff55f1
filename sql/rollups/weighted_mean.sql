/*---
formula = "sum of value x weight / sum of weight, over the members with a value"
needs = ["value", "weight"]
# A standard deviation of the members' values, times this, is in the unit of the result: see steps/15_group_values.sql.
spread = 1.0
---*/
/*
Weighted mean of the members' values: sum of value times weight over sum of
weights. The weight is the denominator of the ratio that value is, so this is
the ratio for the group as a whole, not a mean of ratios. A group whose
weights are all zero has no row.

Gives group_code, estimate, cell, value.
Source: methodology note, sections 0 (point 3) and 1.2.
*/
SELECT group_code, estimate, cell, sum(value * weight) / sum(weight) AS value
FROM group_members
WHERE value IS NOT NULL AND weight IS NOT NULL
GROUP BY group_code, estimate, cell
HAVING sum(weight) > 0
