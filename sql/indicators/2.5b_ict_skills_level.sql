/*---
id = "2.5b"
name = "ict_skills_level"
title = "Individuals by level of ICT skills, by area of skill"
unit = "PT"
rollup = "weighted_mean"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "population" }
datasets = ["itu/ict_skills_level"]
definition = "Share of individuals whose activities in the last three months put them at the given level of ICT skills, as percent of all individuals"
method = """
Breakdown is area and level. Areas: IDL information and data literacy, CC communication and collaboration, DCC
digital content creation, PS problem solving, SAFETY, and OVERALL over the five. Levels: BASIC (one activity of
the area), ABOVE_BASIC (two or more), and AT_LEAST_BASIC, the sum of the two where both are given.
Groups are weighted by the mid-year population of the same sex, age band or area.
"""
caveats = """
The series start in 2021, for few economies.
Oman 2024 gives levels that add up to 158 percent in problem solving: such a pair has no AT_LEAST_BASIC.
BASIC by itself is not "basic or better": use AT_LEAST_BASIC for the share with skills.
Levels count activities asked about; surveys that ask about fewer show lower levels.
"""
owner = "Yardstick method group"
sources = [
  { title = "ITU DataHub, individuals with ICT skills, by level (37371 to 37384, 38331, 38421)", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "World Population Prospects 2024", licence = "CC BY 3.0 IGO", citation = "United Nations, Population Division, World Population Prospects 2024", url = "https://population.un.org/wpp/" },
]

[[target]]
id = "2.5.level"
title = "Majority of individuals with at least basic digital skills overall"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2021
breakdown = "OVERALL_AT_LEAST_BASIC"
also = ["groups", "countries"]
note = "Majority is strictly more than 50 percent. Baseline 2021, the first year of the series"

[[target]]
id = "2.5.level.communication"
title = "Majority of individuals with at least basic digital skills, communication and collaboration"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2021
breakdown = "CC_AT_LEAST_BASIC"
also = ["groups", "countries"]
note = "The area in which most economies report; the overall level is newer"
---*/
WITH levels (series, area, level) AS (
  VALUES
    ('37374', 'IDL', 'BASIC'), ('37375', 'IDL', 'ABOVE_BASIC'),
    ('37377', 'DCC', 'BASIC'), ('37378', 'DCC', 'ABOVE_BASIC'),
    ('37380', 'CC', 'BASIC'), ('37381', 'CC', 'ABOVE_BASIC'),
    ('37383', 'PS', 'BASIC'), ('37384', 'PS', 'ABOVE_BASIC'),
    ('37371', 'SAFETY', 'BASIC'), ('37372', 'SAFETY', 'ABOVE_BASIC'),
    ('38421', 'OVERALL', 'BASIC'), ('38331', 'OVERALL', 'ABOVE_BASIC')
),
given AS (
  SELECT
    o.ref_area, o.time_period, o.sex, o.age, o.urbanisation, l.area, l.level,
    o.obs_value, o.obs_status, nullif(o.note, '') AS note, o.source
  FROM levels AS l
  JOIN observations AS o ON l.series = o.series
  WHERE o.source = 'itu' AND o.obs_value IS NOT NULL
    AND o.disability = '_T' AND o.education_level = '_T' AND o.breakdown = '_T'
    -- urban/rural has no population by sex or age, so those crosses have no weight
    AND (o.urbanisation = '_T' OR (o.sex = '_T' AND o.age = '_T'))
),
stated AS (
  SELECT
    ref_area, time_period, sex, age, urbanisation, area || '_' || level AS breakdown,
    obs_value, obs_status, note, source
  FROM given
  UNION ALL
  SELECT
    ref_area, time_period, sex, age, urbanisation, area || '_AT_LEAST_BASIC' AS breakdown,
    sum(obs_value) AS obs_value, max(obs_status) AS obs_status, max(note) AS note, source
  FROM given
  GROUP BY ref_area, time_period, sex, age, urbanisation, area, source
  -- over 100 the two levels cannot be exclusive of each other
  HAVING count(*) = 2 AND sum(obs_value) <= 100.000001
)
SELECT
  s.ref_area, s.time_period, s.sex, s.age, s.urbanisation, s.breakdown,
  s.obs_value AS value, p.persons AS weight, s.obs_status, s.note, s.source
FROM population AS p
RIGHT JOIN stated AS s
  ON p.ref_area = s.ref_area AND p.time_period = s.time_period
  AND p.sex = s.sex AND p.age = s.age AND p.urbanisation = s.urbanisation
