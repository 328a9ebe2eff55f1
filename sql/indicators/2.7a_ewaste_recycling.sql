/*---
id = "2.7a"
name = "ewaste_recycling"
title = "E-waste recycling rate"
unit = "PT"
rollup = "ratio_of_sums"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "weight" }
datasets = ["unsd/sdg_global", "itu/ewaste_monitor"]
definition = "E-waste documented as formally collected and recycled, as percent of all e-waste generated, by weight"
method = """
Tonnes recycled over tonnes generated, both of the same economy and year, as a ratio of sums.
`_T`: an economy that documents nothing counts with zero tonnes recycled, since the rate is that of documented
recycling; such rows have status I and say so. This is the world reading of the target.
REPORTERS: only the economies with a figure of recycled tonnes; its coverage is the share of e-waste that they
generate. In 2019 the two readings give 17.3 and 21.3 percent of the world.
Aggregates are copied as `published`: from the UN SDG database for an area that it has, else from the Global
E-waste Monitor, whose rates are printed.
"""
caveats = """
Undocumented recycling exists: the true rate is higher.
Generated tonnes are modelled, recycled tonnes reported; ratios above 100 occur and are handled as corrections.
The published world numerator is not the sum of the economies that report.
Monitor editions revise the past heavily (2019: 17.4 in one, 22.8 on a later basis); each row's note names its
edition, and values of different editions do not make a trend.
EN_EWT_RCYR changed its meaning between releases and is not used.
"""
owner = "Yardstick method group"
sources = [
  { title = "UN SDG database, EN_EWT_GENV and EN_EWT_RCYV (12.4.2, 12.5.1)", licence = "CC BY 3.0 IGO", citation = "United Nations Statistics Division, Global SDG Indicators Database", url = "https://unstats.un.org/sdgs/dataportal" },
  { title = "Global E-waste Monitor", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU and UNITAR, The Global E-waste Monitor, edition as in the note", url = "https://ewastemonitor.info" },
]

[[target]]
id = "2.7a"
title = "Global e-waste recycling rate"
area = "WLD"
year = 2030
value = 30.0
direction = "up"
baseline_year = 2015
also = ["groups", "countries"]
note = "The plan gives no number (`significantly improve`); 30 percent is carried over from target 3.2 of the former plan. Baseline 2015, since the data are older"

[[target]]
id = "T3.2"
title = "Global e-waste recycling rate of 30 percent by 2023"
area = "WLD"
year = 2023
value = 30.0
direction = "up"
baseline_year = 2015
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"
---*/
WITH tonnes AS (
  SELECT
    o.ref_area, o.time_period,
    max(CASE WHEN o.series = 'EN_EWT_GENV' THEN o.obs_value END) AS generated,
    max(CASE WHEN o.series = 'EN_EWT_RCYV' THEN o.obs_value END) AS recycled,
    max(o.snapshot) AS snapshot
  FROM observations AS o
  WHERE o.source = 'unsd' AND o.series IN ('EN_EWT_GENV', 'EN_EWT_RCYV') AND o.breakdown = '_T'
  GROUP BY o.ref_area, o.time_period
),
economies AS (
  SELECT
    t.ref_area, t.time_period, k.breakdown,
    CASE WHEN k.breakdown = '_T' THEN coalesce(t.recycled, 0.0) ELSE t.recycled END AS numerator,
    t.generated AS denominator,
    CASE WHEN t.recycled IS NOT NULL THEN 'A' WHEN k.breakdown = '_T' THEN 'I' ELSE 'O' END AS obs_status,
    CASE WHEN t.recycled IS NULL AND k.breakdown = '_T' THEN 'no documented recycling reported: counted as zero' END AS note,
    'unsd' AS source
  FROM (VALUES ('_T'), ('REPORTERS')) AS k (breakdown)
  CROSS JOIN areas AS a
  JOIN tonnes AS t ON a.ref_area = t.ref_area
  WHERE t.generated > 0.0
),
aggregates AS (
  SELECT
    t.ref_area, t.time_period, t.recycled AS numerator, t.generated AS denominator, 'A' AS obs_status,
    'UN SDG database, snapshot ' || substr(t.snapshot, 1, 12) AS note, 'unsd' AS source
  FROM (SELECT DISTINCT group_code FROM groups) AS g
  JOIN tonnes AS t ON g.group_code = t.ref_area
  WHERE t.generated > 0.0 AND t.recycled IS NOT NULL
),
monitor AS (
  SELECT
    o.ref_area, o.time_period, o.obs_value AS numerator, 100.0 AS denominator, o.obs_status,
    concat_ws(', ', 'Global E-waste Monitor', nullif(o.note, '')) AS note, o.source
  FROM (
    SELECT DISTINCT h.group_code
    FROM groups AS h
    LEFT JOIN aggregates AS a ON h.group_code = a.ref_area
    WHERE a.ref_area IS NULL
  ) AS g
  JOIN observations AS o ON g.group_code = o.ref_area
  WHERE o.source = 'itu' AND o.series = 'ewaste_recycling_rate' AND o.obs_value IS NOT NULL
)
SELECT ref_area, time_period, breakdown, numerator, denominator, obs_status, note, source
FROM economies
UNION ALL
SELECT ref_area, time_period, '_T' AS breakdown, numerator, denominator, obs_status, note, source
FROM aggregates
UNION ALL
SELECT ref_area, time_period, '_T' AS breakdown, numerator, denominator, obs_status, note, source
FROM monitor
