/*---
id = "1.2"
name = "broadband_affordability"
title = "Price of entry-level broadband, percent of monthly GNI per head"
unit = "PT_GNI"
rollup = "median"
window = 1
coverage = { base = "economies", min_members = 3 }
datasets = ["itu/price_baskets", "itu/price_baskets_datahub", "itu/price_baskets_2008_2021", "itu/facts_and_figures"]
series = [
  { source = "itu", series = "price_basket_median_pct_gni_pc", publication = "Facts and Figures" },
  { source = "itu", series = "i154_FBB_GNI", breakdown = "FIXED_1GB" },
  { source = "itu", series = "FBB_GNI", breakdown = "FIXED_1GB" },
  { source = "itu", series = "i154_FBB5_GNI", dataset = "price_baskets", breakdown = "FIXED_5GB" },
  { source = "itu", series = "FBB5_GNI", dataset = "price_baskets", breakdown = "FIXED_5GB" },
  { source = "itu", series = "33331", breakdown = "FIXED_5GB" },
  { source = "itu", series = "i154_FBB5_GNI", dataset = "price_baskets_2008_2021", breakdown = "FIXED_5GB" },
  { source = "itu", series = "i271mb_1GB5_GNI", dataset = "price_baskets", breakdown = "MOBILE_1_5GB" },
  { source = "itu", series = "DOMB_GNI", dataset = "price_baskets", breakdown = "MOBILE_1_5GB" },
  { source = "itu", series = "33351", breakdown = "MOBILE_1_5GB" },
  { source = "itu", series = "i271mb_1GB5_GNI", dataset = "price_baskets_2008_2021", breakdown = "MOBILE_1_5GB" },
  { source = "itu", series = "i271mb_2GB_GNI", dataset = "price_baskets", breakdown = "MOBILE_2GB" },
  { source = "itu", series = "DOMB2_GNI", dataset = "price_baskets", breakdown = "MOBILE_2GB" },
  { source = "itu", series = "34593", breakdown = "MOBILE_2GB" },
  { source = "itu", series = "i271mb_2GB_GNI", dataset = "price_baskets_2008_2021", breakdown = "MOBILE_2GB" },
  { source = "itu", series = "i271mb_5GB_GNI", breakdown = "MOBILE_5GB" },
  { source = "itu", series = "DOMB5_GNI", breakdown = "MOBILE_5GB" },
  { source = "itu", series = "36056", breakdown = "MOBILE_5GB" },
]
definition = "Price of a month of the cheapest plan that meets the entry-level basket, as percent of a twelfth of gross national income per head"
method = """
The breakdown names the basket, and baskets are never chained:
FIXED_1GB 2008 to 2017, FIXED_5GB from 2018; MOBILE_1_5GB 2018 to 2020, MOBILE_2GB 2021 to 2024,
MOBILE_5GB in force from 2025 on, and given by the DataHub from 2023 on (its years before 2025 are experimental: status
G of the economies' figures); all data-only.
ITU's own percentage is used: it divides by the GNI per head known when the price was collected, normally that
of the year before. The newest workbook is taken first, then the DataHub, then the workbook of March 2022, which has
the same baskets to 2021.
Groups are medians over the economies with a price, each counting once, as in ITU's reports: half of the
economies are below, which is not half of the people. ITU's medians are copied as `published`, each series
whole from one edition.
"""
caveats = """
No basket runs from 2017 to today: a change across 2017/2018 or 2020/2021 is a change of basket.
GNI per head is an average; for most households the price weighs more.
A median can move because other economies report: affordability_panel has the medians of the same economies in all years.
"""
sources = ["itu/price_baskets", "itu/price_baskets_datahub", "itu/price_baskets_2008_2021", "itu/facts_and_figures"]

[[target]]
id = "1.2"
title = "Fixed broadband affordable in developing countries"
area = "DEVELOPING"
year = 2030
value = 2.0
direction = "down"
baseline_year = 2020
breakdown = "FIXED_5GB"
also = ["groups", "countries"]
met_with = "1.2.economies"
note = "Reads FIXED_5GB. Half of the economies are at or below a median: for all it is met with the share of economies at 2 percent alone. The plan names no level; 2 percent is the Broadband Commission's, and exactly 2 counts as affordable"

[[target]]
id = "1.2.mobile"
title = "Mobile broadband affordable in developing countries"
area = "DEVELOPING"
year = 2030
value = 2.0
direction = "down"
baseline_year = 2023
breakdown = "MOBILE_5GB"
also = ["groups", "countries"]
met_with = "1.2.economies_mobile"
note = "Half of the economies are at or below a median: for all it is met with the share of economies at 2 percent alone. Reads MOBILE_5GB, which the DataHub gives from 2023 on, before 2025 as experimental figures: so is the baseline; earlier mobile baskets are other products and cannot be its baseline"

[[target]]
id = "T2.6"
title = "Broadband at no more than 3 percent of monthly income in developing countries by 2023"
area = "DEVELOPING"
year = 2023
value = 3.0
direction = "down"
baseline_year = 2018
breakdown = "FIXED_5GB"
note = "Reads FIXED_5GB, from its first year on; the former plan states no baseline"

[[target]]
id = "T2.6.mobile"
title = "Mobile broadband at no more than 3 percent of monthly income in developing countries by 2023"
area = "DEVELOPING"
year = 2023
value = 3.0
direction = "down"
baseline_year = 2021
breakdown = "MOBILE_2GB"
note = "Reads MOBILE_2GB, the data-only basket in force in 2023, which starts in 2021: too short for a pace"
---*/
SELECT ref_area, time_period, breakdown, value, obs_status, note, source
FROM chosen
