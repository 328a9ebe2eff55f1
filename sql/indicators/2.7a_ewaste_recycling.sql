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
recycling. This is the world reading of the target. The zero is an assumption and nobody's figure: it counts in
the result, not in the coverage, which is the share of the e-waste whose economy documents recycling. Groups below
one half of it are withheld. `imputed` takes the latest documented rate of five years before the zero.
REPORTERS: only the economies with a figure of recycled tonnes, with the same coverage. In 2019 the two readings
give 17.3 and 21.3 percent of the world.
A row has the worse status of its two figures (U, then E, then any other but A), and their notes.
Aggregates of the UN SDG database are copied as `published` under `_T`. MONITOR has the rates printed in the
Global E-waste Monitor, for each area those of its newest edition alone.
"""
caveats = """
Undocumented recycling exists: the true rate is higher. Where hardly any economy documents, as in Africa, a rate
of documented recycling cannot be stated.
Generated tonnes are modelled, recycled tonnes reported; ratios above 100 occur and are handled as corrections.
The published world numerator is not the sum of the economies that report.
Monitor editions revise the past heavily (2019: 17.4 in one, 22.8 on a later basis): its values neither continue
the UN's series nor make a trend across editions, and its newest world rate is far above the UN's last.
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
id = "2.7a.monitor"
title = "Global e-waste recycling rate, as printed in the newest Global E-waste Monitor"
area = "WLD"
year = 2030
value = 30.0
direction = "up"
baseline_year = 2015
breakdown = "MONITOR"
also = ["groups"]
estimates = ["published"]
note = "Level as above. An edition prints few years and is not joined with others, so there is seldom a pace"

[[target]]
id = "T3.2"
title = "Global e-waste recycling rate of 30 percent by 2023"
area = "WLD"
year = 2023
value = 30.0
direction = "up"
baseline_year = 2015
also = ["groups"]
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"
---*/
WITH tonnes AS (
  SELECT
    o.ref_area, o.time_period,
    max(CASE WHEN o.series = 'EN_EWT_GENV' THEN o.obs_value END) AS generated,
    max(CASE WHEN o.series = 'EN_EWT_RCYV' THEN o.obs_value END) AS recycled,
    max(CASE WHEN o.series = 'EN_EWT_GENV' THEN o.obs_status END) AS generated_status,
    max(CASE WHEN o.series = 'EN_EWT_RCYV' THEN o.obs_status END) AS recycled_status,
    max(CASE WHEN o.series = 'EN_EWT_GENV' THEN nullif(o.note, '') END) AS generated_note,
    max(CASE WHEN o.series = 'EN_EWT_RCYV' THEN nullif(o.note, '') END) AS recycled_note,
    max(o.snapshot) AS snapshot
  FROM observations AS o
  WHERE o.source = 'unsd' AND o.series IN ('EN_EWT_GENV', 'EN_EWT_RCYV') AND o.breakdown = '_T'
    AND o.obs_value IS NOT NULL
  GROUP BY o.ref_area, o.time_period
),
rates AS (
  SELECT
    ref_area, time_period, generated, recycled, snapshot,
    CASE
      WHEN 'U' IN (generated_status, recycled_status) THEN 'U'
      WHEN 'E' IN (generated_status, recycled_status) THEN 'E'
      WHEN recycled_status = 'A' THEN generated_status
      ELSE recycled_status
    END AS obs_status,
    concat_ws('; ', generated_note, CASE WHEN recycled_note = generated_note THEN NULL ELSE recycled_note END) AS note
  FROM tonnes
  WHERE generated > 0.0
),
economies AS (
  SELECT
    r.ref_area, r.time_period, k.breakdown,
    CASE WHEN k.breakdown = '_T' THEN coalesce(r.recycled, 0.0) ELSE r.recycled END AS numerator,
    r.generated AS denominator,
    CASE WHEN r.recycled IS NOT NULL THEN r.obs_status WHEN k.breakdown = '_T' THEN 'I' ELSE 'O' END AS obs_status,
    CASE
      WHEN r.recycled IS NOT NULL THEN nullif(r.note, '')
      WHEN k.breakdown = '_T' THEN 'no documented recycling reported: counted as zero'
    END AS note,
    'unsd' AS source,
    -- 0: assumed, not observed
    CASE WHEN r.recycled IS NULL AND k.breakdown = '_T' THEN 0.0 END AS coverage
  FROM (VALUES ('_T'), ('REPORTERS')) AS k (breakdown)
  CROSS JOIN areas AS a
  JOIN rates AS r ON a.ref_area = r.ref_area
),
aggregates AS (
  SELECT
    r.ref_area, r.time_period, r.recycled AS numerator, r.generated AS denominator, r.obs_status,
    concat_ws(', ', 'UN SDG database', nullif(r.note, ''), 'snapshot ' || substr(r.snapshot, 1, 12)) AS note
  FROM (SELECT DISTINCT group_code FROM groups) AS g
  JOIN rates AS r ON g.group_code = r.ref_area
  WHERE r.recycled IS NOT NULL
),
-- the note begins with the edition: `edition 2024, ..`
monitor AS (
  SELECT
    o.ref_area, o.time_period, o.obs_value, o.obs_status, o.note, o.source,
    split_part(coalesce(o.note, ''), ',', 1) AS edition,
    max(split_part(coalesce(o.note, ''), ',', 1)) OVER (PARTITION BY o.ref_area) AS newest_edition
  FROM (SELECT DISTINCT group_code FROM groups) AS g
  JOIN observations AS o ON g.group_code = o.ref_area
  WHERE o.source = 'itu' AND o.series = 'ewaste_recycling_rate' AND o.obs_value IS NOT NULL
)
SELECT ref_area, time_period, breakdown, numerator, denominator, obs_status, note, source, coverage
FROM economies
UNION ALL
SELECT
  ref_area, time_period, '_T' AS breakdown, numerator, denominator, obs_status, note, 'unsd' AS source, NULL AS coverage
FROM aggregates
UNION ALL
SELECT
  ref_area, time_period, 'MONITOR' AS breakdown, obs_value AS numerator, 100.0 AS denominator, obs_status,
  concat_ws(', ', 'Global E-waste Monitor', nullif(note, '')) AS note, source, NULL AS coverage
FROM monitor
WHERE edition = newest_edition
