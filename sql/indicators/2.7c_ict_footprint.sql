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
  { source = "itu", series = "ict_ghg_share", breakdown = "SECTOR_SHARE" },
  { source = "itu", series = "digital_companies_operational_ghg", breakdown = "DIGITAL_COMPANIES", provider_breakdown = "*" },
]
definition = "Emissions from making and running ICT networks, data centres and user devices: as a share of the world's emissions, and in million tonnes of CO2 equivalent a year, by type of service and provider"
method = """
Published studies and reports, entered by hand. Breakdown SECTOR_SHARE is the whole sector as percent of the world's
emissions, `_T` the whole sector in tonnes; NETWORKS, DATA_CENTRES and USER_DEVICES are types of service, in tonnes;
OPERATORS and DIGITAL_COMPANIES are providers. The note names the study, the edition and what it covers. Nothing is
added up, averaged or interpolated.
"""
caveats = """
There is no official yearly series. Types of service and providers overlap and do not add up to the sector.
The company panels change from edition to edition, and report themselves, mostly scopes 1 and 2: their totals
are no trend, and no figure of the sector.
"""
sources = ["itu/ict_footprint"]

[[target]]
id = "2.7c"
title = "Total carbon footprint of ICTs significantly reduced"
year = 2030
change = -0.45
direction = "down"
baseline_year = 2020
breakdown = "SECTOR_SHARE"
note = "Reads the share of the sector in the world's emissions, the figure of the whole sector that studies print. The plan gives no number; 45 percent below 2020 is the sector's path in tonnes in Recommendation ITU-T L.1470, and our reading of it for the share"

[[target]]
id = "2.7c.tonnes"
title = "Total carbon footprint of ICTs significantly reduced, in tonnes"
year = 2030
change = -0.45
direction = "down"
baseline_year = 2020
without_value = "no study of the whole sector in tonnes is at hand: type it as series ict_ghg_emissions (itu/ict_footprint)"
note = "The plan gives no number; 45 percent below 2020 is the sector's path in Recommendation ITU-T L.1470"

[[target]]
id = "2.7c.companies"
title = "Operational emissions of the large digital companies, scopes 1 and 2"
year = 2030
change = -0.45
direction = "down"
baseline_year = 2020
breakdown = "DIGITAL_COMPANIES"
without_class = "no figure of the sector: the companies change from edition to edition and report scopes 1 and 2 alone"
note = "Beside the target, in its own name"
---*/
SELECT ref_area, time_period, breakdown, value, unit, obs_status, note, source
FROM offered
WHERE value IS NOT NULL AND (unit = 'MT_CO2E' AND breakdown <> 'SECTOR_SHARE' OR unit = 'PT' AND breakdown = 'SECTOR_SHARE')
