/*---
id = "data_sets_missing"
title = "Every data set has been pulled at least once"
test = 15
severity = "info"
warn_above = 0
fail_above = 0
---*/
SELECT '' AS indicator, source, dataset, 'never pulled: indicators do without it' AS detail
FROM data_sets
WHERE status = 'missing'
ORDER BY source, dataset
