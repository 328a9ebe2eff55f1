/*---
id = "1.1"
name = "broadband_coverage"
title = "Population covered by a mobile network, by technology"
unit = "PT"
rollup = "weighted_mean"
silence = { means = "zero", breakdown = "5G", reason = "5G coverage is not reported where there is no 5G network" }
datasets = ["itu/network_coverage", "itu/facts_and_figures", "unsd/sdg_global"]
series = [
  { source = "itu", series = "194", breakdown = "2G" },
  { source = "itu", series = "430", breakdown = "3G" },
  { source = "itu", series = "19306", breakdown = "4G" },
  { source = "itu", series = "34236", breakdown = "5G" },
  { source = "itu", series = "population_covered_pct", publication = "Facts and Figures" },
  { source = "unsd", series = "IT_MOB_2GNTWK", breakdown = "2G" },
  { source = "unsd", series = "IT_MOB_3GNTWK", breakdown = "3G" },
  { source = "unsd", series = "IT_MOB_4GNTWK", breakdown = "4G" },
  { source = "unsd", series = "IT_MOB_5GNTWK", breakdown = "5G" },
]
definition = "Share of inhabitants living within range of a mobile signal of at least the given generation, whether or not they subscribe (SDG 9.c.1)"
method = """
Breakdown `3G` means 3G or better, `4G` LTE/WiMAX or better, and so on: the generations are cumulative. ITU
counts 3G and above as mobile broadband, so `3G` is the reading of "broadband services".
For each economy and year the DataHub is taken; where it has none, the UN SDG database. Groups are weighted by
mid-year population. Aggregates of ITU or the UN are copied as `published`, each series whole from one edition:
DataHub, else the newest Facts and Figures, else the UN SDG database.
Economies without a 5G network seldom report that there is none. Until an economy has reported any, its silence counts as
zero in our aggregates of 5G: as assumed, never as observed or covered. `available` counts them too, since without them
it is the mean of those that have a network.
"""
caveats = """
Fixed networks are not counted. Coverage is reported by operators and says nothing about price or speed.
Where an older generation is switched off, its own figure may fall although "or better" does not.
ITU's aggregates of 5G are estimates made before the year is reported, ours are of the reports that came since. For the
world in 2023 Facts and Figures, edition 2023, prints 40 percent, ours is 51: China has since reported 94 percent for that
year and 80 for the one before, India 82 for December 2023 and 0 for 2021, and the two are 31 of the 51. For 2024 the two
agree: 51 printed, ours 53. In these (`imputed`) silence counted as zero has under 1 percent of the weight; in `available`
it has 11 percent of it in 2023 and 16 in 2024, since who fell silent after a report of none counts there too.
In the years before a network is reported first, some of the assumed zeros of 5G will have been more: a little too low.
Rural coverage is usually derived, with towns taken as fully covered, and is no independent observation.
"""
sources = ["itu/network_coverage", "itu/facts_and_figures", "unsd", "population"]

[[target]]
id = "1.1"
title = "Universal broadband coverage"
year = 2030
value = 100.0
met_at = 99.5
baseline_year = 2020
breakdown = "3G"
also = ["groups", "countries"]
note = "Broadband read as 3G or better, as ITU counts it; universal is 100 percent, met from 99.5 on, which rounds to it: 95 would lie below the 96 percent that target 2.7 of the former plan asked for 2023"
[target.read_for]
4g = { breakdown = "4G", title = "Universal 4G coverage", note = "A stricter reading of the same target: 4G or better" }

[[target]]
id = "T2.7"
title = "96 percent of the world population covered by broadband services by 2023"
year = 2023
value = 96.0
baseline_year = 2015
breakdown = "3G"
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"
---*/
SELECT
  c.ref_area, c.time_period, c.urbanisation, c.breakdown,
  c.value, p.persons AS weight, c.obs_status, c.note, c.source
FROM chosen AS c
LEFT JOIN population AS p USING (ref_area, time_period, sex, age, urbanisation)
WHERE c.sex = '_T' AND c.age = '_T' AND c.disability = '_T'
