/*---
id = "2.3"
name = "business_internet_use"
title = "Businesses using the Internet"
unit = "PT"
rollup = "median"
coverage = { base = "economies", min_members = 3 }
datasets = ["unctad/ict_use_by_size", "unctad/ict_use_by_location"]
series = [{ source = "unctad", series = "B3" }]
definition = "Share of enterprises that used the Internet during the year, as percent of all enterprises in the survey's scope (core indicator B3)"
method = """
UNCTAD's figure for each economy and year, for all sizes together (`_T`), by size class and, where given, for
urban and rural enterprises. The total is taken from the report by size, else from that by location.
Groups are medians over the economies with a figure. No weighted figure can exist until enterprises are counted: the
weight is their number by size and economy, which no source here serves. `imputed` carries a figure for up to five years, since surveys are irregular.
"""
caveats = """
A median of economies is not the share of the world's businesses, and it leans to the economies that hold such
surveys, most of them rich: hardly any group reaches the coverage needed.
Many totals cover enterprises with 10 or more persons employed only. Very small ones, the great majority, are
then left out, and the figure is much too high for them.
No breakdown by sex exists.
"""
sources = ["unctad"]

[[target]]
id = "2.3"
title = "Universal use of the Internet by businesses"
year = 2030
value = 100.0
met_at = 95.0
baseline_year = 2015
size_class = "*"
also = ["groups", "countries"]
note = "All sizes together and each size class. Baseline 2015, since surveys are years apart; 95 percent and over counts as met"
without_value = "no weighted figure of the world can exist until enterprises are counted, and 66 economies reported to UNCTAD within five years of any one: too few of 237"
---*/
SELECT ref_area, time_period, urbanisation, size_class, value, obs_status, note, source
FROM chosen
WHERE breakdown = '_T'
