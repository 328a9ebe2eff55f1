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
WITH members AS (
  SELECT
    m.group_scheme, m.group_code, e.estimate, b.ref_area, b.time_period,
    b.sex, b.age, b.urbanisation, b.disability, b.education_level, b.size_class, b.breakdown,
    coalesce(v.base, b.base) AS base,
    CASE WHEN v.ref_area IS NULL THEN 0 ELSE 1 END AS observed,
    CASE WHEN v.year_used < v.time_period THEN 1 ELSE 0 END AS carried
  FROM member_base b
  CROSS JOIN (SELECT DISTINCT estimate FROM member_values) e
  LEFT JOIN member_values v
    ON v.estimate = e.estimate AND v.ref_area = b.ref_area AND v.time_period = b.time_period
    AND v.sex = b.sex AND v.age = b.age AND v.urbanisation = b.urbanisation AND v.disability = b.disability
    AND v.education_level = b.education_level AND v.size_class = b.size_class AND v.breakdown = b.breakdown
  JOIN membership m
    ON m.ref_area = b.ref_area AND b.time_period BETWEEN m.first_year AND m.last_year
),
totals AS (
  SELECT
    group_scheme, group_code, estimate, time_period,
    sex, age, urbanisation, disability, education_level, size_class, breakdown,
    sum(CASE WHEN observed = 1 THEN base ELSE 0.0 END) AS observed_base,
    sum(base) AS total_base,
    sum(observed) AS members_observed,
    sum(carried) AS members_carried,
    count(*) AS members_total
  FROM members
  GROUP BY group_scheme, group_code, estimate, time_period,
    sex, age, urbanisation, disability, education_level, size_class, breakdown
),
missing AS (
  SELECT
    t.group_code, t.estimate, t.time_period,
    t.sex, t.age, t.urbanisation, t.disability, t.education_level, t.size_class, t.breakdown,
    m.ref_area, 100.0 * m.base / t.total_base AS percent,
    row_number() OVER (
      PARTITION BY t.group_code, t.estimate, t.time_period,
        t.sex, t.age, t.urbanisation, t.disability, t.education_level, t.size_class, t.breakdown
      ORDER BY m.base DESC, m.ref_area
    ) AS place
  FROM totals t
  JOIN members m
    ON m.group_code = t.group_code AND m.estimate = t.estimate AND m.time_period = t.time_period
    AND m.sex = t.sex AND m.age = t.age AND m.urbanisation = t.urbanisation AND m.disability = t.disability
    AND m.education_level = t.education_level AND m.size_class = t.size_class AND m.breakdown = t.breakdown
  WHERE m.observed = 0 AND m.base > 0.05 * t.total_base
)
SELECT
  t.group_code AS ref_area, t.group_scheme, t.time_period,
  t.sex, t.age, t.urbanisation, t.disability, t.education_level, t.size_class, t.breakdown, t.estimate,
  t.observed_base / nullif(t.total_base, 0.0) AS coverage,
  t.members_observed, t.members_total, t.members_carried,
  CASE
    WHEN x.ref_area IS NOT NULL AND q.base <> 'economies'
    THEN coalesce(a.name || ' (' || x.ref_area || ')', x.ref_area) || ' is missing: '
      || CAST(round(x.percent, 1) AS VARCHAR) || ' % of the weight'
  END AS missing_note
FROM parameters q
CROSS JOIN totals t
LEFT JOIN missing x
  ON x.place = 1 AND x.group_code = t.group_code AND x.estimate = t.estimate AND x.time_period = t.time_period
  AND x.sex = t.sex AND x.age = t.age AND x.urbanisation = t.urbanisation AND x.disability = t.disability
  AND x.education_level = t.education_level AND x.size_class = t.size_class AND x.breakdown = t.breakdown
LEFT JOIN areas a ON a.ref_area = x.ref_area
