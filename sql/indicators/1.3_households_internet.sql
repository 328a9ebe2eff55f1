/*---
id = "1.3"
name = "households_internet"
title = "Households with Internet access at home"
unit = "PT"
rollup = "weighted_mean"
datasets = ["itu/households_internet"]
series = [{ source = "itu", series = "12047" }]
definition = "Share of households with access to the Internet at home, over any device and any kind of connection, as percent of all households"
method = """
The ITU DataHub's figure for each economy and year, and for urban and rural households where it is given.
Groups are weighted by the mid-year population of the same year and area, as a stand-in for the number of
households. Aggregates of ITU are copied as `published`.
"""
caveats = """
The right weight is the number of households: population by persons per household, which ITU has (series 265) and of
which no download is at hand. Weighting by people gives
large households more say: in most groups that lowers the result a little, since small households are more
common in rich, connected economies.
A household counts as connected if anyone in it can use the Internet; it is no measure of use.
"""
sources = ["itu/households_internet", "population"]

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
SELECT
  c.ref_area, c.time_period, c.urbanisation,
  c.value, p.persons AS weight, c.obs_status, c.note, c.source
FROM chosen AS c
LEFT JOIN population AS p USING (ref_area, time_period, sex, age, urbanisation)
WHERE c.sex = '_T' AND c.age = '_T' AND c.disability = '_T' AND c.education_level = '_T' AND c.breakdown = '_T'
