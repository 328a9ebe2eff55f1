/*
How fast each target is approached, from baseline and latest value: from `ends`
with the economies as they come, and from `fixed_ends` with the same economies
at both ends (`same_economies`). A target whose own area has no row at all gets
one, with the reason in `no_value`. Reads `targets` and `classes` too.

What is published of it, and what each figure means, stands in progress.sql.

Source: methodology note, section 3 (recommended method, edge rules,
projection) and section 4 (change from a baseline); golden cases G17 to G19.
*/
WITH points AS (
  SELECT
    FALSE AS same_economies, target, ref_area, estimate,
    sex, age, urbanisation, disability, education_level, size_class, breakdown,
    unit, latest_year, latest, due_year, due_value, baseline_published, baseline_year, baseline,
    newest_year, newest_observed, baseline_firm, baseline_observed, baseline_carried,
    latest_firm, latest_observed, latest_carried, preferred, CAST(NULL AS DOUBLE) AS fixed_share,
    coalesce(baseline_whole, TRUE) AS baseline_whole, coalesce(latest_whole, TRUE) AS latest_whole, coalesce(due_whole, TRUE) AS due_whole,
    CASE
      WHEN latest IS NULL AND newest_year IS NULL
      THEN 'missing or withheld in every year'
        -- all observed, and withheld all the same: of too few economies; each value says so
        || CASE
          WHEN newest_observed < 0.9995
          THEN ': at most ' || CAST(floor(1000.0 * newest_observed) / 10.0 AS VARCHAR) || ' % of the weight is observed'
          ELSE ''
        END
    END AS no_value
  FROM ends
  UNION ALL
  SELECT
    TRUE AS same_economies, e.target, e.ref_area, e.estimate,
    e.sex, e.age, e.urbanisation, e.disability, e.education_level, e.size_class, e.breakdown,
    e.unit, e.latest_year, f.latest, e.due_year, e.due_value, e.baseline_published, e.baseline_year, f.baseline,
    e.newest_year, e.newest_observed, e.baseline_firm, e.baseline_observed, e.baseline_carried,
    e.latest_firm, e.latest_observed, e.latest_carried, e.preferred, f.fixed_share,
    coalesce(f.fixed_share >= 1.0 - 1e-9, FALSE) AS baseline_whole, coalesce(f.fixed_share >= 1.0 - 1e-9, FALSE) AS latest_whole,
    TRUE AS due_whole, CAST(NULL AS VARCHAR) AS no_value
  FROM ends e
  JOIN fixed_ends f
    ON f.target = e.target AND f.ref_area = e.ref_area AND f.estimate = e.estimate
    AND f.sex = e.sex AND f.age = e.age AND f.urbanisation = e.urbanisation AND f.disability = e.disability
    AND f.education_level = e.education_level AND f.size_class = e.size_class AND f.breakdown = e.breakdown
  UNION ALL
  SELECT
    FALSE AS same_economies, t.target, t.area AS ref_area,
    CASE WHEN ',' || t.estimates || ',' LIKE '%,available,%' THEN 'available' ELSE split_part(t.estimates, ',', 1) END
      AS estimate,
    replace(t.sex, '*', '_T') AS sex, replace(t.age, '*', '_T') AS age,
    replace(t.urbanisation, '*', '_T') AS urbanisation, replace(t.disability, '*', '_T') AS disability,
    replace(t.education_level, '*', '_T') AS education_level, replace(t.size_class, '*', '_T') AS size_class,
    replace(t.breakdown, '*', '_T') AS breakdown,
    t.unit, CAST(NULL AS INT) AS latest_year, CAST(NULL AS DOUBLE) AS latest,
    CAST(NULL AS INT) AS due_year, CAST(NULL AS DOUBLE) AS due_value,
    t.baseline_value IS NOT NULL AS baseline_published,
    CASE WHEN t.baseline_value IS NOT NULL THEN t.baseline_year END AS baseline_year, t.baseline_value AS baseline,
    CAST(NULL AS INT) AS newest_year, CAST(NULL AS DOUBLE) AS newest_observed,
    TRUE AS baseline_firm, CAST(NULL AS DOUBLE) AS baseline_observed, CAST(NULL AS DOUBLE) AS baseline_carried,
    TRUE AS latest_firm, CAST(NULL AS DOUBLE) AS latest_observed, CAST(NULL AS DOUBLE) AS latest_carried, TRUE AS preferred,
    CAST(NULL AS DOUBLE) AS fixed_share, TRUE AS baseline_whole, TRUE AS latest_whole, TRUE AS due_whole, coalesce(t.missing, 'too few values: none for this area') AS no_value
  FROM targets t
  WHERE NOT EXISTS (SELECT 1 FROM ends e WHERE e.target = t.target AND e.ref_area = t.area)
),
based AS (
  SELECT
    p.same_economies, p.target, p.ref_area, p.estimate,
    p.sex, p.age, p.urbanisation, p.disability, p.education_level, p.size_class, p.breakdown,
    t.indicator, t.rollup, t.area, t.direction, t.kind, t."value" AS level, t.change, t.low, t.high, t.met_at,
    t.target_year, t.baseline_year AS wanted_year, t.missing, t.note AS target_note,
    t.without_class, t.met_with, t.due_within,
    -- why the area of the target has no value: what the header says, if it does; `{observed}` in it is the most that any
    -- year has, and where nothing is known of that the header's words do not fit
    CASE
      WHEN p.no_value IS NOT NULL AND p.ref_area = t.area
      THEN coalesce(
        CASE
          WHEN t.without_value LIKE '%{observed}%'
          THEN replace(t.without_value, '{observed}', CAST(floor(1000.0 * p.newest_observed) / 10.0 AS VARCHAR))
          ELSE t.without_value
        END,
        p.no_value)
      ELSE p.no_value
    END AS no_value,
    coalesce(p.unit, t.unit) AS unit, p.latest_year, p.latest, p.due_year, p.due_value,
    p.baseline_published, p.baseline_year, p.baseline,
    p.newest_year, p.newest_observed, p.baseline_firm, p.baseline_observed, p.baseline_carried,
    p.latest_firm, p.latest_observed, p.latest_carried, p.preferred, p.fixed_share,
    p.baseline_whole, p.latest_whole, p.due_whole,
    -- a level that a sum shall stay under is one of all members: a sum that lacks some says nothing by staying under it
    t.rollup = 'sum' AND t.kind <> 'change' AND t.direction <> 'up' AS of_all
  FROM targets t
  JOIN points p ON p.target = t.target
),
-- first_goal is the value to reach as seen from the baseline, goal as seen from the latest value:
-- they differ in a band only, when it was passed through.
started AS (
  SELECT
    b.*,
    CASE
      WHEN kind = 'level' THEN level
      -- of nothing, or of less, a share is no way to go
      WHEN kind = 'change' THEN CASE WHEN baseline > 0.0 THEN baseline * (1.0 + change) END
      WHEN baseline < low THEN low
      WHEN baseline > high THEN high
    END AS first_goal,
    CAST(latest_year - baseline_year AS DOUBLE) AS span,
    CAST(target_year - baseline_year AS DOUBLE) AS term,
    CAST(target_year - latest_year AS DOUBLE) AS years_left
  FROM based b
),
aimed AS (
  SELECT
    s.*,
    CASE
      WHEN kind <> 'band' THEN first_goal
      WHEN latest < low THEN low
      WHEN latest > high THEN high
      WHEN first_goal IS NOT NULL THEN first_goal
      WHEN high - latest < latest - low THEN high
      ELSE low
    END AS goal,
    coalesce(met_at, first_goal) AS threshold,
    1e-12 * greatest(1.0, abs(coalesce(met_at, first_goal, high))) AS margin,
    coalesce(span >= 3.0 AND term > 0.0 AND baseline IS NOT NULL AND latest IS NOT NULL, FALSE) AS suffices
  FROM started s
),
weighed AS (
  SELECT
    a.*,
    coalesce(of_all AND NOT (latest_whole AND baseline_whole), FALSE) AS lacks_members,
    coalesce(of_all AND NOT latest_whole AND latest <= coalesce(high, threshold) + margin, FALSE) AS latest_open,
    coalesce(of_all AND NOT due_whole AND due_value <= coalesce(high, threshold) + margin, FALSE) AS due_open
  FROM aimed a
),
assessed AS (
  SELECT
    a.*,
    NOT latest_open AND coalesce(CASE direction
      WHEN 'up' THEN latest >= threshold - margin
      WHEN 'down' THEN latest <= threshold + margin
      ELSE latest >= low - margin AND latest <= high + margin
    END, FALSE) AS met,
    NOT lacks_members AND coalesce(CASE direction
      WHEN 'up' THEN baseline >= threshold - margin
      WHEN 'down' THEN baseline <= threshold + margin
      ELSE baseline >= low - margin AND baseline <= high + margin
    END, FALSE) AS met_before,
    NOT due_open AND coalesce(CASE direction
      WHEN 'up' THEN due_value >= threshold - margin
      WHEN 'down' THEN due_value <= threshold + margin
      ELSE due_value >= low - margin AND due_value <= high + margin
    END, TRUE) AS met_in_time,
    coalesce(kind <> 'band' AND baseline = first_goal, FALSE) AS no_way_left,
    coalesce(kind = 'band' AND (baseline < low AND latest > high OR baseline > high AND latest < low), FALSE)
      AS passed_through,
    CASE WHEN span > 0.0 THEN (latest - baseline) / span END AS actual
  FROM weighed a
),
paced AS (
  SELECT
    j.*,
    CASE
      WHEN NOT suffices OR met_before OR lacks_members THEN NULL
      WHEN passed_through THEN (1.0 - abs(latest - goal) / abs(baseline - first_goal)) * term / span
      ELSE actual / nullif((first_goal - baseline) / term, 0.0)
    END AS pace,
    CASE
      WHEN suffices AND NOT met_before AND NOT lacks_members AND NOT passed_through
        AND baseline > 0.0 AND latest > 0.0 AND first_goal > 0.0
      THEN (power(latest / baseline, 1.0 / span) - 1.0)
        / nullif(power(first_goal / baseline, 1.0 / term) - 1.0, 0.0)
    END AS pace_cagr,
    CASE
      WHEN suffices AND years_left > 0.0 AND unit IN ('PT', 'PT_INT')
      THEN greatest(0.0, least(100.0, latest + actual * years_left))
      WHEN suffices AND years_left > 0.0 AND unit IN ('PP', 'PS', 'MT_CO2E') THEN latest + actual * years_left
      WHEN suffices AND years_left > 0.0 THEN greatest(0.0, latest + actual * years_left)
    END AS line,
    CASE
      WHEN suffices AND years_left > 0.0 AND unit IN ('PT', 'PT_INT')
      THEN ln(greatest(0.05, least(99.5, latest)) / (100.0 - greatest(0.05, least(99.5, latest))))
    END AS latest_logit,
    CASE
      WHEN suffices AND years_left > 0.0 AND unit IN ('PT', 'PT_INT')
      THEN ln(greatest(0.05, least(99.5, baseline)) / (100.0 - greatest(0.05, least(99.5, baseline))))
    END AS baseline_logit
  FROM assessed j
),
classed AS (
  SELECT
    p.*,
    CASE
      WHEN met THEN 'met'
      WHEN NOT suffices OR lacks_members THEN 'insufficient_data'
      WHEN met_before THEN 'deterioration'
      WHEN no_way_left AND CASE direction WHEN 'up' THEN latest < baseline ELSE latest > baseline END THEN 'deterioration'
      WHEN no_way_left THEN 'limited'
      ELSE coalesce(linear.class, 'insufficient_data')
    END AS class,
    compound.class AS class_cagr,
    100.0 / (1.0 + exp(-(latest_logit + (latest_logit - baseline_logit) / span * years_left))) AS logit_curve
  FROM paced p
  LEFT JOIN classes linear
    ON (linear.from_pace IS NULL OR p.pace >= linear.from_pace - 1e-12)
    AND (linear.below_pace IS NULL OR p.pace < linear.below_pace - 1e-12)
  LEFT JOIN classes compound
    ON (compound.from_pace IS NULL OR p.pace_cagr >= compound.from_pace - 1e-12)
    AND (compound.below_pace IS NULL OR p.pace_cagr < compound.below_pace - 1e-12)
)
SELECT
  same_economies, target, indicator, ref_area,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
  rollup, area, direction, unit, baseline_year, baseline, baseline_published, wanted_year,
  baseline_firm, baseline_observed, baseline_carried, latest_firm, latest_observed, latest_carried,
  latest_year, latest, newest_year, newest_observed, due_year, due_value, target_year, goal, threshold,
  years_left, actual, pace, pace_cagr, suffices, span, term, met, met_before, met_in_time, no_way_left, passed_through,
  line, logit_curve, class, class_cagr, fixed_share, preferred, missing, no_value, target_note,
  without_class, met_with, due_within, of_all, lacks_members, latest_open, due_open
FROM classed
