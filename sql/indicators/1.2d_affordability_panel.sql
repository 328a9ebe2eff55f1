/*---
id = "1.2d"
name = "affordability_panel"
title = "Price of entry-level broadband in the same economies, percent of monthly GNI per head"
unit = "PT_GNI"
rollup = "median_panel"
window = 0
coverage = { base = "economies", min_members = 3, publish = 0.5, flag = 0.25 }
datasets = ["itu/price_baskets", "itu/price_baskets_2008_2021", "itu/price_baskets_datahub"]
series = [
  { source = "itu", series = "i154_FBB5_GNI", dataset = "price_baskets", breakdown = "FIXED_PANEL" },
  { source = "itu", series = "FBB5_GNI", dataset = "price_baskets", breakdown = "FIXED_PANEL" },
  { source = "itu", series = "i154_FBB_GNI", dataset = "price_baskets", breakdown = "FIXED_PANEL" },
  { source = "itu", series = "FBB_GNI", dataset = "price_baskets", breakdown = "FIXED_PANEL" },
  { source = "itu", series = "i154_FBB5_GNI", dataset = "price_baskets_2008_2021", breakdown = "FIXED_PANEL" },
  { source = "itu", series = "i154_FBB_GNI", dataset = "price_baskets_2008_2021", breakdown = "FIXED_PANEL" },
  { source = "itu", series = "i271mb_1GB5_GNI", dataset = "price_baskets_2008_2021", breakdown = "MOBILE_PANEL" },
  { source = "itu", series = "i271mb_2GB_GNI", dataset = "price_baskets_2008_2021", breakdown = "MOBILE_PANEL" },
  { source = "itu", series = "data_only_mobile_to_2017_GNI", dataset = "price_baskets_2008_2021", breakdown = "MOBILE_PANEL" },
]
definition = "Price of a month of the cheapest plan that meets the entry-level basket, as percent of a twelfth of gross national income per head, in the economies with a price in every year"
method = """
Medians over a balanced panel: only economies with a price in every year count, each once. So ITU makes the medians that
its workbook of prices prints; those of 2008 to 2021 come out.
FIXED_PANEL (1 GB to 2017, 5 GB from 2018) and MOBILE_PANEL (data-only, from 2013 on) go on through the changes of
basket, as the workbook does, and are whole from one edition: the newest that is loaded. `<basket>_PANEL`, such as
FIXED_5GB_PANEL, is one basket of broadband_affordability in all its years.
Coverage is the share of all economies that the panel has. It is shown from half on, and flagged from a quarter on:
prices are asked of some 200 of the 237 economies, and a panel has fewer still.
"""
caveats = """
A panel leaves out economies that did not report in some year, poor ones more often than others: its level is lower than
that of all economies, and only its change is to be read.
FIXED_PANEL and MOBILE_PANEL change with the basket in 2018, and in 2021: a part of their change is that of the basket.
"""
sources = ["itu/price_baskets", "itu/price_baskets_2008_2021", "itu/price_baskets_datahub"]

[[target]]
id = "T1.3"
title = "Internet access 25 percent more affordable by 2023 than in 2017"
year = 2023
change = -0.25
direction = "down"
baseline_year = 2017
breakdown = "FIXED_PANEL"
note = "Reads the fixed basket in the economies with a price in every year of the workbook, 1 GB in 2017 and 5 GB from 2018 on, as ITU goes on through the change"

[[target]]
id = "T1.3.one_basket"
title = "Internet access 25 percent more affordable by 2023 than in 2018, one basket"
year = 2023
change = -0.25
direction = "down"
baseline_year = 2018
breakdown = "FIXED_5GB_PANEL"
note = "A second reading: the basket of 5 GB alone, which starts in 2018, in the economies with a price in every year"
---*/
WITH editions AS (
  SELECT breakdown, snapshot, row_number() OVER (PARTITION BY breakdown ORDER BY min(place), snapshot) AS edition
  FROM offered
  WHERE value IS NOT NULL
  GROUP BY breakdown, snapshot
),
ranked AS (
  SELECT
    o.ref_area, o.time_period, o.breakdown, o.value, o.obs_status, o.note, o.source,
    row_number() OVER (PARTITION BY o.ref_area, o.time_period, o.breakdown ORDER BY o.place) AS preference
  FROM offered AS o
  JOIN editions AS e ON e.edition = 1 AND e.breakdown = o.breakdown AND e.snapshot = o.snapshot
  -- G: of a basket that was not yet in force, or no longer
  WHERE o.value IS NOT NULL AND o.obs_status <> 'G'
)
SELECT ref_area, time_period, breakdown, value, obs_status, note, source
FROM ranked
WHERE preference = 1
UNION ALL
SELECT a.ref_area, a.time_period, a.breakdown || '_PANEL' AS breakdown, a.value, a.obs_status, a.note, a.source
FROM indicators.broadband_affordability AS a
WHERE a.estimate = 'reported' AND a.value IS NOT NULL
