/*---
id = "settings_unmatched"
title = "Every word that a data set gives a meaning to is in its bodies"
test = 14
severity = "info"
warn_above = 0
fail_above = 0
---*/
-- Of columns in which every word has a meaning: the others may come again.
SELECT '' AS indicator, source, dataset, source || '/' || dataset || ': ' || note AS detail
FROM notes_of_data_sets
WHERE severity = 'info'
ORDER BY source, dataset, note
