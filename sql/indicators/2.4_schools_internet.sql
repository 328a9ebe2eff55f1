/*---
id = "2.4"
name = "schools_internet"
title = "Schools with access to the Internet for teaching"
unit = "PT"
rollup = "weighted_mean"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "weight" }
datasets = ["unesco/sdg_bulk", "unesco/data_api", "unsd/sdg_global"]
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
owner = "Yardstick method group"
sources = [
  { title = "UIS data, schools with access to the Internet (SCHBSP.1.WINTERN, SCHBSP.2.WINTERN, SCHBSP.3.WINTERN, SCHBSP.2T3.WINTERN)", licence = "CC BY-SA 3.0 IGO", citation = "UNESCO Institute for Statistics, SDG 4 bulk data and UIS Data API, release as in the manifest", url = "https://databrowser.uis.unesco.org" },
  { title = "UN SDG database, SE_ACC_INTN, now SE_ACS_INTNT (4.a.1)", licence = "CC BY 3.0 IGO", citation = "United Nations Statistics Division, Global SDG Indicators Database", url = "https://unstats.un.org/sdgs/dataportal" },
  { title = "World Population Prospects 2024", licence = "CC BY 3.0 IGO", citation = "United Nations, Population Division, World Population Prospects 2024", url = "https://population.un.org/wpp/" },
]

[[target]]
id = "2.4"
title = "Internet access for all schools"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2015
education_level = "*"
also = ["groups", "countries"]
note = "Each level of education by itself. Baseline 2015, the start of the SDG period; 95 percent and over counts as met"
---*/
WITH offered AS (
  SELECT
    o.ref_area, o.time_period, o.obs_value, o.obs_status, o.source,
    CASE o.series
      WHEN 'SCHBSP.1.WINTERN' THEN 'ISCED11_1'
      WHEN 'SCHBSP.2.WINTERN' THEN 'ISCED11_2'
      WHEN 'SCHBSP.3.WINTERN' THEN 'ISCED11_3'
      WHEN 'SCHBSP.2T3.WINTERN' THEN 'ISCED11_2_3'
      ELSE o.education_level
    END AS education_level,
    -- economies choose year by year, a group's series comes whole from one source
    CASE WHEN g.group_code IS NULL THEN o.time_period ELSE 0 END AS chosen_for,
    -- sorts: the last in the alphabet is the best
    concat_ws(' ',
      CASE
        WHEN o.source = 'unsd' THEN 'a'
        WHEN o.dataset = 'data_api' THEN 'b'
        ELSE 'c'
      END,
      o.dataset, o.series) AS edition,
    CASE
      WHEN g.group_code IS NULL THEN nullif(o.note, '')
      ELSE concat_ws(', ',
        CASE o.source WHEN 'unsd' THEN 'UN SDG database' ELSE 'UIS' END,
        nullif(o.note, ''), 'snapshot ' || substr(o.snapshot, 1, 12))
    END AS note
  FROM (SELECT DISTINCT group_code FROM groups) AS g
  RIGHT JOIN observations AS o ON g.group_code = o.ref_area
  WHERE ((o.source = 'unesco' AND o.series IN (
        'SCHBSP.1.WINTERN', 'SCHBSP.2.WINTERN', 'SCHBSP.3.WINTERN', 'SCHBSP.2T3.WINTERN'))
      OR (o.source = 'unsd' AND o.series IN ('SE_ACC_INTN', 'SE_ACS_INTNT')
        AND o.education_level IN ('ISCED11_1', 'ISCED11_2', 'ISCED11_3')))
    AND o.obs_value IS NOT NULL
    AND o.sex = '_T' AND o.urbanisation = '_T' AND o.breakdown = '_T'
),
compared AS (
  SELECT
    ref_area, time_period, education_level, obs_value, obs_status, source, note, edition,
    max(edition) OVER (PARTITION BY ref_area, chosen_for, education_level) AS best_edition
  FROM offered
),
chosen AS (
  SELECT ref_area, time_period, education_level, obs_value, obs_status, source, note
  FROM compared
  WHERE edition = best_edition
),
-- people of the ages that the level is for; the two secondary stages together have both bands
children AS (
  SELECT l.education_level, p.ref_area, p.time_period, sum(p.persons) AS persons
  FROM (VALUES
    ('ISCED11_1', 'Y_LT15'), ('ISCED11_2', 'Y_LT15'), ('ISCED11_3', 'Y15T24'),
    ('ISCED11_2_3', 'Y_LT15'), ('ISCED11_2_3', 'Y15T24')
  ) AS l (education_level, age)
  JOIN population AS p ON p.age = l.age AND p.sex = '_T' AND p.urbanisation = '_T'
  GROUP BY l.education_level, p.ref_area, p.time_period
)
SELECT
  c.ref_area, c.time_period, c.education_level,
  c.obs_value AS value, p.persons AS weight, c.obs_status, c.note, c.source
FROM children AS p
RIGHT JOIN chosen AS c
  ON p.ref_area = c.ref_area AND p.time_period = c.time_period AND p.education_level = c.education_level
UNION ALL
-- economies without a figure: their children belong in the denominator of the coverage
SELECT
  p.ref_area, p.time_period, p.education_level,
  NULL AS value, p.persons AS weight, 'O' AS obs_status, NULL AS note, NULL AS source
FROM (
  SELECT DISTINCT c.time_period, c.education_level
  FROM areas AS a
  JOIN chosen AS c ON a.ref_area = c.ref_area
) AS y
JOIN children AS p ON p.time_period = y.time_period AND p.education_level = y.education_level
WHERE NOT EXISTS (
  SELECT 1
  FROM chosen AS c
  WHERE c.ref_area = p.ref_area AND c.time_period = p.time_period AND c.education_level = p.education_level
)
