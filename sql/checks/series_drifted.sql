/*---
id = "series_drifted"
title = "Series have the breakdowns, the unit, the size and the range that they had in the release before"
test = 14
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
Data sets that have come anew, series by series: breakdowns that are gone or
new, another unit, under 80 % of the observations, or a highest figure that is
more than ten times, or less than a tenth, of what it was. A series that has
another unit in more than 5 % of its rows does not come so far: its data set
is refused (E2018) until a person accepts it.
*/
WITH limits AS (
  SELECT 0.8 AS fewest, 10.0 AS widest
),
rows_of AS (
  SELECT
    source, dataset, series, sex, age, urbanisation, disability, education_level, size_class, breakdown, unit,
    count(*) AS was, 0 AS now, max(abs(obs_value)) AS highest_was, CAST(NULL AS DOUBLE) AS highest_now
  FROM previous_observations
  GROUP BY source, dataset, series, sex, age, urbanisation, disability, education_level, size_class, breakdown, unit
  UNION ALL
  SELECT
    source, dataset, series, sex, age, urbanisation, disability, education_level, size_class, breakdown, unit,
    0 AS was, count(*) AS now, CAST(NULL AS DOUBLE) AS highest_was, max(abs(obs_value)) AS highest_now
  FROM renewed_observations
  GROUP BY source, dataset, series, sex, age, urbanisation, disability, education_level, size_class, breakdown, unit
),
codes AS (
  SELECT
    source, dataset, series, sex, age, urbanisation, disability, education_level, size_class, breakdown,
    trim(concat_ws(' ',
      nullif(sex, '_T'), nullif(age, '_T'), nullif(urbanisation, '_T'), nullif(disability, '_T'),
      nullif(education_level, '_T'), nullif(size_class, '_T'), nullif(breakdown, '_T')
    )) AS code,
    sum(was) AS was, sum(now) AS now, max(highest_was) AS highest_was, max(highest_now) AS highest_now,
    max(CASE WHEN was > 0 THEN unit END) AS unit_was, max(CASE WHEN now > 0 THEN unit END) AS unit_now
  FROM rows_of
  GROUP BY source, dataset, series, sex, age, urbanisation, disability, education_level, size_class, breakdown
),
series_of AS (
  SELECT
    source, dataset, series,
    sum(was) AS was, sum(now) AS now, max(highest_was) AS highest_was, max(highest_now) AS highest_now,
    sum(CASE WHEN now = 0 THEN 1 ELSE 0 END) AS lost,
    min(CASE WHEN now = 0 THEN coalesce(nullif(code, ''), 'the total') END) AS a_lost_one,
    sum(CASE WHEN was = 0 THEN 1 ELSE 0 END) AS gained,
    min(CASE WHEN was = 0 THEN coalesce(nullif(code, ''), 'the total') END) AS a_new_one,
    max(CASE WHEN unit_was <> unit_now THEN unit_was || ' before, now ' || unit_now END) AS units
  FROM codes
  GROUP BY source, dataset, series
),
told AS (
  SELECT
    s.source, s.dataset, s.series,
    CASE WHEN s.now = 0 THEN 'the series is gone' END AS gone,
    CASE
      WHEN s.now > 0 AND s.lost > 0
      THEN CAST(s.lost AS VARCHAR) || ' breakdowns gone, such as ' || s.a_lost_one
    END AS lost,
    CASE WHEN s.gained > 0 THEN CAST(s.gained AS VARCHAR) || ' new, such as ' || s.a_new_one END AS gained,
    'unit ' || s.units AS units,
    CASE
      WHEN s.now > 0 AND CAST(s.now AS DOUBLE) < l.fewest * CAST(s.was AS DOUBLE)
      THEN CAST(s.now AS VARCHAR) || ' observations, ' || CAST(s.was AS VARCHAR) || ' before'
    END AS size,
    CASE
      WHEN s.highest_was > 0.0
        AND (s.highest_now > l.widest * s.highest_was OR l.widest * s.highest_now < s.highest_was)
      THEN 'the highest figure is ' || CAST(round(s.highest_now, 4) AS VARCHAR) || ', before '
        || CAST(round(s.highest_was, 4) AS VARCHAR)
    END AS range_of
  FROM series_of s
  CROSS JOIN limits l
  WHERE s.was > 0
)
SELECT
  '' AS indicator, source, dataset, series,
  series || ': ' || concat_ws('; ', gone, lost, gained, units, size, range_of) AS detail
FROM told
WHERE coalesce(gone, lost, gained, units, size, range_of) IS NOT NULL
ORDER BY source, dataset, series
