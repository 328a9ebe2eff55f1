/*---
id = "rate_against_count"
title = "Subscriptions per 100 inhabitants agree with their number"
test = 9
severity = "warning"
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
)
SELECT
  CASE WHEN b.source = 'itu' THEN '' ELSE 'broadband_subscriptions' END AS indicator,
  b.ref_area, b.time_period, b.source, b.breakdown,
  CAST(round(b.rate, 2) AS VARCHAR) || ' per 100 of ' || CAST(CAST(p.persons AS BIGINT) AS VARCHAR) || ' is '
    || CAST(CAST(round(b.rate * p.persons / 100.0) AS BIGINT) AS VARCHAR) || ', the number is '
    || CAST(CAST(round(b.number) AS BIGINT) AS VARCHAR) AS detail
FROM population p
JOIN pairs b ON p.ref_area = b.ref_area AND p.time_period = b.time_period
WHERE p.sex = '_T' AND p.age = '_T' AND p.urbanisation = '_T'
  AND abs(b.rate * p.persons / 100.0 - b.number)
    > CASE WHEN b.source = 'itu' THEN 0.02 ELSE 0.05 END * b.number + 0.005 * p.persons / 100.0
ORDER BY b.ref_area, b.time_period, b.source, b.breakdown
