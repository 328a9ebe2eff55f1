/*---
id = "lists_due"
title = "No list of members is out of date"
test = 17
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- The World Bank classifies each 1 July, the United Nations decide who is least developed by a date known before.
-- Which list is in force, and when the next one is due, are rows of pipelines/reference/group_lists.csv.
SELECT
  '' AS indicator, g.group_code AS ref_area,
  g.name || ': the next list was due on ' || g.next_due || ', in use is ' || coalesce(g.vintage, 'one without a name')
    || '; see pipelines/reference/group_lists.csv' AS detail
FROM today t
CROSS JOIN groups g
WHERE g.next_due <= t.day
ORDER BY g.group_code
