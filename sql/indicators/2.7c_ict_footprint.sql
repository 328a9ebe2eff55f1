/*---
id = "2.7c"
name = "ict_footprint"
title = "Greenhouse-gas emissions of the ICT sector"
unit = "MT_CO2E"
rollup = "none"
groups = ["world"]
window = 0
coverage = { base = "economies" }
datasets = ["itu/ict_footprint"]
series = [
  { source = "itu", series = "ict_ghg_emissions" },
  { source = "itu", series = "digital_companies_operational_ghg", breakdown = "DIGITAL_COMPANIES", provider_breakdown = "*" },
]
definition = "Emissions from making and running ICT networks, data centres and user devices, in million tonnes of CO2 equivalent a year, by type of service and provider"
method = """
Published studies and reports, entered by hand. Breakdown `_T` is the whole sector; NETWORKS, DATA_CENTRES and
USER_DEVICES are types of service; OPERATORS and DIGITAL_COMPANIES are providers. The note names the study, the
edition and what it covers. Nothing is added up, averaged or interpolated.
"""
caveats = """
There is no official yearly series. Types of service and providers overlap and do not add up to the sector.
The company panels change from edition to edition, and report themselves, mostly scopes 1 and 2: their totals
are no trend.
"""
sources = ["itu/ict_footprint"]

[[target]]
id = "2.7c"
title = "Total carbon footprint of ICTs significantly reduced"
year = 2030
change = -0.45
direction = "down"
baseline_year = 2020
breakdown = "*"
note = "The plan gives no number; 45 percent below 2020 is the sector's path in Recommendation ITU-T L.1470"
---*/
SELECT ref_area, time_period, breakdown, value, unit, obs_status, note, source
FROM offered
WHERE unit = 'MT_CO2E' AND value IS NOT NULL
