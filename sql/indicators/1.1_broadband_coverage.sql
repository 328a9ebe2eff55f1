/*---
id = "1.1"
name = "broadband_coverage"
title = "Population covered by a mobile network, by technology"
unit = "PT"
rollup = "weighted_mean"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "population" }
datasets = ["itu/network_coverage", "itu/facts_and_figures", "unsd/sdg_global"]
definition = "Share of inhabitants living within range of a mobile signal of at least the given generation, whether or not they subscribe (SDG 9.c.1)"
method = """
Breakdown `3G` means 3G or better, `4G` LTE/WiMAX or better, and so on: the generations are cumulative. ITU
counts 3G and above as mobile broadband, so `3G` is the reading of "broadband services".
For each economy and year the DataHub is taken; where it has none, the UN SDG database. Groups are weighted by
mid-year population. Aggregates of ITU or the UN are copied as `published`, each series whole from one edition:
DataHub, else the newest Facts and Figures, else the UN SDG database.
"""
caveats = """
Fixed networks are not counted. Coverage is reported by operators and says nothing about price or speed.
Where an older generation is switched off, its own figure may fall although "or better" does not.
Rural coverage is usually derived, with towns taken as fully covered, and is no independent observation.
"""
owner = "Yardstick method group"
sources = [
  { title = "ITU DataHub, population covered by a mobile network (194, 430, 19306, 34236)", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "ITU Facts and Figures", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, Measuring digital development: Facts and Figures, edition as in the note", url = "https://www.itu.int/itu-d/reports/statistics/" },
  { title = "UN SDG database, IT_MOB_2GNTWK, IT_MOB_3GNTWK, IT_MOB_4GNTWK (9.c.1)", licence = "CC BY 3.0 IGO", citation = "United Nations Statistics Division, Global SDG Indicators Database", url = "https://unstats.un.org/sdgs/dataportal" },
  { title = "World Population Prospects 2024", licence = "CC BY 3.0 IGO", citation = "United Nations, Population Division, World Population Prospects 2024", url = "https://population.un.org/wpp/" },
]

[[target]]
id = "1.1"
title = "Universal broadband coverage"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2020
breakdown = "3G"
also = ["groups", "countries"]
note = "Broadband read as 3G or better, as ITU counts it; universal is 100 percent, and 95 counts as met"

[[target]]
id = "1.1.4g"
title = "Universal 4G coverage"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2020
breakdown = "4G"
also = ["groups", "countries"]
note = "A stricter reading of the same target: 4G or better"

[[target]]
id = "T2.7"
title = "96 percent of the world population covered by broadband services by 2023"
area = "WLD"
year = 2023
value = 96.0
direction = "up"
baseline_year = 2015
breakdown = "3G"
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"
---*/
WITH offered AS (
  SELECT
    o.ref_area, o.time_period, o.urbanisation, o.obs_value, o.obs_status, o.source,
    CASE
      WHEN o.series IN ('194', 'IT_MOB_2GNTWK') THEN '2G'
      WHEN o.series IN ('430', 'IT_MOB_3GNTWK') THEN '3G'
      WHEN o.series IN ('19306', 'IT_MOB_4GNTWK') THEN '4G'
      WHEN o.series = '34236' THEN '5G'
      ELSE o.breakdown
    END AS breakdown,
    -- economies choose year by year, a group's series comes whole from one edition
    CASE WHEN g.group_code IS NULL THEN o.time_period ELSE 0 END AS chosen_for,
    -- sorts: the last in the alphabet is the best
    concat_ws(' ',
      CASE
        WHEN o.source = 'unsd' THEN 'a'
        WHEN o.series = 'population_covered_pct' THEN concat_ws(' ', 'b', o.note)
        ELSE 'c'
      END,
      o.dataset) AS edition,
    CASE
      WHEN g.group_code IS NULL THEN nullif(o.note, '')
      WHEN o.source = 'unsd'
      THEN concat_ws(', ', 'UN SDG database', nullif(o.note, ''), 'snapshot ' || substr(o.snapshot, 1, 12))
      WHEN o.series = 'population_covered_pct' THEN concat_ws(', ', 'Facts and Figures', nullif(o.note, ''))
      ELSE concat_ws(', ', 'ITU DataHub', nullif(o.note, ''), 'snapshot ' || substr(o.snapshot, 1, 12))
    END AS note
  FROM (SELECT DISTINCT group_code FROM groups) AS g
  RIGHT JOIN observations AS o ON g.group_code = o.ref_area
  WHERE ((o.source = 'itu' AND o.series IN ('194', '430', '19306', '34236', 'population_covered_pct'))
      OR (o.source = 'unsd' AND o.series IN ('IT_MOB_2GNTWK', 'IT_MOB_3GNTWK', 'IT_MOB_4GNTWK')))
    AND o.obs_value IS NOT NULL
    AND o.sex = '_T' AND o.age = '_T' AND o.disability = '_T'
    AND (o.breakdown = '_T' OR o.series = 'population_covered_pct')
),
compared AS (
  SELECT
    ref_area, time_period, urbanisation, breakdown, obs_value, obs_status, source, note, edition,
    max(edition) OVER (PARTITION BY ref_area, chosen_for, urbanisation, breakdown) AS best_edition
  FROM offered
)
SELECT
  c.ref_area, c.time_period, c.urbanisation, c.breakdown,
  c.obs_value AS value, p.persons AS weight, c.obs_status, c.note, c.source
FROM population AS p
RIGHT JOIN compared AS c
  ON p.ref_area = c.ref_area AND p.time_period = c.time_period
  AND p.urbanisation = c.urbanisation AND p.sex = '_T' AND p.age = '_T'
WHERE c.edition = c.best_edition
