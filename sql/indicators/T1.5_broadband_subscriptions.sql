/*---
id = "T1.5"
name = "broadband_subscriptions"
title = "Broadband subscriptions"
unit = "NUMBER"
rollup = "sum"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "population" }
datasets = ["itu/fixed_broadband", "itu/mobile_broadband", "unsd/sdg_global"]
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
owner = "Yardstick method group"
sources = [
  { title = "ITU DataHub, fixed-broadband (19257) and active mobile-broadband subscriptions (11632)", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "UN SDG database, IT_NET_BBN (17.6.1)", licence = "CC BY 3.0 IGO", citation = "United Nations Statistics Division, Global SDG Indicators Database", url = "https://unstats.un.org/sdgs/dataportal" },
]

[[target]]
id = "T1.5"
title = "Broadband subscriptions up by 50 percent by 2023"
area = "WLD"
year = 2023
change = 0.50
direction = "up"
baseline_year = 2017
breakdown = "_T"
also = ["groups"]
note = "Fixed and mobile together. The plan states no baseline here; 2017 is the one that it names elsewhere and the last full year before its adoption in 2018"

[[target]]
id = "T1.5.fixed"
title = "Fixed-broadband subscriptions up by 50 percent by 2023"
area = "WLD"
year = 2023
change = 0.50
direction = "up"
baseline_year = 2017
breakdown = "FIXED"
also = ["groups"]
note = "The same target read for fixed broadband by itself; baseline 2017 as above"
---*/
WITH offered AS (
  SELECT
    o.ref_area, o.time_period, o.obs_value, o.obs_status, o.source,
    CASE WHEN o.series = '11632' THEN 'MOBILE' ELSE 'FIXED' END AS breakdown,
    -- economies choose year by year, a group's series comes whole from one source
    CASE WHEN g.group_code IS NULL THEN o.time_period ELSE 0 END AS chosen_for,
    -- sorts: the last in the alphabet is the best
    concat_ws(' ', CASE o.source WHEN 'itu' THEN 'b' ELSE 'a' END, o.dataset) AS edition,
    CASE
      WHEN g.group_code IS NULL THEN nullif(o.note, '')
      ELSE concat_ws(', ',
        CASE o.source WHEN 'itu' THEN 'ITU DataHub' ELSE 'UN SDG database' END,
        nullif(o.note, ''), 'snapshot ' || substr(o.snapshot, 1, 12))
    END AS note
  FROM (SELECT DISTINCT group_code FROM groups) AS g
  RIGHT JOIN observations AS o ON g.group_code = o.ref_area
  WHERE ((o.source = 'itu' AND o.series IN ('19257', '11632') AND o.breakdown = '_T')
      OR (o.source = 'unsd' AND o.series = 'IT_NET_BBN' AND o.breakdown = 'ANYS'))
    AND o.obs_value IS NOT NULL
),
compared AS (
  SELECT
    ref_area, time_period, breakdown, obs_value, obs_status, source, note, edition,
    max(edition) OVER (PARTITION BY ref_area, chosen_for, breakdown) AS best_edition
  FROM offered
),
counts AS (
  SELECT ref_area, time_period, breakdown, obs_value, obs_status, source, note
  FROM compared
  WHERE edition = best_edition
)
SELECT ref_area, time_period, breakdown, obs_value AS value, obs_status, note, source
FROM counts
UNION ALL
SELECT
  ref_area, time_period, '_T' AS breakdown, sum(obs_value) AS value,
  CASE WHEN min(obs_status) = max(obs_status) THEN min(obs_status) ELSE 'E' END AS obs_status,
  max(note) AS note, min(source) AS source
FROM counts
GROUP BY ref_area, time_period
HAVING count(*) = 2
