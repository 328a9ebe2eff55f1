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
listed AS (
  SELECT DISTINCT indicator, from_source, from_series, from_dataset FROM indicator_series
),
-- Figures in the codes of each indicator that lists their series, as in sql/shared/offered.sql.
offered_series AS (
  SELECT
    w.indicator, w.place, s.series_number, s.source || '/' || s.dataset || ' ' || s.series AS what,
    coalesce(w.as_sex, s.sex) || ' ' || coalesce(w.as_age, s.age) || ' ' || coalesce(w.as_urbanisation, s.urbanisation)
      || ' ' || coalesce(w.as_disability, s.disability) || ' ' || coalesce(w.as_education_level, s.education_level)
      || ' ' || coalesce(w.as_size_class, s.size_class) || ' ' || coalesce(w.as_breakdown, s.breakdown) AS part
  FROM (SELECT indicator FROM indicator_series GROUP BY indicator HAVING count(DISTINCT place) > 1) AS several
  JOIN indicator_series AS w ON w.indicator = several.indicator
  JOIN numbered_series AS s
    ON s.source = w.from_source AND s.series = w.from_series
    AND s.dataset = coalesce(w.from_dataset, s.dataset)
    AND s.breakdown = coalesce(w.provider_breakdown, s.breakdown)
    AND (w.as_sex IS NULL OR s.sex = '_T') AND (w.as_age IS NULL OR s.age = '_T')
    AND (w.as_urbanisation IS NULL OR s.urbanisation = '_T') AND (w.as_disability IS NULL OR s.disability = '_T')
    AND (w.as_education_level IS NULL OR s.education_level = '_T')
    AND (w.as_size_class IS NULL OR s.size_class = '_T')
),
-- What is chosen among, numbered.
choices AS (
  SELECT indicator, place, series_number, what, part, dense_rank() OVER (ORDER BY indicator, part) AS choice
  FROM offered_series
),
offered AS (
  SELECT c.choice, c.place, c.series_number, c.what, f.ref_area, f.time_period, f.obs_value AS value
  FROM choices AS c
  JOIN figures AS f ON f.series_number = c.series_number
  WHERE f.obs_value > 0.0 AND NOT f.of_group
),
first_places AS (
  SELECT choice, ref_area, time_period, min(place) AS place
  FROM offered
  GROUP BY choice, ref_area, time_period
  HAVING max(place) > min(place)
),
first_choices AS (
  SELECT p.choice, p.ref_area, p.time_period, p.place, min(o.value) AS value
  FROM first_places AS p
  JOIN offered AS o
    ON o.choice = p.choice AND o.ref_area = p.ref_area AND o.time_period = p.time_period AND o.place = p.place
  GROUP BY p.choice, p.ref_area, p.time_period, p.place
),
compared AS (
  SELECT o.choice, o.what, o.value, f.value AS value_before
  FROM first_choices AS f
  JOIN offered AS o ON o.choice = f.choice AND o.ref_area = f.ref_area AND o.time_period = f.time_period
  WHERE o.place > f.place
),
pairs AS (
  SELECT
    f.series_number AS number, CAST(NULL AS VARCHAR) AS what,
    'the year before' AS against, f.time_period, f.obs_value AS value, f.value_before
  FROM limits AS k
  CROSS JOIN figures AS f
  WHERE f.time_period - f.year_before <= k.years_back AND f.value_before > 0.0 AND f.obs_value >= 0.0 AND NOT f.of_group
  UNION ALL
  SELECT
    v.breakdown_number AS number, CAST(NULL AS VARCHAR) AS what,
    'the release before' AS against, CAST(NULL AS INT) AS time_period, v.value, p.value AS value_before
  FROM indicator_values AS v
  JOIN previous_values AS p
    ON p.breakdown_number = v.breakdown_number AND p.ref_area = v.ref_area AND p.time_period = v.time_period
    AND p.estimate = v.estimate
  WHERE v.estimate IN ('reported', 'published') AND v.value >= 0.0 AND p.value > 0.0 AND v.unit <> 'YES_NO'
  UNION ALL
  SELECT
    CAST(choice AS BIGINT) AS number, what,
    'its first choice' AS against, CAST(NULL AS INT) AS time_period, value, value_before
  FROM compared
),
steps AS (
  -- NULL where it is zero now
  SELECT
    number, what, against, time_period, CASE WHEN value > 0.0 THEN log10(value / value_before) END AS step
  FROM pairs
),
-- Years are told apart where years are compared; otherwise a series is one thing.
scaled AS (
  SELECT
    s.number, s.what, s.against, s.time_period,
    count(*) AS pairs,
    sum(CASE WHEN round(s.step) <> 0.0 AND abs(s.step - round(s.step)) <= k.near THEN 1 ELSE 0 END) AS scaled,
    sum(CASE WHEN s.step IS NULL THEN 1 ELSE 0 END) AS emptied,
    median(s.step) AS middle
  FROM limits AS k
  CROSS JOIN steps AS s
  GROUP BY s.number, s.what, s.against, s.time_period
),
suspected AS (
  SELECT c.number, c.what, c.against, c.time_period, c.pairs, c.scaled, c.emptied, c.middle
  FROM limits AS k
  CROSS JOIN scaled AS c
  WHERE c.pairs >= k.pairs AND (c.scaled >= k.share * c.pairs OR c.emptied >= k.share * c.pairs)
),
counted AS (
  SELECT DISTINCT
    coalesce(l.indicator, b.indicator, n.indicator, '') AS indicator,
    coalesce(c.what, b.indicator, s.source || '/' || s.dataset || ' ' || s.series) AS what,
    coalesce(
      n.part,
      b.sex || ' ' || b.age || ' ' || b.urbanisation || ' ' || b.disability || ' ' || b.education_level || ' ' || b.size_class
        || ' ' || b.breakdown,
      s.breakdown || ' ' || s.sex || s.age || s.urbanisation || s.disability || s.education_level || s.size_class || s.unit
        || coalesce(s.edition, '')
    ) AS part,
    c.against, c.time_period, c.pairs, c.scaled, c.emptied, c.middle
  FROM suspected AS c
  LEFT JOIN numbered_series AS s ON c.against = 'the year before' AND s.series_number = c.number
  LEFT JOIN breakdowns AS b ON c.against = 'the release before' AND b.breakdown_number = c.number
  LEFT JOIN (SELECT DISTINCT choice, indicator, part FROM choices) AS n ON c.against = 'its first choice' AND n.choice = c.number
  LEFT JOIN listed AS l
    ON l.from_source = s.source AND l.from_series = s.series AND coalesce(l.from_dataset, s.dataset) = s.dataset
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
