/*---
id = "rate_against_count"
title = "Subscriptions per 100 inhabitants agree with their number"
test = 9
severity = "error"
warn_above = 0
fail_above = 0
---*/
/*
rate x population / 100 against the count of the same provider, economy and
year: mobile-cellular of ITU (392 and 178), fixed broadband of the UN SDG
database (IT_NET_BBP and IT_NET_BBN).

Within 2 % for ITU. Within 5 % for the UN, whose rates rest on earlier
population estimates than ours. On top of it the rounding of a rate to two
decimals. Where the provider counts other inhabitants (Cyprus, Ukraine), every
year is listed.

Such rows are warnings; where half of 10 or more pairs of a provider are a
factor of 5 apart, one of the two is in another unit, such as thousands, and
the rows are errors.
*/
WITH pairs AS (
  SELECT
    source, ref_area, time_period, breakdown,
    max(CASE WHEN series IN ('392', 'IT_NET_BBP') THEN obs_value END) AS rate,
    max(CASE WHEN series IN ('178', 'IT_NET_BBN') THEN obs_value END) AS number
  FROM observations
  WHERE ((source = 'itu' AND series IN ('392', '178') AND breakdown = '_T')
      OR (source = 'unsd' AND series IN ('IT_NET_BBP', 'IT_NET_BBN')))
    AND obs_value IS NOT NULL
  GROUP BY source, ref_area, time_period, breakdown
),
compared AS (
  SELECT
    b.source, b.ref_area, b.time_period, b.breakdown, b.rate, b.number, p.persons,
    CASE WHEN b.rate * p.persons / 100.0 > 5.0 * b.number OR b.rate * p.persons / 100.0 < b.number / 5.0 THEN 1 ELSE 0 END
      AS is_far
  FROM population p
  JOIN pairs b ON p.ref_area = b.ref_area AND p.time_period = b.time_period
  WHERE p.sex = '_T' AND p.age = '_T' AND p.urbanisation = '_T' AND b.rate IS NOT NULL AND b.number IS NOT NULL
),
counted AS (
  SELECT
    source, ref_area, time_period, breakdown, rate, number, persons, is_far,
    sum(is_far) OVER (PARTITION BY source) AS far, count(*) OVER (PARTITION BY source) AS pairs
  FROM compared
)
SELECT
  CASE WHEN source = 'itu' THEN '' ELSE 'broadband_subscriptions' END AS indicator,
  ref_area, time_period, source, breakdown,
  CASE WHEN is_far = 1 AND pairs >= 10 AND 2 * far >= pairs THEN 'error' ELSE 'warning' END AS severity,
  CAST(round(rate, 2) AS VARCHAR) || ' per 100 of ' || CAST(CAST(persons AS BIGINT) AS VARCHAR) || ' is '
    || CAST(CAST(round(rate * persons / 100.0) AS BIGINT) AS VARCHAR) || ', the number is '
    || CAST(CAST(round(number) AS BIGINT) AS VARCHAR) AS detail
FROM counted
WHERE abs(rate * persons / 100.0 - number)
  > CASE WHEN source = 'itu' THEN 0.02 ELSE 0.05 END * number + 0.005 * persons / 100.0
ORDER BY ref_area, time_period, source, breakdown
