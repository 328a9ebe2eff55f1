/*---
id = "2.4"
name = "schools_internet"
title = "Schools with access to the Internet for teaching"
unit = "PT"
rollup = "weighted_mean"
coverage = { base = "weight" }
datasets = ["unesco/sdg_bulk", "unesco/data_api", "unsd/sdg_global"]
series = [
  { source = "unesco", series = "SCHBSP.1.WINTERN", education_level = "ISCED11_1" },
  { source = "unesco", series = "SCHBSP.2.WINTERN", education_level = "ISCED11_2" },
  { source = "unesco", series = "SCHBSP.3.WINTERN", education_level = "ISCED11_3" },
  { source = "unesco", series = "SCHBSP.2T3.WINTERN", education_level = "ISCED11_2_3" },
  { source = "unsd", series = "SE_ACS_INTNT" },
  { source = "unsd", series = "SE_ACC_INTN" },
]
definition = "Share of schools with Internet access for pedagogical purposes, by level of education, as percent of all schools of the level (SDG 4.a.1)"
method = """
The UNESCO Institute for Statistics gives primary (ISCED11_1), lower secondary (ISCED11_2) and upper secondary
schools (ISCED11_3), and secondary schools of both stages together (ISCED11_2_3), the only figure of economies
that do not tell the two apart. Where the Institute has no figure, the UN SDG database, which it supplies. There
is no total over the levels.
Groups are weighted by children: people under 15 for primary and lower secondary, 15 to 24 for upper secondary,
under 25 for the two secondary stages together. Coverage is the share of these children whose economy reports.
The right weight is the number of schools, which is not published. Regional values of the Institute are copied
as `published`, each series whole from one source.
"""
caveats = """
Where schools are few and large, as in China, a weight of children overstates them: group values can differ
from the Institute's by many points. Prefer `published` where it exists.
The Institute fills missing countries with estimates that it does not disclose, and revises the past.
ISCED11_2_3 is no mean of the two stages: in most economies that give all three, it counts schools of either.
In copies that lost their MAGNITUDE column a zero may stand for "not applicable".
No urban/rural, sex or public/private breakdown exists.
"""
sources = ["unesco", "unsd", "population"]

[[target]]
id = "2.4"
title = "Internet access for all schools"
year = 2030
value = 100.0
met_at = 95.0
baseline_year = 2015
education_level = "*"
also = ["groups", "countries"]
note = "Each level of education by itself. Baseline 2015, the start of the SDG period; 95 percent and over counts as met"
---*/
WITH schools AS (
  SELECT ref_area, time_period, education_level, value, obs_status, note, source
  FROM chosen
  WHERE education_level IN ('ISCED11_1', 'ISCED11_2', 'ISCED11_3', 'ISCED11_2_3')
    AND sex = '_T' AND urbanisation = '_T' AND breakdown = '_T'
),
-- people of the ages that the level is for; the two secondary stages together have both bands
children AS (
  SELECT p.ref_area, p.time_period, l.education_level, sum(p.persons) AS persons
  FROM population AS p
  JOIN (VALUES
    ('ISCED11_1', 'Y_LT15'), ('ISCED11_2', 'Y_LT15'), ('ISCED11_3', 'Y15T24'),
    ('ISCED11_2_3', 'Y_LT15'), ('ISCED11_2_3', 'Y15T24')
  ) AS l (education_level, age) ON p.age = l.age
  WHERE p.sex = '_T' AND p.urbanisation = '_T'
  GROUP BY p.ref_area, p.time_period, l.education_level
)
SELECT
  s.ref_area, s.time_period, s.education_level,
  s.value, c.persons AS weight, s.obs_status, s.note, s.source
FROM schools AS s
LEFT JOIN children AS c USING (ref_area, time_period, education_level)
UNION ALL
-- economies without a figure: their children belong in the denominator of the coverage
SELECT
  c.ref_area, c.time_period, c.education_level,
  NULL AS value, c.persons AS weight, 'O' AS obs_status, NULL AS note, NULL AS source
FROM children AS c
JOIN (
  SELECT DISTINCT s.time_period, s.education_level
  FROM schools AS s
  JOIN areas AS a USING (ref_area)
) AS y USING (time_period, education_level)
WHERE NOT EXISTS (
  SELECT 1
  FROM schools AS s
  WHERE s.ref_area = c.ref_area AND s.time_period = c.time_period AND s.education_level = c.education_level
)
