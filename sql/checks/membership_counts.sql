/*---
id = "membership_counts"
title = "Every group has the number of members it should have now"
test = 17
severity = "error"
warn_above = 0
fail_above = 0
---*/
WITH members AS (
  SELECT m.group_code, count(DISTINCT m.ref_area) AS members
  FROM current_year c
  CROSS JOIN membership m
  WHERE c."year" BETWEEN m.first_year AND m.last_year
  GROUP BY m.group_code
)
SELECT
  '' AS indicator, g.group_code AS ref_area,
  g.name || ' has ' || CAST(coalesce(m.members, 0) AS VARCHAR) || ' members, expected '
    || CAST(g.members_expected AS VARCHAR) AS detail
FROM groups g
LEFT JOIN members m ON m.group_code = g.group_code
WHERE coalesce(m.members, 0) <> g.members_expected
ORDER BY g.group_code
