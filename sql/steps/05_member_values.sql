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
assumed), base (what the member counts for), counts_for (what it weighs in the roll-up: its denominator or weight
where that needs one, else 1), carried_base (the base again, where it is
of the year the value is of, because that of the year itself is not known),
trend (of a carried percentage that enters a mean: where the economy's own trend
would have brought it by now; see 15_group_values.sql. Yes and no have no trend).
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
WITH given AS (
  SELECT
    v.ref_area, v.cell, v.series, v.base_cell, v.time_period,
    coalesce(v.value, q.scale * v.numerator / nullif(v.denominator, 0.0)) AS value,
    v.weight, v.numerator, v.denominator, v.obs_status, coalesce(v.coverage, 1.0) AS observed_share,
    v.time_period + q."window" AS last_year
  FROM parameters q
  CROSS JOIN numbered_values v
  WHERE (v.value IS NOT NULL OR (v.numerator IS NOT NULL AND v.denominator IS NOT NULL))
    AND (v.weight IS NOT NULL OR NOT q.needs_weight)
    AND (v.numerator IS NOT NULL OR NOT q.needs_numerator)
    AND (v.denominator IS NOT NULL OR NOT q.needs_denominator)
  UNION ALL
  SELECT
    ref_area, cell, series, base_cell, time_period,
    value, weight, value AS numerator, weight AS denominator, 'I' AS obs_status, 0.0 AS observed_share, time_period AS last_year
  FROM silent
  WHERE weight IS NOT NULL
),
own AS (
  SELECT
    g.ref_area, g.cell, g.series, g.base_cell, g.time_period,
    g.value, g.weight, g.numerator, g.denominator, g.obs_status, g.observed_share, g.last_year, b.base, b.grows_with
  FROM given g
  LEFT JOIN member_base b ON b.ref_area = g.ref_area AND b.base_cell = g.base_cell
),
observed AS (
  SELECT
    ref_area, series, time_period, value, weight, numerator, denominator, observed_share, base, grows_with,
    least(last_year, coalesce(lead(time_period) OVER (PARTITION BY ref_area, series ORDER BY time_period) - 1, last_year)) AS last_year
  FROM own
  WHERE observed_share > 0.0
),
-- values that may be carried, and up to which year
carriable AS (
  SELECT
    o.ref_area, o.series, o.time_period AS year_used, o.value, o.weight, o.numerator, o.denominator, o.observed_share,
    o.base, o.grows_with, least(o.last_year, l.time_period) AS last_year
  FROM (SELECT max(time_period) AS time_period FROM cells) l
  JOIN observed o ON o.time_period < least(o.last_year, l.time_period)
),
-- the earliest value of the five years before each of them
trends AS (
  SELECT c.ref_area, c.series, c.year_used, min(o.time_period) AS trend_year
  FROM carriable c
  JOIN observed o ON o.ref_area = c.ref_area AND o.series = c.series AND o.time_period BETWEEN c.year_used - 5 AND c.year_used - 1
  -- a ratio to zero has no value, and least and greatest would pass over it
  WHERE c.value IS NOT NULL AND o.value IS NOT NULL
  GROUP BY c.ref_area, c.series, c.year_used
),
-- one row for each later year that a value is carried to
later AS (
  SELECT
    c.ref_area, c.series, c.year_used, c.value, c.weight, c.numerator, c.denominator, c.observed_share,
    c.base, c.grows_with, t.trend_year, o.value AS trend_value,
    unnest(generate_series(c.year_used + 1, c.last_year)) AS time_period
  FROM carriable c
  LEFT JOIN trends t ON t.ref_area = c.ref_area AND t.series = c.series AND t.year_used = c.year_used
  LEFT JOIN observed o ON o.ref_area = t.ref_area AND o.series = t.series AND o.time_period = t.trend_year
),
years AS (
  SELECT DISTINCT cell, series, base_cell, time_period FROM own WHERE observed_share > 0.0
),
carried AS (
  SELECT
    f.ref_area, y.cell, y.base_cell, y.time_period, f.year_used,
    f.value, f.weight, f.numerator, f.denominator, f.observed_share,
    coalesce(now.base, f.base) AS base,
    CASE WHEN now.base IS NULL THEN f.base END AS carried_base,
    CASE WHEN f.grows_with > 0 THEN coalesce(now.grows_with / f.grows_with, 1.0) ELSE 1.0 END AS growth,
    CASE
      WHEN (q.needs_weight OR q.needs_denominator) AND q.unit IN ('PT', 'PT_INT') AND f.trend_year < f.year_used
      THEN ln(greatest(0.05, least(99.5, f.value)) / (100.0 - greatest(0.05, least(99.5, f.value))))
    END AS logit,
    CASE
      WHEN (q.needs_weight OR q.needs_denominator) AND q.unit IN ('PT', 'PT_INT') AND f.trend_year < f.year_used
      THEN ln(greatest(0.05, least(99.5, f.trend_value)) / (100.0 - greatest(0.05, least(99.5, f.trend_value))))
    END AS trend_logit,
    CAST(y.time_period - f.year_used AS DOUBLE) / nullif(f.year_used - f.trend_year, 0) AS trend_steps
  FROM parameters q
  CROSS JOIN later f
  JOIN years y ON y.series = f.series AND y.time_period = f.time_period
  LEFT JOIN member_base now ON now.ref_area = f.ref_area AND now.base_cell = y.base_cell
),
used AS (
  SELECT
    'available' AS estimate, ref_area, cell, base_cell, time_period, value, weight, numerator, denominator,
    time_period AS year_used, obs_status, observed_share, base, CAST(NULL AS DOUBLE) AS carried_base, CAST(NULL AS DOUBLE) AS trend
  FROM own
  UNION ALL
  SELECT
    'imputed' AS estimate, o.ref_area, o.cell, o.base_cell, o.time_period, o.value, o.weight, o.numerator, o.denominator,
    o.time_period AS year_used, o.obs_status, o.observed_share, o.base, CAST(NULL AS DOUBLE) AS carried_base, CAST(NULL AS DOUBLE) AS trend
  FROM own o
  WHERE o.observed_share > 0.0
    OR NOT EXISTS (SELECT 1 FROM carried c WHERE c.ref_area = o.ref_area AND c.cell = o.cell)
  UNION ALL
  SELECT
    'imputed' AS estimate, ref_area, cell, base_cell, time_period, value,
    weight * growth AS weight, numerator * growth AS numerator, denominator * growth AS denominator,
    year_used, 'I' AS obs_status, observed_share, base, carried_base,
    -- added to the value, so that no trend is no change even outside 0.05 to 99.5
    CASE
      WHEN logit IS NOT NULL
      THEN greatest(0.0, least(100.0, value - 100.0 / (1.0 + exp(-logit))
        + 100.0 / (1.0 + exp(-(logit + (logit - trend_logit) * trend_steps)))))
    END AS trend
  FROM carried
)
SELECT
  u.estimate, u.ref_area, u.cell, u.base_cell, u.time_period,
  u.value, u.weight, u.numerator, u.denominator, u.year_used, u.obs_status, u.observed_share, u.base, u.carried_base, u.trend,
  CASE WHEN q.needs_denominator THEN u.denominator WHEN q.needs_weight THEN u.weight ELSE 1.0 END AS counts_for
FROM parameters q
CROSS JOIN used u
