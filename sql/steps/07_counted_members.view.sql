/*
The rows of member_values that count in their groups: without those that are off
the panel (06_off_panel.sql).
*/
SELECT
  v.estimate, v.ref_area, v.cell, v.base_cell, v.time_period,
  v.value, v.weight, v.numerator, v.denominator, v.year_used, v.obs_status,
  v.observed_share, v.base, v.carried_base, v.trend, v.counts_for
FROM member_values v
WHERE NOT EXISTS (
  SELECT 1 FROM off_panel o WHERE o.cell = v.cell AND o.ref_area = v.ref_area AND o.estimate = v.estimate
)
