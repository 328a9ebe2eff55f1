/*
Which group values may be shown, and with what status. Reads `rolled`,
`coverage`, `cells`, `units`, `groups` and `population`.

  coverage at or above `publish`   A, or I where a member was carried forward
                                   or counts with an assumed value
  from `flag` up to `publish`      E, with a note
  below `flag`, or fewer members
  than `min_members`               Q: value NULL, and the note says why
  outside the limits of the unit   Q as well: an impossible result is never
                                   shown, whatever the members report
  `imputed`, with less than        E, with a note: most of it is carried
  `observed` of the very year
  with a forecast of a member      F

A roll-up may need a number of members and a share of them in any case (keys
`min_members` and `min_share` of its header). The largest missing economy is
named in the note; so is how many members count with an assumed value, of a
balanced panel how many economies it has and of which years, the list that names
the members where lists are dated, a weight by location that rests on the
shares of an earlier year, of base "weight" by what (`weighed by` in their own notes)
how many members are weighed where their own weight is not known, with a value or
without, and by which mirror (`by way of`) how many of the members' figures came.

error_low, error_high: how far the result may be from that of all members, had
all a value of the very year. Half the width is the larger of

  0.37 x (1 - observed) x the standard deviation of the members
  sqrt(2 / pi) x draw x the standard deviation of the members

in the unit of the result (key `spread` of the roll-up's header; without it
there is no bar). The first is what D. G. Mahler and others found for the world
(see the methodology note). It is what a random draw of some ten economies of
equal size gives; `draw` says the same of the group as it is, whose missing
weight may be that of one or two economies (14_coverage.sql). sqrt(2 / pi)
turns a standard deviation into the expected error. A bar is laid around the
result, around what it were with every carried member on its own trend, and, of
a part of the people, around what it were had it moved as the total, from the
members and years that it rests on to all members in the year; it reaches over
all of these.

The rule of the methodology is two thirds. A header can only write it in
decimals, so a `publish` that rounds to 0.667 is read as exactly 2/3; any other
`publish`, and every `flag`, is taken as it is written. A share that lies on
the line counts: 1e-9 allows for the last digits of a float.

Notes print shares with one decimal, and with more where coverage and the
threshold it misses would otherwise read alike.

Source: methodology note, sections 1.7 (threshold, minimum count), 5 (mapping
to CL_OBS_STATUS) and 6 (test 3, range).
*/
WITH limits AS (
  SELECT
    q.flag, q.min_members, q.min_observed, q.rollup_min_members, q.rollup_min_share, q.rollup_spread, q.rollup_panel,
    CASE WHEN round(q.publish, 3) = 0.667 THEN 2.0 / 3.0 ELSE q.publish END AS publish,
    u.minimum, u.maximum
  FROM parameters q
  LEFT JOIN units u ON u.unit = q.unit
),
assessed AS (
  SELECT
    c.group_code, c.group_scheme, c.estimate, c.cell,
    r.value, c.coverage, c.observed, c.members_observed, c.members_total, c.members_carried,
    c.members_assumed, c.members_forecast, c.assumed_share, c.missing_note, q.rollup_panel,
    coalesce(c.coverage, 0.0) AS share,
    c.estimate = 'imputed' AND coalesce(c.observed, 0.0) < q.min_observed - 1e-9 AS mostly_carried,
    -- 0.7978845608028654 is sqrt(2 / pi)
    greatest(0.37 * (1.0 - c.observed), 0.7978845608028654 * c.draw) * q.rollup_spread * c.spread AS bar,
    coalesce(c.trend_shift, 0.0) AS trend_shift, coalesce(c.part_shift, 0.0) AS part_shift,
    q.minimum, q.maximum,
    q.publish, q.flag,
    coalesce(r.value < q.minimum - 1e-9, FALSE) OR coalesce(r.value > q.maximum + 1e-9, FALSE) AS impossible,
    greatest(
      CAST(q.min_members AS DOUBLE), CAST(q.rollup_min_members AS DOUBLE), c.members_total * q.rollup_min_share
    ) AS members_needed
  FROM limits q
  CROSS JOIN rolled r
  JOIN coverage c ON c.group_code = r.group_code AND c.estimate = r.estimate AND c.cell = r.cell
  WHERE r.value IS NOT NULL
),
classed AS (
  SELECT
    group_code, group_scheme, estimate, cell,
    value, coverage, observed, mostly_carried, members_observed, members_total, members_carried,
    members_assumed, members_forecast, assumed_share, missing_note, rollup_panel,
    greatest(minimum, value + least(0.0, trend_shift, part_shift) - bar) AS error_low,
    least(maximum, value + greatest(0.0, trend_shift, part_shift) + bar) AS error_high,
    bar,
    CASE
      WHEN members_observed < members_needed THEN 'few'
      WHEN share < flag - 1e-9 THEN 'low'
      WHEN impossible THEN 'impossible'
      WHEN share < publish - 1e-9 THEN 'flagged'
      ELSE 'clean'
    END AS verdict,
    100.0 * share AS percent,
    100.0 * CASE WHEN share < flag - 1e-9 THEN flag ELSE publish END AS needed,
    CAST(CAST(ceil(members_needed) AS BIGINT) AS VARCHAR) || ' needed' AS count_needed
  FROM assessed
),
-- Only the population is a weight by location; other weights and counts of economies need none.
carried_shares AS (
  SELECT DISTINCT p.time_period, p.urbanisation
  FROM parameters q
  JOIN population p ON q.base = 'population' AND p.obs_status = 'I'
),
-- Members, with or without a value, whose weight is not their own.
weighed AS (
  SELECT v.ref_area, c.cell, c.time_period, split_part(split_part(v.note, 'weighed by ', 2), ';', 1) AS weigher
  FROM parameters q
  JOIN country_values v ON q.base = 'weight' AND v.note LIKE '%weighed by %' AND v.weight IS NOT NULL
  JOIN cells c
    ON v.time_period = c.time_period
    AND v.sex = c.sex AND v.age = c.age AND v.urbanisation = c.urbanisation AND v.disability = c.disability
    AND v.education_level = c.education_level AND v.size_class = c.size_class AND v.breakdown = c.breakdown
),
by_weigher AS (
  SELECT g.group_code, v.cell, v.weigher, count(*) AS members
  FROM membership g
  JOIN weighed v ON v.ref_area = g.ref_area AND v.time_period BETWEEN g.first_year AND g.last_year
  GROUP BY g.group_code, v.cell, v.weigher
),
weighers AS (
  SELECT
    group_code, cell,
    string_agg(
      'weighed by ' || weigher || ': ' || CAST(members AS VARCHAR) || CASE WHEN members = 1 THEN ' economy' ELSE ' economies' END,
      '; ' ORDER BY weigher
    ) AS weigher_note
  FROM by_weigher
  GROUP BY group_code, cell
),
-- Figures that a mirror brought: seldom any.
mirrored AS (
  SELECT v.ref_area, c.series, v.time_period, split_part(split_part(v.note, 'by way of ', 2), ';', 1) AS mirror
  FROM country_values v
  JOIN cells c
    ON v.time_period = c.time_period
    AND v.sex = c.sex AND v.age = c.age AND v.urbanisation = c.urbanisation AND v.disability = c.disability
    AND v.education_level = c.education_level AND v.size_class = c.size_class AND v.breakdown = c.breakdown
  WHERE v.note LIKE '%by way of %' AND coalesce(v.coverage, 1.0) > 0.0
),
mirrored_members AS (
  SELECT v.estimate, v.ref_area, v.cell, v.time_period, m.mirror
  FROM mirrored m
  JOIN counted_members v ON v.ref_area = m.ref_area AND v.year_used = m.time_period
  JOIN cells c ON c.cell = v.cell AND c.series = m.series
),
by_mirror AS (
  SELECT g.group_code, v.estimate, v.cell, v.mirror, count(*) AS members
  FROM membership g
  JOIN mirrored_members v ON v.ref_area = g.ref_area AND v.time_period BETWEEN g.first_year AND g.last_year
  GROUP BY g.group_code, v.estimate, v.cell, v.mirror
),
mirrors AS (
  SELECT
    group_code, estimate, cell,
    string_agg(
      'by way of ' || mirror || ': ' || CAST(members AS VARCHAR) || CASE WHEN members = 1 THEN ' economy' ELSE ' economies' END,
      '; ' ORDER BY mirror
    ) AS mirror_note
  FROM by_mirror
  GROUP BY group_code, estimate, cell
),
told AS (
  SELECT
    group_code, group_scheme, estimate, cell,
    value, coverage, observed, mostly_carried, error_low, error_high, bar,
    members_observed, members_total, members_carried, members_assumed, members_forecast, assumed_share, missing_note, rollup_panel,
    verdict, count_needed,
    CASE
      WHEN round(percent, 1) <> round(needed, 1)
      THEN CAST(round(percent, 1) AS VARCHAR) || ' % of the weight observed, '
        || rtrim(rtrim(CAST(round(needed, 1) AS VARCHAR), '0'), '.') || ' % needed'
      WHEN round(percent, 2) <> round(needed, 2)
      THEN CAST(round(percent, 2) AS VARCHAR) || ' % of the weight observed, '
        || rtrim(rtrim(CAST(round(needed, 2) AS VARCHAR), '0'), '.') || ' % needed'
      ELSE CAST(round(percent, 7) AS VARCHAR) || ' % of the weight observed, '
        || rtrim(rtrim(CAST(round(needed, 7) AS VARCHAR), '0'), '.') || ' % needed'
    END AS shortfall
  FROM classed
)
SELECT
  v.group_code AS ref_area, v.group_scheme, c.time_period,
  c.sex, c.age, c.urbanisation, c.disability, c.education_level, c.size_class, c.breakdown, v.estimate,
  CASE WHEN verdict IN ('clean', 'flagged') THEN value END AS value,
  CASE
    WHEN verdict IN ('few', 'low', 'impossible') THEN 'Q'
    WHEN members_forecast > 0 THEN 'F'
    WHEN verdict = 'flagged' OR mostly_carried THEN 'E'
    WHEN members_carried > 0 OR members_assumed > 0 THEN 'I'
    ELSE 'A'
  END AS obs_status,
  coverage, members_observed, members_total,
  nullif(concat_ws('; ',
    CASE
      WHEN verdict = 'few'
      THEN 'withheld: ' || CAST(members_observed AS VARCHAR) || ' of ' || CAST(members_total AS VARCHAR)
        || ' economies have a value, ' || count_needed
      WHEN verdict = 'low' THEN 'withheld: ' || shortfall
      WHEN verdict = 'impossible'
      THEN 'withheld: impossible, ' || CAST(round(value, 6) AS VARCHAR) || ' is outside the limits of the unit'
      WHEN verdict = 'flagged' THEN 'partial: ' || shortfall || ' for an unflagged value'
    END,
    CASE
      WHEN members_carried > 0
      THEN 'carried forward: ' || CAST(members_carried AS VARCHAR) || ' of '
        || CAST(members_observed AS VARCHAR) || ' economies'
    END,
    CASE
      WHEN verdict IN ('clean', 'flagged') AND mostly_carried
      THEN 'mostly carried: ' || CAST(round(100.0 * coalesce(observed, 0.0), 1) AS VARCHAR) || ' % of the weight has a value of '
        || CAST(c.time_period AS VARCHAR)
    END,
    CASE
      WHEN members_assumed > 0
      THEN 'assumed, without a report: ' || CAST(members_assumed AS VARCHAR)
        || CASE WHEN members_assumed = 1 THEN ' economy' ELSE ' economies' END
        || coalesce(', ' || CAST(round(100.0 * assumed_share, 1) AS VARCHAR) || ' % of the weight', '')
    END,
    CASE
      WHEN rollup_panel
      THEN 'balanced panel: ' || CAST(members_observed AS VARCHAR) || ' of ' || CAST(members_total AS VARCHAR)
        || ' economies have a value in every year from ' || CAST(y.first_year AS VARCHAR) || ' to ' || CAST(y.last_year AS VARCHAR)
    END,
    missing_note,
    CASE WHEN k.time_period IS NOT NULL THEN 'weights by location: the last known shares, carried' END,
    h.weigher_note,
    w.mirror_note,
    'members: ' || g.vintage
  ), '') AS note,
  observed,
  CASE WHEN verdict IN ('clean', 'flagged') AND bar IS NOT NULL THEN error_low END AS error_low,
  CASE WHEN verdict IN ('clean', 'flagged') AND bar IS NOT NULL THEN error_high END AS error_high
FROM cells c
JOIN told v ON v.cell = c.cell
JOIN (SELECT series, min(time_period) AS first_year, max(time_period) AS last_year FROM cells GROUP BY series) AS y
  ON y.series = c.series
LEFT JOIN groups g ON g.group_code = v.group_code
LEFT JOIN mirrors w ON w.group_code = v.group_code AND w.estimate = v.estimate AND w.cell = v.cell
LEFT JOIN weighers h ON h.group_code = v.group_code AND h.cell = v.cell
LEFT JOIN carried_shares k ON k.time_period = c.time_period AND k.urbanisation = c.urbanisation
