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
                  the year that its value for the part is of (12_group_totals.sql)
total_base        what all members count for together
members_observed  members with a value, of which members_carried carried
                  forward from an earlier year
members_assumed   members that count with an assumed value; assumed_share is what they
                  count for
members_forecast  members whose value of that year is a forecast
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
SELECT
  b.group_scheme, o.group_code, o.estimate, o.cell,
  o.observed_base / nullif(coalesce(b.total_base, 0.0) + o.carried_base, 0.0) AS coverage,
  o.current_base / nullif(coalesce(b.total_base, 0.0) + o.carried_base, 0.0) AS observed,
  sqrt(CASE
    WHEN o.weighted_squares / o.weight - power(o.weighted / o.weight, 2.0) > 1e-9 * power(o.weighted / o.weight, 2.0)
    THEN o.weighted_squares / o.weight - power(o.weighted / o.weight, 2.0)
    ELSE 0.0
  END) AS spread,
  o.weighted_trend / o.weight AS trend_shift, w.weighted / w.weight - t.total_of_members AS part_shift,
  sqrt(
    CASE
      WHEN o.current_base < (1.0 - 1e-12) * (coalesce(b.total_base, 0.0) + o.carried_base)
      THEN greatest(0.0, b.total_squares - o.current_squares)
      ELSE 0.0
    END
      + coalesce(o.current_squares * power((coalesce(b.total_base, 0.0) + o.carried_base) / nullif(o.current_base, 0.0) - 1.0, 2.0), 0.0)
  ) / nullif(coalesce(b.total_base, 0.0) + o.carried_base, 0.0) AS draw,
  coalesce(b.total_base, 0.0) + o.carried_base AS total_base,
  o.members_observed, b.members_total, o.members_carried, o.members_assumed, o.members_forecast,
  o.assumed_base / nullif(coalesce(b.total_base, 0.0) + o.carried_base, 0.0) AS assumed_share,
  coalesce(a.name || ' (' || x.ref_area || ')', x.ref_area) || ' is missing: '
    || CAST(round(x.percent, 1) AS VARCHAR) || ' % of the weight' AS missing_note
FROM group_base b
JOIN group_sums o ON o.group_code = b.group_code AND o.base_cell = b.base_cell
LEFT JOIN group_totals t ON t.group_code = o.group_code AND t.estimate = o.estimate AND t.cell = o.cell
LEFT JOIN group_sums w ON w.group_code = o.group_code AND w.estimate = o.estimate AND w.cell = t.whole_cell
LEFT JOIN missing_members x ON x.group_code = o.group_code AND x.estimate = o.estimate AND x.cell = o.cell
LEFT JOIN areas a ON a.ref_area = x.ref_area
