/*
Where each target stands at both ends: one row per target, area, breakdown and
estimate of one indicator, from `indicator_values` (with `preferred`, and
the dimensions as one number, that of `breakdowns`), `targets` and
`current_year`.

latest    newest value not after the current year. An `imputed` value with less
          than `observed` of the header (half, by default) observed gives way
          to the newest one of the five years up to it with more; if all have
          less, to the one of which most is observed. newest_year is then the
          year passed over, and newest_observed what it has; where there is no
          value at all, newest_observed is the most that any year has.
          It never lies before the baseline: else there is none, and newest_year
          is the newest year with a value
baseline  for the target's own area, the baseline as published if the target
          gives it; else the value of the baseline year, or of the nearest year
          within two of it (the earlier of two equally near). Of `imputed`
          values those with as much observed come first, however near the
          others are
baseline_firm, latest_firm  whether as much is observed
baseline_whole, latest_whole, due_whole  whether all members of the group have a
          value, and a sum is that of the whole; of other figures always
baseline_observed, latest_observed  share of the weight with a value of that
          very year
baseline_carried, latest_carried  share of the weight with one that is carried
          from earlier years; of a gap the least that it can be, since coverage
          and observed may be those of different sides
due       last value up to the target year; of `imputed` the last one with as
          much observed, and none where no value up to then has it
preferred whether preferred.sql takes the row of the latest value

Source: methodology note, section 3 (recommended method).
*/
WITH candidates AS (
  SELECT
    t.target, t.target_year, v.ref_area, v.estimate,
    v.breakdown_number, v.unit, v.observed, v.coverage, CASE WHEN v.value IS NOT NULL THEN v.time_period END AS "year",
    -- an aggregate that is mostly carried stands for its target only where no year has more
    v.estimate <> 'imputed' OR v.observed IS NULL OR v.observed >= t.min_observed - 1e-9 AS firm,
    -- the wanted year, the year before, the year after and so on
    CASE v.time_period - t.baseline_year WHEN 0 THEN 1 WHEN -1 THEN 2 WHEN 1 THEN 3 WHEN -2 THEN 4 WHEN 2 THEN 5 END
      AS nearness
  FROM targets t
  CROSS JOIN current_year c
  JOIN indicator_values v ON v.indicator = t.indicator AND v.time_period <= c."year"
  WHERE (v.ref_area = t.area
      OR (t.also_groups AND v.area_kind = 'group')
      OR (t.also_countries AND v.area_kind = 'country'))
    AND (v.area_kind = 'country' OR ',' || t.estimates || ',' LIKE '%,' || v.estimate || ',%')
    AND (v.area_kind = 'group' OR v.estimate = 'reported')
    AND t.sex IN ('*', v.sex) AND t.age IN ('*', v.age) AND t.urbanisation IN ('*', v.urbanisation)
    AND t.disability IN ('*', v.disability) AND t.education_level IN ('*', v.education_level)
    AND t.size_class IN ('*', v.size_class) AND t.breakdown IN ('*', v.breakdown)
),
series AS (
  SELECT
    target, ref_area, estimate, breakdown_number,
    max(unit) AS unit,
    -- as the notes of withheld values count it: with what is carried
    max(coalesce(coverage, observed)) AS best_observed,
    max("year") AS newest_year,
    max(CASE WHEN firm THEN "year" END) AS firm_year,
    max(CASE WHEN firm AND "year" <= target_year THEN "year" END) AS due_year,
    -- place and year as one number, so that the least one has the year
    min(CASE WHEN firm THEN 10000 * nearness + "year" END) AS near_firm,
    min(10000 * nearness + "year") AS near_any
  FROM candidates
  GROUP BY target, ref_area, estimate, breakdown_number
),
-- Series whose newest value is not firm: the years near it, that of which most is observed first.
ranked AS (
  SELECT
    s.target, s.ref_area, s.estimate, s.breakdown_number, c."year",
    row_number() OVER (PARTITION BY s.target, s.ref_area, s.estimate, s.breakdown_number ORDER BY c.observed DESC, c."year" DESC) AS place,
    max(CASE WHEN c."year" = s.newest_year THEN c.observed END)
      OVER (PARTITION BY s.target, s.ref_area, s.estimate, s.breakdown_number) AS newest_observed
  FROM series s
  JOIN candidates c
    ON c.target = s.target AND c.ref_area = s.ref_area AND c.estimate = s.estimate AND c.breakdown_number = s.breakdown_number
  WHERE s.estimate = 'imputed' AND coalesce(s.firm_year, 0) < s.newest_year AND c."year" >= s.newest_year - 5
),
chosen AS (
  SELECT
    s.target, s.ref_area, s.estimate, s.breakdown_number,
    s.unit, s.best_observed, s.newest_year, s.firm_year, r.newest_observed, s.due_year,
    t.baseline_value IS NOT NULL AND s.ref_area = t.area AS baseline_published, t.baseline_value,
    s.near_firm IS NOT NULL OR s.near_any IS NULL AS near_is_firm,
    CASE WHEN t.baseline_value IS NOT NULL AND s.ref_area = t.area THEN t.baseline_year ELSE CAST(coalesce(s.near_firm, s.near_any) % 10000 AS INT) END
      AS baseline_year,
    CASE WHEN s.firm_year >= s.newest_year - 5 THEN s.firm_year ELSE coalesce(r."year", s.newest_year) END AS stands_year
  FROM series s
  JOIN targets t ON t.target = s.target
  LEFT JOIN ranked r
    ON r.place = 1 AND r.target = s.target AND r.ref_area = s.ref_area AND r.estimate = s.estimate
    AND r.breakdown_number = s.breakdown_number
),
dated AS (
  SELECT
    c.*,
    CASE
      WHEN baseline_year IS NULL OR stands_year >= baseline_year
      THEN stands_year
    END AS latest_year
  FROM chosen c
)
SELECT
  s.target, s.ref_area, s.estimate, n.sex, n.age, n.urbanisation, n.disability, n.education_level, n.size_class, n.breakdown,
  s.unit, s.latest_year, v.value AS latest, s.due_year, d.value AS due_value,
  s.baseline_published, s.baseline_year,
  CASE WHEN s.baseline_published THEN s.baseline_value ELSE b.value END AS baseline,
  CASE WHEN s.latest_year IS NULL OR s.newest_year > s.latest_year THEN s.newest_year END AS newest_year,
  CASE
    WHEN s.newest_year IS NULL THEN s.best_observed
    WHEN s.latest_year IS NULL OR s.newest_year > s.latest_year THEN s.newest_observed
  END AS newest_observed,
  s.baseline_published OR s.near_is_firm AS baseline_firm,
  s.baseline_published OR coalesce(b.members_observed >= b.members_total, TRUE) AS baseline_whole,
  CASE WHEN s.estimate = 'imputed' AND NOT s.baseline_published THEN b.observed END AS baseline_observed,
  CASE WHEN s.estimate = 'imputed' AND NOT s.baseline_published THEN b.coverage - b.observed END AS baseline_carried,
  coalesce(s.latest_year = s.firm_year, s.latest_year IS NULL) AS latest_firm,
  coalesce(v.members_observed >= v.members_total, TRUE) AS latest_whole,
  coalesce(d.members_observed >= d.members_total, TRUE) AS due_whole,
  CASE WHEN s.estimate = 'imputed' THEN v.observed END AS latest_observed,
  CASE WHEN s.estimate = 'imputed' THEN v.coverage - v.observed END AS latest_carried,
  coalesce(v.preferred, FALSE) AS preferred
FROM dated s
JOIN breakdowns n ON n.breakdown_number = s.breakdown_number
LEFT JOIN indicator_values b
  ON b.breakdown_number = s.breakdown_number AND b.ref_area = s.ref_area AND b.estimate = s.estimate
  AND b.time_period = s.baseline_year
LEFT JOIN indicator_values v
  ON v.breakdown_number = s.breakdown_number AND v.ref_area = s.ref_area AND v.estimate = s.estimate
  AND v.time_period = s.latest_year
LEFT JOIN indicator_values d
  ON d.breakdown_number = s.breakdown_number AND d.ref_area = s.ref_area AND d.estimate = s.estimate
  AND d.time_period = s.due_year
