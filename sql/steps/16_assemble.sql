/*
The values of one indicator, all estimates together:
  reported    an economy's own figure, from country_values
  published   the agency's own aggregate, from `published`, copied as it is
  available,
  imputed     ours, from `group_values` (empty where nothing is rolled up)
  as given    rows that a derived indicator brings with their estimate (`given`)
The estimates are never mixed in one row.

Where only numerator and denominator are given, value is their ratio. An
economy's own figure is in the unit that the roll-up takes, where that is
another one than the result's: of a share of economies, a yes or no.

Where the list of a group's members is dated, the note of every figure says which
one it rests on. An agency has its own, which it seldom names: then the note says
that, with ours beside it.
*/
WITH dated AS (
  SELECT
    group_code, group_scheme, name,
    'members: ' || vintage AS our_members,
    'members: the provider''s own (ours: ' || vintage || ')' AS their_members
  FROM groups
)
SELECT
  q.indicator, v.ref_area, v.time_period,
  v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown,
  'reported' AS estimate, coalesce(a.name, v.ref_area) AS ref_area_name, 'country' AS area_kind,
  CAST(NULL AS VARCHAR) AS group_scheme,
  coalesce(v.value, q.scale * v.numerator / nullif(v.denominator, 0.0)) AS value,
  CASE WHEN v.unit = q.unit THEN q.rollup_unit ELSE v.unit END AS unit, v.obs_status,
  CAST(NULL AS DOUBLE) AS coverage, CAST(NULL AS BIGINT) AS members_observed, CAST(NULL AS BIGINT) AS members_total,
  v.note, v.source,
  CAST(NULL AS DOUBLE) AS observed, CAST(NULL AS DOUBLE) AS error_low, CAST(NULL AS DOUBLE) AS error_high
FROM parameters q
CROSS JOIN country_values v
LEFT JOIN areas a ON a.ref_area = v.ref_area
WHERE (v.value IS NOT NULL OR (v.numerator IS NOT NULL AND v.denominator <> 0.0))
  -- an assumed value is nobody's own figure
  AND coalesce(v.coverage, 1.0) > 0.0
UNION ALL
SELECT
  q.indicator, p.ref_area, p.time_period,
  p.sex, p.age, p.urbanisation, p.disability, p.education_level, p.size_class, p.breakdown,
  'published' AS estimate, g.name AS ref_area_name, 'group' AS area_kind,
  g.group_scheme,
  coalesce(p.value, q.scale * p.numerator / nullif(p.denominator, 0.0)) AS value,
  p.unit, p.obs_status,
  p.coverage, p.members_observed, p.members_total,
  nullif(concat_ws('; ', nullif(p.note, ''), g.their_members), '') AS note,
  p.source, p.observed, p.error_low, p.error_high
FROM parameters q
CROSS JOIN published p
JOIN dated g ON g.group_code = p.ref_area
WHERE p.value IS NOT NULL OR (p.numerator IS NOT NULL AND p.denominator <> 0.0)
UNION ALL
SELECT
  q.indicator, r.ref_area, r.time_period,
  r.sex, r.age, r.urbanisation, r.disability, r.education_level, r.size_class, r.breakdown,
  r.estimate, g.name AS ref_area_name, 'group' AS area_kind,
  r.group_scheme,
  r.value,
  q.unit, r.obs_status,
  r.coverage, r.members_observed, r.members_total,
  r.note, 'yardstick' AS source, r.observed, r.error_low, r.error_high
FROM parameters q
CROSS JOIN group_values r
JOIN groups g ON g.group_code = r.ref_area
UNION ALL
SELECT
  q.indicator, d.ref_area, d.time_period,
  d.sex, d.age, d.urbanisation, d.disability, d.education_level, d.size_class, d.breakdown,
  d.estimate, coalesce(g.name, a.name, d.ref_area) AS ref_area_name,
  CASE WHEN g.group_code IS NULL THEN 'country' ELSE 'group' END AS area_kind,
  g.group_scheme,
  d.value, d.unit, d.obs_status,
  d.coverage, d.members_observed, d.members_total,
  CASE
    -- the figures that it is made of may have said so
    WHEN d.note LIKE '%members: %' THEN d.note
    ELSE nullif(concat_ws('; ', nullif(d.note, ''), CASE WHEN d.estimate = 'published' THEN g.their_members ELSE g.our_members END), '')
  END AS note,
  coalesce(d.source, 'yardstick') AS source, d.observed, d.error_low, d.error_high
FROM parameters q
CROSS JOIN given d
LEFT JOIN dated g ON g.group_code = d.ref_area
LEFT JOIN areas a ON a.ref_area = d.ref_area
-- a value that does not exist, such as a ratio to zero, gives no row
WHERE d.value IS NOT NULL OR d.obs_status IN ('O', 'M', 'L', 'Q', 'H', 'K')
