/*
Which group values may be shown, and with what status. Reads `rolled` (the
result of the roll-up), `coverage` and `cells`.

  coverage at or above `publish`   A, or I where a member was carried forward
  from `flag` up to `publish`      E, with a note
  below `flag`, or fewer members
  than `min_members`               Q: value NULL, and the note says why

A share of economies needs at least 3 economies and half of the members in any
case. The largest missing economy is named in the note.

Coverage is compared as it is written, in tenths of a percent: 0.667 in a
header is two thirds, and two of three economies reach it.

Source: methodology note, sections 1.7 (threshold, minimum count) and 5
(mapping to CL_OBS_STATUS).
*/
WITH judged AS (
  SELECT
    c.group_code, c.group_scheme, c.estimate, c.cell,
    r.value, c.coverage, c.members_observed, c.members_total, c.members_carried, c.missing_note,
    round(coalesce(c.coverage, 0.0), 3) AS share,
    q.publish, q.flag,
    CASE
      WHEN q.rollup = 'share_of_economies'
      THEN greatest(CAST(q.min_members AS DOUBLE), 3.0, c.members_total / 2.0)
      ELSE CAST(q.min_members AS DOUBLE)
    END AS members_needed
  FROM parameters q
  CROSS JOIN rolled r
  JOIN coverage c ON c.group_code = r.group_code AND c.estimate = r.estimate AND c.cell = r.cell
  WHERE r.value IS NOT NULL
),
classed AS (
  SELECT
    group_code, group_scheme, estimate, cell,
    value, coverage, members_observed, members_total, members_carried, missing_note,
    CASE
      WHEN members_observed < members_needed THEN 'few'
      WHEN share < round(flag, 3) THEN 'low'
      WHEN share < round(publish, 3) THEN 'flagged'
      ELSE 'clean'
    END AS verdict,
    CAST(round(100.0 * coalesce(coverage, 0.0), 1) AS VARCHAR) || ' % of the weight observed, ' AS observed,
    rtrim(rtrim(CAST(round(100.0 * flag, 1) AS VARCHAR), '0'), '.') || ' % needed' AS flag_needed,
    rtrim(rtrim(CAST(round(100.0 * publish, 1) AS VARCHAR), '0'), '.') || ' % needed' AS publish_needed,
    CAST(CAST(ceil(members_needed) AS BIGINT) AS VARCHAR) || ' needed' AS count_needed
  FROM judged
)
SELECT
  v.group_code AS ref_area, v.group_scheme, c.time_period,
  c.sex, c.age, c.urbanisation, c.disability, c.education_level, c.size_class, c.breakdown, v.estimate,
  CASE WHEN verdict IN ('clean', 'flagged') THEN value END AS value,
  CASE
    WHEN verdict IN ('few', 'low') THEN 'Q'
    WHEN verdict = 'flagged' THEN 'E'
    WHEN members_carried > 0 THEN 'I'
    ELSE 'A'
  END AS obs_status,
  coverage, members_observed, members_total,
  nullif(concat_ws('; ',
    CASE
      WHEN verdict = 'few'
      THEN 'withheld: ' || CAST(members_observed AS VARCHAR) || ' of ' || CAST(members_total AS VARCHAR)
        || ' economies have a value, ' || count_needed
      WHEN verdict = 'low' THEN 'withheld: ' || observed || flag_needed
      WHEN verdict = 'flagged' THEN 'partial: ' || observed || publish_needed || ' for an unflagged value'
    END,
    CASE
      WHEN members_carried > 0
      THEN 'carried forward: ' || CAST(members_carried AS VARCHAR) || ' of '
        || CAST(members_observed AS VARCHAR) || ' economies'
    END,
    missing_note
  ), '') AS note
FROM cells c
JOIN classed v ON v.cell = c.cell
