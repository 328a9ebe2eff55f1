/*---
id = "reference_tables_fit"
title = "Population and income are in persons and US dollars"
test = 7
severity = "error"
warn_above = 0
fail_above = 0
---*/
/*
What hangs on these tables is every weight: population delivered in thousands
would make every count a thousand times smaller. Limits:

- the median economy has 0.5 to 50 million people (it is 5 to 7) and an income
  of 400 to 40,000 dollars a head (it is 1,500 to 7,000); years with 100
  economies or more. Economies are areas with an M49 code: what size districts
  and other areas of a workspace's own have is not known here
- no economy has over 3,000 million people, nor over 500,000 dollars a head
- no economy becomes five times, or a fifth, of itself from one year to the
  next (Zimbabwe 2009 has 3.75 times the dollars of 2008); no year has the same figure for all
*/
WITH limits AS (
  SELECT table_name, unit_name, middle_from, middle_to, greatest
  FROM (VALUES
    ('population.csv', 'persons', 500000.0, 50000000.0, 3000000000.0),
    ('gni_per_capita.csv', 'US dollars a head', 400.0, 40000.0, 500000.0)
  ) AS known (table_name, unit_name, middle_from, middle_to, greatest)
),
figures AS (
  SELECT 'population.csv' AS table_name, ref_area, time_period, persons AS value
  FROM population
  WHERE sex = '_T' AND age = '_T' AND urbanisation = '_T'
  UNION ALL
  SELECT 'gni_per_capita.csv' AS table_name, ref_area, time_period, usd AS value
  FROM gni_per_capita
  WHERE usd IS NOT NULL
),
years AS (
  SELECT
    f.table_name, f.time_period, count(*) AS areas, min(f.value) AS least, max(f.value) AS greatest,
    sum(CASE WHEN a.m49 <> '' THEN 1 ELSE 0 END) AS economies, median(CASE WHEN a.m49 <> '' THEN f.value END) AS middle
  FROM figures f
  LEFT JOIN areas a ON a.ref_area = f.ref_area
  GROUP BY f.table_name, f.time_period
),
ordered AS (
  SELECT
    table_name, ref_area, time_period, value,
    lag(value) OVER (PARTITION BY table_name, ref_area ORDER BY time_period) AS value_before,
    lag(time_period) OVER (PARTITION BY table_name, ref_area ORDER BY time_period) AS year_before
  FROM figures
)
SELECT
  '' AS indicator, y.table_name, '' AS ref_area, y.time_period,
  CASE
    WHEN y.least = y.greatest
    THEN y.table_name || ': all ' || CAST(y.areas AS VARCHAR) || ' areas have the same figure in '
      || CAST(y.time_period AS VARCHAR)
    ELSE y.table_name || ': the median economy has ' || CAST(round(y.middle, 1) AS VARCHAR) || ' ' || l.unit_name || ' in '
      || CAST(y.time_period AS VARCHAR) || ', it should be ' || CAST(CAST(l.middle_from AS BIGINT) AS VARCHAR) || ' to '
      || CAST(CAST(l.middle_to AS BIGINT) AS VARCHAR)
  END AS detail
FROM limits l
JOIN years y ON y.table_name = l.table_name
WHERE (y.economies >= 100 AND (y.middle < l.middle_from OR y.middle > l.middle_to))
  OR (y.areas >= 10 AND y.least = y.greatest)
UNION ALL
SELECT
  '' AS indicator, o.table_name, o.ref_area, o.time_period,
  o.table_name || ': ' || CAST(o.value AS VARCHAR) || ' ' || l.unit_name || ' for ' || o.ref_area || ' in '
    || CAST(o.time_period AS VARCHAR)
    || CASE
      WHEN o.value > l.greatest THEN ', more than any economy can have'
      ELSE ', ' || CAST(o.value_before AS VARCHAR) || ' the year before'
    END AS detail
FROM limits l
JOIN ordered o ON o.table_name = l.table_name
WHERE o.value > l.greatest
  OR (o.year_before = o.time_period - 1 AND o.value_before > 0.0
    AND (o.value > 5.0 * o.value_before OR o.value < o.value_before / 5.0))
ORDER BY table_name, ref_area, time_period, detail
