/*---
id = "population_adds_up"
title = "Parts of the population add up to the whole"
test = 7
severity = "error"
warn_above = 0
fail_above = 0
---*/
-- Golden case G21. Single ages are rounded, so up to 20 persons may be missing.
WITH sums AS (
  SELECT
    ref_area, time_period,
    max(CASE WHEN sex = '_T' AND age = '_T' AND urbanisation = '_T' THEN persons END) AS total,
    sum(CASE WHEN sex <> '_T' AND age = '_T' THEN persons END) AS by_sex,
    sum(CASE WHEN sex = '_T' AND age IN ('Y_LT15', 'Y15T24', 'Y25T74', 'Y_GE75') THEN persons END) AS by_age,
    sum(CASE WHEN urbanisation <> '_T' THEN persons END) AS by_urbanisation,
    count(CASE WHEN sex <> '_T' AND age = '_T' THEN persons END) AS sexes,
    count(CASE WHEN sex = '_T' AND age IN ('Y_LT15', 'Y15T24', 'Y25T74', 'Y_GE75') THEN persons END) AS ages,
    count(CASE WHEN urbanisation <> '_T' THEN persons END) AS kinds_of_place
  FROM population
  GROUP BY ref_area, time_period
)
SELECT
  '' AS indicator, ref_area, time_period,
  concat_ws(', ',
    'total ' || CAST(CAST(total AS BIGINT) AS VARCHAR),
    'sexes ' || CAST(CAST(by_sex AS BIGINT) AS VARCHAR),
    'ages ' || CAST(CAST(by_age AS BIGINT) AS VARCHAR),
    'urban and rural ' || CAST(CAST(by_urbanisation AS BIGINT) AS VARCHAR)) AS detail
FROM sums
WHERE (sexes = 2 AND abs(by_sex - total) > 20.0)
  OR (ages = 4 AND abs(by_age - total) > 20.0)
  OR (kinds_of_place = 2 AND abs(by_urbanisation - total) > 20.0)
ORDER BY ref_area, time_period
