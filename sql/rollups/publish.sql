/*
Which group values may be shown, and with what status. Reads `rolled` (the
result of the roll-up) and `coverage`.

  coverage at or above `publish`   A, or I where a member was carried forward
  from `flag` up to `publish`      E, with a note
  below `flag`, or fewer members
  than `min_members`               Q: value NULL, and the note says why

A share of economies needs at least 3 economies and half of the members in any
case. The largest missing economy is named in the note.

Source: methodology note, sections 1.7 (threshold, minimum count) and 5
(mapping to CL_OBS_STATUS). 1e-9 keeps a share that is on the line on it.
*/
WITH judged AS (
  SELECT
    c.ref_area, c.group_scheme, c.time_period,
    c.sex, c.age, c.urbanisation, c.disability, c.education_level, c.size_class, c.breakdown, c.estimate,
    r.value, c.coverage, c.members_observed, c.members_total, c.members_carried, c.missing_note,
    coalesce(c.coverage, 0.0) + 1e-9 AS share,
    q.publish, q.flag,
    CASE
      WHEN q.rollup = 'share_of_economies'
      THEN greatest(CAST(q.min_members AS DOUBLE), 3.0, c.members_total / 2.0)
      ELSE CAST(q.min_members AS DOUBLE)
    END AS members_needed
  FROM parameters q
  CROSS JOIN rolled r
  JOIN coverage c
    ON c.ref_area = r.ref_area AND c.time_period = r.time_period AND c.estimate = r.estimate
    AND c.sex = r.sex AND c.age = r.age AND c.urbanisation = r.urbanisation AND c.disability = r.disability
    AND c.education_level = r.education_level AND c.size_class = r.size_class AND c.breakdown = r.breakdown
  WHERE r.value IS NOT NULL
),
classed AS (
  SELECT
    ref_area, group_scheme, time_period,
    sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
    value, coverage, members_observed, members_total, members_carried, missing_note,
    CASE
      WHEN members_observed < members_needed THEN 'few'
      WHEN share < flag THEN 'low'
      WHEN share < publish THEN 'flagged'
      ELSE 'clean'
    END AS verdict,
    CAST(round(100.0 * coalesce(coverage, 0.0), 1) AS VARCHAR) || ' % of the weight observed, ' AS observed,
    rtrim(rtrim(CAST(round(100.0 * flag, 1) AS VARCHAR), '0'), '.') || ' % needed' AS flag_needed,
    rtrim(rtrim(CAST(round(100.0 * publish, 1) AS VARCHAR), '0'), '.') || ' % needed' AS publish_needed,
    CAST(CAST(ceil(members_needed) AS BIGINT) AS VARCHAR) || ' needed' AS count_needed
  FROM judged
)
SELECT
  ref_area, group_scheme, time_period,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
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
FROM classed
