/*---
id = "1.3"
name = "households_internet"
title = "Households with Internet access at home"
unit = "PT"
rollup = "weighted_mean"
coverage = { base = "weight" }
datasets = ["itu/households_internet", "itu/persons_per_household"]
weights = ["itu/persons_per_household"]
series = [
  { source = "itu", series = "12047" },
  { source = "itu", series = "265", breakdown = "PERSONS_PER_HOUSEHOLD" },
]
definition = "Share of households with access to the Internet at home, over any device and any kind of connection, as percent of all households"
method = """
The ITU DataHub's figure for each economy and year, and for urban and rural households where it is given.
Groups are weighted by the number of households: the mid-year population of the same year and area by the persons per
household of the economy (ITU series 265), its own of the year, or else its latest of the five years before. An economy
without one has the mean size of those that have one in that year: all their people by all their households. The note of
an aggregate says how many economies are weighed so. Towns and countryside have the size of the economy. In a year for
which no economy's size is known, every weight is the population. Coverage is the share of the same weight.
Aggregates of ITU are copied as `published`.
"""
caveats = """
No download of the persons per household (ITU series 265, which ends in 2021) is at hand: until somebody puts one into
itu/persons_per_household, the weight is the population in all years. Weighting by people gives
large households more say: in most groups that lowers the result a little, since small households are more
common in rich, connected economies.
A household counts as connected if anyone in it can use the Internet; it is no measure of use.
"""
sources = ["itu/households_internet", "itu/persons_per_household", "population"]

[[target]]
id = "1.3"
title = "Internet access in every household"
year = 2030
value = 100.0
met_at = 95.0
baseline_year = 2020
also = ["groups", "countries"]
note = "Every household is 100 percent; 95 percent and over counts as met, as ITU's dashboards do"
[target.read_for]
urban = { urbanisation = "U", without_value = "no download with urban households is at hand: take `Households with Internet access at home` with its breakdown by location (itu/households_internet)" }
rural = { urbanisation = "R", without_value = "no download with rural households is at hand: take `Households with Internet access at home` with its breakdown by location (itu/households_internet)" }

[[target]]
id = "T1.1"
title = "65 percent of households worldwide with Internet access by 2023"
year = 2023
value = 65.0
baseline_year = 2015
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"

[[target]]
id = "T2.1"
title = "60 percent of households in developing countries with Internet access by 2023"
area = "DEVELOPING"
year = 2023
value = 60.0
baseline_year = 2015
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"

[[target]]
id = "T2.2"
title = "30 percent of households in the least developed countries with Internet access by 2023"
area = "LDC"
year = 2023
value = 30.0
baseline_year = 2015
note = "The former plan states no baseline; 2015 is used for the pace. Membership decides here"
---*/
WITH figures AS (
  SELECT ref_area, time_period, urbanisation, value, obs_status, note, source
  FROM chosen
  WHERE sex = '_T' AND age = '_T' AND disability = '_T' AND education_level = '_T' AND breakdown = '_T'
),
-- persons per household as economies report them, up to the year before the next figure, but for five years at most
own_sizes AS (
  SELECT
    ref_area, time_period AS first_year, value AS size,
    least(time_period + 5,
      coalesce(lead(time_period) OVER (PARTITION BY ref_area ORDER BY time_period) - 1, 9999)) AS last_year
  FROM chosen
  WHERE breakdown = 'PERSONS_PER_HOUSEHOLD' AND urbanisation = '_T' AND NOT is_group
    -- a household has a person
    AND value >= 1.0
),
-- all people by all households, of the economies whose size is known
mean_sizes AS (
  SELECT p.time_period, sum(p.persons) / sum(p.persons / s.size) AS size
  FROM population AS p
  JOIN own_sizes AS s ON s.ref_area = p.ref_area AND p.time_period BETWEEN s.first_year AND s.last_year
  WHERE p.sex = '_T' AND p.age = '_T' AND p.urbanisation = '_T' AND p.persons > 0.0
  GROUP BY p.time_period
),
-- every economy, also one that does not report: what it counts for in each year and area
households AS (
  SELECT
    p.ref_area, p.time_period, p.urbanisation,
    -- without any size in the year, the people of all
    p.persons / coalesce(s.size, m.size, 1.0) AS weight,
    CASE WHEN s.size IS NULL AND m.size IS NOT NULL THEN 'the mean household size' END AS by_size,
    CASE WHEN p.obs_status = 'I' THEN 'the last known shares by location' END AS by_location
  FROM population AS p
  JOIN (
    SELECT DISTINCT f.time_period, f.urbanisation
    FROM figures AS f
    JOIN areas AS e USING (ref_area)
  ) AS y USING (time_period, urbanisation)
  LEFT JOIN own_sizes AS s ON s.ref_area = p.ref_area AND p.time_period BETWEEN s.first_year AND s.last_year
  LEFT JOIN mean_sizes AS m ON m.time_period = p.time_period
  WHERE p.sex = '_T' AND p.age = '_T'
)
SELECT
  h.ref_area, h.time_period, h.urbanisation, f.value, h.weight,
  CASE WHEN f.value IS NULL THEN 'O' ELSE f.obs_status END AS obs_status,
  nullif(concat_ws('; ', f.note, 'weighed by ' || nullif(concat_ws(' and ', h.by_size, h.by_location), '')), '') AS note, f.source
FROM households AS h
LEFT JOIN figures AS f USING (ref_area, time_period, urbanisation)
UNION ALL
-- places without a population: aggregates of ITU, and economies that no group can count
SELECT f.ref_area, f.time_period, f.urbanisation, f.value, NULL AS weight, f.obs_status, f.note, f.source
FROM figures AS f
WHERE NOT EXISTS (
  SELECT 1
  FROM households AS h
  WHERE h.ref_area = f.ref_area AND h.time_period = f.time_period AND h.urbanisation = f.urbanisation
)
