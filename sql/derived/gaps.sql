/*
Gaps between two parts of a population, from the percentages of both. Reads
`gap_input` (the values of an indicator in PT, economies and groups) and
`group_population`.

Gives ref_area, time_period, estimate, the breakdown, value, unit, obs_status,
coverage, observed, members_observed, members_total, note. The kind of gap is in
`breakdown`; all other dimensions are _T:

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
A gap has no error bar: those of its sides are not independent. That it is ours
stands in the note where its sides are figures of an agency (`published`), with
the notes of both, which name the publication and its edition.
People are those of the whole group. A further gap is a line in `gaps`.

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
    total.value AS whole,
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
    CAST(NULL AS DOUBLE) AS whole, CAST(NULL AS VARCHAR) AS working
  FROM parts
  UNION ALL
  SELECT
    ref_area, time_period, estimate, dimension, code, value, obs_status, coverage, observed, members_observed, members_total, note,
    whole, working
  FROM rests
  WHERE value BETWEEN 0.0 AND 100.0
),
pairs AS (
  SELECT
    n.ref_area, n.time_period, n.estimate, g.gap, g.rest, g.ratio_name, g.sign, g.people,
    n.value AS numerator, d.value AS denominator,
    g.dimension, g.numerator_code, g.denominator_code, d.whole, d.working,
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
    nullif(concat_ws('; ',
      CASE WHEN p.rest THEN 'rest of the population derived from the total and the part' END,
      nullif(p.estimate_note, ''),
      p.members_note,
      p.published_note
    ), '') AS note
  FROM pairs p
  CROSS JOIN measures m
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
  members_observed, members_total, note,
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
