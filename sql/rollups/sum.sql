/*---
formula = "sum of the members' values"
needs = ["value"]
---*/
/*
Sum of the members' values. A member that is missing is not filled in: read
the sum with its coverage. It has no error bar (no key `spread`): what is missing
can only add to it, by the size of an economy, which how far the others differ
says nothing of; a bar around the sum would have the whole on one of its sides.

Gives group_code, estimate, cell, value.
Source: methodology note, sections 1.2 (sums) and 1.5.
*/
SELECT group_code, estimate, cell, sum(value) AS value
FROM group_members
WHERE value IS NOT NULL
GROUP BY group_code, estimate, cell
