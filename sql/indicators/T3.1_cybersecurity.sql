/*---
id = "T3.1"
name = "cybersecurity"
title = "Economies with key capabilities in cybersecurity"
unit = "PT"
rollup = "share_of_economies"
coverage = { base = "economies", min_members = 3 }
datasets = ["itu/cybersecurity"]
series = [
  { source = "itu", series = "cyber_strategy", breakdown = "STRATEGY" },
  { source = "itu", series = "national_cirt", breakdown = "CIRT" },
  { source = "itu", series = "cyber_legislation", breakdown = "LEGISLATION" },
]
definition = "Economies with a national cybersecurity strategy, with a national computer incident response team, and with legislation on cybersecurity"
method = """
Breakdown STRATEGY, CIRT, LEGISLATION, and ALL_THREE for the economies that have the three of them, among those
with an answer to each. A yes is `yes` or 1, a no is `no` or 0; any other answer is unknown and left out.
"""
caveats = "The Global Cybersecurity Index asks and verifies in its own way in each edition: a change between editions can be one of method. Presence is counted, not quality"
sources = ["itu/cybersecurity"]

[[target]]
id = "T3.1"
title = "Improved cybersecurity preparedness: strategy, response team and legislation by 2023"
year = 2023
value = 100.0
baseline_year = 2018
breakdown = "*"
also = ["groups"]
without_value = "the index's answers on strategy, response team and legislation are printed as country profiles only: type them (itu/cybersecurity)"
note = "The plan asks for improvement without a number; every country with the capability is the end point that its wording implies. Baseline 2018, an edition of the index"
---*/
SELECT ref_area, time_period, breakdown, answer AS value, 'YES_NO' AS unit, obs_status, note, source
FROM answers
UNION ALL
SELECT
  a.ref_area, a.time_period, 'ALL_THREE' AS breakdown, min(a.answer) AS value, 'YES_NO' AS unit,
  substr(max(s.severity), 2) AS obs_status, max(a.note) AS note, max(a.source) AS source
FROM answers AS a
JOIN status_order AS s USING (obs_status)
GROUP BY a.ref_area, a.time_period
HAVING count(*) = 3
