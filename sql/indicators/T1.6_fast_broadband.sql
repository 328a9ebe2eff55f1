/*---
id = "T1.6"
name = "fast_broadband"
title = "Economies with more than half of fixed-broadband subscriptions at 10 Mbit/s and more"
unit = "PT"
rollup = "share_of_economies"
groups = ["world", "itu_region", "development", "special", "income", "m49"]
window = 5
coverage = { publish = 0.667, flag = 0.5, base = "economies", min_members = 3 }
datasets = ["itu/fixed_broadband_speed", "itu/fixed_broadband", "unsd/sdg_global"]
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
owner = "Yardstick method group"
sources = [
  { title = "ITU DataHub, fixed-broadband subscriptions, all (19257) and of 10 Mbit/s and more (11628)", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators and Household databases", url = "https://datahub.itu.int" },
  { title = "UN SDG database, IT_NET_BBP, by speed (17.6.1)", licence = "CC BY 3.0 IGO", citation = "United Nations Statistics Division, Global SDG Indicators Database", url = "https://unstats.un.org/sdgs/dataportal" },
]

[[target]]
id = "T1.6"
title = "40 percent of countries with more than half of broadband subscriptions above 10 Mbit/s by 2023"
area = "WLD"
year = 2023
value = 40.0
direction = "up"
baseline_year = 2015
note = "Of the economies with both figures. The former plan states no baseline; 2015 is used for the pace"

[[target]]
id = "T1.6.members"
title = "40 percent of Member States with more than half of broadband subscriptions above 10 Mbit/s by 2023"
area = "WLD"
year = 2023
value = 40.0
direction = "up"
baseline_year = 2015
breakdown = "ALL_MEMBERS"
note = "Of all Member States of ITU; missing counts as not met"
---*/
WITH counts AS (
  SELECT
    o.ref_area, o.time_period, o.source,
    max(CASE WHEN o.series = '11628' OR o.breakdown = '10MBPS' THEN o.obs_value END) AS fast,
    max(CASE WHEN o.series = '19257' OR o.breakdown = 'ANYS' THEN o.obs_value END) AS total,
    -- the worse status of the two; sorts: the last in the alphabet is the worst
    substr(max(CASE o.obs_status
      WHEN 'U' THEN '3U'
      WHEN 'E' THEN '2E'
      WHEN 'A' THEN '0A'
      ELSE '1' || o.obs_status
    END), 2) AS obs_status,
    string_agg(DISTINCT nullif(o.note, ''), '; ' ORDER BY nullif(o.note, '')) AS note
  FROM observations AS o
  WHERE (o.source = 'itu' AND o.series IN ('11628', '19257') AND o.breakdown = '_T')
    OR (o.source = 'unsd' AND o.series = 'IT_NET_BBP' AND o.breakdown IN ('10MBPS', 'ANYS'))
  GROUP BY o.ref_area, o.time_period, o.source
),
compared AS (
  SELECT
    c.ref_area, c.time_period, c.source, c.obs_status, c.note,
    CASE WHEN c.fast > 0.5 * c.total THEN 1.0 ELSE 0.0 END AS answer,
    row_number() OVER (
      PARTITION BY c.ref_area, c.time_period
      ORDER BY CASE c.source WHEN 'itu' THEN 1 ELSE 2 END
    ) AS preference
  FROM areas AS e
  JOIN counts AS c ON e.ref_area = c.ref_area
  WHERE c.fast IS NOT NULL AND c.total > 0.0
),
known AS (
  SELECT ref_area, time_period, source, answer, obs_status, note
  FROM compared
  WHERE preference = 1
),
-- 194 Member States: all with an ITU region but Hong Kong, Macao and the State of Palestine
members AS (
  SELECT DISTINCT ref_area
  FROM membership
  WHERE group_scheme = 'itu_region' AND ref_area NOT IN ('HKG', 'MAC', 'PSE')
),
asked AS (
  SELECT e.ref_area, y.time_period, m.ref_area IS NOT NULL AS is_member
  FROM areas AS e
  CROSS JOIN (SELECT DISTINCT time_period FROM known) AS y
  LEFT JOIN members AS m ON m.ref_area = e.ref_area
)
SELECT
  ref_area, time_period, '_T' AS breakdown, answer AS value,
  'YES_NO' AS unit, obs_status, note, source, NULL AS coverage
FROM known
UNION ALL
SELECT
  a.ref_area, a.time_period, 'ALL_MEMBERS' AS breakdown,
  CASE WHEN a.is_member THEN coalesce(k.answer, 0.0) END AS value,
  'YES_NO' AS unit,
  CASE WHEN NOT a.is_member THEN 'M' WHEN k.answer IS NULL THEN 'I' ELSE k.obs_status END AS obs_status,
  CASE WHEN k.answer IS NULL THEN 'figures missing: counted as not met' ELSE k.note END AS note,
  k.source,
  -- 0: assumed, not observed
  CASE WHEN k.answer IS NULL THEN 0.0 END AS coverage
FROM asked AS a
LEFT JOIN known AS k ON k.ref_area = a.ref_area AND k.time_period = a.time_period
