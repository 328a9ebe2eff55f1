/*---
id = "notes_of_reading"
title = "Reading the bodies left nothing to say"
test = 14
severity = "warning"
warn_above = 0
fail_above = 0
---*/
-- Unknown areas, words of a map that no row has while rows have others, figures in two units, and the like.
SELECT '' AS indicator, source, dataset, source || '/' || dataset || ': ' || note AS detail
FROM notes_of_data_sets
WHERE severity = 'warning'
ORDER BY source, dataset, note
