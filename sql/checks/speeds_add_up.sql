/*---
id = "speeds_add_up"
title = "Subscriptions by speed add up to the total"
test = 7
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
Fixed broadband at 256 kbit/s to 2 Mbit/s, 2 to 10 Mbit/s, and 10 Mbit/s and
more: within 5 % of all subscriptions. With a band missing, only a sum that is
too large is wrong. 5 %, not 1 %: providers date bands and totals differently.

Methodology note, section 4: Australia 2016 has bands of nearly twice the total.
*/
WITH counts AS (
  SELECT
    source, ref_area, time_period,
    max(CASE WHEN series = '19257' OR breakdown = 'ANYS' THEN obs_value END) AS total,
    sum(CASE WHEN series <> '19257' AND breakdown <> 'ANYS' THEN obs_value ELSE 0.0 END) AS bands,
    sum(CASE WHEN series <> '19257' AND breakdown <> 'ANYS' THEN 1 ELSE 0 END) AS known
  FROM observations
  WHERE obs_value IS NOT NULL
    AND ((source = 'unsd' AND series = 'IT_NET_BBN'
        AND breakdown IN ('ANYS', '10MBPS', '2MT10MBPS', '256KT2MBPS'))
      OR (source = 'itu' AND series IN ('19257', '11626', '11627', '11628') AND breakdown = '_T'))
  GROUP BY source, ref_area, time_period
)
SELECT
  'fast_broadband' AS indicator, ref_area, time_period, source,
  CAST(known AS VARCHAR) || ' of 3 speeds add up to ' || CAST(CAST(round(bands) AS BIGINT) AS VARCHAR) || ', the total is '
    || CAST(CAST(round(total) AS BIGINT) AS VARCHAR)
    || coalesce(' (' || CAST(round(100.0 * (bands / nullif(total, 0.0) - 1.0), 1) AS VARCHAR) || ' %)', '') AS detail
FROM counts
WHERE bands > 1.05 * total OR (known = 3 AND bands < 0.95 * total)
ORDER BY ref_area, time_period, source
