/*---
id = "2.7a"
name = "ewaste_recycling"
title = "E-waste recycling rate"
unit = "PT"
rollup = "ratio_of_sums"
coverage = { base = "weight" }
datasets = ["unsd/sdg_global", "itu/ewaste_monitor"]
series = [
  { source = "unsd", series = "EN_EWT_GENV", breakdown = "GENERATED" },
  { source = "unsd", series = "EN_EWT_RCYV", breakdown = "RECYCLED" },
  { source = "itu", series = "ewaste_recycling_rate", breakdown = "MONITOR", publication = "Global E-waste Monitor" },
]
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
sources = ["unsd", "itu/ewaste_monitor"]

[[target]]
id = "2.7a"
title = "Global e-waste recycling rate"
year = 2030
value = 30.0
baseline_year = 2015
also = ["groups", "countries"]
note = "The plan gives no number (“significantly improve”); 30 percent is carried over from target 3.2 of the former plan. Baseline 2015, since the data are older"

[[target]]
id = "2.7a.monitor"
title = "Global e-waste recycling rate, as printed in the newest Global E-waste Monitor"
year = 2030
value = 30.0
baseline_year = 2015
breakdown = "MONITOR"
also = ["groups"]
estimates = ["published"]
note = "Level as above. An edition prints few years and is not joined with others, so there is seldom a pace"

[[target]]
id = "T3.2"
title = "Global e-waste recycling rate of 30 percent by 2023"
year = 2023
value = 30.0
baseline_year = 2015
also = ["groups"]
note = "The former plan states no baseline; 2015, the start of the SDG period, is used for the pace"
---*/
WITH rates AS (
  SELECT
    c.ref_area, c.time_period, c.is_group,
    max(CASE WHEN c.breakdown = 'GENERATED' THEN c.value END) AS generated,
    max(CASE WHEN c.breakdown = 'RECYCLED' THEN c.value END) AS recycled,
    substr(max(s.severity), 2) AS obs_status,
    max(CASE WHEN c.breakdown = 'GENERATED' THEN c.note END) AS generated_note,
    max(CASE WHEN c.breakdown = 'RECYCLED' THEN c.note END) AS recycled_note
  FROM chosen AS c
  JOIN status_order AS s USING (obs_status)
  WHERE c.breakdown IN ('GENERATED', 'RECYCLED')
  GROUP BY c.ref_area, c.time_period, c.is_group
  HAVING max(CASE WHEN c.breakdown = 'GENERATED' THEN c.value END) > 0.0
)
SELECT
  r.ref_area, r.time_period, k.breakdown,
  CASE WHEN k.breakdown = '_T' THEN coalesce(r.recycled, 0.0) ELSE r.recycled END AS numerator,
  r.generated AS denominator,
  CASE WHEN r.recycled IS NOT NULL THEN r.obs_status WHEN k.breakdown = '_T' THEN 'I' ELSE 'O' END AS obs_status,
  CASE
    WHEN r.recycled IS NOT NULL
    THEN nullif(concat_ws('; ', r.generated_note, nullif(r.recycled_note, r.generated_note)), '')
    WHEN k.breakdown = '_T' THEN 'no documented recycling reported: counted as zero'
  END AS note,
  'unsd' AS source,
  -- 0: assumed, not observed
  CASE WHEN r.recycled IS NULL AND k.breakdown = '_T' THEN 0.0 END AS coverage
FROM rates AS r
CROSS JOIN (VALUES ('_T'), ('REPORTERS')) AS k (breakdown)
WHERE NOT r.is_group
UNION ALL
SELECT
  ref_area, time_period, '_T' AS breakdown, recycled AS numerator, generated AS denominator, obs_status,
  concat_ws('; ', generated_note, nullif(recycled_note, generated_note)) AS note, 'unsd' AS source, NULL AS coverage
FROM rates
WHERE is_group AND recycled IS NOT NULL
UNION ALL
SELECT
  ref_area, time_period, breakdown, value AS numerator, 100.0 AS denominator, obs_status, note, source, NULL AS coverage
FROM chosen
WHERE breakdown = 'MONITOR' AND is_group
