/*---
id = "2.2b"
name = "mobile_ownership"
title = "Individuals who own a mobile telephone"
unit = "PT"
rollup = "weighted_mean"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "population" }
datasets = ["itu/mobile_ownership", "itu/facts_and_figures", "unsd/sdg_global"]
definition = "Share of individuals with a mobile telephone of their own, with at least one active SIM for personal use, as percent of all individuals (SDG 5.b.1)"
method = """
For each economy and year the figure of the ITU DataHub is taken; where it has none, that of the UN SDG
database. Groups are weighted by the mid-year population of the same sex, age band or area.
Aggregates of ITU or the UN are copied as `published`, each series whole from one edition.
"""
caveats = """
Most surveys ask from a minimum age on, ITU's own aggregates are for ages 10 and over; the weight is the whole
population of each sex all the same, since the scope stands only in the note.
Surveys are years apart: `available` rests on few economies in any one year.
"""
owner = "Yardstick method group"
sources = [
  { title = "ITU DataHub, individuals who own a mobile telephone (28027)", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "ITU Facts and Figures", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, Measuring digital development: Facts and Figures, edition as in the note", url = "https://www.itu.int/itu-d/reports/statistics/" },
  { title = "UN SDG database, IT_MOB_OWN (5.b.1)", licence = "CC BY 3.0 IGO", citation = "United Nations Statistics Division, Global SDG Indicators Database", url = "https://unstats.un.org/sdgs/dataportal" },
  { title = "World Population Prospects 2024", licence = "CC BY 3.0 IGO", citation = "United Nations, Population Division, World Population Prospects 2024", url = "https://population.un.org/wpp/" },
]
---*/
WITH offered AS (
  SELECT
    o.ref_area, o.time_period, o.sex, o.age, o.urbanisation, o.disability,
    o.obs_value, o.obs_status, o.source,
    -- economies choose year by year, a group's series comes whole from one edition
    CASE WHEN g.group_code IS NULL THEN o.time_period ELSE 0 END AS chosen_for,
    -- sorts: the last in the alphabet is the best
    concat_ws(' ',
      CASE
        WHEN o.source = 'unsd' THEN 'a'
        WHEN o.series = 'individuals_owning_mobile_phone_pct' THEN concat_ws(' ', 'b', o.note)
        ELSE 'c'
      END,
      o.dataset) AS edition,
    CASE
      WHEN g.group_code IS NULL THEN nullif(o.note, '')
      WHEN o.source = 'unsd'
      THEN concat_ws(', ', 'UN SDG database', nullif(o.note, ''), 'snapshot ' || substr(o.snapshot, 1, 12))
      WHEN o.series = 'individuals_owning_mobile_phone_pct' THEN concat_ws(', ', 'Facts and Figures', nullif(o.note, ''))
      ELSE concat_ws(', ', 'ITU DataHub', nullif(o.note, ''), 'snapshot ' || substr(o.snapshot, 1, 12))
    END AS note
  FROM (SELECT DISTINCT group_code FROM groups) AS g
  RIGHT JOIN observations AS o ON g.group_code = o.ref_area
  WHERE ((o.source = 'itu' AND o.series IN ('28027', 'individuals_owning_mobile_phone_pct'))
      OR (o.source = 'unsd' AND o.series = 'IT_MOB_OWN'))
    AND o.obs_value IS NOT NULL
    AND o.education_level = '_T' AND o.size_class = '_T' AND o.breakdown = '_T'
    -- urban/rural has no population by sex or age, so those crosses have no weight
    AND (o.urbanisation = '_T' OR (o.sex = '_T' AND o.age = '_T'))
),
compared AS (
  SELECT
    ref_area, time_period, sex, age, urbanisation, disability, obs_value, obs_status, source, note, edition,
    max(edition) OVER (PARTITION BY ref_area, chosen_for, sex, age, urbanisation, disability) AS best_edition
  FROM offered
)
SELECT
  c.ref_area, c.time_period, c.sex, c.age, c.urbanisation, c.disability,
  c.obs_value AS value, p.persons AS weight, c.obs_status, c.note, c.source
FROM population AS p
RIGHT JOIN compared AS c
  ON p.ref_area = c.ref_area AND p.time_period = c.time_period
  AND p.sex = c.sex AND p.age = c.age AND p.urbanisation = c.urbanisation AND c.disability = '_T'
WHERE c.edition = c.best_edition
