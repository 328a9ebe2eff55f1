/*---
id = "1.2b"
name = "broadband_affordability_share"
title = "Economies in which entry-level broadband costs at most 2 percent of monthly GNI per head"
unit = "PT"
rollup = "share_of_economies"
window = 1
coverage = { base = "economies", min_members = 3 }
datasets = ["itu/price_baskets", "itu/price_baskets_datahub", "itu/price_baskets_2008_2021"]
definition = "Economies whose entry-level basket costs 2 percent of monthly GNI per head or less, as percent of the economies with a price"
method = """
Reads what broadband_affordability reports for each economy, basket by basket. Exactly 2 percent counts as
affordable. The denominator is the economies with a price, not all of them: see members_observed.
"""
caveats = "A share of economies, each counting once: not a share of people. The breakdown is the basket, as in broadband_affordability"
sources = ["itu/price_baskets", "itu/price_baskets_datahub", "itu/price_baskets_2008_2021"]

[[target]]
id = "1.2.economies"
title = "Fixed broadband affordable in every developing economy"
area = "DEVELOPING"
year = 2030
value = 100.0
met_at = 95.0
baseline_year = 2020
breakdown = "FIXED_5GB"
also = ["groups"]
note = "Reads “for all” as every economy at 2 percent or less; 95 percent and over counts as met. Basket FIXED_5GB"

[[target]]
id = "1.2.economies_mobile"
title = "Mobile broadband affordable in every developing economy"
area = "DEVELOPING"
year = 2030
value = 100.0
met_at = 95.0
baseline_year = 2023
breakdown = "MOBILE_5GB"
also = ["groups"]
note = "Reads “for all” as every economy at 2 percent or less; 95 percent and over counts as met. Basket MOBILE_5GB, which the DataHub gives from 2023 on"
---*/
SELECT
  a.ref_area, a.time_period, a.breakdown,
  CASE WHEN a.value <= 2.0 THEN 1.0 ELSE 0.0 END AS value,
  'YES_NO' AS unit,
  a.obs_status, a.note, a.source
FROM indicators.broadband_affordability AS a
WHERE a.estimate = 'reported' AND a.value IS NOT NULL
