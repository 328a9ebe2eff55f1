/*---
id = "mirror_internet_use"
title = "Internet use is the same at ITU and at the UN"
test = 18
severity = "info"
warn_above = 0
fail_above = 0
---*/
-- ITU supplies both. A difference of more than one point is a revision that the UN does not have yet, or a mistake.
WITH pairs AS (
  SELECT
    ref_area, time_period,
    max(CASE WHEN source = 'itu' THEN obs_value END) AS itu,
    max(CASE WHEN source = 'unsd' THEN obs_value END) AS un
  FROM observations
  WHERE ((source = 'itu' AND series = '11624') OR (source = 'unsd' AND series = 'IT_USE_ii99'))
    AND obs_value IS NOT NULL
    AND sex = '_T' AND age = '_T' AND urbanisation = '_T' AND disability = '_T'
    AND education_level = '_T' AND breakdown = '_T'
  GROUP BY ref_area, time_period
)
SELECT
  'internet_use' AS indicator, ref_area, time_period,
  'ITU ' || CAST(round(itu, 2) AS VARCHAR) || ', UN SDG database ' || CAST(round(un, 2) AS VARCHAR) AS detail
FROM pairs
WHERE abs(itu - un) > 1.0
ORDER BY ref_area, time_period
