/*
How much of each group stands behind its value, by year, breakdown and
estimate.

coverage          base of the members with a value over base of all members
members_observed  members with a value, of which members_carried carried
                  forward from an earlier year
members_total     members of the group in that year
missing_note      names the largest missing economy, where it alone has more
                  than 5 % of the base; not for counts of economies, where all
                  weigh the same

A member that is carried and has no base of its own in that year counts with
the base of the year its value is of.

Source: methodology note, sections 0 (point 4) and 1.7; golden case G06 for
the single missing economy.
*/
WITH observed AS (
  SELECT
    g.group_code, g.estimate, g.cell,
    coalesce(sum(g.base), 0.0) AS observed_base,
    coalesce(sum(CASE WHEN b.base IS NULL THEN g.base END), 0.0) AS added_base,
    count(*) AS members_observed,
    sum(CASE WHEN g.year_used < g.time_period THEN 1 ELSE 0 END) AS members_carried
  FROM member_base b
  JOIN group_members g ON b.ref_area = g.ref_area AND b.cell = g.cell
  GROUP BY g.group_code, g.estimate, g.cell
),
cells AS (
  SELECT DISTINCT
    cell, time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown
  FROM member_values
),
totals AS (
  SELECT
    t.group_scheme, o.group_code, o.estimate, o.cell, c.time_period,
    c.sex, c.age, c.urbanisation, c.disability, c.education_level, c.size_class, c.breakdown,
    o.observed_base, coalesce(t.total_base, 0.0) + o.added_base AS total_base,
    o.members_observed, o.members_carried, t.members_total,
    CASE WHEN o.estimate = 'available' THEN x.available_ref_area ELSE x.imputed_ref_area END AS missing_ref_area,
    CASE WHEN o.estimate = 'available' THEN x.available_percent ELSE x.imputed_percent END AS missing_percent
  FROM observed o
  JOIN group_base t ON t.group_code = o.group_code AND t.cell = o.cell
  JOIN cells c ON c.cell = o.cell
  LEFT JOIN missing_members x ON x.group_code = o.group_code AND x.cell = o.cell
)
SELECT
  t.group_code AS ref_area, t.group_scheme, t.time_period,
  t.sex, t.age, t.urbanisation, t.disability, t.education_level, t.size_class, t.breakdown, t.estimate,
  t.observed_base / nullif(t.total_base, 0.0) AS coverage,
  t.members_observed, t.members_total, t.members_carried,
  CASE
    WHEN t.missing_ref_area IS NOT NULL AND q.base <> 'economies'
    THEN coalesce(a.name || ' (' || t.missing_ref_area || ')', t.missing_ref_area) || ' is missing: '
      || CAST(round(t.missing_percent, 1) AS VARCHAR) || ' % of the weight'
  END AS missing_note
FROM parameters q
CROSS JOIN totals t
LEFT JOIN areas a ON a.ref_area = t.missing_ref_area
