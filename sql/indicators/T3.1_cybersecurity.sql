/*---
id = "T3.1"
name = "cybersecurity"
title = "Economies with key capabilities in cybersecurity"
unit = "PT"
rollup = "share_of_economies"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "economies", min_members = 3 }
datasets = ["itu/cybersecurity"]
definition = "Economies with a national cybersecurity strategy, with a national computer incident response team, and with legislation on cybersecurity"
method = """
Breakdown STRATEGY, CIRT, LEGISLATION, and ALL_THREE for the economies that have the three of them, among those
with an answer to each. A yes is `yes` or 1, a no is `no` or 0; any other answer is unknown and left out.
"""
caveats = "The Global Cybersecurity Index asks and verifies in its own way in each edition: a change between editions can be one of method. Presence is counted, not quality"
owner = "Yardstick method group"
sources = [
  { title = "Global Cybersecurity Index", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, Global Cybersecurity Index, edition as in the note", url = "https://www.itu.int/gci" },
]

[[target]]
id = "T3.1"
title = "Improved cybersecurity preparedness: strategy, response team and legislation by 2023"
area = "WLD"
year = 2023
value = 100.0
direction = "up"
baseline_year = 2018
breakdown = "*"
also = ["groups"]
note = "The plan asks for improvement without a number; every country with the capability is the end point that its wording implies. Baseline 2018, an edition of the index"
---*/
WITH answers AS (
  SELECT
    o.ref_area, o.time_period, o.obs_status, nullif(o.note, '') AS note, o.source,
    CASE o.series
      WHEN 'cyber_strategy' THEN 'STRATEGY'
      WHEN 'national_cirt' THEN 'CIRT'
      ELSE 'LEGISLATION'
    END AS breakdown,
    CASE
      WHEN o.obs_value IN (0.0, 1.0) THEN o.obs_value
      WHEN lower(trim(o.obs_text)) IN ('yes', 'y', 'true', '1') THEN 1.0
      WHEN lower(trim(o.obs_text)) IN ('no', 'n', 'false', '0') THEN 0.0
    END AS answer
  FROM areas AS e
  JOIN observations AS o ON e.ref_area = o.ref_area
  WHERE o.source = 'itu' AND o.series IN ('cyber_strategy', 'national_cirt', 'cyber_legislation')
)
SELECT
  ref_area, time_period, breakdown, answer AS value, 'YES_NO' AS unit, obs_status, note, source
FROM answers
WHERE answer IS NOT NULL
UNION ALL
SELECT
  ref_area, time_period, 'ALL_THREE' AS breakdown, min(answer) AS value, 'YES_NO' AS unit,
  max(obs_status) AS obs_status, max(note) AS note, max(source) AS source
FROM answers
WHERE answer IS NOT NULL
GROUP BY ref_area, time_period
HAVING count(*) = 3
