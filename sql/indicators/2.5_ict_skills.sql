/*---
id = "2.5"
name = "ict_skills"
title = "Youth and adults with ICT skills, by type of skill"
unit = "PT"
rollup = "weighted_mean"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "population" }
datasets = ["itu/ict_skills_activities", "itu/ict_skills_safety", "unesco/sdg_bulk", "unesco/data_api", "unsd/sdg_global"]
definition = "Share of individuals who carried out the given computer-related activity in the last three months, as percent of all individuals (SDG 4.4.1)"
method = """
The breakdown is the type of skill, in the codes of the UN SDG database:
CMFL copy or move a file, COPA copy and paste, EMAIL send messages with attachments, ARSP spreadsheet
arithmetic, INST connect new devices, SOFT find and install software, EPRS presentations, TRAF transfer files,
PCPR program; and of our own SCRTY set up security measures, PRVCY change privacy settings, VRFY verify
information found online.
For each economy, year and breakdown ITU, the custodian, is taken first, then the UNESCO Institute for
Statistics, then the UN SDG database. Groups are weighted by the mid-year population of the same sex, age band
or area.
"""
caveats = """
No agency publishes regional or world values: ours cannot be checked against any, and few economies report.
ITU reworded the activities in 2021: duplicating or moving a file, messages of all kinds, combining media and
so on are wider than the older items they continue, so a change of source can be a break.
An activity is a stand-in for a skill. Scope differs: many surveys ask from 10 or 15 years on.
COPA and TRAF are no longer collected by ITU.
"""
owner = "Yardstick method group"
sources = [
  { title = "ITU DataHub, individuals with ICT skills, by activity", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "UIS data, ICTSKILL series (4.4.1)", licence = "CC BY-SA 3.0 IGO", citation = "UNESCO Institute for Statistics, SDG 4 bulk data and UIS Data API, release as in the manifest", url = "https://databrowser.uis.unesco.org" },
  { title = "UN SDG database, SE_ADT_ACTS (4.4.1)", licence = "CC BY 3.0 IGO", citation = "United Nations Statistics Division, Global SDG Indicators Database", url = "https://unstats.un.org/sdgs/dataportal" },
  { title = "World Population Prospects 2024", licence = "CC BY 3.0 IGO", citation = "United Nations, Population Division, World Population Prospects 2024", url = "https://population.un.org/wpp/" },
]

[[target]]
id = "2.5"
title = "Majority of individuals with digital skills, each type of skill"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2015
breakdown = "*"
also = ["groups", "countries"]
note = "Majority is strictly more than 50 percent; read for each type of skill. Baseline 2015, since the older series carry most of the history"

[[target]]
id = "2.5.women"
title = "Majority of women with digital skills, each type of skill"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2015
sex = "F"
breakdown = "*"
also = ["groups", "countries"]
note = "The target read for women, for each type of skill"

[[target]]
id = "2.5.men"
title = "Majority of men with digital skills, each type of skill"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2015
sex = "M"
breakdown = "*"
also = ["groups", "countries"]
note = "The target read for men, for each type of skill"

[[target]]
id = "2.5.youth"
title = "Majority of youth with digital skills, each type of skill"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2015
age = "Y15T24"
breakdown = "*"
also = ["groups", "countries"]
note = "The target read for people aged 15 to 24, for each type of skill"

[[target]]
id = "2.5.adults"
title = "Majority of adults with digital skills, each type of skill"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2015
age = "Y25T74"
breakdown = "*"
also = ["groups", "countries"]
note = "The target read for people aged 25 to 74, for each type of skill"

[[target]]
id = "2.5.older"
title = "Majority of older people with digital skills, each type of skill"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2015
age = "Y_GE75"
breakdown = "*"
also = ["groups", "countries"]
note = "The target read for people aged 75 and over, for each type of skill"

[[target]]
id = "2.5.urban"
title = "Majority of the urban population with digital skills, each type of skill"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2015
urbanisation = "U"
breakdown = "*"
also = ["groups", "countries"]
note = "The target read for the urban population, for each type of skill"

[[target]]
id = "2.5.rural"
title = "Majority of the rural population with digital skills, each type of skill"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2015
urbanisation = "R"
breakdown = "*"
also = ["groups", "countries"]
note = "The target read for the rural population, for each type of skill"

[[target]]
id = "T2.10"
title = "Proportion of youth and adults with ICT skills up by 40 percent by 2023"
area = "WLD"
year = 2023
change = 0.40
direction = "up"
baseline_year = 2017
breakdown = "*"
note = "Relative increase, for each type of skill. The former plan states no baseline here; 2017 is the one it names elsewhere"
---*/
WITH skills (source, series, skill) AS (
  VALUES
    ('itu', '16691', 'CMFL'), ('unesco', 'ICTSKILLCOPI', 'CMFL'),
    ('itu', '16700', 'EMAIL'), ('unesco', 'ICTSKILLATTACH', 'EMAIL'),
    ('itu', '16709', 'ARSP'), ('unesco', 'ICTSKILLFORMULA', 'ARSP'),
    ('itu', '16718', 'INST'), ('unesco', 'ICTSKILLCONNEC', 'INST'),
    ('itu', '16727', 'SOFT'), ('unesco', 'ICTSKILLSOFTWARE', 'SOFT'),
    ('itu', '16736', 'EPRS'), ('unesco', 'ICTSKILLCREAT', 'EPRS'),
    ('itu', '16754', 'PCPR'), ('unesco', 'ICTSKILLPROGLANG', 'PCPR'),
    ('itu', '33719', 'VRFY'), ('unesco', 'ICTSKILLVERIFREL', 'VRFY'),
    ('itu', '33797', 'PRVCY'), ('unesco', 'ICTSKILLCHANGPRIV', 'PRVCY'),
    ('itu', '34031', 'SCRTY'), ('unesco', 'ICTSKILLSETUPEFF', 'SCRTY'),
    ('unesco', 'ICTSKILLDUPLIC', 'COPA'), ('unesco', 'ICTSKILLTRANSFERFILE', 'TRAF'),
    ('unsd', 'SE_ADT_ACTS', 'as given')
),
offered AS (
  SELECT
    o.ref_area, o.time_period, o.sex, o.age, o.urbanisation,
    CASE WHEN k.source = 'unsd' THEN o.breakdown ELSE k.skill END AS breakdown,
    o.obs_value, o.obs_status, o.note, o.source,
    -- sorts: the last in the alphabet is the best
    concat_ws(' ',
      CASE
        WHEN o.source = 'itu' THEN 'd'
        WHEN o.dataset = 'data_api' THEN 'b'
        WHEN o.source = 'unesco' THEN 'c'
        ELSE 'a'
      END,
      o.dataset) AS edition
  FROM skills AS k
  JOIN observations AS o ON k.source = o.source AND k.series = o.series
  WHERE o.obs_value IS NOT NULL
    AND o.disability = '_T' AND o.education_level = '_T'
    AND (o.breakdown = '_T' OR o.source = 'unsd')
    -- urban/rural has no population by sex or age, so those crosses have no weight
    AND (o.urbanisation = '_T' OR (o.sex = '_T' AND o.age = '_T'))
),
compared AS (
  SELECT
    ref_area, time_period, sex, age, urbanisation, breakdown, obs_value, obs_status, note, source, edition,
    max(edition) OVER (PARTITION BY ref_area, time_period, sex, age, urbanisation, breakdown) AS best_edition
  FROM offered
  WHERE breakdown <> '_T'
)
SELECT
  c.ref_area, c.time_period, c.sex, c.age, c.urbanisation, c.breakdown,
  c.obs_value AS value, p.persons AS weight, c.obs_status, c.note, c.source
FROM population AS p
RIGHT JOIN compared AS c
  ON p.ref_area = c.ref_area AND p.time_period = c.time_period
  AND p.sex = c.sex AND p.age = c.age AND p.urbanisation = c.urbanisation
WHERE c.edition = c.best_edition
