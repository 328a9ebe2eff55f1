/*---
id = "1.3"
name = "households_internet"
title = "Households with Internet access at home"
unit = "PT"
rollup = "weighted_mean"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "population" }
datasets = ["itu/households_internet"]
definition = "Share of households with access to the Internet at home, over any device and any kind of connection, as percent of all households"
method = """
The ITU DataHub's figure for each economy and year, and for urban and rural households where it is given.
Groups are weighted by the mid-year population of the same year and area, as a stand-in for the number of
households. Aggregates of ITU are copied as `published`.
"""
caveats = """
The right weight is the number of households, of which no harmonised count exists. Weighting by people gives
large households more say: in most groups that lowers the result a little, since small households are more
common in rich, connected economies.
A household counts as connected if anyone in it can use the Internet; it is no measure of use.
"""
owner = "Yardstick method group"
sources = [
  { title = "ITU DataHub, households with Internet access at home (12047)", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "World Population Prospects 2024", licence = "CC BY 3.0 IGO", citation = "United Nations, Population Division, World Population Prospects 2024", url = "https://population.un.org/wpp/" },
]

[[target]]
id = "1.3"
title = "Internet access in every household"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2020
also = ["groups", "countries"]
note = "Every household is 100 percent; 95 percent and over counts as met, as ITU's dashboards do"

[[target]]
id = "1.3.urban"
title = "Internet access in every urban household"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2020
urbanisation = "U"
also = ["groups", "countries"]
note = "The target read for urban households"

[[target]]
id = "1.3.rural"
title = "Internet access in every rural household"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2020
urbanisation = "R"
also = ["groups", "countries"]
note = "The target read for rural households"

[[target]]
id = "T1.1"
title = "65 percent of households worldwide with Internet access by 2023"
area = "WLD"
year = 2023
value = 65.0
direction = "up"
baseline_year = 2015
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"

[[target]]
id = "T2.1"
title = "60 percent of households in developing countries with Internet access by 2023"
area = "DEVELOPING"
year = 2023
value = 60.0
direction = "up"
baseline_year = 2015
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"

[[target]]
id = "T2.2"
title = "30 percent of households in the least developed countries with Internet access by 2023"
area = "LDC"
year = 2023
value = 30.0
direction = "up"
baseline_year = 2015
note = "The former plan states no baseline; 2015 is used for the pace. Membership decides here: read the mode in the manifest"
---*/
WITH offered AS (
  SELECT
    o.ref_area, o.time_period, o.urbanisation, o.obs_value, o.obs_status, o.source,
    CASE
      WHEN g.group_code IS NULL THEN nullif(o.note, '')
      ELSE concat_ws(', ', 'ITU DataHub', nullif(o.note, ''), 'snapshot ' || substr(o.snapshot, 1, 12))
    END AS note
  FROM (SELECT DISTINCT group_code FROM groups) AS g
  RIGHT JOIN observations AS o ON g.group_code = o.ref_area
  WHERE o.source = 'itu' AND o.series = '12047' AND o.obs_value IS NOT NULL
    AND o.sex = '_T' AND o.age = '_T' AND o.disability = '_T' AND o.education_level = '_T' AND o.breakdown = '_T'
)
SELECT
  f.ref_area, f.time_period, f.urbanisation,
  f.obs_value AS value, p.persons AS weight, f.obs_status, f.note, f.source
FROM population AS p
RIGHT JOIN offered AS f
  ON p.ref_area = f.ref_area AND p.time_period = f.time_period
  AND p.urbanisation = f.urbanisation AND p.sex = '_T' AND p.age = '_T'
