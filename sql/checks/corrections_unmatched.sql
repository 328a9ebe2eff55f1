/*---
id = "corrections_unmatched"
title = "Corrections find a row to correct"
test = 14
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- Of the data at hand. A row that is found and is no longer as expected is told by corrections_outdated.
SELECT
  '' AS indicator, id, place,
  place || ': correction ' || id || ' finds no row: see its series, ref_area and time_period' AS detail
FROM corrections_known
WHERE at_hand AND rows_found = 0
ORDER BY place, id
