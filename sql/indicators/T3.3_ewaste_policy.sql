/*---
id = "T3.3"
name = "ewaste_policy"
title = "Economies with an e-waste policy, legislation or regulation"
unit = "PT"
rollup = "share_of_economies"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "economies", min_members = 3 }
datasets = ["itu/national_policies"]
definition = "Economies with a national policy, legislation or regulation on e-waste"
method = """
Two denominators. `_T`: the economies with an answer. ALL_MEMBERS: all 194 Member States of ITU, each with its
latest answer of the last five years; without one it counts as no. Rows that are not an answer of that very year
have status I and a note.
A yes is `yes` or 1, a no is `no` or 0; any other answer is unknown.
"""
caveats = """
Unknown is neither yes nor no: where many do not answer, `_T` is too high and ALL_MEMBERS too low, and the truth
lies between. Having a law says nothing about its enforcement.
"""
owner = "Yardstick method group"
sources = [
  { title = "Global E-waste Monitor, national legislation", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU and UNITAR, The Global E-waste Monitor, edition as in the note", url = "https://ewastemonitor.info" },
]

[[target]]
id = "T3.3"
title = "50 percent of countries with an e-waste policy, legislation or regulation by 2023"
area = "WLD"
year = 2023
value = 50.0
direction = "up"
baseline_year = 2015
note = "Of the economies with an answer. The former plan states no baseline; 2015 is used for the pace"

[[target]]
id = "T3.3.members"
title = "50 percent of countries with an e-waste policy, legislation or regulation by 2023, unknown counted as no"
area = "WLD"
year = 2023
value = 50.0
direction = "up"
baseline_year = 2015
breakdown = "ALL_MEMBERS"
note = "Of all Member States of ITU; a member without an answer counts as no"
---*/
WITH answers AS (
  SELECT
    o.ref_area, o.time_period, o.obs_status, nullif(o.note, '') AS note, o.source,
    CASE
      WHEN o.obs_value IN (0.0, 1.0) THEN o.obs_value
      WHEN lower(trim(o.obs_text)) IN ('yes', 'y', 'true', '1') THEN 1.0
      WHEN lower(trim(o.obs_text)) IN ('no', 'n', 'false', '0') THEN 0.0
    END AS answer
  FROM areas AS e
  JOIN observations AS o ON e.ref_area = o.ref_area
  WHERE o.source = 'itu' AND o.series = 'ewaste_policy'
),
known AS (
  SELECT ref_area, time_period, obs_status, note, source, answer
  FROM answers
  WHERE answer IS NOT NULL
),
-- 194 Member States: all with an ITU region but Hong Kong, Macao and the State of Palestine
members AS (
  SELECT DISTINCT ref_area
  FROM membership
  WHERE group_scheme = 'itu_region' AND ref_area NOT IN ('HKG', 'MAC', 'PSE')
),
latest AS (
  SELECT m.ref_area, y.time_period, max(k.time_period) AS answered
  FROM members AS m
  CROSS JOIN (SELECT DISTINCT time_period FROM known) AS y
  LEFT JOIN known AS k
    ON k.ref_area = m.ref_area AND k.time_period BETWEEN y.time_period - 5 AND y.time_period
  GROUP BY m.ref_area, y.time_period
)
SELECT
  k.ref_area, k.time_period, '_T' AS breakdown, k.answer AS value,
  'YES_NO' AS unit, k.obs_status, k.note, k.source
FROM known AS k
UNION ALL
SELECT
  l.ref_area, l.time_period, 'ALL_MEMBERS' AS breakdown, coalesce(k.answer, 0.0) AS value,
  'YES_NO' AS unit,
  CASE WHEN l.answered = l.time_period THEN k.obs_status ELSE 'I' END AS obs_status,
  CASE
    WHEN l.answered IS NULL THEN 'no answer in five years: counted as no'
    WHEN l.answered < l.time_period THEN 'answer of ' || CAST(l.answered AS VARCHAR)
    ELSE k.note
  END AS note,
  'itu' AS source
FROM latest AS l
LEFT JOIN known AS k ON k.ref_area = l.ref_area AND k.time_period = l.answered
