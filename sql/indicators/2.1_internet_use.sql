/*---
id = "2.1"
name = "internet_use"
title = "Individuals using the Internet"
unit = "PT"
rollup = "weighted_mean"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "population" }
datasets = [
  "itu/internet_use",
  "itu/internet_use_breakdowns",
  "itu/internet_use_regions",
  "itu/facts_and_figures",
  "unsd/sdg_global",
]
definition = "Share of individuals who used the Internet from any place and over any device in the last three months, as percent of all individuals (SDG 17.8.1)"
method = """
For each economy and year the figure of the ITU DataHub is taken; where the DataHub has none, that of the UN
SDG database, which ITU supplies. Groups are weighted by the mid-year population of the same sex, age band or
urban/rural area, in the same year.
Aggregates made by ITU or the UN are copied as `published`. Such a series comes whole from one edition: the
DataHub's, else the newest Facts and Figures, else the UN SDG database. Each edition re-estimates the past, so
two are never joined.
"""
caveats = """
The age scope of national surveys differs (all ages, 5+, 10+, 15-74 ..) and stands only in the note.
Totals and breakdowns come from two ITU databases with their own revision dates and may disagree.
ITU's aggregates contain estimates for every economy without data; ours only what is reported or, in
`imputed`, was reported within the window. One missing large country moves ours by points: read the coverage.
Facts and Figures prints whole numbers: no gaps are formed from them.
"""
owner = "Yardstick method group"
sources = [
  { title = "ITU DataHub, individuals using the Internet (11624)", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "ITU Facts and Figures", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, Measuring digital development: Facts and Figures, edition as in the note", url = "https://www.itu.int/itu-d/reports/statistics/" },
  { title = "UN SDG database, IT_USE_ii99 (17.8.1)", licence = "CC BY 3.0 IGO", citation = "United Nations Statistics Division, Global SDG Indicators Database", url = "https://unstats.un.org/sdgs/dataportal" },
  { title = "World Population Prospects 2024", licence = "CC BY 3.0 IGO", citation = "United Nations, Population Division, World Population Prospects 2024", url = "https://population.un.org/wpp/" },
]

[[target]]
id = "2.1"
title = "Universal use of the Internet by individuals"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2020
also = ["groups", "countries"]
note = "Universal is 100 percent; 95 percent and over counts as met, as ITU's dashboards do"

[[target]]
id = "2.1.urban"
title = "Universal use of the Internet in urban areas"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2020
urbanisation = "U"
also = ["groups", "countries"]
note = "The target read for the urban population"

[[target]]
id = "2.1.rural"
title = "Universal use of the Internet in rural areas"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2020
urbanisation = "R"
also = ["groups", "countries"]
note = "The target read for the rural population"

[[target]]
id = "2.1.published"
title = "Universal use of the Internet by individuals, from the baseline as published"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2020
baseline_value = 60.0
estimates = ["published"]
note = "World 2020 as printed in Facts and Figures, edition 2025; change it together with the edition"

[[target]]
id = "T1.2"
title = "70 percent of individuals worldwide using the Internet by 2023"
area = "WLD"
year = 2023
value = 70.0
direction = "up"
baseline_year = 2015
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"

[[target]]
id = "T2.3"
title = "60 percent of individuals in developing countries using the Internet by 2023"
area = "DEVELOPING"
year = 2023
value = 60.0
direction = "up"
baseline_year = 2015
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"

[[target]]
id = "T2.4"
title = "30 percent of individuals in the least developed countries using the Internet by 2023"
area = "LDC"
year = 2023
value = 30.0
direction = "up"
baseline_year = 2015
note = "The former plan states no baseline; 2015 is used for the pace. Membership decides here: read the mode in the manifest"
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
        WHEN o.series = 'individuals_using_internet_pct' THEN concat_ws(' ', 'b', o.note)
        WHEN o.dataset = 'internet_use_breakdowns' THEN 'c'
        ELSE 'd'
      END,
      o.dataset) AS edition,
    CASE
      WHEN g.group_code IS NULL THEN nullif(o.note, '')
      WHEN o.source = 'unsd'
      THEN concat_ws(', ', 'UN SDG database', nullif(o.note, ''), 'snapshot ' || substr(o.snapshot, 1, 12))
      WHEN o.series = 'individuals_using_internet_pct' THEN concat_ws(', ', 'Facts and Figures', nullif(o.note, ''))
      ELSE concat_ws(', ', 'ITU DataHub', nullif(o.note, ''), 'snapshot ' || substr(o.snapshot, 1, 12))
    END AS note
  FROM (SELECT DISTINCT group_code FROM groups) AS g
  RIGHT JOIN observations AS o ON g.group_code = o.ref_area
  WHERE ((o.source = 'itu' AND o.series IN ('11624', 'individuals_using_internet_pct'))
      OR (o.source = 'unsd' AND o.series = 'IT_USE_ii99'))
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
