/*---
formula = "scale x sum of numerators / sum of denominators"
needs = ["numerator", "denominator"]
# A standard deviation of the members' values, times this, is in the unit of the result: see steps/15_group_values.sql.
spread = 1.0
---*/
/*
Ratio of sums: sum of numerators over sum of denominators, times the
indicator's scale (100 for percentages). Never a mean of the members' ratios.
A group whose denominators are all zero has no row.

Gives group_code, estimate, cell, value.
Source: methodology note, sections 1.1 (subscriptions) and 4 (e-waste rate).
*/
SELECT group_code, estimate, cell, max(q.scale) * sum(numerator) / sum(denominator) AS value
FROM parameters q
CROSS JOIN group_members
WHERE numerator IS NOT NULL AND denominator IS NOT NULL
GROUP BY group_code, estimate, cell
HAVING sum(denominator) > 0
