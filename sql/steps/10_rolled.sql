/*
The place of the roll-up among the steps: just before this one runs the roll-up
that the header names, sql/rollups/<rollup>.sql, over `group_members`. What it
gives is `rollup` here, and `rolled` for the steps below: one row per group,
estimate and cell, with its value before any threshold.
*/
SELECT group_code, estimate, cell, value
FROM rollup
