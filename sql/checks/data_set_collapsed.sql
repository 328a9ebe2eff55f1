/*---
id = "data_set_collapsed"
title = "No new pull has lost more than half of its rows"
test = 15
severity = "error"
warn_above = 0
fail_above = 0
---*/
-- Much smaller than the last one is a broken export, not new data.
SELECT
  '' AS indicator, source, dataset,
  CAST(observations AS VARCHAR) || ' observations, ' || CAST(previous_observations AS VARCHAR) || ' at the last pull'
    AS detail
FROM data_sets
WHERE status = 'new' AND 2 * observations < previous_observations
ORDER BY source, dataset
