/*---
id = "2.5b"
name = "ict_skills_level"
title = "Individuals by level of ICT skills, by area of skill"
unit = "PT"
rollup = "weighted_mean"
datasets = ["itu/ict_skills_level"]
series = [
  { source = "itu", series = "37374", breakdown = "IDL_BASIC" },
  { source = "itu", series = "37375", breakdown = "IDL_ABOVE_BASIC" },
  { source = "itu", series = "37377", breakdown = "DCC_BASIC" },
  { source = "itu", series = "37378", breakdown = "DCC_ABOVE_BASIC" },
  { source = "itu", series = "37380", breakdown = "CC_BASIC" },
  { source = "itu", series = "37381", breakdown = "CC_ABOVE_BASIC" },
  { source = "itu", series = "37383", breakdown = "PS_BASIC" },
  { source = "itu", series = "37384", breakdown = "PS_ABOVE_BASIC" },
  { source = "itu", series = "37371", breakdown = "SAFETY_BASIC" },
  { source = "itu", series = "37372", breakdown = "SAFETY_ABOVE_BASIC" },
  { source = "itu", series = "38421", breakdown = "OVERALL_BASIC" },
  { source = "itu", series = "38331", breakdown = "OVERALL_ABOVE_BASIC" },
]
definition = "Share of individuals whose activities in the last three months put them at the given level of ICT skills, as percent of all individuals"
method = """
Breakdown is area and level. Areas: IDL information and data literacy, CC communication and collaboration, DCC
digital content creation, PS problem solving, SAFETY, and OVERALL over the five. Levels: BASIC (one activity of
the area), ABOVE_BASIC (two or more), and AT_LEAST_BASIC, the sum of the two where both are given.
Groups are weighted by the mid-year population of the same sex, age band or area.
"""
caveats = """
The series start in 2021, for few economies.
Where the two levels of an economy add up to more than 100 percent, there is no AT_LEAST_BASIC.
BASIC by itself is not "basic or better": use AT_LEAST_BASIC for the share with skills.
Levels count activities asked about; surveys that ask about fewer show lower levels.
"""
sources = ["itu/ict_skills_level", "population"]

[[target]]
id = "2.5.level"
title = "Majority of individuals with at least basic digital skills overall"
year = 2030
more_than = 50.0
baseline_year = 2021
breakdown = "OVERALL_AT_LEAST_BASIC"
also = ["groups", "countries"]
note = "Majority is strictly more than 50 percent. Baseline 2021, the first year of the series"
without_value = "no download of the overall level is at hand: take series 38421 and 38331 of `Individuals with ICT skills, by skill level` (itu/ict_skills_level)"
[target.read_for.communication]
breakdown = "CC_AT_LEAST_BASIC"
title = "Majority of individuals with at least basic digital skills, communication and collaboration"
note = "The area in which most economies report; the overall level is newer"
without_value = "nobody publishes a world figure, and the 45 economies that report are too few people: see the groups"
---*/
WITH given AS (
  SELECT c.ref_area, c.time_period, c.sex, c.age, c.urbanisation, c.breakdown, c.value, c.obs_status, c.note, c.source
  FROM chosen AS c
  WHERE c.disability = '_T' AND c.education_level = '_T'
    -- urban/rural has no population by sex or age, so those crosses have no weight
    AND (c.urbanisation = '_T' OR (c.sex = '_T' AND c.age = '_T'))
),
stated AS (
  SELECT ref_area, time_period, sex, age, urbanisation, breakdown, value, obs_status, note, source
  FROM given
  UNION ALL
  SELECT
    g.ref_area, g.time_period, g.sex, g.age, g.urbanisation,
    split_part(g.breakdown, '_', 1) || '_AT_LEAST_BASIC' AS breakdown,
    sum(g.value) AS value, substr(max(s.severity), 2) AS obs_status, max(g.note) AS note, g.source
  FROM given AS g
  JOIN status_order AS s USING (obs_status)
  GROUP BY g.ref_area, g.time_period, g.sex, g.age, g.urbanisation, split_part(g.breakdown, '_', 1), g.source
  -- over 100 the two levels cannot be exclusive of each other
  HAVING count(*) = 2 AND sum(g.value) <= 100.000001
)
SELECT
  s.ref_area, s.time_period, s.sex, s.age, s.urbanisation, s.breakdown,
  s.value, p.persons AS weight, s.obs_status, s.note, s.source
FROM stated AS s
LEFT JOIN population AS p USING (ref_area, time_period, sex, age, urbanisation)
