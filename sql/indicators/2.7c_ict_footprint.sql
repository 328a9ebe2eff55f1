/*---
id = "2.7c"
name = "ict_footprint"
title = "Greenhouse-gas emissions of the ICT sector"
unit = "MT_CO2E"
rollup = "none"
groups = ["world"]
window = 0
coverage = { publish = 0.667, flag = 0.5, base = "economies" }
datasets = ["itu/ict_footprint"]
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
owner = "Yardstick method group"
sources = [
  { title = "Greening Digital Companies, and published studies of the ICT footprint", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU and World Benchmarking Alliance, Greening Digital Companies, and studies as in the note of each row", url = "https://www.itu.int/en/ITU-D/Environment" },
]

[[target]]
id = "2.7c"
title = "Total carbon footprint of ICTs significantly reduced"
area = "WLD"
year = 2030
change = -0.45
direction = "down"
baseline_year = 2020
breakdown = "*"
note = "The plan gives no number; 45 percent below 2020 is the sector's path in Recommendation ITU-T L.1470"
---*/
SELECT
  o.ref_area, o.time_period,
  CASE WHEN o.series = 'digital_companies_operational_ghg' THEN 'DIGITAL_COMPANIES' ELSE o.breakdown END AS breakdown,
  o.obs_value AS value, o.unit, o.obs_status, o.note, o.source
FROM observations AS o
WHERE o.source = 'itu' AND o.series IN ('ict_ghg_emissions', 'digital_companies_operational_ghg')
  AND o.unit = 'MT_CO2E' AND o.obs_value IS NOT NULL
