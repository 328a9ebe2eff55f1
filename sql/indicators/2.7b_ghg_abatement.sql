/*---
id = "2.7b"
name = "ghg_abatement"
title = "Greenhouse-gas emissions avoided through ICT, gross and net"
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
(MOBILE_INDUSTRY, OPERATORS ..) with `_GROSS` behind it, and the note the study. NET is a figure less the emissions of ICT
itself, entered under that breakdown; there is none yet. Nothing is added up, averaged or interpolated, and no net
figure is made of a gross one.
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
breakdown = "NET"
without_value = "no study publishes a net figure: what is published is gross of the emissions of ICT itself, see 2.7b.gross"
note = "The plan gives no number; 30 percent over 2010 is carried over from target 3.4 of the former plan. Reading a net figure, as the plan says"

[[target]]
id = "2.7b.gross"
title = "ICT-enabled greenhouse-gas abatement, gross"
year = 2030
change = 0.30
baseline_year = 2010
breakdown = "*"
without_class = "gross of the emissions of ICT itself: the plan asks for the net figure, which nobody publishes"
note = "Beside the target, in its own name; each study counts other services"

[[target]]
id = "T3.4"
title = "Net ICT-enabled greenhouse-gas abatement up by 30 percent by 2023 from 2010"
year = 2023
change = 0.30
baseline_year = 2010
breakdown = "NET"
without_value = "no study publishes a net figure: what is published is gross of the emissions of ICT itself, see 2.7b.gross"
note = "Baseline 2010 as in the plan's target table"
---*/
SELECT
  ref_area, time_period, CASE WHEN breakdown = 'NET' THEN breakdown ELSE breakdown || '_GROSS' END AS breakdown,
  value, unit, obs_status, note, source
FROM offered
WHERE unit = 'MT_CO2E' AND value IS NOT NULL
