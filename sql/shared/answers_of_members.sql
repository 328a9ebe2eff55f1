/*
Shares of economies with a yes, by two denominators, from `answers`:

_T           the economies with an answer
ALL_MEMBERS  all Member States of ITU: one without an answer counts as no in
             the result, and in the coverage as not observed (coverage 0)

An economy that is no Member State is not asked for ALL_MEMBERS: status M.
*/
WITH asked AS (
  SELECT e.ref_area, y.time_period, e.is_member
  FROM itu_members AS e
  CROSS JOIN (SELECT DISTINCT time_period FROM answers) AS y
)
SELECT
  ref_area, time_period, '_T' AS breakdown, answer AS value, 'YES_NO' AS unit,
  obs_status, note, source, CAST(NULL AS DOUBLE) AS coverage
FROM answers
UNION ALL
SELECT
  q.ref_area, q.time_period, 'ALL_MEMBERS' AS breakdown,
  CASE WHEN q.is_member THEN coalesce(k.answer, 0.0) END AS value, 'YES_NO' AS unit,
  CASE WHEN NOT q.is_member THEN 'M' WHEN k.answer IS NULL THEN 'I' ELSE k.obs_status END AS obs_status,
  CASE WHEN k.answer IS NULL THEN 'no answer: counted as no' ELSE k.note END AS note, k.source,
  CASE WHEN k.answer IS NULL THEN 0.0 END AS coverage
FROM asked AS q
LEFT JOIN answers AS k ON q.ref_area = k.ref_area AND q.time_period = k.time_period
