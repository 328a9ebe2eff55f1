/*---
id = "T1.6"
name = "fast_broadband"
title = "Economies with more than half of fixed-broadband subscriptions at 10 Mbit/s and more"
unit = "PT"
rollup = "share_of_economies"
coverage = { base = "economies", min_members = 3 }
datasets = ["itu/fixed_broadband_speed", "itu/fixed_broadband", "unsd/sdg_global"]
series = [
  { source = "itu", series = "11628", breakdown = "FAST" },
  { source = "itu", series = "19257", breakdown = "ALL" },
  { source = "unsd", series = "IT_NET_BBP", breakdown = "FAST", provider_breakdown = "10MBPS" },
  { source = "unsd", series = "IT_NET_BBP", breakdown = "ALL", provider_breakdown = "ANYS" },
]
definition = "Economies in which strictly more than half of fixed-broadband subscriptions have an advertised speed of 10 Mbit/s or more"
method = """
Subscriptions of 10 Mbit/s and more against all fixed-broadband subscriptions, both of the same economy, year
and source: counts of the ITU DataHub first, then the rates per 100 inhabitants of the UN SDG database, whose
counts by speed contradict their totals more often. Exactly half does not count; without any subscription there
is no share.
Two denominators: `_T`, the economies with both figures; ALL_MEMBERS, all 194 Member States of ITU, where a
member without the two figures counts as not met, but in the coverage as not observed.
"""
caveats = """
The denominator decides: for 2018 the UN data give 83 of 150 economies (55 percent), but 76 of 194 Member
States (39 percent), the other 7 of the 83 being territories and the like.
The speed bands of some economies do not add up to their total. The band is "10 and more", the target text says
more than 10.
"""
sources = ["itu/fixed_broadband", "itu/fixed_broadband_speed", "unsd"]

[[target]]
id = "T1.6"
title = "40 percent of countries with more than half of broadband subscriptions above 10 Mbit/s by 2023"
year = 2023
value = 40.0
baseline_year = 2015
note = "Of the economies with both figures. The former plan states no baseline; 2015 is used for the pace"
[target.read_for.members]
breakdown = "ALL_MEMBERS"
title = "40 percent of Member States with more than half of broadband subscriptions above 10 Mbit/s by 2023"
note = "Of all Member States of ITU; missing counts as not met"
---*/
WITH counts AS (
  SELECT
    o.ref_area, o.time_period, o.source, min(o.place) AS place,
    max(CASE WHEN o.breakdown = 'FAST' THEN o.value END) AS fast,
    max(CASE WHEN o.breakdown = 'ALL' THEN o.value END) AS total,
    substr(max(s.severity), 2) AS obs_status,
    string_agg(DISTINCT o.note, '; ' ORDER BY o.note) AS note
  FROM offered AS o
  JOIN status_order AS s USING (obs_status)
  WHERE NOT o.is_group
  GROUP BY o.ref_area, o.time_period, o.source
),
compared AS (
  SELECT
    ref_area, time_period, source, obs_status, note,
    CASE WHEN fast > 0.5 * total THEN 1.0 ELSE 0.0 END AS answer,
    row_number() OVER (PARTITION BY ref_area, time_period ORDER BY place, source) AS preference
  FROM counts
  WHERE fast IS NOT NULL AND total > 0.0
),
known AS (
  SELECT ref_area, time_period, source, answer, obs_status, note
  FROM compared
  WHERE preference = 1
),
asked AS (
  SELECT e.ref_area, y.time_period, e.is_member
  FROM itu_members AS e
  CROSS JOIN (SELECT DISTINCT time_period FROM known) AS y
)
SELECT
  ref_area, time_period, '_T' AS breakdown, answer AS value, 'YES_NO' AS unit,
  obs_status, note, source, NULL AS coverage
FROM known
UNION ALL
SELECT
  q.ref_area, q.time_period, 'ALL_MEMBERS' AS breakdown,
  CASE WHEN q.is_member THEN coalesce(k.answer, 0.0) END AS value, 'YES_NO' AS unit,
  CASE WHEN NOT q.is_member THEN 'M' WHEN k.answer IS NULL THEN 'I' ELSE k.obs_status END AS obs_status,
  CASE WHEN k.answer IS NULL THEN 'figures missing: counted as not met' ELSE k.note END AS note, k.source,
  -- 0: assumed, not observed
  CASE WHEN k.answer IS NULL THEN 0.0 END AS coverage
FROM asked AS q
LEFT JOIN known AS k USING (ref_area, time_period)
