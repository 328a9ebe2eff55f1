/*
Sums over the members of each group that bring a value: one row per group,
estimate and cell with at least one observed value. Shares of the base are for
coverage, the sums by counts_for (what a member weighs in the roll-up) for the
spread and the trend: see 14_coverage.sql.
*/
SELECT
  group_code, estimate, cell, base_cell,
  coalesce(sum(base * observed_share), 0.0) AS observed_base,
  coalesce(sum(CASE WHEN year_used = time_period THEN base * observed_share END), 0.0) AS current_base,
  coalesce(sum(CASE WHEN year_used = time_period THEN base * base * observed_share END), 0.0) AS current_squares,
  nullif(sum(counts_for), 0.0) AS weight,
  sum(counts_for * value) AS weighted,
  sum(counts_for * value * value) AS weighted_squares,
  sum(counts_for * (trend - value)) AS weighted_trend,
  coalesce(sum(carried_base), 0.0) AS carried_base,
  sum(CASE WHEN observed_share > 0.0 THEN 1 ELSE 0 END) AS members_observed,
  sum(CASE WHEN year_used < time_period THEN 1 ELSE 0 END) AS members_carried,
  sum(CASE WHEN observed_share = 0.0 THEN 1 ELSE 0 END) AS members_assumed,
  sum(CASE WHEN obs_status = 'F' THEN 1 ELSE 0 END) AS members_forecast,
  coalesce(sum(CASE WHEN observed_share = 0.0 THEN base END), 0.0) AS assumed_base
FROM group_members
GROUP BY group_code, estimate, cell, base_cell
HAVING sum(CASE WHEN observed_share > 0.0 THEN 1 ELSE 0 END) > 0
