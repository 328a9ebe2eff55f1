/*---
id = "2.6"
name = "government_online"
title = "Individuals interacting with government online"
unit = "PT"
rollup = "weighted_mean"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "population" }
datasets = ["itu/online_activities", "itu/internet_use", "itu/internet_use_breakdowns", "unsd/sdg_global"]
definition = "Share of individuals who interacted with public authorities over the Internet in the last three months"
method = """
ITU gives the share of Internet users (breakdown OF_INTERNET_USERS). The share of the population
(OF_POPULATION) is that share times the share of Internet users of the same economy, year and breakdown, from
internet_use; without it in the same year there is no value.
Groups are weighted by the mid-year population for OF_POPULATION, and by the number of Internet users
(population times Internet use) for OF_INTERNET_USERS.
"""
caveats = """
Non-users count as not interacting. The two surveys behind the product may differ in age scope and in the
reference period (three or twelve months).
Obtaining information only is a separate activity and not counted here.
"""
owner = "Yardstick method group"
sources = [
  { title = "ITU DataHub, Internet users by activity: interacting with government (10471)", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "ITU DataHub, individuals using the Internet (11624)", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "World Population Prospects 2024", licence = "CC BY 3.0 IGO", citation = "United Nations, Population Division, World Population Prospects 2024", url = "https://population.un.org/wpp/" },
]

[[target]]
id = "2.6"
title = "Majority of individuals interacting with government services online"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2020
breakdown = "OF_POPULATION"
also = ["groups", "countries"]
note = "Majority is strictly more than 50 percent, of the whole population"

[[target]]
id = "2.6.women"
title = "Majority of women interacting with government services online"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2020
sex = "F"
breakdown = "OF_POPULATION"
also = ["groups", "countries"]
note = "The target read for women"

[[target]]
id = "2.6.rural"
title = "Majority of the rural population interacting with government services online"
area = "WLD"
year = 2030
value = 50.0
met_at = 50.000001
direction = "up"
baseline_year = 2020
urbanisation = "R"
breakdown = "OF_POPULATION"
also = ["groups", "countries"]
note = "The target read for the rural population"

[[target]]
id = "T1.7"
title = "40 percent of the population interacting with government services online by 2023"
area = "WLD"
year = 2023
value = 40.0
direction = "up"
baseline_year = 2015
breakdown = "OF_POPULATION"
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"
---*/
WITH activity AS (
  SELECT o.ref_area, o.time_period, o.sex, o.age, o.urbanisation, o.obs_value, o.obs_status, o.note, o.source
  FROM observations AS o
  WHERE o.source = 'itu' AND o.series = '10471' AND o.obs_value IS NOT NULL
    AND o.disability = '_T' AND o.education_level = '_T' AND o.breakdown = '_T'
    -- urban/rural has no population by sex or age, so those crosses have no weight
    AND (o.urbanisation = '_T' OR (o.sex = '_T' AND o.age = '_T'))
),
users AS (
  SELECT u.ref_area, u.time_period, u.sex, u.age, u.urbanisation, u.value, p.persons
  FROM population AS p
  JOIN indicators.internet_use AS u
    ON p.ref_area = u.ref_area AND p.time_period = u.time_period
    AND p.sex = u.sex AND p.age = u.age AND p.urbanisation = u.urbanisation
  WHERE u.estimate = 'reported' AND u.disability = '_T' AND u.value IS NOT NULL
),
matched AS (
  SELECT
    a.ref_area, a.time_period, a.sex, a.age, a.urbanisation, a.obs_value, a.obs_status, a.note, a.source,
    u.value AS internet_use, u.persons
  FROM users AS u
  RIGHT JOIN activity AS a
    ON u.ref_area = a.ref_area AND u.time_period = a.time_period
    AND u.sex = a.sex AND u.age = a.age AND u.urbanisation = a.urbanisation
),
paired AS (
  SELECT
    m.ref_area, m.time_period, m.sex, m.age, m.urbanisation, k.breakdown, m.obs_status, m.note, m.source,
    CASE k.breakdown WHEN 'OF_POPULATION' THEN m.obs_value * m.internet_use / 100.0 ELSE m.obs_value END AS value,
    CASE k.breakdown WHEN 'OF_POPULATION' THEN m.persons ELSE m.persons * m.internet_use / 100.0 END AS weight
  FROM (VALUES ('OF_POPULATION'), ('OF_INTERNET_USERS')) AS k (breakdown)
  CROSS JOIN matched AS m
)
SELECT
  ref_area, time_period, sex, age, urbanisation, breakdown,
  value, weight, obs_status, note, source
FROM paired
WHERE value IS NOT NULL
