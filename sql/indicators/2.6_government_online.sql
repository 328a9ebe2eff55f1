/*---
id = "2.6"
name = "government_online"
title = "Individuals interacting with government online"
unit = "PT"
rollup = "weighted_mean"
coverage = { base = "weight" }
datasets = ["itu/online_activities", "itu/internet_use", "itu/internet_use_breakdowns", "unsd/sdg_global"]
series = [{ source = "itu", series = "10471" }]
definition = "Share of individuals who interacted with public authorities over the Internet in the last three months"
method = """
ITU gives the share of Internet users (breakdown OF_INTERNET_USERS). The share of the population
(OF_POPULATION) is that share times the share of Internet users of the same economy, year and breakdown, from
internet_use; without it in the same year there is no value.
Groups are weighted by the mid-year population for OF_POPULATION, and by the number of Internet users
(population times Internet use) for OF_INTERNET_USERS; coverage is the share of the same weight. Where Internet
use is not reported for the breakdown and year, the users are estimated, for the weight only, with the economy's
rate for all individuals, of the year or else of the latest of the five years before.
"""
caveats = """
Non-users count as not interacting. The two surveys behind the product may differ in age scope and in the
reference period (three or twelve months).
Of an economy without any rate of Internet use within five years the users are not known. If it does not report,
all its people count as users, so that coverage is never overstated; if it does, it has no weight.
Obtaining information only is a separate activity and not counted here.
"""
sources = ["itu/online_activities", "itu/internet_use", "population"]

[[target]]
id = "2.6"
title = "Majority of individuals interacting with government services online"
year = 2030
more_than = 50.0
baseline_year = 2020
breakdown = "OF_POPULATION"
also = ["groups", "countries"]
note = "Majority is strictly more than 50 percent, of the whole population"
[target.read_for]
women = { sex = "F" }
men = { sex = "M" }
urban = { urbanisation = "U" }
rural = { urbanisation = "R" }

[[target]]
id = "T1.7"
title = "40 percent of the population interacting with government services online by 2023"
year = 2023
value = 40.0
baseline_year = 2015
breakdown = "OF_POPULATION"
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"
---*/
WITH activity AS (
  SELECT c.ref_area, c.time_period, c.sex, c.age, c.urbanisation, c.value, c.obs_status, c.note, c.source
  FROM chosen AS c
  WHERE c.disability = '_T' AND c.education_level = '_T' AND c.breakdown = '_T'
    -- urban/rural has no population by sex or age, so those crosses have no weight
    AND (c.urbanisation = '_T' OR (c.sex = '_T' AND c.age = '_T'))
),
internet_use AS (
  SELECT ref_area, time_period, sex, age, urbanisation, value
  FROM indicators.internet_use
  WHERE estimate = 'reported' AND disability = '_T' AND value IS NOT NULL
),
-- the rate for all individuals, up to the year before the next one, but for five years at most
latest_use AS (
  SELECT
    ref_area, time_period AS first_year, value,
    least(time_period + 5,
      coalesce(lead(time_period) OVER (PARTITION BY ref_area ORDER BY time_period) - 1, 9999)) AS last_year
  FROM internet_use
  WHERE sex = '_T' AND age = '_T' AND urbanisation = '_T'
),
-- every economy, also one that does not report: what it counts for in each year and breakdown
people AS (
  SELECT
    p.ref_area, p.time_period, p.sex, p.age, p.urbanisation, p.persons,
    u.value AS internet_use,
    p.persons * coalesce(u.value, l.value) / 100.0 AS users
  FROM population AS p
  JOIN (
    SELECT DISTINCT a.time_period, a.sex, a.age, a.urbanisation
    FROM activity AS a
    JOIN areas AS e USING (ref_area)
  ) AS y USING (time_period, sex, age, urbanisation)
  LEFT JOIN internet_use AS u USING (ref_area, time_period, sex, age, urbanisation)
  LEFT JOIN latest_use AS l
    ON l.ref_area = p.ref_area AND p.time_period BETWEEN l.first_year AND l.last_year
),
matched AS (
  SELECT
    p.ref_area, p.time_period, p.sex, p.age, p.urbanisation, p.persons, p.users,
    a.value AS of_users, a.value * p.internet_use / 100.0 AS of_population,
    a.obs_status, a.note, a.source
  FROM people AS p
  LEFT JOIN activity AS a USING (ref_area, time_period, sex, age, urbanisation)
),
paired AS (
  SELECT
    m.ref_area, m.time_period, m.sex, m.age, m.urbanisation, k.breakdown, m.obs_status, m.note, m.source,
    CASE k.breakdown WHEN 'OF_POPULATION' THEN m.of_population ELSE m.of_users END AS value,
    CASE
      WHEN k.breakdown = 'OF_POPULATION' THEN m.persons
      WHEN m.of_users IS NULL THEN coalesce(m.users, m.persons)
      ELSE m.users
    END AS weight
  FROM matched AS m
  CROSS JOIN (VALUES ('OF_POPULATION'), ('OF_INTERNET_USERS')) AS k (breakdown)
)
SELECT
  ref_area, time_period, sex, age, urbanisation, breakdown, value, weight,
  CASE WHEN value IS NULL THEN 'O' ELSE obs_status END AS obs_status, note, source
FROM paired
UNION ALL
-- places without a population: aggregates of ITU, and economies that no group can count
SELECT
  a.ref_area, a.time_period, a.sex, a.age, a.urbanisation, 'OF_INTERNET_USERS' AS breakdown,
  a.value AS value, NULL AS weight, a.obs_status, a.note, a.source
FROM activity AS a
WHERE NOT EXISTS (
  SELECT 1
  FROM people AS p
  WHERE p.ref_area = a.ref_area AND p.time_period = a.time_period
    AND p.sex = a.sex AND p.age = a.age AND p.urbanisation = a.urbanisation
)
