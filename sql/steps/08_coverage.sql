/*
How much of each group stands behind its value: one row per group, estimate
and cell (see 01_cells.sql).

coverage          base of the members with a value over base of all members
observed          the same of the members with a value of that very year
spread            the weighted standard deviation of the members' values
trend_shift       what the result would move by, were every carried member where its
                  own trend leads; NULL where no carried member has a trend
draw              the standard deviation, in units of `spread`, of the error that members
                  without a value of the year make if nothing sets them apart from the others:
                  of both kinds of members the squares of their shares of the base. It is
                  large where few large economies are missing, or report
part_shift        of a part of the people (women, a town, an age): the total of all
                  members less the total of those that have a value for the part, each in
                  the year that its value for the part is of
total_base        what all members count for together
members_observed  members with a value, of which members_carried carried
                  forward from an earlier year
members_assumed   members that count with an assumed value; assumed_share is what they
                  count for
members_total     members of the group in that year
missing_note      names the largest missing economy, where it alone has more
                  than 5 % of the base

An assumed value counts in the result of the group, but not as observed.
A member that is carried and has no base of its own in that year counts with
the base of the year its value is of.

Members weigh here what they weigh in the roll-up: by their denominator or
weight where it needs one, else each counts once. A variance below 1e-9 of the
square of the mean is only what is left of a subtraction, and is none; so are the
squares of what is missing where nothing is.

Source: methodology note, sections 0 (point 4) and 1.7; golden case G06 for
the single missing economy. L. Kish, Survey Sampling (1965), for the effective
number of unequal weights.
*/
WITH wholes AS (
  -- Where the result is a mean: a cell of a part of the people, and that of all people.
  SELECT p.cell, w.cell AS whole_cell, w.series AS whole_series
  FROM parameters q
  JOIN cells p ON (q.needs_weight OR q.needs_denominator)
  JOIN cells w
    ON w.time_period = p.time_period AND w.cell <> p.cell
    AND w.sex = '_T' AND w.age = '_T' AND w.urbanisation = '_T' AND w.disability = '_T'
    AND w.education_level = p.education_level AND w.size_class = p.size_class AND w.breakdown = p.breakdown
),
-- What the members that have a value for the part have for all people, in the year that the value is of.
totals AS (
  SELECT
    v.estimate, v.ref_area, v.cell, coalesce(y.value, w.value) AS value,
    CASE WHEN q.needs_denominator THEN w.denominator ELSE w.weight END AS weight
  FROM parameters q
  CROSS JOIN wholes c
  JOIN member_values v ON v.cell = c.cell
  JOIN member_values w ON w.cell = c.whole_cell AND w.ref_area = v.ref_area AND w.estimate = v.estimate
  LEFT JOIN cells x ON x.series = c.whole_series AND x.time_period = v.year_used
  LEFT JOIN member_values y ON y.cell = x.cell AND y.ref_area = v.ref_area AND y.estimate = v.estimate
),
weighed AS (
  SELECT
    m.group_code, m.estimate, m.cell, m.base_cell, m.time_period, m.year_used,
    m.base, m.carried_base, m.observed_share, m.value, m.trend,
    CASE WHEN q.needs_denominator THEN m.denominator WHEN q.needs_weight THEN m.weight ELSE 1.0 END AS weight,
    t.value AS total_value, t.weight AS total_weight
  FROM parameters q
  CROSS JOIN group_members m
  LEFT JOIN totals t ON t.cell = m.cell AND t.ref_area = m.ref_area AND t.estimate = m.estimate
),
observed AS (
  SELECT
    group_code, estimate, cell, base_cell,
    coalesce(sum(base * observed_share), 0.0) AS observed_base,
    coalesce(sum(CASE WHEN year_used = time_period THEN base * observed_share END), 0.0) AS current_base,
    coalesce(sum(CASE WHEN year_used = time_period THEN base * base * observed_share END), 0.0) AS current_squares,
    nullif(sum(weight), 0.0) AS weight,
    sum(weight * value) AS weighted,
    sum(weight * value * value) AS weighted_squares,
    sum(weight * (trend - value)) AS weighted_trend,
    sum(total_weight * total_value) / nullif(sum(total_weight), 0.0) AS total_of_members,
    coalesce(sum(carried_base), 0.0) AS carried_base,
    sum(CASE WHEN observed_share > 0.0 THEN 1 ELSE 0 END) AS members_observed,
    sum(CASE WHEN year_used < time_period THEN 1 ELSE 0 END) AS members_carried,
    sum(CASE WHEN observed_share = 0.0 THEN 1 ELSE 0 END) AS members_assumed,
    coalesce(sum(CASE WHEN observed_share = 0.0 THEN base END), 0.0) AS assumed_base
  FROM weighed
  GROUP BY group_code, estimate, cell, base_cell
  HAVING sum(CASE WHEN observed_share > 0.0 THEN 1 ELSE 0 END) > 0
)
SELECT
  b.group_scheme, o.group_code, o.estimate, o.cell,
  o.observed_base / nullif(coalesce(b.total_base, 0.0) + o.carried_base, 0.0) AS coverage,
  o.current_base / nullif(coalesce(b.total_base, 0.0) + o.carried_base, 0.0) AS observed,
  sqrt(CASE
    WHEN o.weighted_squares / o.weight - power(o.weighted / o.weight, 2.0) > 1e-9 * power(o.weighted / o.weight, 2.0)
    THEN o.weighted_squares / o.weight - power(o.weighted / o.weight, 2.0)
    ELSE 0.0
  END) AS spread,
  o.weighted_trend / o.weight AS trend_shift, t.weighted / t.weight - o.total_of_members AS part_shift,
  sqrt(
    CASE
      WHEN o.current_base < (1.0 - 1e-12) * (coalesce(b.total_base, 0.0) + o.carried_base)
      THEN greatest(0.0, b.total_squares - o.current_squares)
      ELSE 0.0
    END
      + coalesce(o.current_squares * power((coalesce(b.total_base, 0.0) + o.carried_base) / nullif(o.current_base, 0.0) - 1.0, 2.0), 0.0)
  ) / nullif(coalesce(b.total_base, 0.0) + o.carried_base, 0.0) AS draw,
  coalesce(b.total_base, 0.0) + o.carried_base AS total_base,
  o.members_observed, b.members_total, o.members_carried, o.members_assumed,
  o.assumed_base / nullif(coalesce(b.total_base, 0.0) + o.carried_base, 0.0) AS assumed_share,
  coalesce(a.name || ' (' || x.ref_area || ')', x.ref_area) || ' is missing: '
    || CAST(round(x.percent, 1) AS VARCHAR) || ' % of the weight' AS missing_note
FROM group_base b
JOIN observed o ON o.group_code = b.group_code AND o.base_cell = b.base_cell
LEFT JOIN wholes w ON w.cell = o.cell
LEFT JOIN observed t ON t.group_code = o.group_code AND t.estimate = o.estimate AND t.cell = w.whole_cell
LEFT JOIN missing_members x ON x.group_code = o.group_code AND x.estimate = o.estimate AND x.cell = o.cell
LEFT JOIN areas a ON a.ref_area = x.ref_area
