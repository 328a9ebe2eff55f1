/*---
id = "series_fit_unit"
title = "Every series has the size and shape of its unit"
test = 3
severity = "error"
warn_above = 0
fail_above = 0
holds = true
---*/
/*
What no single value shows: a share delivered as a fraction, a price in cents,
a column filled with one figure. It is seen inside one pull, so on a first load
too. The limits of each unit are in pipelines/reference/units.csv:

greatest_above           the greatest value of a series is above this: shares
                         that are all at or below 1 are fractions
middle_from, middle_to   where the median of a series lies
minimum, maximum         limits of a value; of prices the minimum is above 0.
                         Up to 1 value in 20 outside is for corrections (see
                         provider_values_in_range), more is the series

A series is one breakdown of a provider's series, over all its years. It is
assessed with 10 economies and 20 values or more; so is a year, whose values
may not all be the same. All at a limit of the unit (nobody, everybody) is no
error.

Series that no indicator lists are told as warnings.
*/
WITH limits AS (
  SELECT 10 AS economies, 20 AS figures, 0.05 AS share_outside
),
figures AS (
  SELECT
    o.source, o.dataset, o.series, o.unit, o.sex, o.age, o.urbanisation, o.disability, o.education_level,
    o.size_class, o.breakdown, o.time_period, o.ref_area, o.obs_value AS value,
    u.minimum, u.maximum, u.greatest_above, u.middle_from, u.middle_to,
    CASE WHEN o.obs_value < u.minimum - 1e-9 OR o.obs_value > u.maximum + 1e-9 THEN 1 ELSE 0 END AS is_outside
  FROM units AS u
  JOIN observations_by_data_set AS o ON o.unit = u.unit
  JOIN areas AS a ON a.ref_area = o.ref_area
  WHERE o.obs_value IS NOT NULL AND u.unit <> 'YES_NO'
),
series AS (
  SELECT
    source, dataset, series, unit, sex, age, urbanisation, disability, education_level, size_class, breakdown,
    CAST(NULL AS INTEGER) AS time_period,
    count(*) AS figures, min(value) AS least, max(value) AS greatest, median(value) AS middle, sum(is_outside) AS outside_limits,
    min(minimum) AS minimum, min(maximum) AS maximum, min(greatest_above) AS greatest_above,
    min(middle_from) AS middle_from, min(middle_to) AS middle_to
  FROM figures
  GROUP BY source, dataset, series, unit, sex, age, urbanisation, disability, education_level, size_class, breakdown
),
years AS (
  SELECT
    source, dataset, series, unit, sex, age, urbanisation, disability, education_level, size_class, breakdown,
    time_period, count(*) AS figures, min(value) AS least, max(value) AS greatest,
    min(minimum) AS minimum, min(maximum) AS maximum
  FROM figures
  GROUP BY source, dataset, series, unit, sex, age, urbanisation, disability, education_level, size_class, breakdown,
    time_period
),
suspected AS (
  SELECT
    s.source, s.dataset, s.series, s.unit, s.sex, s.age, s.urbanisation, s.disability, s.education_level, s.size_class,
    s.breakdown, s.time_period,
    CASE
      WHEN s.outside_limits > l.share_outside * s.figures
      THEN CAST(s.outside_limits AS VARCHAR) || ' of ' || CAST(s.figures AS VARCHAR) || ' values are outside the limits of '
        || s.unit
      WHEN s.greatest <= s.greatest_above
      THEN 'none of ' || CAST(s.figures AS VARCHAR) || ' values is above ' || CAST(s.greatest_above AS VARCHAR)
        || ', the greatest is ' || CAST(round(s.greatest, 4) AS VARCHAR) || ': another unit than ' || s.unit || '?'
      ELSE 'the median of ' || CAST(s.figures AS VARCHAR) || ' values is ' || CAST(round(s.middle, 4) AS VARCHAR)
        || ', it should lie between ' || CAST(s.middle_from AS VARCHAR) || ' and ' || CAST(s.middle_to AS VARCHAR)
        || ': another unit than ' || s.unit || '?'
    END AS what
  FROM series AS s
  CROSS JOIN limits AS l
  WHERE s.figures >= l.figures
    AND (s.outside_limits > l.share_outside * s.figures OR s.greatest <= s.greatest_above
      OR s.middle < s.middle_from OR s.middle > s.middle_to)
  UNION ALL
  SELECT
    y.source, y.dataset, y.series, y.unit, y.sex, y.age, y.urbanisation, y.disability, y.education_level, y.size_class,
    y.breakdown, y.time_period,
    ' economies have ' || CAST(y.least AS VARCHAR) || ' in ' || CAST(y.time_period AS VARCHAR) AS what
  FROM years AS y
  CROSS JOIN limits AS l
  WHERE y.figures >= l.economies AND y.least = y.greatest
    AND (y.minimum IS NULL OR y.least <> y.minimum) AND (y.maximum IS NULL OR y.least <> y.maximum)
),
-- Economies are counted last, of what is suspected alone.
found AS (
  SELECT
    s.source, s.dataset, s.series, s.unit, s.sex, s.age, s.urbanisation, s.disability, s.education_level, s.size_class,
    s.breakdown, s.time_period,
    CASE WHEN s.time_period IS NULL THEN s.what ELSE 'all ' || CAST(count(DISTINCT f.ref_area) AS VARCHAR) || s.what END AS what
  FROM limits AS l
  CROSS JOIN suspected AS s
  JOIN figures AS f
    ON f.source = s.source AND f.dataset = s.dataset AND f.series = s.series AND f.unit = s.unit
    AND f.sex = s.sex AND f.age = s.age AND f.urbanisation = s.urbanisation AND f.disability = s.disability
    AND f.education_level = s.education_level AND f.size_class = s.size_class AND f.breakdown = s.breakdown
    AND f.time_period = coalesce(s.time_period, f.time_period)
  GROUP BY
    s.source, s.dataset, s.series, s.unit, s.sex, s.age, s.urbanisation, s.disability, s.education_level, s.size_class,
    s.breakdown, s.time_period, s.what, l.economies
  HAVING count(DISTINCT f.ref_area) >= l.economies
)
SELECT
  coalesce(i.indicator, '') AS indicator, f.source, f.dataset, f.series, f.time_period,
  f.sex, f.age, f.urbanisation, f.disability, f.education_level, f.size_class, f.breakdown,
  CASE WHEN i.indicator IS NULL THEN 'warning' ELSE 'error' END AS severity,
  f.source || '/' || f.dataset || ' ' || f.series || ': ' || f.what AS detail
FROM found AS f
LEFT JOIN (SELECT DISTINCT indicator, from_source, from_series, from_dataset FROM indicator_series) AS i
  ON i.from_source = f.source AND i.from_series = f.series AND coalesce(i.from_dataset, f.dataset) = f.dataset
ORDER BY indicator, f.source, f.dataset, f.series, f.time_period,
  f.sex, f.age, f.urbanisation, f.disability, f.education_level, f.size_class, f.breakdown, detail
