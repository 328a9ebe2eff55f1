/*
How far each target is: one row per target, area, breakdown and estimate, from
`indicator_values`, `targets`, `current_year` and `classes`. A target whose own
area has no row at all gets one, classed insufficient_data, with the reason in
`note`.

latest        newest value not after the current year
baseline      for the target's own area, the baseline as published if the
              target gives it; else the value of the baseline year, or of the
              nearest year within two of it (the earlier of two equally near)
target_value  the level; for a relative change, baseline x (1 + change); for a
              band, the bound still to be reached
distance      what is left to go, 0 once met
actual_per_year    (latest - baseline) / years between them
required_per_year  what is needed a year from the latest value on; NULL once
              the target year is reached
pace          linear ratio: actual_per_year over what was required a year from
              the baseline on. It gives the class
pace_cagr     the same ratio of compound rates, for comparison; NULL unless
              baseline, latest and target are above 0
class         met: the latest value is at or beyond met_at, or in the band
              insufficient_data: no value, no baseline, under 3 years between
              the two, or a baseline not before the target year
              deterioration: met at the baseline, but no longer
              limited, or deterioration if moving away: from a baseline that
              lies on the target value without meeting it (a majority is more
              than 50 percent); no way is left to go, so there is no pace
              else by pace: the cuts are in classes.sql
projected_low, projected_high  at the target year, from baseline and latest:
              a straight line and, for percentages, a straight line in logits;
              never in the class. Percentages stay within 0..100, and nothing
              goes below 0 but differences and net emissions
arrival_year  when the straight line reaches the target value

Where a target was met only after its year, the note gives the last value up
to that year.

Pace, projections and arrival need data that suffice. A value that went
through a band and out on the other side is paced by its distance from the
band. A margin of 1e-12 keeps a value that is on a cut on it.

Source: methodology note, section 3 (recommended method, edge rules,
projection) and section 4 (change from a baseline); golden cases G17 to G19.
*/
WITH candidates AS (
  SELECT
    t.target, t.target_year, v.indicator, v.ref_area, v.estimate,
    v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown,
    v.value, v.unit, v.coverage, CASE WHEN v.value IS NOT NULL THEN v.time_period END AS "year",
    CASE WHEN v.value IS NOT NULL THEN v.time_period - t.baseline_year END AS years_off
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
-- One value a year, so that max() only picks it.
series AS (
  SELECT
    target, indicator, ref_area, estimate,
    sex, age, urbanisation, disability, education_level, size_class, breakdown,
    max(unit) AS unit,
    max(coverage) AS best_coverage,
    max("year") AS latest_year,
    max(CASE WHEN "year" <= target_year THEN "year" END) AS due_year,
    coalesce(
      max(CASE WHEN years_off = 0 THEN "year" END),
      max(CASE WHEN years_off = -1 THEN "year" END), max(CASE WHEN years_off = 1 THEN "year" END),
      max(CASE WHEN years_off = -2 THEN "year" END), max(CASE WHEN years_off = 2 THEN "year" END)
    ) AS near_year,
    coalesce(
      max(CASE WHEN years_off = 0 THEN value END),
      max(CASE WHEN years_off = -1 THEN value END), max(CASE WHEN years_off = 1 THEN value END),
      max(CASE WHEN years_off = -2 THEN value END), max(CASE WHEN years_off = 2 THEN value END)
    ) AS near_value
  FROM candidates
  GROUP BY target, indicator, ref_area, estimate,
    sex, age, urbanisation, disability, education_level, size_class, breakdown
),
found AS (
  SELECT
    s.target, s.ref_area, s.estimate,
    s.sex, s.age, s.urbanisation, s.disability, s.education_level, s.size_class, s.breakdown,
    s.unit, s.best_coverage, s.latest_year, v.value AS latest, s.due_year, d.value AS due_value, s.near_year, s.near_value
  FROM series s
  LEFT JOIN indicator_values v
    ON v.indicator = s.indicator AND v.ref_area = s.ref_area AND v.estimate = s.estimate
    AND v.time_period = s.latest_year
    AND v.sex = s.sex AND v.age = s.age AND v.urbanisation = s.urbanisation AND v.disability = s.disability
    AND v.education_level = s.education_level AND v.size_class = s.size_class AND v.breakdown = s.breakdown
  LEFT JOIN indicator_values d
    ON d.indicator = s.indicator AND d.ref_area = s.ref_area AND d.estimate = s.estimate
    AND d.time_period = s.due_year
    AND d.sex = s.sex AND d.age = s.age AND d.urbanisation = s.urbanisation AND d.disability = s.disability
    AND d.education_level = s.education_level AND d.size_class = s.size_class AND d.breakdown = s.breakdown
),
points AS (
  SELECT
    target, ref_area, estimate,
    sex, age, urbanisation, disability, education_level, size_class, breakdown,
    unit, latest_year, latest, due_year, due_value, near_year, near_value,
    CASE
      WHEN latest IS NULL
      THEN 'missing or withheld in every year'
        || coalesce(': at most ' || CAST(floor(1000.0 * best_coverage) / 10.0 AS VARCHAR) || ' % of the weight is observed', '')
    END AS no_value
  FROM found
  UNION ALL
  SELECT
    t.target, t.area AS ref_area,
    CASE WHEN ',' || t.estimates || ',' LIKE '%,available,%' THEN 'available' ELSE split_part(t.estimates, ',', 1) END
      AS estimate,
    replace(t.sex, '*', '_T') AS sex, replace(t.age, '*', '_T') AS age,
    replace(t.urbanisation, '*', '_T') AS urbanisation, replace(t.disability, '*', '_T') AS disability,
    replace(t.education_level, '*', '_T') AS education_level, replace(t.size_class, '*', '_T') AS size_class,
    replace(t.breakdown, '*', '_T') AS breakdown,
    t.unit, CAST(NULL AS INT) AS latest_year, CAST(NULL AS DOUBLE) AS latest,
    CAST(NULL AS INT) AS due_year, CAST(NULL AS DOUBLE) AS due_value,
    CAST(NULL AS INT) AS near_year, CAST(NULL AS DOUBLE) AS near_value,
    coalesce(t.missing, 'too few values: none for this area') AS no_value
  FROM targets t
  WHERE NOT EXISTS (SELECT 1 FROM candidates c WHERE c.target = t.target AND c.ref_area = t.area)
),
based AS (
  SELECT
    p.target, p.ref_area, p.estimate,
    p.sex, p.age, p.urbanisation, p.disability, p.education_level, p.size_class, p.breakdown,
    t.indicator, t.direction, t.kind, t."value" AS level, t.change, t.low, t.high, t.met_at, t.target_year,
    t.baseline_year AS wanted_year, t.missing, t.note AS target_note,
    -- why the area of the target has no value: what the header says, if it does
    CASE WHEN p.no_value IS NOT NULL AND p.ref_area = t.area THEN coalesce(t.without_value, p.no_value) ELSE p.no_value END
      AS no_value,
    coalesce(p.unit, t.unit) AS unit, p.latest_year, p.latest, p.due_year, p.due_value,
    t.baseline_value IS NOT NULL AND p.ref_area = t.area AS baseline_published,
    CASE WHEN t.baseline_value IS NOT NULL AND p.ref_area = t.area THEN t.baseline_year ELSE p.near_year END
      AS baseline_year,
    CASE WHEN t.baseline_value IS NOT NULL AND p.ref_area = t.area THEN t.baseline_value ELSE p.near_value END
      AS baseline
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
      WHEN kind = 'change' THEN baseline * (1.0 + change)
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
assessed AS (
  SELECT
    a.*,
    coalesce(CASE direction
      WHEN 'up' THEN latest >= threshold - margin
      WHEN 'down' THEN latest <= threshold + margin
      ELSE latest >= low - margin AND latest <= high + margin
    END, FALSE) AS met,
    coalesce(CASE direction
      WHEN 'up' THEN baseline >= threshold - margin
      WHEN 'down' THEN baseline <= threshold + margin
      ELSE baseline >= low - margin AND baseline <= high + margin
    END, FALSE) AS met_before,
    coalesce(CASE direction
      WHEN 'up' THEN due_value >= threshold - margin
      WHEN 'down' THEN due_value <= threshold + margin
      ELSE due_value >= low - margin AND due_value <= high + margin
    END, TRUE) AS met_in_time,
    coalesce(kind <> 'band' AND baseline = first_goal, FALSE) AS no_way_left,
    coalesce(kind = 'band' AND (baseline < low AND latest > high OR baseline > high AND latest < low), FALSE)
      AS passed_through,
    CASE WHEN span > 0.0 THEN (latest - baseline) / span END AS actual
  FROM aimed a
),
paced AS (
  SELECT
    j.*,
    CASE
      WHEN NOT suffices OR met_before THEN NULL
      WHEN passed_through THEN (1.0 - abs(latest - goal) / abs(baseline - first_goal)) * term / span
      ELSE actual / nullif((first_goal - baseline) / term, 0.0)
    END AS pace,
    CASE
      WHEN suffices AND NOT met_before AND NOT passed_through
        AND baseline > 0.0 AND latest > 0.0 AND first_goal > 0.0
      THEN (power(latest / baseline, 1.0 / span) - 1.0)
        / nullif(power(first_goal / baseline, 1.0 / term) - 1.0, 0.0)
    END AS pace_cagr,
    CASE
      WHEN suffices AND years_left > 0.0 AND unit = 'PT'
      THEN greatest(0.0, least(100.0, latest + actual * years_left))
      WHEN suffices AND years_left > 0.0 AND unit IN ('PP', 'PS', 'MT_CO2E') THEN latest + actual * years_left
      WHEN suffices AND years_left > 0.0 THEN greatest(0.0, latest + actual * years_left)
    END AS line,
    CASE
      WHEN suffices AND years_left > 0.0 AND unit = 'PT'
      THEN ln(greatest(0.05, least(99.5, latest)) / (100.0 - greatest(0.05, least(99.5, latest))))
    END AS latest_logit,
    CASE
      WHEN suffices AND years_left > 0.0 AND unit = 'PT'
      THEN ln(greatest(0.05, least(99.5, baseline)) / (100.0 - greatest(0.05, least(99.5, baseline))))
    END AS baseline_logit
  FROM assessed j
),
classed AS (
  SELECT
    p.*,
    CASE
      WHEN met THEN 'met'
      WHEN NOT suffices THEN 'insufficient_data'
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
  target, indicator, ref_area,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
  direction, baseline_year, baseline AS baseline_value, latest_year, latest AS latest_value,
  target_year, goal AS target_value,
  CASE WHEN met THEN 0.0 ELSE abs(goal - latest) END AS distance,
  actual AS actual_per_year,
  CASE WHEN years_left <= 0.0 THEN NULL WHEN met THEN 0.0 ELSE (goal - latest) / years_left END AS required_per_year,
  -- never a zero with a minus sign
  CASE WHEN pace = 0.0 THEN 0.0 ELSE pace END AS pace,
  CASE WHEN pace_cagr = 0.0 THEN 0.0 ELSE pace_cagr END AS pace_cagr,
  class,
  least(line, logit_curve) AS projected_low,
  greatest(line, logit_curve) AS projected_high,
  CASE
    WHEN suffices AND NOT met AND (goal - latest) * actual > 0.0
    THEN latest_year + (goal - latest) / actual
  END AS arrival_year,
  nullif(concat_ws('; ',
    no_value,
    CASE
      WHEN no_value IS NOT NULL OR suffices THEN NULL
      WHEN wanted_year IS NULL THEN 'the target gives no baseline year'
      WHEN baseline IS NULL THEN 'too few values: none within two years of ' || CAST(wanted_year AS VARCHAR)
      WHEN term <= 0.0 THEN 'the baseline is not before the target year'
      WHEN span <= 0.0 THEN 'too few values: none after the baseline'
      ELSE 'too few values: under three years from baseline to latest'
    END,
    CASE WHEN no_value IS NULL AND class = 'insufficient_data' THEN missing END,
    CASE WHEN baseline_published THEN 'baseline as published' END,
    CASE
      WHEN NOT baseline_published AND baseline_year <> wanted_year
      THEN 'baseline is of ' || CAST(baseline_year AS VARCHAR) || ', none for ' || CAST(wanted_year AS VARCHAR)
    END,
    CASE WHEN met_before AND latest IS NOT NULL AND NOT met THEN 'met at the baseline, but no longer' END,
    CASE WHEN no_way_left AND suffices AND NOT met AND NOT met_before
      THEN 'the baseline lies on the target value, which is not enough: no pace' END,
    CASE
      WHEN met AND NOT met_in_time
      THEN 'reached after the target year: '
        -- the bare value where two decimals could hide that it was not met
        || CAST(CASE WHEN abs(due_value - threshold) < 0.01 THEN due_value ELSE round(due_value, 2) END AS VARCHAR)
        || ' in ' || CAST(due_year AS VARCHAR)
        || CASE WHEN due_year < target_year THEN ', the last value up to then' ELSE '' END
    END,
    CASE WHEN passed_through THEN 'went through the band and out on the other side' END,
    CASE WHEN years_left <= 0.0 AND NOT met THEN 'the target year is over' END,
    CASE
      WHEN NOT met AND class <> class_cagr
      THEN 'by linear pace ' || class || ', by compound growth ' || class_cagr
    END,
    target_note
  ), '') AS note
FROM classed
