/*---
id = "silence_without_figures"
title = "What silence means something for has figures"
test = 16
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- `silence` of a header counts economies without a report, beside those with one. Of a breakdown that no economy reports,
-- because the name of it is mistyped or the provider renamed it, nobody is counted, and the other figures are those of
-- the reporters alone. Where the header's own series show it, `yardstick check` refuses it.
SELECT
  s.indicator,
  'silence means something for '
    || concat_ws(' ', nullif(s.sex, '_T'), nullif(s.age, '_T'), nullif(s.urbanisation, '_T'), nullif(s.disability, '_T'),
      nullif(s.education_level, '_T'), nullif(s.size_class, '_T'), nullif(s.breakdown, '_T'))
    || ', of which no economy has a figure: it counts for nothing' AS detail
FROM indicator_silence s
JOIN (
  SELECT v.indicator, max(CASE WHEN
      v.sex = s.sex AND v.age = s.age AND v.urbanisation = s.urbanisation AND v.disability = s.disability
      AND v.education_level = s.education_level AND v.size_class = s.size_class AND v.breakdown = s.breakdown
    THEN 1 ELSE 0 END) AS of_it
  FROM indicator_silence s
  JOIN indicator_values v ON v.indicator = s.indicator
  WHERE v.estimate = 'reported' AND v.value IS NOT NULL
  GROUP BY v.indicator
) AS f ON f.indicator = s.indicator
WHERE f.of_it = 0
ORDER BY s.indicator
