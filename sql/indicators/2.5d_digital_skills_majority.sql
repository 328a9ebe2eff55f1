/*---
id = "2.5d"
name = "digital_skills_majority"
title = "Economies in which the majority has the digital skill"
unit = "PT"
rollup = "share_of_economies"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "economies", min_members = 3 }
datasets = ["itu/ict_skills_activities", "itu/ict_skills_safety", "unesco/sdg_bulk", "unesco/data_api", "unsd/sdg_global"]
definition = "Economies in which strictly more than half of individuals have the skill, as percent of the economies with a figure"
method = """
One breakdown for each type of skill, from ict_skills, and `_T` for at least one skill, from the lower bound of
digital_skills_any. Exactly half is no majority.
"""
caveats = "A share of economies, not of people, among the few that report; `_T` understates, since it rests on a lower bound"
owner = "Yardstick method group"
sources = [
  { title = "ITU DataHub, individuals with ICT skills, by activity", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "UIS data, ICTSKILL series (4.4.1)", licence = "CC BY-SA 3.0 IGO", citation = "UNESCO Institute for Statistics, SDG 4 bulk data and UIS Data API, release as in the manifest", url = "https://databrowser.uis.unesco.org" },
  { title = "UN SDG database, SE_ADT_ACTS (4.4.1)", licence = "CC BY 3.0 IGO", citation = "United Nations Statistics Division, Global SDG Indicators Database", url = "https://unstats.un.org/sdgs/dataportal" },
]

[[target]]
id = "2.5.economies"
title = "Majority of individuals with digital skills in every economy"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2015
breakdown = "*"
also = ["groups"]
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
