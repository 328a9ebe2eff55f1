/*---
id = "columns_changed"
title = "Bodies have the columns that they had in the release before"
test = 14
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- A column under a new name was perhaps not read, or made a breakdown of a total. Names with a year are not compared.
SELECT
  '' AS indicator, source, dataset, name,
  CASE WHEN now THEN 'a new column: ' ELSE 'a column is gone: ' END || name AS detail
FROM columns_of_bodies
WHERE was <> now
ORDER BY source, dataset, name
