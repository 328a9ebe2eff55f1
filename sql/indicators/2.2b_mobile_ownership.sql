/*---
id = "2.2b"
name = "mobile_ownership"
title = "Individuals who own a mobile telephone"
unit = "PT"
rollup = "weighted_mean"
datasets = ["itu/mobile_ownership", "itu/facts_and_figures", "unsd/sdg_global", "unsd_gender/mobile_by_sex"]
series = [
  { source = "itu", series = "28027" },
  { source = "itu", series = "individuals_owning_mobile_phone_pct", publication = "Facts and Figures" },
  { source = "unsd", series = "IT_MOB_OWN" },
  { source = "unsd_gender", series = "I.18" },
]
definition = "Share of individuals with a mobile telephone of their own, with at least one active SIM for personal use, as percent of all individuals (SDG 5.b.1)"
method = """
For each economy, year and breakdown the figure of the ITU DataHub is taken; where it has none, that of the UN SDG
database, and then that of the UN's gender set. Groups are weighted by the mid-year population of the same sex, age band or area.
Aggregates of ITU or the UN are copied as `published`, each series whole from one edition.
"""
caveats = """
Most surveys ask from a minimum age on, ITU's own aggregates are for ages 10 and over; the weight is the whole
population of each sex all the same, since the scope stands only in the note.
Surveys are years apart: `available` rests on few economies in any one year.
"""
sources = ["itu/mobile_ownership", "itu/facts_and_figures", "unsd", "unsd_gender", "population"]
---*/
-- the population is of all people, with and without disabilities
SELECT
  c.ref_area, c.time_period, c.sex, c.age, c.urbanisation, c.disability,
  c.value, CASE WHEN c.disability = '_T' THEN p.persons END AS weight, c.obs_status, c.note, c.source
FROM chosen AS c
LEFT JOIN population AS p USING (ref_area, time_period, sex, age, urbanisation)
WHERE c.education_level = '_T' AND c.size_class = '_T' AND c.breakdown = '_T'
  -- urban/rural has no population by sex or age, so those crosses have no weight
  AND (c.urbanisation = '_T' OR (c.sex = '_T' AND c.age = '_T'))
