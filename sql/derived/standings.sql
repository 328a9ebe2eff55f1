/*
Where each row of `paces` stands before one estimate is chosen: its class, whether
that is the one of the same economies, and the last value up to the target year.
One row per target, area, breakdown and estimate; progress.sql says what the
columns come to.

said          the class, before that of a target beside it
by_fixed      the class is that of the same economies; too_few where they move
              the other way and are too little of the weight to give it
over          the target year is over
lender        the other estimate whose last value up to the target year is taken
last_year, last_value, last_met  that value, or the estimate's own
last_open     it is a sum that lacks members; last_is_old: it is too old to say
              when the target was met
half_digit    half of the last digit of what an agency prints

Source: methodology note, section 3.
*/
WITH limits AS (
  SELECT
    -- The least share of the weight that the same economies have where their class is taken. It is taken only where
    -- they move the other way than the group as it comes, which is then the work of those that came or went: whether
    -- the ones that stayed are half or a third of the weight, the other class is none of a movement at all. Below a
    -- quarter they are too few to say anything of the group.
    CAST(0.25 AS DOUBLE) AS least_share,
    -- the least share of the weight at an end that is told of where it is carried from earlier years
    CAST(0.1 AS DOUBLE) AS least_carried
),
paired AS (
  SELECT
    a.*,
    f.class AS class_fixed, f.pace AS pace_fixed, f.fixed_share AS share, f.actual AS actual_fixed,
    a.rollup = 'sum' AND a.estimate = 'available' AND NOT a.of_all AS grows,
    coalesce(f.suffices AND NOT a.of_all AND (a.rollup = 'sum' AND a.estimate = 'available' OR a.actual * f.actual < 0.0), FALSE) AS differs,
    coalesce(f.fixed_share >= q.least_share - 1e-9, FALSE) AS enough,
    NOT a.baseline_firm OR coalesce(a.baseline_carried >= q.least_carried - 1e-9, FALSE) AS baseline_is_old,
    NOT a.latest_firm OR coalesce(a.latest_carried >= q.least_carried - 1e-9, FALSE) AS latest_is_old
  FROM paces a
  CROSS JOIN limits q
  LEFT JOIN paces f
    ON f.same_economies AND f.target = a.target AND f.ref_area = a.ref_area AND f.estimate = a.estimate
    AND f.sex = a.sex AND f.age = a.age AND f.urbanisation = a.urbanisation AND f.disability = a.disability
    AND f.education_level = a.education_level AND f.size_class = a.size_class AND f.breakdown = a.breakdown
  WHERE NOT a.same_economies
),
compared AS (
  SELECT p.*, differs AND enough AS by_fixed, differs AND NOT enough AS too_few
  FROM paired p
),
told AS (
  SELECT
    c.*,
    CASE
      WHEN without_class IS NOT NULL OR too_few AND grows THEN 'insufficient_data'
      WHEN by_fixed AND class_fixed = 'met' AND NOT met THEN 'on_track'
      WHEN by_fixed THEN class_fixed
      ELSE class
    END AS said,
    y."year" > target_year AS over
  FROM compared c
  CROSS JOIN current_year y
),
-- The last value up to the target year of another estimate: where an agency began to publish after that year, say.
-- That of the reporting members alone stands for fewer of them, and is not asked.
lenders AS (
  SELECT
    target, ref_area, sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
    CASE estimate WHEN 'published' THEN 1 ELSE 2 END AS turn,
    due_year, due_value, met_in_time
  FROM told
  WHERE over AND estimate IN ('published', 'imputed') AND due_value IS NOT NULL AND NOT due_open
    AND due_year >= target_year - due_within
),
first_turns AS (
  SELECT
    n.target, n.ref_area, n.sex, n.age, n.urbanisation, n.disability, n.education_level, n.size_class, n.breakdown, n.estimate,
    min(l.turn) AS turn
  FROM told n
  JOIN lenders l
    ON l.target = n.target AND l.ref_area = n.ref_area AND l.estimate <> n.estimate
    AND l.sex = n.sex AND l.age = n.age AND l.urbanisation = n.urbanisation AND l.disability = n.disability
    AND l.education_level = n.education_level AND l.size_class = n.size_class AND l.breakdown = n.breakdown
  WHERE n.over AND n.latest IS NOT NULL
    AND (n.due_value IS NULL OR n.due_open OR n.due_year < n.target_year - n.due_within AND NOT n.met_in_time)
  GROUP BY n.target, n.ref_area, n.sex, n.age, n.urbanisation, n.disability, n.education_level, n.size_class, n.breakdown, n.estimate
),
lent AS (
  SELECT
    f.target, f.ref_area, f.sex, f.age, f.urbanisation, f.disability, f.education_level, f.size_class, f.breakdown, f.estimate,
    l.estimate AS lender, l.due_year, l.due_value, l.met_in_time
  FROM first_turns f
  JOIN lenders l
    ON l.target = f.target AND l.ref_area = f.ref_area AND l.turn = f.turn
    AND l.sex = f.sex AND l.age = f.age AND l.urbanisation = f.urbanisation AND l.disability = f.disability
    AND l.education_level = f.education_level AND l.size_class = f.size_class AND l.breakdown = f.breakdown
)
SELECT
  t.*,
  d.lender,
  coalesce(d.due_year, t.due_year) AS last_year,
  coalesce(d.due_value, t.due_value) AS last_value,
  coalesce(d.met_in_time, t.met_in_time) AS last_met,
  d.lender IS NULL AND t.due_open AS last_open,
  -- what is mostly carried comes from years before
  d.lender IS NULL AND coalesce(t.due_year < t.target_year - t.due_within, t.latest_year <= t.target_year, FALSE) AS last_is_old,
  -- half of the last digit of what an agency prints, with two decimals at most
  CASE
    WHEN t.estimate <> 'published' OR t.unit NOT IN ('PT', 'PT_INT', 'PT_GNI', 'PP', 'RATIO') THEN NULL
    WHEN t.latest = round(t.latest) THEN 0.5
    WHEN t.latest = round(t.latest, 1) THEN 0.05
    WHEN t.latest = round(t.latest, 2) THEN 0.005
  END AS half_digit
FROM told t
LEFT JOIN lent d
  ON d.target = t.target AND d.ref_area = t.ref_area AND d.estimate = t.estimate
  AND d.sex = t.sex AND d.age = t.age AND d.urbanisation = t.urbanisation AND d.disability = t.disability
  AND d.education_level = t.education_level AND d.size_class = t.size_class AND d.breakdown = t.breakdown
