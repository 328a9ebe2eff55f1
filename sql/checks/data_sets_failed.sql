/*---
id = "data_sets_failed"
title = "Every data set could be pulled"
test = 15
severity = "warning"
warn_above = 0
fail_above = 0
---*/
SELECT
  '' AS indicator, source, dataset,
  'the pull failed, '
    || CASE
      WHEN observations > 0
      THEN 'the last snapshot is used' || coalesce(', ' || CAST(age_days AS VARCHAR) || ' days old', '')
      ELSE 'and there is no snapshot to fall back on'
    END AS detail
FROM data_sets
WHERE status = 'failed'
ORDER BY source, dataset
