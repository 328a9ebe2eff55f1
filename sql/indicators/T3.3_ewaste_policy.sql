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
Two denominators. `_T`: the economies with an answer. ALL_MEMBERS: all 194 Member States of ITU, where a
member without an answer counts as no, but in the coverage as not observed. `imputed` takes the latest answer of
the last five years.
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
also = ["groups"]
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
also = ["groups"]
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
asked AS (
  SELECT e.ref_area, y.time_period, m.ref_area IS NOT NULL AS is_member
  FROM areas AS e
  CROSS JOIN (SELECT DISTINCT time_period FROM known) AS y
  LEFT JOIN members AS m ON m.ref_area = e.ref_area
)
SELECT
  ref_area, time_period, '_T' AS breakdown, answer AS value,
  'YES_NO' AS unit, obs_status, note, source, NULL AS coverage
FROM known
UNION ALL
SELECT
  a.ref_area, a.time_period, 'ALL_MEMBERS' AS breakdown,
  CASE WHEN a.is_member THEN coalesce(k.answer, 0.0) END AS value,
  'YES_NO' AS unit,
  CASE WHEN NOT a.is_member THEN 'M' WHEN k.answer IS NULL THEN 'I' ELSE k.obs_status END AS obs_status,
  CASE WHEN k.answer IS NULL THEN 'no answer: counted as no' ELSE k.note END AS note,
  k.source,
  -- 0: assumed, not observed
  CASE WHEN k.answer IS NULL THEN 0.0 END AS coverage
FROM asked AS a
LEFT JOIN known AS k ON k.ref_area = a.ref_area AND k.time_period = a.time_period
