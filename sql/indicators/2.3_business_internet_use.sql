/*---
id = "2.3"
name = "business_internet_use"
title = "Businesses using the Internet"
unit = "PT"
rollup = "median"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "economies", min_members = 3 }
datasets = ["unctad/ict_use_by_size", "unctad/ict_use_by_location"]
definition = "Share of enterprises that used the Internet during the year, as percent of all enterprises in the survey's scope (core indicator B3)"
method = """
UNCTAD's figure for each economy and year, for all sizes together (`_T`), by size class and, where given, for
urban and rural enterprises. The total is taken from the report by size, else from that by location.
Groups are medians over the economies with a figure: a weighted mean would need the number of enterprises by
size, which no source here serves. `imputed` carries a figure for up to five years, since surveys are irregular.
"""
caveats = """
A median of economies is not the share of the world's businesses, and it leans to the economies that hold such
surveys, most of them rich: hardly any group reaches the coverage needed.
Many totals cover enterprises with 10 or more persons employed only. Very small ones, the great majority, are
then left out, and the figure is much too high for them.
No breakdown by sex exists.
"""
owner = "Yardstick method group"
sources = [
  { title = "UNCTADstat, core indicators on ICT use in business, by size class (US.IctUseEnterprSize) and by location (US.IctUseLocation)", licence = "CC BY 3.0 IGO", citation = "UNCTAD, UNCTADstat data centre", url = "https://unctadstat.unctad.org/datacentre/" },
]

[[target]]
id = "2.3"
title = "Universal use of the Internet by businesses"
area = "WLD"
year = 2030
value = 100.0
met_at = 95.0
direction = "up"
baseline_year = 2015
size_class = "*"
also = ["groups", "countries"]
note = "All sizes together and each size class. Baseline 2015, since surveys are years apart; 95 percent and over counts as met"
---*/
WITH offered AS (
  SELECT
    o.ref_area, o.time_period, o.urbanisation, o.size_class, o.obs_value, o.obs_status, o.note, o.source,
    -- sorts: the last in the alphabet is the best
    concat_ws(' ', CASE WHEN o.dataset = 'ict_use_by_location' THEN 'a' ELSE 'b' END, o.dataset) AS edition
  FROM observations AS o
  WHERE o.source = 'unctad' AND o.series = 'B3' AND o.obs_value IS NOT NULL
    AND o.breakdown = '_T'
),
compared AS (
  SELECT
    ref_area, time_period, urbanisation, size_class, obs_value, obs_status, note, source, edition,
    max(edition) OVER (PARTITION BY ref_area, time_period, urbanisation, size_class) AS best_edition
  FROM offered
)
SELECT
  ref_area, time_period, urbanisation, size_class, obs_value AS value, obs_status, note, source
FROM compared
WHERE edition = best_edition
