/*---
id = "data_set_collapsed"
title = "No data set has lost more than half of its rows"
test = 15
severity = "error"
warn_above = 0
fail_above = 0
---*/
-- Much smaller than in the release before is a broken export, not new data.
SELECT
  '' AS indicator, source, dataset,
  CAST(observations AS VARCHAR) || ' observations, ' || CAST(previous_observations AS VARCHAR) || ' in the release before'
    AS detail
FROM data_sets
WHERE renewed AND 2 * observations < previous_observations
ORDER BY source, dataset
