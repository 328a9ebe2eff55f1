/*---
id = "row_counts"
title = "A data set has about as many rows as in the release before"
test = 15
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- Within 10 %. Under half of it is an error: see data_set_collapsed.
SELECT
  '' AS indicator, source, dataset,
  CAST(observations AS VARCHAR) || ' observations, ' || CAST(previous_observations AS VARCHAR) || ' in the release before ('
    || CAST(round(100.0 * (CAST(observations AS DOUBLE) / CAST(previous_observations AS DOUBLE) - 1.0), 1) AS VARCHAR)
    || ' %)' AS detail
FROM data_sets
WHERE previous_observations > 0
  AND abs(observations - previous_observations) > 0.1 * CAST(previous_observations AS DOUBLE)
ORDER BY source, dataset
