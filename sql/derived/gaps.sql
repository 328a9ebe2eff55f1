/*
Gaps between two parts of a population, from the percentages of both. Reads
`gap_input` (the values of an indicator in PT, economies and groups) and
`group_population`.

Gives ref_area, time_period, estimate, the breakdown, value, unit, obs_status,
coverage, observed, members_observed, members_total, note, error_low, error_high.
The kind of gap is in `breakdown`; all other dimensions are _T:

  GENDER_PARITY     RATIO  women / men
  GENDER_POINTS     PP     men - women
  GENDER_PEOPLE     PS     men online - women online
  LOCATION_RATIO    RATIO  urban / rural
  LOCATION_POINTS   PP     urban - rural
  LOCATION_PEOPLE   PS     people online in urban - in rural areas
  AGE_RATIO         RATIO  ages 15-24 / the rest of the population
  AGE_POINTS        PP     ages 15-24 - the rest
  OLDER_RATIO       RATIO  ages 75 and over / ages 25-74
  OLDER_POINTS      PP     ages 25-74 - ages 75 and over
  DISABILITY_RATIO  RATIO  persons with / without disabilities
  DISABILITY_POINTS PP     without - with disabilities

Points and people are the usually better-off side less the other, so a
positive gap is the usual one. The rest of the population is derived as
(total x people - part x its people) / (people - its people), never as a mean
of the other bands; outside 0..100 it is impossible and gives no gap.
A gap of a group is taken between the group's values: a ratio of aggregates,
never a mean of the members' ratios. Both sides must have a value in the same
place, year and estimate; coverage, observed and members are the lower of the two.
Why one of ours has status E stands in its note: of a side that is mostly carried,
or of one that too little of the weight is observed of.
That a gap is ours stands in the note where its sides are figures of an agency (`published`), with
the notes of both, which name the publication and its edition.
People are those of the whole group. A further gap is a line in `gaps`.

error_low, error_high follow from the bars of the two parts: the gap is made once
more with each end of each bar by itself, and what it moves by (a and b, in the
same direction) is put together as the errors of two figures that are alike,
sqrt(a^2 + b^2 - 2 x alike x a x b). The ends that are furthest apart, one part
too high and the other too low at once, are too wide, and so are squares alone,
as of independent errors: mostly the same economies are missing on both sides,
and what they would have brought to one they would have brought to the other. In
the hold-out of BACKTEST.md squares held every time, with seven times the mean
error. `alike` is how far the two parts go together from economy to economy: the
correlation of their figures within each year, of all years; none where there are
too few figures to say (squares then). Without a bar on either side, as of
economies and of figures of an agency, there is none, nor where a ratio has
nothing below it at the end of a bar.

Further columns, which are not published, tell `explain` how the value was
made: first and second part (dimension and code, _T for everybody, and its
value), the operation between them, and the formula with its numbers. A gap to
the rest of the population is made of the part and of everybody.

Source: methodology note, section 2; golden cases G07 to G10.
*/
WITH gaps AS (
  SELECT gap, dimension, numerator_code, denominator_code, rest, ratio_name, sign, people
  FROM (VALUES
    ('GENDER', 'sex', 'F', 'M', FALSE, 'PARITY', -1.0, TRUE),
    ('LOCATION', 'urbanisation', 'U', 'R', FALSE, 'RATIO', 1.0, TRUE),
    ('AGE', 'age', 'Y15T24', 'the rest', TRUE, 'RATIO', 1.0, FALSE),
    ('OLDER', 'age', 'Y_GE75', 'Y25T74', FALSE, 'RATIO', -1.0, FALSE),
    ('DISABILITY', 'disability', 'PD', 'PWD', FALSE, 'RATIO', -1.0, FALSE)
  ) AS listed (gap, dimension, numerator_code, denominator_code, rest, ratio_name, sign, people)
),
measures AS (
  SELECT measure, unit
  FROM (VALUES ('RATIO', 'RATIO'), ('POINTS', 'PP'), ('PEOPLE', 'PS')) AS listed (measure, unit)
),
-- One part of the population per row: at most one dimension is not the total.
parts AS (
  SELECT
    ref_area, time_period, estimate, value, obs_status, coverage, observed, members_observed, members_total, note,
    error_low, error_high,
    CASE
      WHEN sex <> '_T' THEN 'sex'
      WHEN age <> '_T' THEN 'age'
      WHEN urbanisation <> '_T' THEN 'urbanisation'
      WHEN disability <> '_T' THEN 'disability'
      ELSE '_T'
    END AS dimension,
    CASE
      WHEN sex <> '_T' THEN sex
      WHEN age <> '_T' THEN age
      WHEN urbanisation <> '_T' THEN urbanisation
      ELSE disability
    END AS code
  FROM gap_input
  WHERE value IS NOT NULL
    AND education_level = '_T' AND size_class = '_T' AND breakdown = '_T'
    AND CASE WHEN sex = '_T' THEN 0 ELSE 1 END + CASE WHEN age = '_T' THEN 0 ELSE 1 END
      + CASE WHEN urbanisation = '_T' THEN 0 ELSE 1 END + CASE WHEN disability = '_T' THEN 0 ELSE 1 END <= 1
),
people AS (
  SELECT
    ref_area, time_period, persons,
    CASE
      WHEN sex <> '_T' THEN 'sex'
      WHEN age <> '_T' THEN 'age'
      WHEN urbanisation <> '_T' THEN 'urbanisation'
      ELSE '_T'
    END AS dimension,
    CASE
      WHEN sex <> '_T' THEN sex
      WHEN age <> '_T' THEN age
      ELSE urbanisation
    END AS code
  FROM group_population
  WHERE CASE WHEN sex = '_T' THEN 0 ELSE 1 END + CASE WHEN age = '_T' THEN 0 ELSE 1 END
      + CASE WHEN urbanisation = '_T' THEN 0 ELSE 1 END <= 1
),
rests AS (
  SELECT
    part.ref_area, part.time_period, part.estimate,
    (total.value * everyone.persons - part.value * those.persons)
      / nullif(everyone.persons - those.persons, 0.0) AS value,
    total.obs_status, total.coverage, total.observed, total.members_observed, total.members_total, total.note,
    g.dimension, g.denominator_code AS code,
    total.value AS whole, total.error_low, total.error_high,
    -- what the rest moves by where the whole, or the part, is one more
    everyone.persons / nullif(everyone.persons - those.persons, 0.0) AS by_whole,
    those.persons / nullif(everyone.persons - those.persons, 0.0) AS by_part,
    concat('(', total.value, ' x ', everyone.persons, ' - ', part.value, ' x ', those.persons,
      ') / (', everyone.persons, ' - ', those.persons, ')') AS working
  FROM gaps g
  JOIN parts part ON part.dimension = g.dimension AND part.code = g.numerator_code
  JOIN parts total
    ON total.ref_area = part.ref_area AND total.time_period = part.time_period
    AND total.estimate = part.estimate AND total.dimension = '_T'
  JOIN people those
    ON those.ref_area = part.ref_area AND those.time_period = part.time_period
    AND those.dimension = part.dimension AND those.code = part.code
  JOIN people everyone
    ON everyone.ref_area = part.ref_area AND everyone.time_period = part.time_period
    AND everyone.dimension = '_T'
  WHERE g.rest
),
sides AS (
  SELECT
    ref_area, time_period, estimate, dimension, code, value, obs_status, coverage, observed, members_observed, members_total, note,
    CAST(NULL AS DOUBLE) AS whole, CAST(NULL AS VARCHAR) AS working,
    value AS moved, error_low, error_high, 1.0 AS by_whole, 0.0 AS by_part
  FROM parts
  UNION ALL
  SELECT
    ref_area, time_period, estimate, dimension, code, value, obs_status, coverage, observed, members_observed, members_total, note,
    whole, working,
    whole AS moved, error_low, error_high, by_whole, by_part
  FROM rests
  WHERE value BETWEEN 0.0 AND 100.0
),
pairs AS (
  SELECT
    n.ref_area, n.time_period, n.estimate, g.gap, g.rest, g.ratio_name, g.sign, g.people,
    n.value AS numerator, d.value AS denominator,
    g.dimension, g.numerator_code, g.denominator_code, d.whole, d.working,
    n.error_low AS first_low, n.error_high AS first_high, d.error_low AS other_low, d.error_high AS other_high,
    d.moved, d.by_whole, d.by_part,
    -- The worse of both, as in sql/shared/status_order.sql: U, then E, then any other (I first), and A last.
    CASE
      WHEN 'U' IN (n.obs_status, d.obs_status) THEN 'U'
      WHEN 'E' IN (n.obs_status, d.obs_status) THEN 'E'
      WHEN n.obs_status = 'A' THEN d.obs_status
      WHEN d.obs_status = 'A' THEN n.obs_status
      WHEN 'I' IN (n.obs_status, d.obs_status) THEN 'I'
      ELSE greatest(n.obs_status, d.obs_status)
    END AS obs_status,
    least(n.coverage, d.coverage) AS coverage,
    least(n.observed, d.observed) AS observed,
    least(n.members_observed, d.members_observed) AS members_observed,
    greatest(n.members_total, d.members_total) AS members_total,
    CASE
      WHEN n.members_observed <> d.members_observed
      THEN 'the two sides rest on ' || CAST(n.members_observed AS VARCHAR) || ' and '
        || CAST(d.members_observed AS VARCHAR) || ' economies'
    END AS members_note,
    -- why the status is E, as sql/steps/15_group_values.sql says it of a side
    CASE
      WHEN n.estimate IN ('available', 'imputed')
      THEN concat_ws('; ',
        CASE
          WHEN n.note LIKE 'partial: %' OR d.note LIKE 'partial: %'
          THEN 'partial: ' || CAST(round(100.0 * least(n.coverage, d.coverage), 1) AS VARCHAR) || ' % of the weight observed'
        END,
        CASE
          WHEN n.note LIKE '%mostly carried: %' OR d.note LIKE '%mostly carried: %'
          THEN 'mostly carried: ' || CAST(round(100.0 * least(n.observed, d.observed), 1) AS VARCHAR) || ' % of the weight has a value of '
            || CAST(n.time_period AS VARCHAR)
        END)
    END AS estimate_note,
    CASE
      WHEN n.estimate = 'published'
      THEN concat_ws('; ', 'ours, from two figures that are published', n.note, CASE WHEN d.note <> coalesce(n.note, '') THEN d.note END)
    END AS published_note,
    those.persons AS numerator_persons, others.persons AS denominator_persons
  FROM gaps g
  JOIN sides n ON n.dimension = g.dimension AND n.code = g.numerator_code
  JOIN sides d
    ON d.ref_area = n.ref_area AND d.time_period = n.time_period AND d.estimate = n.estimate
    AND d.dimension = g.dimension AND d.code = g.denominator_code
  LEFT JOIN people those
    ON those.ref_area = n.ref_area AND those.time_period = n.time_period
    AND those.dimension = n.dimension AND those.code = n.code
  LEFT JOIN people others
    ON others.ref_area = d.ref_area AND others.time_period = d.time_period
    AND others.dimension = d.dimension AND others.code = d.code
),
-- The sides as they are (0), and with each end of each bar by itself: what a gap is made of, four times more.
ends AS (
  SELECT which, first_end, other_end
  FROM (VALUES (0, 0, 0), (1, -1, 0), (2, 1, 0), (3, 0, -1), (4, 0, 1)) AS listed (which, first_end, other_end)
),
moved AS (
  SELECT
    p.ref_area, p.time_period, p.estimate, p.gap, p.sign, p.people, e.which, p.numerator_persons, p.denominator_persons,
    CASE e.first_end WHEN -1 THEN p.first_low WHEN 1 THEN p.first_high ELSE p.numerator END AS first_side,
    p.denominator
      + p.by_whole * (CASE e.other_end WHEN -1 THEN p.other_low WHEN 1 THEN p.other_high ELSE p.moved END - p.moved)
      - p.by_part * (CASE e.first_end WHEN -1 THEN p.first_low WHEN 1 THEN p.first_high ELSE p.numerator END - p.numerator)
      AS other_side
  FROM pairs p
  CROSS JOIN ends e
  WHERE p.first_low IS NOT NULL AND p.other_low IS NOT NULL
),
moved_gaps AS (
  SELECT
    v.ref_area, v.time_period, v.estimate, v.gap, m.measure, v.which,
    CASE
      WHEN m.measure = 'RATIO' THEN CASE WHEN v.other_side > 0.0 THEN v.first_side / v.other_side END
      WHEN m.measure = 'POINTS' THEN v.sign * (v.first_side - v.other_side)
      WHEN v.people
      THEN v.sign * (v.first_side * v.numerator_persons - v.other_side * v.denominator_persons) / 100.0
    END AS value
  FROM moved v
  CROSS JOIN measures m
),
placed AS (
  SELECT
    ref_area, time_period, estimate, gap, measure,
    max(CASE WHEN which = 0 THEN value END) AS value,
    min(CASE WHEN which IN (1, 2) THEN value END) AS first_least, max(CASE WHEN which IN (1, 2) THEN value END) AS first_most,
    min(CASE WHEN which IN (3, 4) THEN value END) AS other_least, max(CASE WHEN which IN (3, 4) THEN value END) AS other_most,
    count(value) AS made
  FROM moved_gaps
  GROUP BY ref_area, time_period, estimate, gap, measure
),
-- What the economies' figures of a year have in common: sums of squares around the mean of that year.
by_year AS (
  SELECT
    gap, count(*) AS economies,
    sum(numerator * numerator) - sum(numerator) * sum(numerator) / count(*) AS first_squares,
    sum(moved * moved) - sum(moved) * sum(moved) / count(*) AS other_squares,
    sum(numerator * moved) - sum(numerator) * sum(moved) / count(*) AS products
  FROM pairs
  WHERE estimate = 'reported'
  GROUP BY gap, time_period
),
alikes AS (
  SELECT
    gap,
    CASE
      -- what ten economies of a year say
      WHEN sum(economies) - count(*) >= 9 AND sum(first_squares) > 1e-6 AND sum(other_squares) > 1e-6
      THEN greatest(0.0, least(1.0, sum(products) / sqrt(sum(first_squares) * sum(other_squares))))
    END AS alike
  FROM by_year
  GROUP BY gap
),
-- How far each side moves the gap down and up. A bar may lie to one side of its value alone.
reaches AS (
  SELECT
    p.ref_area, p.time_period, p.estimate, p.gap, p.measure, p.value, coalesce(a.alike, 0.0) AS alike,
    greatest(0.0, p.value - p.first_least) AS first_down, greatest(0.0, p.value - p.other_least) AS other_down,
    greatest(0.0, p.first_most - p.value) AS first_up, greatest(0.0, p.other_most - p.value) AS other_up
  FROM placed p
  LEFT JOIN alikes a ON a.gap = p.gap
  WHERE p.made = 5
),
bars AS (
  SELECT
    ref_area, time_period, estimate, gap, measure,
    value - sqrt(greatest(0.0, first_down * first_down + other_down * other_down - 2.0 * alike * first_down * other_down)) AS error_low,
    value + sqrt(greatest(0.0, first_up * first_up + other_up * other_up - 2.0 * alike * first_up * other_up)) AS error_high
  FROM reaches
),
measured AS (
  SELECT
    p.ref_area, p.time_period, p.estimate,
    p.dimension, p.numerator_code, p.denominator_code, p.numerator, p.denominator,
    p.numerator_persons, p.denominator_persons, p.rest, p.whole, p.working,
    m.measure, m.measure <> 'RATIO' AND p.sign < 0.0 AS turned,
    p.gap || '_' || CASE WHEN m.measure = 'RATIO' THEN p.ratio_name ELSE m.measure END AS breakdown,
    CASE
      WHEN m.measure = 'RATIO' THEN p.numerator / nullif(p.denominator, 0.0)
      WHEN m.measure = 'POINTS' THEN p.sign * (p.numerator - p.denominator)
      WHEN p.people
      THEN p.sign * (p.numerator * p.numerator_persons - p.denominator * p.denominator_persons) / 100.0
    END AS value,
    m.unit, p.obs_status, p.coverage, p.observed, p.members_observed, p.members_total,
    CASE WHEN m.measure = 'RATIO' AND b.error_low < 0.0 THEN 0.0 ELSE b.error_low END AS error_low, b.error_high,
    nullif(concat_ws('; ',
      CASE WHEN p.rest THEN 'rest of the population derived from the total and the part' END,
      nullif(p.estimate_note, ''),
      p.members_note,
      p.published_note
    ), '') AS note
  FROM pairs p
  CROSS JOIN measures m
  LEFT JOIN bars b
    ON b.ref_area = p.ref_area AND b.time_period = p.time_period AND b.estimate = p.estimate
    AND b.gap = p.gap AND b.measure = m.measure
),
-- The parts in the order in which they are read. A rest is made of the part and the whole, in this order.
told AS (
  SELECT
    m.*,
    CASE WHEN turned AND NOT rest THEN denominator_code ELSE numerator_code END AS first_code,
    CASE WHEN turned AND NOT rest THEN denominator ELSE numerator END AS first_value,
    CASE WHEN rest THEN '_T' ELSE dimension END AS second_dimension,
    CASE WHEN rest THEN '_T' WHEN turned THEN numerator_code ELSE denominator_code END AS second_code,
    CASE WHEN rest THEN whole WHEN turned THEN numerator ELSE denominator END AS second_value,
    CASE WHEN turned AND NOT rest THEN denominator_persons ELSE numerator_persons END AS first_persons,
    CASE WHEN turned AND NOT rest THEN numerator_persons ELSE denominator_persons END AS second_persons
  FROM measured m
  WHERE value IS NOT NULL
)
SELECT
  ref_area, time_period, estimate,
  '_T' AS sex, '_T' AS age, '_T' AS urbanisation, '_T' AS disability,
  '_T' AS education_level, '_T' AS size_class, breakdown,
  -- no gap is 0, never a zero with a minus sign
  CASE WHEN value = 0.0 THEN 0.0 ELSE value END AS value, unit, obs_status, coverage, observed,
  members_observed, members_total, note, error_low, error_high,
  dimension AS first_dimension, first_code, first_value, second_dimension, second_code, second_value,
  CASE
    WHEN rest AND measure = 'RATIO' THEN '/ the rest of'
    WHEN rest AND turned THEN 'taken from the rest of'
    WHEN rest THEN '- the rest of'
    WHEN measure = 'RATIO' THEN '/'
    WHEN measure = 'POINTS' THEN '-'
    ELSE 'less, in people,'
  END AS operation,
  CASE
    WHEN rest AND measure = 'RATIO' THEN concat(first_value, ' / (', working, ')')
    WHEN rest AND turned THEN concat(working, ' - ', first_value)
    WHEN rest THEN concat(first_value, ' - ', working)
    WHEN measure = 'RATIO' THEN concat(first_value, ' / ', second_value)
    WHEN measure = 'POINTS' THEN concat(first_value, ' - ', second_value)
    ELSE concat('(', first_value, ' x ', first_persons, ' - ', second_value, ' x ', second_persons, ') / 100')
  END AS formula
FROM told
