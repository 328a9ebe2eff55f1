/*
How much of each group stands behind its value: one row per group, estimate
and cell (see 01_cells.sql).

coverage          base of the members with a value over base of all members
members_observed  members with a value, of which members_carried carried
                  forward from an earlier year
members_total     members of the group in that year
missing_note      names the largest missing economy, where it alone has more
                  than 5 % of the base

An assumed value counts in the result of the group, but not as observed.
A member that is carried and has no base of its own in that year counts with
the base of the year its value is of.

Source: methodology note, sections 0 (point 4) and 1.7; golden case G06 for
the single missing economy.
*/
WITH observed AS (
  SELECT
    group_code, estimate, cell, base_cell,
    coalesce(sum(base * observed_share), 0.0) AS observed_base,
    coalesce(sum(carried_base), 0.0) AS carried_base,
    sum(CASE WHEN observed_share > 0.0 THEN 1 ELSE 0 END) AS members_observed,
    sum(CASE WHEN year_used < time_period THEN 1 ELSE 0 END) AS members_carried
  FROM group_members
  GROUP BY group_code, estimate, cell, base_cell
  HAVING sum(CASE WHEN observed_share > 0.0 THEN 1 ELSE 0 END) > 0
)
SELECT
  b.group_scheme, o.group_code, o.estimate, o.cell,
  o.observed_base / nullif(coalesce(b.total_base, 0.0) + o.carried_base, 0.0) AS coverage,
  o.members_observed, b.members_total, o.members_carried,
  coalesce(a.name || ' (' || x.ref_area || ')', x.ref_area) || ' is missing: '
    || CAST(round(x.percent, 1) AS VARCHAR) || ' % of the weight' AS missing_note
FROM group_base b
JOIN observed o ON o.group_code = b.group_code AND o.base_cell = b.base_cell
LEFT JOIN missing_members x ON x.group_code = o.group_code AND x.estimate = o.estimate AND x.cell = o.cell
LEFT JOIN areas a ON a.ref_area = x.ref_area
