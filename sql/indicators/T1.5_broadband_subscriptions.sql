/*---
id = "T1.5"
name = "broadband_subscriptions"
title = "Broadband subscriptions"
unit = "NUMBER"
rollup = "sum"
datasets = ["itu/fixed_broadband", "itu/mobile_broadband", "unsd/sdg_global"]
series = [
  { source = "itu", series = "19257", breakdown = "FIXED" },
  { source = "itu", series = "11632", breakdown = "MOBILE" },
  { source = "unsd", series = "IT_NET_BBN", breakdown = "FIXED", provider_breakdown = "ANYS" },
]
definition = "Fixed-broadband subscriptions of at least 256 kbit/s and active mobile-broadband subscriptions"
method = """
Breakdown FIXED, MOBILE, and `_T`, the sum of the two where an economy has both in the same year. The ITU
DataHub is taken first; for FIXED the UN SDG database (all speeds) where the DataHub has none.
Groups are sums over their members. `imputed` adds the latest figure of the last five years for a member that
is missing.
"""
caveats = """
A sum over reporting economies grows when more of them report: compare years by `imputed` and by the coverage,
which is the share of population.
One person may hold several mobile subscriptions, and a fixed one may serve many.
"""
sources = ["itu/fixed_broadband", "itu/mobile_broadband", "unsd"]

[[target]]
id = "T1.5"
title = "Broadband subscriptions up by 50 percent by 2023"
year = 2023
change = 0.50
baseline_year = 2017
breakdown = "_T"
also = ["groups"]
note = "Fixed and mobile together. The plan states no baseline here; 2017 is the one that it names elsewhere and the last full year before its adoption in 2018"
[target.read_for.fixed]
breakdown = "FIXED"
title = "Fixed-broadband subscriptions up by 50 percent by 2023"
note = "The same target read for fixed broadband by itself; baseline 2017 as above"
---*/
SELECT ref_area, time_period, breakdown, value, obs_status, note, source
FROM chosen
UNION ALL
SELECT
  c.ref_area, c.time_period, '_T' AS breakdown, sum(c.value) AS value,
  substr(max(s.severity), 2) AS obs_status, max(c.note) AS note, min(c.source) AS source
FROM chosen AS c
JOIN status_order AS s USING (obs_status)
GROUP BY c.ref_area, c.time_period
HAVING count(*) = 2
