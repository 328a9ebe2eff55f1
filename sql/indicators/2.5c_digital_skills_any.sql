/*---
id = "2.5c"
name = "digital_skills_any"
title = "Individuals with at least one digital skill, lower bound"
unit = "PT"
rollup = "weighted_mean"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "population" }
datasets = ["itu/ict_skills_activities", "itu/ict_skills_safety", "unesco/sdg_bulk", "unesco/data_api", "unsd/sdg_global"]
definition = "Largest share of individuals that any single type of skill reaches: the share with at least one skill cannot be lower"
method = """
The maximum over the types of skill that ict_skills reports for the economy, year and breakdown. The share with
at least one of them is not published; it lies between this maximum and 100. Groups are weighted by the
mid-year population of the same sex, age band or area. A row has the worst status of the skills compared (U, then E, then any other but A) and the notes of all:
an unreliable one might have been the largest, or might not.
"""
caveats = "A lower bound, and lower still where few activities were asked about: the note says of how many it is the maximum"
owner = "Yardstick method group"
sources = [
  { title = "ITU DataHub, individuals with ICT skills, by activity", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "UIS data, ICTSKILL series (4.4.1)", licence = "CC BY-SA 3.0 IGO", citation = "UNESCO Institute for Statistics, SDG 4 bulk data and UIS Data API, release as in the manifest", url = "https://databrowser.uis.unesco.org" },
  { title = "UN SDG database, SE_ADT_ACTS (4.4.1)", licence = "CC BY 3.0 IGO", citation = "United Nations Statistics Division, Global SDG Indicators Database", url = "https://unstats.un.org/sdgs/dataportal" },
  { title = "World Population Prospects 2024", licence = "CC BY 3.0 IGO", citation = "United Nations, Population Division, World Population Prospects 2024", url = "https://population.un.org/wpp/" },
]

[[target]]
id = "2.5.any"
title = "Majority of individuals with at least one digital skill"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2015
also = ["groups", "countries"]
note = "Majority is strictly more than 50 percent. Read on a lower bound: met is certain, not met is not"
---*/
WITH largest AS (
  SELECT
    s.ref_area, s.time_period, s.sex, s.age, s.urbanisation,
    max(s.value) AS value,
    -- sorts: the last in the alphabet is the worst
    substr(max(CASE s.obs_status
      WHEN 'U' THEN '3U'
      WHEN 'E' THEN '2E'
      WHEN 'A' THEN '0A'
      ELSE '1' || s.obs_status
    END), 2) AS obs_status,
    concat_ws('; ',
      'largest of ' || CAST(count(*) AS VARCHAR) || ' types of skill',
      string_agg(DISTINCT nullif(s.note, ''), '; ' ORDER BY nullif(s.note, ''))
    ) AS note,
    min(s.source) AS source
  FROM indicators.ict_skills AS s
  WHERE s.estimate = 'reported' AND s.value IS NOT NULL
  GROUP BY s.ref_area, s.time_period, s.sex, s.age, s.urbanisation
)
SELECT
  l.ref_area, l.time_period, l.sex, l.age, l.urbanisation,
  l.value, p.persons AS weight, l.obs_status, l.note, l.source
FROM population AS p
RIGHT JOIN largest AS l
  ON p.ref_area = l.ref_area AND p.time_period = l.time_period
  AND p.sex = l.sex AND p.age = l.age AND p.urbanisation = l.urbanisation
