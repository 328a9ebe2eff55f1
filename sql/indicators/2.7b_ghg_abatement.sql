/*---
id = "2.7b"
name = "ghg_abatement"
title = "Greenhouse-gas emissions avoided through ICT"
unit = "MT_CO2E"
rollup = "none"
groups = ["world"]
window = 0
coverage = { publish = 0.667, flag = 0.5, base = "economies" }
datasets = ["itu/ict_abatement"]
definition = "Emissions that ICT services are estimated to have avoided in other sectors, in million tonnes of CO2 equivalent a year"
method = """
Published studies, entered by hand, one row for each study, year and provider; the breakdown names the provider
(MOBILE_INDUSTRY, OPERATORS ..) and the note the study. Nothing is added up, averaged or interpolated.
"""
caveats = """
No agency publishes a yearly series. The studies are gross of ICT's own emissions, count different services, and
rest on assumptions about what would have happened otherwise: they give context and are not comparable.
Recommendation ITU-T L.1480 sets a method, but no data follow from it yet.
"""
owner = "Yardstick method group"
sources = [
  { title = "Published studies of ICT-enabled abatement", licence = "facts and figures with citation", citation = "As in the note of each row, such as GSMA and Carbon Trust, The Enablement Effect, 2019", url = "https://www.itu.int/en/ITU-T/climatechange" },
]

[[target]]
id = "2.7b"
title = "Net ICT-enabled greenhouse-gas abatement significantly improved"
area = "WLD"
year = 2030
change = 0.30
direction = "up"
baseline_year = 2010
breakdown = "*"
note = "The plan gives no number; 30 percent over 2010 is carried over from target 3.4 of the former plan. Without a figure near 2010 there is no progress to state"

[[target]]
id = "T3.4"
title = "Net ICT-enabled greenhouse-gas abatement up by 30 percent by 2023 from 2010"
area = "WLD"
year = 2023
change = 0.30
direction = "up"
baseline_year = 2010
breakdown = "*"
note = "Baseline 2010 as in the plan's target table. Without a figure near 2010 there is no progress to state"
---*/
SELECT
  o.ref_area, o.time_period, o.breakdown, o.obs_value AS value, o.unit, o.obs_status, o.note, o.source
FROM observations AS o
WHERE o.source = 'itu' AND o.series = 'ict_enabled_avoided_ghg' AND o.unit = 'MT_CO2E'
  AND o.obs_value IS NOT NULL
