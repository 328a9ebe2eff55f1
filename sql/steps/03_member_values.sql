/*
The values that economies bring to their groups, by estimate:
  available  what the economy has for that very year
  imputed    the same, or else its latest earlier value not older than
             `window` years (obs_status I); never a future value
Years are those in which some economy has a value for the breakdown.

An assumed value (`coverage` 0 in country_values, or one of `silent`) counts where the economy has
nothing better: in `available` no value of that year, in `imputed` none within
the window. It is never carried, and makes no year of its own.

Columns: estimate, ref_area, cell, base_cell, time_period, value, weight,
numerator, denominator, year_used (the year the value is of), obs_status,
observed_share (how much of the value is observed: 1, or 0 where it is
assumed), base (what the member counts for), carried_base (the base again, where it is
of the year the value is of, because that of the year itself is not known),
trend (of a carried percentage that enters a mean: where the economy's own trend
would have brought it by now; see 09_group_values.sql. Yes and no have no trend).
The trend is a straight line in logits, ln(p / (100 - p)) with p kept within
0.05 and 99.5, from the earliest value of the five years before the carried
one; without such a value the economy stays where it was.
Where only numerator and denominator are given, value is their ratio.
A carried rate is applied to the people, or to the weight, of the year it is
carried to: weight, numerator and denominator grow with what the economy counts
for (coverage base "population" or "weight"), if that is known in both years;
otherwise they stay as they were.
A value without what its roll-up needs (the header of the roll-up says it: a
weight, a numerator, a denominator) cannot enter and is left out.

Source: methodology note, sections 1.7 (window, weight) and 3 (logit trend).
*/
WITH reported AS (
  SELECT
    v.ref_area, c.cell, c.series, c.base_cell, c.time_period,
    coalesce(v.value, q.scale * v.numerator / nullif(v.denominator, 0.0)) AS value,
    v.weight, v.numerator, v.denominator, v.obs_status, coalesce(v.coverage, 1.0) AS observed_share,
    c.time_period + q."window" AS last_year
  FROM parameters q
  CROSS JOIN cells c
  JOIN country_values v
    ON v.time_period = c.time_period
    AND v.sex = c.sex AND v.age = c.age AND v.urbanisation = c.urbanisation AND v.disability = c.disability
    AND v.education_level = c.education_level AND v.size_class = c.size_class AND v.breakdown = c.breakdown
  WHERE (v.value IS NOT NULL OR (v.numerator IS NOT NULL AND v.denominator IS NOT NULL))
    AND (v.weight IS NOT NULL OR NOT q.needs_weight)
    AND (v.numerator IS NOT NULL OR NOT q.needs_numerator)
    AND (v.denominator IS NOT NULL OR NOT q.needs_denominator)
),
numbered AS (
  SELECT
    ref_area, cell, series, base_cell, time_period,
    value, weight, numerator, denominator, obs_status, observed_share, last_year
  FROM reported
  UNION ALL
  SELECT
    ref_area, cell, series, base_cell, time_period,
    value, weight, value AS numerator, weight AS denominator, 'I' AS obs_status, 0.0 AS observed_share, time_period AS last_year
  FROM silent
  WHERE weight IS NOT NULL
),
observed AS (
  SELECT
    ref_area, cell, series, base_cell, time_period,
    value, weight, numerator, denominator, obs_status, observed_share, last_year,
    lead(time_period) OVER (PARTITION BY ref_area, series ORDER BY time_period) AS next_year,
    first_value(time_period) OVER (
      PARTITION BY ref_area, series ORDER BY time_period RANGE BETWEEN 5 PRECEDING AND CURRENT ROW
    ) AS trend_year,
    first_value(value) OVER (
      PARTITION BY ref_area, series ORDER BY time_period RANGE BETWEEN 5 PRECEDING AND CURRENT ROW
    ) AS trend_value
  FROM numbered
  WHERE observed_share > 0.0
),
years AS (
  SELECT DISTINCT cell, series, base_cell, time_period FROM observed
),
carried AS (
  SELECT
    o.ref_area, y.cell, o.series, y.base_cell, y.time_period,
    o.value, o.weight, o.numerator, o.denominator,
    o.time_period AS year_used, o.base_cell AS base_cell_used, o.observed_share, o.trend_year, o.trend_value,
    CASE WHEN y.time_period > o.time_period THEN 'I' ELSE o.obs_status END AS obs_status
  FROM years y
  JOIN observed o
    ON o.series = y.series
    AND y.time_period BETWEEN o.time_period AND o.last_year
    AND y.time_period < coalesce(o.next_year, 9999)
),
used AS (
  SELECT
    'available' AS estimate, ref_area, cell, base_cell, time_period,
    value, weight, numerator, denominator, time_period AS year_used, base_cell AS base_cell_used,
    obs_status, observed_share, CAST(NULL AS INT) AS trend_year, CAST(NULL AS DOUBLE) AS trend_value
  FROM numbered
  UNION ALL
  SELECT
    'imputed' AS estimate, ref_area, cell, base_cell, time_period,
    value, weight, numerator, denominator, year_used, base_cell_used,
    obs_status, observed_share, trend_year, trend_value
  FROM carried
  UNION ALL
  SELECT
    'imputed' AS estimate, a.ref_area, a.cell, a.base_cell, a.time_period,
    a.value, a.weight, a.numerator, a.denominator, a.time_period AS year_used, a.base_cell AS base_cell_used,
    a.obs_status, a.observed_share, CAST(NULL AS INT) AS trend_year, CAST(NULL AS DOUBLE) AS trend_value
  FROM numbered a
  WHERE a.observed_share = 0.0
    AND NOT EXISTS (SELECT 1 FROM carried c WHERE c.ref_area = a.ref_area AND c.cell = a.cell)
),
based AS (
  SELECT
    u.estimate, u.ref_area, u.cell, u.base_cell, u.time_period,
    u.value, u.weight, u.numerator, u.denominator, u.year_used, u.obs_status, u.observed_share,
    CASE
      WHEN (q.needs_weight OR q.needs_denominator) AND q.unit IN ('PT', 'PT_INT') AND u.year_used < u.time_period AND u.trend_year < u.year_used
      THEN ln(greatest(0.05, least(99.5, u.value)) / (100.0 - greatest(0.05, least(99.5, u.value))))
    END AS logit,
    CASE
      WHEN (q.needs_weight OR q.needs_denominator) AND q.unit IN ('PT', 'PT_INT') AND u.year_used < u.time_period AND u.trend_year < u.year_used
      THEN ln(greatest(0.05, least(99.5, u.trend_value)) / (100.0 - greatest(0.05, least(99.5, u.trend_value))))
    END AS trend_logit,
    CAST(u.time_period - u.year_used AS DOUBLE) / nullif(u.year_used - u.trend_year, 0) AS trend_steps,
    coalesce(now.base, past.base) AS base,
    CASE WHEN now.base IS NULL THEN past.base END AS carried_base,
    CASE
      WHEN u.year_used < u.time_period AND past.grows_with > 0 THEN coalesce(now.grows_with / past.grows_with, 1.0)
      ELSE 1.0
    END AS growth
  FROM parameters q
  CROSS JOIN used u
  LEFT JOIN member_base now ON now.ref_area = u.ref_area AND now.base_cell = u.base_cell
  LEFT JOIN member_base past ON past.ref_area = u.ref_area AND past.base_cell = u.base_cell_used
)
SELECT
  estimate, ref_area, cell, base_cell, time_period,
  value, weight * growth AS weight, numerator * growth AS numerator, denominator * growth AS denominator,
  year_used, obs_status, observed_share, base, carried_base,
  -- added to the value, so that no trend is no change even outside 0.05 to 99.5
  CASE
    WHEN logit IS NOT NULL
    THEN greatest(0.0, least(100.0, value - 100.0 / (1.0 + exp(-logit))
      + 100.0 / (1.0 + exp(-(logit + (logit - trend_logit) * trend_steps)))))
  END AS trend
FROM based
