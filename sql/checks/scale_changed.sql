/*---
id = "scale_changed"
title = "No series becomes ten, a hundred or a thousand times what it was, or nothing"
test = 11
severity = "error"
warn_above = 0
fail_above = 0
holds = true
---*/
/*
A unit that changed without a word: thousands for persons, fractions for
percent. One economy may leap; where half of 10 or more values change by a
factor within 1.4 of 10, 100, 1,000 .. at once, it is the file; and so it is
where half of them become zero. Compared are

- each year with the year before it in the same series, up to 3 years back,
- each of a provider's values with itself in the release before,
- each value with that of the indicator's first choice among its series, by
  other series or data sets for the same economy, year and breakdown.

So a first load is seen too. Zeros say nothing of a scale: a value that was
zero is not compared, and one that becomes zero only with the year and the
release before. Series that no indicator lists are told as warnings.
*/
WITH limits AS (
  SELECT 10 AS pairs, 0.5 AS share, 0.15 AS near, 3 AS years_back
),
figures AS (
  SELECT
    o.source, o.dataset, o.series, o.unit, o.sex, o.age, o.urbanisation, o.disability, o.education_level, o.size_class,
    o.breakdown, coalesce(o.edition, '') AS edition, o.ref_area, o.time_period, o.obs_value AS value
  FROM areas AS a
  JOIN observations_by_data_set AS o ON o.ref_area = a.ref_area
  WHERE o.obs_value >= 0.0 AND o.unit <> 'YES_NO'
),
series AS (
  SELECT
    source, dataset, series, unit, sex, age, urbanisation, disability, education_level, size_class, breakdown, edition,
    row_number() OVER (
      ORDER BY source, dataset, series, unit, sex, age, urbanisation, disability, education_level, size_class, breakdown, edition
    ) AS number
  FROM (
    SELECT DISTINCT
      source, dataset, series, unit, sex, age, urbanisation, disability, education_level, size_class, breakdown, edition
    FROM figures
  ) AS f
),
numbered AS (
  SELECT s.number, f.ref_area, f.time_period, f.value
  FROM series AS s
  JOIN figures AS f
    ON f.source = s.source AND f.dataset = s.dataset AND f.series = s.series AND f.unit = s.unit
    AND f.sex = s.sex AND f.age = s.age AND f.urbanisation = s.urbanisation AND f.disability = s.disability
    AND f.education_level = s.education_level AND f.size_class = s.size_class AND f.breakdown = s.breakdown
    AND f.edition = s.edition
),
ordered AS (
  SELECT
    number, time_period, value,
    lag(value) OVER (PARTITION BY number, ref_area ORDER BY time_period) AS value_before,
    lag(time_period) OVER (PARTITION BY number, ref_area ORDER BY time_period) AS year_before
  FROM numbered
),
listed AS (
  SELECT DISTINCT indicator, from_source, from_series, from_dataset FROM indicator_series
),
-- Figures in the codes of each indicator that lists their series, as in sql/shared/offered.sql.
offered AS (
  SELECT
    w.indicator, w.place, f.source, f.dataset, f.series, f.ref_area, f.time_period, f.value,
    coalesce(w.as_sex, f.sex) || ' ' || coalesce(w.as_age, f.age) || ' ' || coalesce(w.as_urbanisation, f.urbanisation)
      || ' ' || coalesce(w.as_disability, f.disability) || ' ' || coalesce(w.as_education_level, f.education_level)
      || ' ' || coalesce(w.as_size_class, f.size_class) || ' ' || coalesce(w.as_breakdown, f.breakdown) AS part
  FROM (SELECT indicator FROM indicator_series GROUP BY indicator HAVING count(DISTINCT place) > 1) AS several
  JOIN indicator_series AS w ON w.indicator = several.indicator
  JOIN figures AS f
    ON f.source = w.from_source AND f.series = w.from_series
    AND f.dataset = coalesce(w.from_dataset, f.dataset)
    AND f.breakdown = coalesce(w.provider_breakdown, f.breakdown)
    AND (w.as_sex IS NULL OR f.sex = '_T') AND (w.as_age IS NULL OR f.age = '_T')
    AND (w.as_urbanisation IS NULL OR f.urbanisation = '_T') AND (w.as_disability IS NULL OR f.disability = '_T')
    AND (w.as_education_level IS NULL OR f.education_level = '_T')
    AND (w.as_size_class IS NULL OR f.size_class = '_T')
  WHERE f.value > 0.0
),
chosen_first AS (
  SELECT
    indicator, place, source, dataset, series, ref_area, time_period, part, value,
    first_value(value) OVER (
      PARTITION BY indicator, ref_area, time_period, part ORDER BY place, value
    ) AS value_before,
    min(place) OVER (PARTITION BY indicator, ref_area, time_period, part) AS first_place
  FROM offered
),
pairs AS (
  SELECT
    o.number, CAST(NULL AS VARCHAR) AS indicator, CAST(NULL AS VARCHAR) AS what, CAST(NULL AS VARCHAR) AS part,
    'the year before' AS against, o.time_period, o.value, o.value_before
  FROM limits AS k
  CROSS JOIN ordered AS o
  WHERE o.time_period - o.year_before <= k.years_back AND o.value_before > 0.0
  UNION ALL
  SELECT
    CAST(NULL AS BIGINT) AS number, v.indicator, v.indicator AS what,
    v.sex || ' ' || v.age || ' ' || v.urbanisation || ' ' || v.disability || ' ' || v.education_level || ' '
      || v.size_class || ' ' || v.breakdown AS part,
    'the release before' AS against, CAST(NULL AS INT) AS time_period, v.value, p.value AS value_before
  FROM indicator_values AS v
  JOIN previous_values AS p
    ON p.indicator = v.indicator AND p.ref_area = v.ref_area AND p.time_period = v.time_period
    AND p.estimate = v.estimate AND p.sex = v.sex AND p.age = v.age AND p.urbanisation = v.urbanisation
    AND p.disability = v.disability AND p.education_level = v.education_level AND p.size_class = v.size_class
    AND p.breakdown = v.breakdown
  WHERE v.estimate IN ('reported', 'published') AND v.value >= 0.0 AND p.value > 0.0 AND v.unit <> 'YES_NO'
  UNION ALL
  SELECT
    CAST(NULL AS BIGINT) AS number, indicator, source || '/' || dataset || ' ' || series AS what, part,
    'its first choice' AS against, CAST(NULL AS INT) AS time_period, value, value_before
  FROM chosen_first
  WHERE place > first_place
),
steps AS (
  -- NULL where it is zero now
  SELECT
    number, indicator, what, part, against, time_period, CASE WHEN value > 0.0 THEN log10(value / value_before) END AS step
  FROM pairs
),
-- Years are told apart where years are compared; otherwise a series is one thing.
scaled AS (
  SELECT
    s.number, s.indicator, s.what, s.part, s.against, s.time_period,
    count(*) AS pairs,
    sum(CASE WHEN round(s.step) <> 0.0 AND abs(s.step - round(s.step)) <= k.near THEN 1 ELSE 0 END) AS scaled,
    sum(CASE WHEN s.step IS NULL THEN 1 ELSE 0 END) AS emptied,
    median(s.step) AS middle
  FROM limits AS k
  CROSS JOIN steps AS s
  GROUP BY s.number, s.indicator, s.what, s.part, s.against, s.time_period
),
counted AS (
  SELECT DISTINCT
    coalesce(l.indicator, c.indicator, '') AS indicator,
    coalesce(c.what, s.source || '/' || s.dataset || ' ' || s.series) AS what,
    coalesce(c.part, s.breakdown || ' ' || s.sex || s.age || s.urbanisation || s.disability || s.education_level
      || s.size_class || s.unit || s.edition) AS part,
    c.against, c.time_period, c.pairs, c.scaled, c.emptied, c.middle
  FROM limits AS k
  CROSS JOIN scaled AS c
  LEFT JOIN series AS s ON s.number = c.number
  LEFT JOIN listed AS l
    ON l.from_source = s.source AND l.from_series = s.series AND coalesce(l.from_dataset, s.dataset) = s.dataset
  WHERE c.pairs >= k.pairs AND (c.scaled >= k.share * c.pairs OR c.emptied >= k.share * c.pairs)
)
SELECT
  c.indicator, c.what, c.part, c.against, c.time_period,
  CASE WHEN c.indicator = '' THEN 'warning' ELSE 'error' END AS severity,
  c.what
    || CASE
      WHEN c.emptied >= k.share * c.pairs THEN ' is zero, and was not in ' || c.against || ', for ' || CAST(c.emptied AS VARCHAR)
      ELSE ' is about ' || CASE WHEN c.middle > 0.0 THEN '' ELSE '1/' END
        || CAST(CAST(round(power(10.0, abs(round(c.middle)))) AS BIGINT) AS VARCHAR) || ' of ' || c.against || ' for '
        || CAST(c.scaled AS VARCHAR)
    END
    || ' of ' || CAST(c.pairs AS VARCHAR) || ' values'
    || coalesce(', ' || CAST(c.time_period AS VARCHAR), '') AS detail
FROM limits AS k
CROSS JOIN counted AS c
ORDER BY c.indicator, c.what, c.part, c.against, c.time_period
