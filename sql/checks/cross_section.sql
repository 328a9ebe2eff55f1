/*---
id = "cross_section"
title = "No economy stands far from its income group"
test = 12
severity = "info"
warn_above = 0
fail_above = 0
---*/
/*
Robust z of the level, 0.6745 x (value - median) / median absolute deviation,
beyond 3.5 within the World Bank income group. Latest value of each economy, if
not older than 3 years before the newest of that series; groups of at least 8.
*/
WITH latest AS (
  SELECT
    indicator, ref_area, disability, education_level, size_class, breakdown, time_period, value,
    row_number() OVER (
      PARTITION BY indicator, ref_area, disability, education_level, size_class, breakdown
      ORDER BY time_period DESC
    ) AS place,
    max(time_period) OVER (
      PARTITION BY indicator, disability, education_level, size_class, breakdown
    ) AS newest
  FROM indicator_values
  WHERE estimate = 'reported' AND value IS NOT NULL
    AND unit IN ('PT', 'PT_INT', 'PT_GNI', 'PER_100_POP', 'RATIO')
    AND sex = '_T' AND age = '_T' AND urbanisation = '_T'
),
placed AS (
  SELECT
    m.group_code, l.indicator, l.ref_area, l.disability, l.education_level, l.size_class, l.breakdown,
    l.time_period, l.value
  FROM membership m
  JOIN latest l
    ON l.ref_area = m.ref_area AND l.time_period BETWEEN m.first_year AND m.last_year
  WHERE m.group_scheme = 'income' AND l.place = 1 AND l.time_period >= l.newest - 3
),
centred AS (
  SELECT
    group_code, indicator, ref_area, disability, education_level, size_class, breakdown, time_period, value,
    median(value) OVER (
      PARTITION BY group_code, indicator, disability, education_level, size_class, breakdown
    ) AS middle,
    count(*) OVER (
      PARTITION BY group_code, indicator, disability, education_level, size_class, breakdown
    ) AS economies
  FROM placed
),
assessed AS (
  SELECT
    group_code, indicator, ref_area, disability, education_level, size_class, breakdown, time_period, value,
    middle, economies,
    0.6745 * (value - middle) / nullif(median(abs(value - middle)) OVER (
      PARTITION BY group_code, indicator, disability, education_level, size_class, breakdown
    ), 0.0) AS z
  FROM centred
  WHERE economies >= 8
)
SELECT
  indicator, ref_area, time_period, disability, education_level, size_class, breakdown, group_code,
  CAST(round(value, 2) AS VARCHAR) || ' against a median of ' || CAST(round(middle, 2) AS VARCHAR) || ' for '
    || CAST(economies AS VARCHAR) || ' economies of ' || group_code || ', z ' || CAST(round(z, 1) AS VARCHAR) AS detail
FROM assessed
WHERE abs(z) > 3.5
ORDER BY indicator, ref_area, time_period, disability, education_level, size_class, breakdown, group_code
