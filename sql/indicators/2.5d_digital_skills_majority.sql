/*---
id = "2.5d"
name = "digital_skills_majority"
title = "Economies in which the majority has the digital skill"
unit = "PT"
rollup = "share_of_economies"
coverage = { base = "economies", min_members = 3 }
datasets = ["itu/ict_skills_activities", "itu/ict_skills_safety", "unesco/sdg_bulk", "unesco/data_api", "unsd/sdg_global"]
definition = "Economies in which strictly more than half of individuals have the skill, as percent of the economies with a figure"
method = """
One breakdown for each type of skill, from ict_skills, and `_T` for at least one skill, from the lower bound of
digital_skills_any. Exactly half is no majority.
"""
caveats = "A share of economies, not of people, among the few that report; `_T` understates, since it rests on a lower bound"
sources = ["itu/ict_skills_activities", "itu/ict_skills_safety", "unesco", "unsd"]

[[target]]
id = "2.5.economies"
title = "Majority of individuals with digital skills in every economy"
year = 2030
value = 100.0
met_at = 95.0
baseline_year = 2015
breakdown = "*"
also = ["groups"]
without_value = "at most {observed} % of the weight is observed, half is needed: take newer downloads of `Individuals with ICT skills` with all breakdowns (itu/ict_skills_activities, itu/ict_skills_safety)"
note = "The target read economy by economy: a majority in each; 95 percent of economies and over counts as met"
---*/
WITH shares AS (
  SELECT ref_area, time_period, sex, age, urbanisation, breakdown, value, obs_status, note, source
  FROM indicators.ict_skills
  WHERE estimate = 'reported'
  UNION ALL
  SELECT ref_area, time_period, sex, age, urbanisation, breakdown, value, obs_status, note, source
  FROM indicators.digital_skills_any
  WHERE estimate = 'reported'
)
SELECT
  ref_area, time_period, sex, age, urbanisation, breakdown,
  CASE WHEN value > 50.0 THEN 1.0 ELSE 0.0 END AS value,
  'YES_NO' AS unit, obs_status, note, source
FROM shares
WHERE value IS NOT NULL
