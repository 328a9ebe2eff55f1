/*---
id = "2.5c"
name = "digital_skills_any"
title = "Individuals with at least one digital skill, lower bound"
unit = "PT"
rollup = "weighted_mean"
datasets = ["itu/ict_skills_activities", "itu/ict_skills_safety", "unesco/sdg_bulk", "unesco/data_api", "unsd/sdg_global"]
definition = "Largest share of individuals that any single type of skill reaches: the share with at least one skill cannot be lower"
method = """
The maximum over the types of skill that ict_skills reports for the economy, year and breakdown. The share with
at least one of them is not published; it lies between this maximum and 100. Groups are weighted by the
mid-year population of the same sex, age band or area. A row has the worst status of the skills compared (U, then E, then any other but A) and the notes of all:
an unreliable one might have been the largest, or might not.
"""
caveats = "A lower bound, and lower still where few activities were asked about: the note says of how many it is the maximum"
sources = ["itu/ict_skills_activities", "itu/ict_skills_safety", "unesco", "unsd", "population"]

[[target]]
id = "2.5.any"
title = "Majority of individuals with at least one digital skill"
year = 2030
more_than = 50.0
baseline_year = 2015
also = ["groups", "countries"]
note = "Majority is strictly more than 50 percent. Read on a lower bound: met is certain, not met is not"
---*/
WITH largest AS (
  SELECT
    k.ref_area, k.time_period, k.sex, k.age, k.urbanisation,
    max(k.value) AS value, substr(max(s.severity), 2) AS obs_status,
    concat_ws('; ',
      'largest of ' || CAST(count(*) AS VARCHAR) || ' types of skill',
      string_agg(DISTINCT nullif(k.note, ''), '; ' ORDER BY nullif(k.note, ''))
    ) AS note,
    min(k.source) AS source
  FROM indicators.ict_skills AS k
  JOIN status_order AS s USING (obs_status)
  WHERE k.estimate = 'reported' AND k.value IS NOT NULL
  GROUP BY k.ref_area, k.time_period, k.sex, k.age, k.urbanisation
)
SELECT
  l.ref_area, l.time_period, l.sex, l.age, l.urbanisation,
  l.value, p.persons AS weight, l.obs_status, l.note, l.source
FROM largest AS l
LEFT JOIN population AS p USING (ref_area, time_period, sex, age, urbanisation)
