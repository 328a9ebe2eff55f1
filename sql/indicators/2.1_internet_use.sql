/*---
id = "2.1"
name = "internet_use"
title = "Individuals using the Internet"
unit = "PT"
rollup = "weighted_mean"
datasets = [
  "itu/internet_use", "itu/internet_use_regions", "itu/internet_use_breakdowns", "itu/internet_use_sex_location_2018",
  "itu/facts_and_figures", "worldbank/internet_use_by_sex", "worldbank/internet_use_by_sex_groups",
  "unsd_gender/internet_by_sex", "unsd/sdg_global",
]
series = [
  { source = "itu", series = "11624" },
  { source = "worldbank", series = "IT.NET.USER.ZS", dataset = "internet_use_by_sex_groups" },
  { source = "itu", series = "individuals_using_internet_pct", publication = "Facts and Figures" },
  { source = "worldbank", series = "IT.NET.USER.ZS", dataset = "internet_use_by_sex" },
  { source = "unsd_gender", series = "I.17" },
  { source = "unsd", series = "IT_USE_ii99" },
]
definition = "Share of individuals who used the Internet from any place and over any device in the last three months, as percent of all individuals (SDG 17.8.1)"
method = """
For each economy, year and breakdown the figure of the ITU DataHub is taken; where it has none, that of ITU's table
by sex and location (latest year to 2019), of World Development Indicators (women and men), of the UN's gender set or
of the UN SDG database, all of which ITU supplies. Groups are weighted by the mid-year population of the same sex, age band or
urban/rural area, in the same year.
Aggregates made by ITU or the UN are copied as `published`. Such a series comes whole from one edition: the
DataHub's, else for women and men World Development Indicators, which print a decimal and come from ITU, else the
newest Facts and Figures, else the UN SDG database. Each edition re-estimates the past, so
two are never joined.
"""
caveats = """
The age scope of national surveys differs (all ages, 5+, 10+, 15-74 ..) and stands only in the note.
Totals and breakdowns come from two ITU databases with their own revision dates and may disagree.
ITU's aggregates contain estimates for every economy without data; ours only what is reported or, in
`imputed`, was reported within the window. One missing large country moves ours by points: read the coverage.
Facts and Figures prints whole numbers: no gaps are formed from them.
"""
sources = ["itu/internet_use", "itu/facts_and_figures", "worldbank", "unsd_gender", "unsd", "population"]

[[target]]
id = "2.1"
title = "Universal use of the Internet by individuals"
year = 2030
value = 100.0
met_at = 95.0
baseline_year = 2020
also = ["groups", "countries"]
note = "Universal is 100 percent; 95 percent and over counts as met, as ITU's dashboards do"
read_for = { urban = { urbanisation = "U" }, rural = { urbanisation = "R" } }

[[target]]
id = "2.1.published"
title = "Universal use of the Internet by individuals, from the baseline as published"
year = 2030
value = 100.0
met_at = 95.0
baseline_year = 2020
baseline_value = 60.0
estimates = ["published"]
note = "World 2020 as printed in Facts and Figures, edition 2025; change it together with the edition"

[[target]]
id = "T1.2"
title = "70 percent of individuals worldwide using the Internet by 2023"
year = 2023
value = 70.0
baseline_year = 2015
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"

[[target]]
id = "T2.3"
title = "60 percent of individuals in developing countries using the Internet by 2023"
area = "DEVELOPING"
year = 2023
value = 60.0
baseline_year = 2015
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"

[[target]]
id = "T2.4"
title = "30 percent of individuals in the least developed countries using the Internet by 2023"
area = "LDC"
year = 2023
value = 30.0
baseline_year = 2015
note = "The former plan states no baseline; 2015 is used for the pace. Membership decides here"
---*/
-- the population is of all people, with and without disabilities
SELECT
  c.ref_area, c.time_period, c.sex, c.age, c.urbanisation, c.disability,
  c.value, CASE WHEN c.disability = '_T' THEN p.persons END AS weight, c.obs_status, c.note, c.source
FROM chosen AS c
LEFT JOIN population AS p USING (ref_area, time_period, sex, age, urbanisation)
WHERE c.education_level = '_T' AND c.size_class = '_T' AND c.breakdown = '_T'
  -- urban/rural has no population by sex or age, so those crosses have no weight
  AND (c.urbanisation = '_T' OR (c.sex = '_T' AND c.age = '_T'))
