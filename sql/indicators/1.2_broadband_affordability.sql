/*---
id = "1.2"
name = "broadband_affordability"
title = "Price of entry-level broadband, percent of monthly GNI per head"
unit = "PT_GNI"
rollup = "median"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 1
coverage = { publish = 0.667, flag = 0.5, base = "economies", min_members = 3 }
datasets = ["itu/price_baskets", "itu/price_baskets_datahub", "itu/facts_and_figures"]
definition = "Price of a month of the cheapest plan that meets the entry-level basket, as percent of a twelfth of gross national income per head"
method = """
The breakdown names the basket, and baskets are never chained:
FIXED_1GB 2008 to 2017, FIXED_5GB from 2018; MOBILE_1_5GB 2018 to 2020, MOBILE_2GB 2021 to 2024,
MOBILE_5GB from the 2025 edition on (which also gives 2024 for it), all data-only.
ITU's own percentage is used: it divides by the GNI per head known when the price was collected, normally that
of the year before. The workbook is taken first, then the DataHub.
Groups are medians over the economies with a price, each counting once, as in ITU's reports: half of the
economies are below, which is not half of the people. ITU's medians are copied as `published`, each series
whole from one edition.
"""
caveats = """
No basket runs from 2017 to today: a change across 2017/2018 or 2020/2021 is a change of basket.
GNI per head is an average; for most households the price weighs more.
A median can move because other economies report.
"""
owner = "Yardstick method group"
sources = [
  { title = "ITU ICT price baskets, historical workbook", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, ICT Price Baskets, economies 2008 onwards", url = "https://www.itu.int/en/ITU-D/Statistics/Pages/ICTprices/default.aspx" },
  { title = "ITU DataHub, price baskets (33331, 33351, 34593, 36056)", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "ITU Facts and Figures", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, Measuring digital development: Facts and Figures, edition as in the note", url = "https://www.itu.int/itu-d/reports/statistics/" },
]

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
note = "Reads FIXED_5GB. The plan names no level; 2 percent is the Broadband Commission's, and exactly 2 counts as affordable"

[[target]]
id = "1.2.mobile"
title = "Mobile broadband affordable in developing countries"
area = "DEVELOPING"
year = 2030
value = 2.0
direction = "down"
baseline_year = 2024
breakdown = "MOBILE_5GB"
also = ["groups", "countries"]
note = "Reads MOBILE_5GB, which starts in 2024; earlier mobile baskets are other products and cannot be its baseline"

[[target]]
id = "T1.3"
title = "Internet access 25 percent more affordable by 2023 than in 2017"
area = "WLD"
year = 2023
change = -0.25
direction = "down"
baseline_year = 2017
breakdown = "FIXED_5GB"
note = "Reads FIXED_5GB, which starts in 2018: that year stands in for the baseline 2017, for which only the 1 GB basket exists"

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
WITH offered AS (
  SELECT
    o.ref_area, o.time_period, o.obs_value, o.obs_status, o.source,
    CASE
      WHEN o.series IN ('i154_FBB_GNI', 'FBB_GNI') THEN 'FIXED_1GB'
      WHEN o.series IN ('33331', 'i154_FBB5_GNI', 'FBB5_GNI') THEN 'FIXED_5GB'
      WHEN o.series IN ('33351', 'i271mb_1GB5_GNI', 'DOMB_GNI') THEN 'MOBILE_1_5GB'
      WHEN o.series IN ('34593', 'i271mb_2GB_GNI', 'DOMB2_GNI') THEN 'MOBILE_2GB'
      WHEN o.series IN ('36056', 'i271mb_5GB_GNI', 'DOMB5_GNI') THEN 'MOBILE_5GB'
      WHEN o.series = 'price_basket_median_pct_gni_pc' THEN o.breakdown
    END AS breakdown,
    -- economies choose year by year, a group's series comes whole from one edition
    CASE WHEN g.group_code IS NULL THEN o.time_period ELSE 0 END AS chosen_for,
    -- sorts: the last in the alphabet is the best
    concat_ws(' ',
      CASE
        WHEN o.series = 'price_basket_median_pct_gni_pc' THEN concat_ws(' ', 'c', o.note)
        WHEN o.series IN ('33331', '33351', '34593', '36056') THEN 'a'
        ELSE 'b'
      END,
      o.dataset, o.series) AS edition,
    CASE
      WHEN g.group_code IS NULL THEN nullif(o.note, '')
      WHEN o.series = 'price_basket_median_pct_gni_pc' THEN concat_ws(', ', 'Facts and Figures', nullif(o.note, ''))
      ELSE concat_ws(', ', 'ITU price baskets', nullif(o.note, ''), 'snapshot ' || substr(o.snapshot, 1, 12))
    END AS note
  FROM (SELECT DISTINCT group_code FROM groups) AS g
  RIGHT JOIN observations AS o ON g.group_code = o.ref_area
  WHERE o.source = 'itu'
    AND o.series IN (
      'i154_FBB_GNI', 'FBB_GNI',
      '33331', 'i154_FBB5_GNI', 'FBB5_GNI',
      '33351', 'i271mb_1GB5_GNI', 'DOMB_GNI',
      '34593', 'i271mb_2GB_GNI', 'DOMB2_GNI',
      '36056', 'i271mb_5GB_GNI', 'DOMB5_GNI',
      'price_basket_median_pct_gni_pc')
    AND o.obs_value IS NOT NULL
    AND (o.breakdown = '_T' OR o.series = 'price_basket_median_pct_gni_pc')
),
compared AS (
  SELECT
    ref_area, time_period, breakdown, obs_value, obs_status, source, note, edition,
    max(edition) OVER (PARTITION BY ref_area, chosen_for, breakdown) AS best_edition
  FROM offered
)
SELECT
  ref_area, time_period, breakdown, obs_value AS value, obs_status, note, source
FROM compared
WHERE edition = best_edition
