/*
The members of each group that bring a value, by year: counted_members, once for
every group that the economy belongs to in that year. Adds group_scheme and
group_code; membership is as its table dates it.

Source: methodology note, section 1.7 (membership).
*/
SELECT
  m.group_scheme, m.group_code, v.estimate, v.ref_area, v.cell, v.base_cell, v.time_period,
  v.value, v.weight, v.numerator, v.denominator, v.year_used, v.obs_status,
  v.observed_share, v.base, v.carried_base, v.trend, v.counts_for
FROM membership m
JOIN counted_members v ON v.ref_area = m.ref_area AND v.time_period BETWEEN m.first_year AND m.last_year
