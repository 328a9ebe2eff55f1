/*---
id = "2.6"
name = "government_online"
title = "Individuals interacting with government online"
unit = "PT"
rollup = "weighted_mean"
coverage = { base = "weight" }
datasets = ["itu/online_activities", "eurostat/government_online"]
series = [
  { source = "itu", series = "10471" },
  { source = "eurostat", series = "I_IUGOV1", breakdown = "OF_POPULATION" },
]
definition = "Share of individuals who interacted with public authorities over the Internet in the last three months"
method = """
ITU gives the share of Internet users (breakdown OF_INTERNET_USERS). The share of the population
(OF_POPULATION) is that share times the share of Internet users of the same economy, year and breakdown, from
internet_use; without it in the same year there is no value. Where ITU gives none, Eurostat's share of all individuals
aged 16 to 74 who interacted with public authorities in the last twelve months (I_IUGOV1) stands under
OF_POPULATION; any use of their websites (I_IGOVANYS) is another question and is not taken.
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
sources = ["itu/online_activities", "itu/internet_use", "eurostat", "population"]

[[target]]
id = "2.6"
title = "Majority of individuals interacting with government services online"
year = 2030
more_than = 50.0
baseline_year = 2020
breakdown = "OF_POPULATION"
also = ["groups", "countries"]
note = "Majority is strictly more than 50 percent, of the whole population"
without_value = "nobody publishes a world figure, and the six economies of Eurostat's table are no tenth of the world: download `Interacting with general government organizations` (itu/online_activities)"
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
without_value = "nobody publishes a world figure, and the six economies of Eurostat's table are no tenth of the world: download `Interacting with general government organizations` (itu/online_activities)"
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
-- what an economy gives, under what it is a share of
given AS (
  SELECT
    ref_area, time_period, sex, age, urbanisation, 'OF_INTERNET_USERS' AS breakdown, value, obs_status, note, source
  FROM activity
  UNION ALL
  SELECT
    a.ref_area, a.time_period, a.sex, a.age, a.urbanisation, 'OF_POPULATION' AS breakdown,
    a.value * u.value / 100.0 AS value, a.obs_status, a.note, a.source
  FROM activity AS a
  LEFT JOIN internet_use AS u USING (ref_area, time_period, sex, age, urbanisation)
),
figures AS (
  SELECT ref_area, time_period, sex, age, urbanisation, breakdown, value, obs_status, note, source
  FROM given
  UNION ALL
  SELECT c.ref_area, c.time_period, c.sex, c.age, c.urbanisation, c.breakdown, c.value, c.obs_status, c.note, c.source
  FROM chosen AS c
  WHERE c.breakdown = 'OF_POPULATION' AND c.disability = '_T' AND c.education_level = '_T'
    AND (c.urbanisation = '_T' OR (c.sex = '_T' AND c.age = '_T'))
    AND NOT EXISTS (
      SELECT 1
      FROM given AS g
      WHERE g.ref_area = c.ref_area AND g.time_period = c.time_period AND g.sex = c.sex AND g.age = c.age
        AND g.urbanisation = c.urbanisation AND g.breakdown = c.breakdown
    )
),
-- every economy, also one that does not report: what it counts for in each year and breakdown
people AS (
  SELECT
    p.ref_area, p.time_period, p.sex, p.age, p.urbanisation, y.breakdown, p.persons,
    p.persons * coalesce(u.value, l.value) / 100.0 AS users,
    CASE WHEN p.obs_status = 'I' THEN 'weighed by the last known shares by location' END AS weighed
  FROM population AS p
  JOIN (
    SELECT DISTINCT f.time_period, f.sex, f.age, f.urbanisation, f.breakdown
    FROM figures AS f
    JOIN areas AS e USING (ref_area)
  ) AS y USING (time_period, sex, age, urbanisation)
  LEFT JOIN internet_use AS u USING (ref_area, time_period, sex, age, urbanisation)
  LEFT JOIN latest_use AS l
    ON l.ref_area = p.ref_area AND p.time_period BETWEEN l.first_year AND l.last_year
)
SELECT
  p.ref_area, p.time_period, p.sex, p.age, p.urbanisation, p.breakdown, f.value,
  CASE
    WHEN p.breakdown = 'OF_POPULATION' THEN p.persons
    WHEN f.value IS NULL THEN coalesce(p.users, p.persons)
    ELSE p.users
  END AS weight,
  CASE WHEN f.value IS NULL THEN 'O' ELSE f.obs_status END AS obs_status,
  nullif(concat_ws('; ', f.note, p.weighed), '') AS note, f.source
FROM people AS p
LEFT JOIN figures AS f USING (ref_area, time_period, sex, age, urbanisation, breakdown)
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
