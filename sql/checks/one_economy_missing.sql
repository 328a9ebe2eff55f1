/*---
id = "one_economy_missing"
title = "No value is shown without an economy of more than 5 % of its weight"
test = 13
severity = "info"
warn_above = 0
fail_above = 0
---*/
-- Golden case G06: the world of 2023 without India is 5 points too high. The note of the value names the economy.
-- Totals only, and not the small regions of M49, where one economy soon has 5 %; their notes say so all the same.
SELECT
  indicator, ref_area, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
  CAST(round(value, 2) AS VARCHAR) || ', ' || note AS detail
FROM indicator_values
WHERE estimate IN ('available', 'imputed') AND value IS NOT NULL AND note LIKE '% is missing: %'
  AND group_scheme <> 'm49' AND sex = '_T' AND age = '_T' AND urbanisation = '_T' AND disability = '_T'
ORDER BY indicator, ref_area, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate
