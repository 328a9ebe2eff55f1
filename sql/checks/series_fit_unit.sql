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
                         that are all at or below 1 are fractions. So are
                         those of which 19 in 20 of the values above 0 are, and
                         the greatest is 20 times it: what few came in the
                         right unit. Small shares have no such greatest one
middle_from, middle_to   where the median of a series lies
minimum, maximum         limits of a value; of prices the minimum is above 0.
                         Up to 1 value in 20 outside is for corrections (see
                         provider_values_in_range), more is the series

A series is one breakdown of a provider's series, over all its years. It is
assessed with 10 economies and 20 values or more; so is a year, whose values
may not all be the same. All at a limit of the unit (nobody, everybody) is no
error, unless 9 in 10 of a year are there and fewer than half in each year
beside it.

Series that no indicator lists are told as warnings.
*/
WITH limits AS (
  SELECT 10 AS economies, 20 AS figures, 0.05 AS share_outside, 0.95 AS share_small, 0.9 AS share_at_limit, 0.5 AS share_beside
),
-- Editions of one series are one series here.
numbers AS (
  SELECT
    s.series_number, s.source, s.dataset, s.series, s.unit, s.sex, s.age, s.urbanisation, s.disability, s.education_level,
    s.size_class, s.breakdown, u.minimum, u.maximum, u.greatest_above, u.middle_from, u.middle_to,
    min(s.series_number) OVER (
      PARTITION BY s.source, s.dataset, s.series, s.unit, s.sex, s.age, s.urbanisation, s.disability, s.education_level,
        s.size_class, s.breakdown
    ) AS number
  FROM units AS u
  JOIN numbered_series AS s ON s.unit = u.unit
),
figures_of AS (
  SELECT
    n.number, f.time_period, f.ref_area, f.obs_value AS value,
    -- A median holds all of its values: only of units that have limits for it.
    CASE WHEN n.middle_from IS NOT NULL OR n.middle_to IS NOT NULL THEN f.obs_value END AS value_of_middle,
    CASE WHEN f.obs_value < n.minimum - 1e-9 OR f.obs_value > n.maximum + 1e-9 THEN 1 ELSE 0 END AS is_outside,
    CASE WHEN f.obs_value > 0.0 AND f.obs_value <= n.greatest_above THEN 1 ELSE 0 END AS is_small,
    CASE WHEN f.obs_value > 0.0 THEN 1 ELSE 0 END AS is_positive,
    CASE WHEN f.obs_value = n.minimum THEN 1 ELSE 0 END AS is_least,
    CASE WHEN f.obs_value = n.maximum THEN 1 ELSE 0 END AS is_most
  FROM numbers AS n
  JOIN figures AS f ON f.series_number = n.series_number
  WHERE NOT f.of_group
),
series AS (
  SELECT
    number, CAST(NULL AS INTEGER) AS time_period,
    count(*) AS figures, min(value) AS least, max(value) AS greatest, median(value_of_middle) AS middle, sum(is_outside) AS outside_limits,
    sum(is_small) AS small, sum(is_positive) AS positive
  FROM figures_of
  GROUP BY number
),
years AS (
  SELECT
    number, time_period, count(*) AS figures, min(value) AS least, max(value) AS greatest,
    sum(is_least) AS at_least, sum(is_most) AS at_most
  FROM figures_of
  GROUP BY number, time_period
),
-- Of each year the values at either limit. They are few years; as fractions, since counts are divided.
at_limits AS (
  SELECT
    y.number, y.time_period, e.side, CAST(y.figures AS DOUBLE) AS figures,
    CAST(CASE e.side WHEN 'least' THEN y.at_least ELSE y.at_most END AS DOUBLE) AS at_limit,
    CASE e.side WHEN 'least' THEN n.minimum ELSE n.maximum END AS "limit"
  FROM years AS y
  JOIN numbers AS n ON n.series_number = y.number
  CROSS JOIN (VALUES ('least'), ('most')) AS e (side)
  CROSS JOIN limits AS l
  WHERE y.figures >= l.economies
),
suspected AS (
  SELECT
    s.number, s.time_period,
    CASE
      WHEN s.outside_limits > l.share_outside * s.figures
      THEN CAST(s.outside_limits AS VARCHAR) || ' of ' || CAST(s.figures AS VARCHAR) || ' values are outside the limits of '
        || n.unit
      WHEN s.greatest <= n.greatest_above
      THEN 'none of ' || CAST(s.figures AS VARCHAR) || ' values is above ' || CAST(n.greatest_above AS VARCHAR)
        || ', the greatest is ' || CAST(round(s.greatest, 4) AS VARCHAR) || ': another unit than ' || n.unit || '?'
      WHEN s.positive >= l.figures AND s.small >= l.share_small * s.positive AND s.greatest >= 20.0 * n.greatest_above
      THEN CAST(s.small AS VARCHAR) || ' of ' || CAST(s.positive AS VARCHAR) || ' values above 0 are not above '
        || CAST(n.greatest_above AS VARCHAR) || ', the greatest is ' || CAST(round(s.greatest, 4) AS VARCHAR)
        || ': some in another unit than ' || n.unit || '?'
      ELSE 'the median of ' || CAST(s.figures AS VARCHAR) || ' values is ' || CAST(round(s.middle, 4) AS VARCHAR)
        || ', it should lie between ' || CAST(n.middle_from AS VARCHAR) || ' and ' || CAST(n.middle_to AS VARCHAR)
        || ': another unit than ' || n.unit || '?'
    END AS what
  FROM series AS s
  JOIN numbers AS n ON n.series_number = s.number
  CROSS JOIN limits AS l
  WHERE s.figures >= l.figures
    AND (s.outside_limits > l.share_outside * s.figures OR s.greatest <= n.greatest_above
      OR s.positive >= l.figures AND s.small >= l.share_small * s.positive AND s.greatest >= 20.0 * n.greatest_above
      OR s.middle < n.middle_from OR s.middle > n.middle_to)
  UNION ALL
  SELECT
    y.number, y.time_period,
    ' economies have ' || CAST(y.least AS VARCHAR) || ' in ' || CAST(y.time_period AS VARCHAR) AS what
  FROM years AS y
  JOIN numbers AS n ON n.series_number = y.number
  CROSS JOIN limits AS l
  WHERE y.figures >= l.economies AND y.least = y.greatest
    AND (n.minimum IS NULL OR y.least <> n.minimum) AND (n.maximum IS NULL OR y.least <> n.maximum)
  UNION ALL
  SELECT
    y.number, y.time_period,
    CAST(CAST(y.at_limit AS BIGINT) AS VARCHAR) || ' of ' || CAST(CAST(y.figures AS BIGINT) AS VARCHAR) || ' values of ' || CAST(y.time_period AS VARCHAR) || ' are '
      || CAST(y."limit" AS VARCHAR) || ', and most are not in the years beside it' AS what
  FROM at_limits AS y
  JOIN at_limits AS b
    ON b.number = y.number AND b.side = y.side AND b.time_period BETWEEN y.time_period - 1 AND y.time_period + 1
    AND b.time_period <> y.time_period
  CROSS JOIN limits AS l
  WHERE y.at_limit >= l.share_at_limit * y.figures
  GROUP BY y.number, y.time_period, y.at_limit, y.figures, y."limit", l.share_beside
  HAVING max(b.at_limit / b.figures) < l.share_beside
),
-- Economies are counted last, of what is suspected alone.
found AS (
  SELECT
    s.number, s.time_period,
    CASE WHEN s.what NOT LIKE ' economies have %' THEN s.what ELSE 'all ' || CAST(count(DISTINCT f.ref_area) AS VARCHAR) || s.what END AS what
  FROM limits AS l
  CROSS JOIN suspected AS s
  JOIN figures_of AS f ON f.number = s.number AND f.time_period = coalesce(s.time_period, f.time_period)
  GROUP BY s.number, s.time_period, s.what, l.economies
  HAVING count(DISTINCT f.ref_area) >= l.economies
)
SELECT
  coalesce(i.indicator, '') AS indicator, n.source, n.dataset, n.series, f.time_period,
  n.sex, n.age, n.urbanisation, n.disability, n.education_level, n.size_class, n.breakdown,
  CASE WHEN i.indicator IS NULL THEN 'warning' ELSE 'error' END AS severity,
  n.source || '/' || n.dataset || ' ' || n.series || ': ' || f.what AS detail
FROM found AS f
JOIN numbers AS n ON n.series_number = f.number
LEFT JOIN (SELECT DISTINCT indicator, from_source, from_series, from_dataset FROM indicator_series) AS i
  ON i.from_source = n.source AND i.from_series = n.series AND coalesce(i.from_dataset, n.dataset) = n.dataset
ORDER BY indicator, n.source, n.dataset, n.series, f.time_period,
  n.sex, n.age, n.urbanisation, n.disability, n.education_level, n.size_class, n.breakdown, detail
