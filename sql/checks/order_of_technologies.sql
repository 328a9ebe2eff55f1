/*---
id = "order_of_technologies"
title = "An older generation of networks covers at least as much as a newer one"
test = 10
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
Each generation means "or better": 5G <= 4G <= 3G <= 2G, with 0.5 points of
allowance. Each is compared with the nearest older one that has a figure. An
older network that fell by more than 5 points from its own height is taken as
switched off and not compared.
*/
WITH coverage AS (
  SELECT
    ref_area, time_period, urbanisation,
    max(CASE WHEN breakdown = '2G' THEN value END) AS g2,
    max(CASE WHEN breakdown = '3G' THEN value END) AS g3,
    max(CASE WHEN breakdown = '4G' THEN value END) AS g4,
    max(CASE WHEN breakdown = '5G' THEN value END) AS g5
  FROM indicator_values
  WHERE indicator = 'broadband_coverage' AND estimate = 'reported'
    AND sex = '_T' AND age = '_T' AND breakdown IN ('2G', '3G', '4G', '5G')
  GROUP BY ref_area, time_period, urbanisation
),
running AS (
  SELECT
    ref_area, time_period, urbanisation, g2, g3, g4, g5,
    max(g2) OVER (PARTITION BY ref_area, urbanisation ORDER BY time_period) AS most_2g,
    max(g3) OVER (PARTITION BY ref_area, urbanisation ORDER BY time_period) AS most_3g,
    max(g4) OVER (PARTITION BY ref_area, urbanisation ORDER BY time_period) AS most_4g
  FROM coverage
),
pairs AS (
  SELECT
    ref_area, time_period, urbanisation, '3G' AS newer, '2G' AS older,
    g3 AS newer_value, g2 AS older_value, most_2g AS most
  FROM running
  UNION ALL
  SELECT
    ref_area, time_period, urbanisation, '4G' AS newer, CASE WHEN g3 IS NULL THEN '2G' ELSE '3G' END AS older,
    g4 AS newer_value, coalesce(g3, g2) AS older_value, CASE WHEN g3 IS NULL THEN most_2g ELSE most_3g END AS most
  FROM running
  UNION ALL
  SELECT
    ref_area, time_period, urbanisation, '5G' AS newer,
    CASE WHEN g4 IS NOT NULL THEN '4G' WHEN g3 IS NOT NULL THEN '3G' ELSE '2G' END AS older,
    g5 AS newer_value, coalesce(g4, g3, g2) AS older_value,
    CASE WHEN g4 IS NOT NULL THEN most_4g WHEN g3 IS NOT NULL THEN most_3g ELSE most_2g END AS most
  FROM running
)
SELECT
  'broadband_coverage' AS indicator, ref_area, time_period, urbanisation, newer,
  newer || ' covers ' || CAST(round(newer_value, 2) AS VARCHAR) || ', ' || older || ' only '
    || CAST(round(older_value, 2) AS VARCHAR) AS detail
FROM pairs
WHERE newer_value > older_value + 0.5 AND older_value >= most - 5.0
ORDER BY ref_area, time_period, urbanisation, newer
