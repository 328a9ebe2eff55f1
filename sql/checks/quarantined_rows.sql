/*---
id = "quarantined_rows"
title = "No row was set aside for an unknown area or a repeated key"
test = 1
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- Rows that cannot be read at all are counted with their data set; areas that we do not cover are no defect.
SELECT
  '' AS indicator, source, dataset, reason,
  CAST("rows" AS VARCHAR) || ' rows set aside: '
    || CASE reason
      WHEN 'unknown_area' THEN 'the area is on none of our lists'
      ELSE 'the same key again, with another value'
    END AS detail
FROM quarantine_counts
WHERE reason IN ('unknown_area', 'duplicate_key') AND "rows" > 0
ORDER BY source, dataset, reason
