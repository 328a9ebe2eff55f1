/*---
id = "2.7b"
name = "ghg_abatement"
title = "Greenhouse-gas emissions avoided through ICT"
unit = "MT_CO2E"
rollup = "none"
groups = ["world"]
window = 0
coverage = { base = "economies" }
datasets = ["itu/ict_abatement"]
series = [{ source = "itu", series = "ict_enabled_avoided_ghg" }]
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
sources = ["itu/ict_abatement"]

[[target]]
id = "2.7b"
title = "Net ICT-enabled greenhouse-gas abatement significantly improved"
year = 2030
change = 0.30
baseline_year = 2010
breakdown = "*"
note = "The plan gives no number; 30 percent over 2010 is carried over from target 3.4 of the former plan. Without a figure near 2010 there is no progress to state"

[[target]]
id = "T3.4"
title = "Net ICT-enabled greenhouse-gas abatement up by 30 percent by 2023 from 2010"
year = 2023
change = 0.30
baseline_year = 2010
breakdown = "*"
note = "Baseline 2010 as in the plan's target table. Without a figure near 2010 there is no progress to state"
---*/
SELECT ref_area, time_period, breakdown, value, unit, obs_status, note, source
FROM offered
WHERE unit = 'MT_CO2E' AND value IS NOT NULL
