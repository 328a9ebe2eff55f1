/*---
id = "corrections_outdated"
title = "Corrections still find what they correct"
test = 14
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- The guard of a correction fails once the provider has changed the figure: the correction can go, or needs a look.
SELECT
  '' AS indicator, id, source, dataset,
  CAST(guard_failed AS VARCHAR) || ' rows are not as expected any more, ' || CAST(applied AS VARCHAR) || ' corrected'
    || coalesce(': ' || reason, '') AS detail
FROM corrections_applied
WHERE guard_failed > 0
ORDER BY id, source, dataset
