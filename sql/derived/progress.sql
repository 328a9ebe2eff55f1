/*
How far each target is: one row per target, area, breakdown and estimate, from
`standings` (standings.sql) and `targets`. A target whose own area has no row at all gets one,
classed insufficient_data, with the reason in `note`.

baseline, latest  see ends.sql
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
              Where it is that of the same economies (class_fixed), on_track at
              most as long as the group's own latest value does not meet the
              target: met says something of the level, which they cannot say
              for the group. Where that value meets the target and they do not,
              it is theirs, and the note says so
              A sum that lacks members meets no level that it shall stay under,
              and no band, and has no pace towards it: the level is one of all
              members
              Where the target cannot be classed (`without_class`), always
              insufficient_data. Where it is met with another target alone
              (`met_with`), met is shown once that one is met too, for the same
              area and breakdown; until then its class is
projected_low, projected_high  at the target year, from baseline and latest:
              a straight line and, for percentages, a straight line in logits;
              never in the class. Percentages stay within 0..100, and nothing
              goes below 0 but differences and net emissions. Empty where the
              class is that of the same economies: the line would be that of
              the group as it comes, which moves another way
arrival_year  when the straight line reaches the target value; empty beyond
              2100, when no line holds, and where projections are empty for it
outcome       by the last value up to the target year, once that year is over:
              in_time; late: met by a later value only; missed. Else open, as
              where no value up to then says whether it was met, or where the
              target cannot be classed. Without a value up to then, a later one
              that does not reach a level says missed; one outside a band does
              not, since it may have been inside before. A last value of more than `due_within`
              years before the target year (sql/defaults.toml) is too old to say
              that it was late, or, unless a later value is there too, missed.
              Where the estimate has none that is newer, and none that met the
              target, the one of another estimate of the same group says it:
              the published, else the imputed one with enough observed
class_fixed, pace_fixed, fixed_share  class and pace on the same economies at
              both ends, and the share of the weight that they have. Where the
              two move in opposite directions, `class` is that of the same
              economies; so it is for every `available` sum, which grows with
              the number of its members. Economies that are less than a quarter
              of the weight (`limits`) say nothing of the group: the class stays
              that of the group, and an `available` sum has none. Of a gap
              they are the economies that have both parts at both ends
              (gap_members.sql), and the share is the lower of the two parts'.
              NULL for figures that are not ours
class_as_computed  the class that follows from baseline and latest value alone,
              of the group as it comes
preferred     of the estimates of an area and breakdown the one to show: with a
              class before without, then the newest, then by preferred.sql
headline      of a target's own area the one row that stands for it: of those
              preferred, with a class, the newest, the total before its parts;
              where no part has a value, that of which most is observed

Of a group whose list of members is dated, the note says which one is in force.
Where a published value meets the level, and half of its last digit less would
not, the note says so. Where a target was met only after its year, it gives the
last value up to that year, and which estimate that is of, if of another; where
it was met or missed by an earlier value, the year of that;
where the year is over and the outcome stays open, why. Of an `imputed` baseline
or latest value it says what share of the weight is carried from earlier years,
from `least_carried` (`limits`) on, and in any case where too little is observed:
the growth of the years between is then counted in fewer years than it took, or
not yet.

Pace, projections and arrival need data that suffice. A value that went
through a band and out on the other side is paced by its distance from the
band. A margin of 1e-12 keeps a value that is on a cut on it.

Source: methodology note, section 3 (recommended method, edge rules,
projection) and section 4 (change from a baseline); golden cases G17 to G19.
*/
-- The smallest place is shown: with a class, then the newest, then what preferred.sql takes.
WITH placed AS (
  SELECT
    t.*,
    CASE WHEN said = 'insufficient_data' THEN 1000000 ELSE 0 END + 10 * (9999 - coalesce(latest_year, 0))
      + CASE WHEN preferred THEN 0 ELSE 5 END
      + CASE estimate WHEN 'published' THEN 1 WHEN 'imputed' THEN 2 WHEN 'available' THEN 3 ELSE 4 END AS place
  FROM standings t
),
first_places AS (
  SELECT
    target, ref_area, sex, age, urbanisation, disability, education_level, size_class, breakdown, min(place) AS place,
    -- the most that any year has of what has no value at all
    coalesce(max(CASE WHEN latest IS NULL AND newest_year IS NULL THEN newest_observed END), 0.0) AS best_observed
  FROM placed
  GROUP BY target, ref_area, sex, age, urbanisation, disability, education_level, size_class, breakdown
),
-- Narrow, since a window carries all its columns through every partition.
own_areas AS (
  SELECT
    target, ref_area, sex, age, urbanisation, disability, education_level, size_class, breakdown,
    row_number() OVER (
      PARTITION BY target
      ORDER BY floor(CAST(place AS DOUBLE) / 10.0),
        CASE WHEN sex = '_T' THEN 0 ELSE 1 END + CASE WHEN age = '_T' THEN 0 ELSE 1 END
          + CASE WHEN urbanisation = '_T' THEN 0 ELSE 1 END + CASE WHEN disability = '_T' THEN 0 ELSE 1 END
          + CASE WHEN education_level = '_T' THEN 0 ELSE 1 END + CASE WHEN size_class = '_T' THEN 0 ELSE 1 END
          + CASE WHEN breakdown = '_T' THEN 0 ELSE 1 END,
        best_observed DESC,
        sex, age, urbanisation, disability, education_level, size_class, breakdown
    ) AS place
  FROM first_places f
  WHERE EXISTS (SELECT 1 FROM targets t WHERE t.target = f.target AND t.area = f.ref_area)
),
-- What stands for a target that another one is met with.
beside AS (
  SELECT p.*
  FROM placed p
  JOIN first_places f
    ON f.target = p.target AND f.ref_area = p.ref_area
    AND f.sex = p.sex AND f.age = p.age AND f.urbanisation = p.urbanisation AND f.disability = p.disability
    AND f.education_level = p.education_level AND f.size_class = p.size_class AND f.breakdown = p.breakdown
    AND f.place = p.place
  WHERE EXISTS (SELECT 1 FROM targets t WHERE t.met_with = p.target) AND p.latest IS NOT NULL
),
headed AS (
  SELECT
    p.*, p.place = f.place AS shown, p.place = f.place AND o.target IS NOT NULL AS headline,
    w.said AS said_beside, w.latest AS latest_beside, w.latest_year AS year_beside,
    coalesce(p.said = 'met' AND w.said <> 'met', FALSE) AS alone
  FROM placed p
  LEFT JOIN beside w
    ON w.target = p.met_with AND w.ref_area = p.ref_area
    AND w.sex = p.sex AND w.age = p.age AND w.urbanisation = p.urbanisation AND w.disability = p.disability
    AND w.education_level = p.education_level AND w.size_class = p.size_class AND w.breakdown = p.breakdown
  JOIN first_places f
    ON f.target = p.target AND f.ref_area = p.ref_area
    AND f.sex = p.sex AND f.age = p.age AND f.urbanisation = p.urbanisation AND f.disability = p.disability
    AND f.education_level = p.education_level AND f.size_class = p.size_class AND f.breakdown = p.breakdown
  LEFT JOIN own_areas o
    ON o.place = 1 AND o.target = p.target AND o.ref_area = p.ref_area
    AND o.sex = p.sex AND o.age = p.age AND o.urbanisation = p.urbanisation AND o.disability = p.disability
    AND o.education_level = p.education_level AND o.size_class = p.size_class AND o.breakdown = p.breakdown
),
decided AS (
  SELECT
    h.*,
    CASE WHEN estimate = 'imputed' THEN ' with enough observed' ELSE '' END AS firmly,
    CASE WHEN coalesce(lender, estimate) = 'imputed' THEN ' with enough observed' ELSE '' END AS last_firmly,
    CASE
      WHEN NOT over OR without_class IS NOT NULL OR direction <> 'band' AND threshold IS NULL OR last_value IS NULL AND latest IS NULL
        THEN 'open'
      WHEN last_open OR last_value IS NULL AND latest_open THEN 'unknown'
      WHEN last_value IS NOT NULL AND last_met AND NOT alone THEN 'in_time'
      WHEN met AND (last_value IS NULL OR last_is_old AND NOT alone) THEN 'unknown'
      WHEN met AND NOT alone THEN 'late'
      WHEN last_is_old AND coalesce(latest_year, last_year) <= target_year THEN 'unknown'
      -- what lies outside a band now may have been inside
      WHEN last_value IS NULL AND direction = 'band' THEN 'unknown'
      ELSE 'missed'
    END AS result
  FROM headed h
)
SELECT
  target, indicator, ref_area,
  sex, age, urbanisation, disability, education_level, size_class, breakdown, estimate,
  direction, baseline_year, baseline AS baseline_value, latest_year, latest AS latest_value,
  target_year, goal AS target_value,
  CASE WHEN met THEN 0.0 WHEN latest_open THEN NULL ELSE abs(goal - latest) END AS distance,
  actual AS actual_per_year,
  CASE WHEN years_left <= 0.0 OR latest_open THEN NULL WHEN met THEN 0.0 ELSE (goal - latest) / years_left END AS required_per_year,
  -- never a zero with a minus sign
  CASE WHEN pace = 0.0 THEN 0.0 ELSE pace END AS pace,
  CASE WHEN pace_cagr = 0.0 THEN 0.0 ELSE pace_cagr END AS pace_cagr,
  CASE WHEN alone THEN said_beside ELSE said END AS class,
  CASE WHEN NOT by_fixed THEN least(line, logit_curve) END AS projected_low,
  CASE WHEN NOT by_fixed THEN greatest(line, logit_curve) END AS projected_high,
  CASE
    WHEN suffices AND NOT met AND NOT by_fixed AND said <> 'insufficient_data' AND (goal - latest) * actual > 0.0 AND latest_year + (goal - latest) / actual <= 2100.0
    THEN latest_year + (goal - latest) / actual
  END AS arrival_year,
  nullif(concat_ws('; ',
    no_value,
    CASE WHEN no_value IS NULL THEN without_class END,
    CASE
      WHEN no_value IS NOT NULL OR suffices OR without_class IS NOT NULL THEN NULL
      WHEN wanted_year IS NULL THEN 'the target gives no baseline year'
      WHEN baseline IS NULL THEN 'too few values: none within two years of ' || CAST(wanted_year AS VARCHAR)
      WHEN term <= 0.0 THEN 'the baseline is not before the target year'
      WHEN latest IS NULL THEN 'too few values: none after the baseline' || firmly
      WHEN span <= 0.0 THEN 'too few values: none after the baseline' || CASE WHEN newest_year IS NULL THEN '' ELSE firmly END
      ELSE 'too few values: under three years from baseline to latest'
    END,
    CASE
      WHEN baseline <= 0.0 AND goal IS NULL AND direction <> 'band' AND without_class IS NULL
      THEN 'the baseline is not above zero: a change by a share of it is no goal'
    END,
    CASE WHEN no_value IS NULL AND said = 'insufficient_data' THEN missing END,
    CASE
      WHEN by_fixed AND rollup = 'sum' AND estimate = 'available'
      THEN 'class of the same economies at both ends, ' || CAST(round(100.0 * share, 1) AS VARCHAR)
        || ' % of the weight; as they come ' || class
      WHEN by_fixed
      THEN 'class of the same economies at both ends, ' || CAST(round(100.0 * share, 1) AS VARCHAR)
        || ' % of the weight: they moved by '
        -- of a ratio near 1 two decimals would say that nothing moved
        || CAST(CASE WHEN unit = 'RATIO' THEN round(actual_fixed, 4) ELSE round(actual_fixed, 2) END AS VARCHAR)
        || ' a year, the group as it comes by '
        || CAST(CASE WHEN unit = 'RATIO' THEN round(actual, 4) ELSE round(actual, 2) END AS VARCHAR) || ' (' || class || ')'
    END,
    CASE
      WHEN by_fixed AND class_fixed = 'met' AND NOT met
      THEN 'the same economies meet the target, the group as it comes does not: on_track at most'
      WHEN by_fixed AND class_fixed <> 'met' AND met
      THEN 'the same economies do not meet the target, the group as it comes does'
    END,
    CASE
      WHEN too_few
      THEN 'the economies with a value at both ends are ' || CAST(round(100.0 * coalesce(share, 0.0), 1) AS VARCHAR)
        || ' % of the weight, too few for their class (' || class_fixed || ')'
    END,
    CASE
      WHEN year_beside IS NOT NULL
      THEN met_with || ' stands beside it: ' || CAST(round(latest_beside, 2) AS VARCHAR) || ' in '
        || CAST(year_beside AS VARCHAR) || CASE WHEN alone THEN ', not met, and this is met with it alone: the class is that of ' || met_with ELSE '' END
    END,
    CASE
      WHEN newest_year < baseline_year OR newest_year IS NOT NULL AND latest IS NULL AND newest_observed IS NULL
      THEN 'the newest value is of ' || CAST(newest_year AS VARCHAR) || ', before the baseline'
      WHEN newest_year IS NOT NULL
      THEN 'not the value of ' || CAST(newest_year AS VARCHAR) || ', of which '
        || CAST(round(100.0 * coalesce(newest_observed, 0.0), 1) AS VARCHAR) || ' % is observed'
    END,
    CASE WHEN baseline_published THEN 'baseline as published' END,
    CASE
      WHEN NOT baseline_published AND baseline_year <> wanted_year
      THEN 'baseline is of ' || CAST(baseline_year AS VARCHAR) || ', none' || CASE WHEN baseline_firm THEN firmly ELSE '' END
        || ' for ' || CAST(wanted_year AS VARCHAR)
    END,
    CASE
      WHEN baseline_is_old
      THEN CASE
          WHEN baseline_firm THEN 'of the baseline '
          WHEN baseline_carried > baseline_observed THEN 'the baseline is mostly carried: '
          ELSE 'the baseline has little observed: '
        END
        || CASE WHEN rollup = 'none' THEN 'at least ' ELSE '' END
        || CAST(round(100.0 * coalesce(baseline_carried, 0.0), 1) AS VARCHAR) || ' % of the weight is carried from earlier years'
        || CASE
          WHEN NOT baseline_firm THEN ', ' || CAST(round(100.0 * baseline_observed, 1) AS VARCHAR) || ' % is of ' || CAST(baseline_year AS VARCHAR)
          ELSE ''
        END
    END,
    CASE
      WHEN latest_is_old
      THEN CASE
          WHEN latest_firm THEN 'of the latest value '
          WHEN latest_carried > latest_observed THEN 'the latest value is mostly carried: '
          ELSE 'the latest value has little observed: '
        END
        || CASE WHEN rollup = 'none' THEN 'at least ' ELSE '' END
        || CAST(round(100.0 * coalesce(latest_carried, 0.0), 1) AS VARCHAR) || ' % of the weight is carried from earlier years'
        || CASE
          WHEN NOT latest_firm THEN ', ' || CAST(round(100.0 * latest_observed, 1) AS VARCHAR) || ' % is of ' || CAST(latest_year AS VARCHAR)
          ELSE ''
        END
    END,
    CASE
      WHEN met_before AND latest IS NOT NULL AND NOT met
      THEN CASE WHEN by_fixed THEN 'as it comes ' ELSE '' END || 'met at the baseline, but no longer'
    END,
    CASE WHEN no_way_left AND suffices AND NOT met AND NOT met_before
      THEN 'the baseline lies on the target value, which is not enough: no pace' END,
    CASE
      WHEN met AND CASE direction WHEN 'up' THEN latest - half_digit < threshold WHEN 'down' THEN latest + half_digit > threshold ELSE FALSE END
      THEN 'met as printed: half of the last digit ' || CASE direction WHEN 'up' THEN 'less' ELSE 'more' END || ' would not be'
    END,
    CASE
      WHEN lender IS NOT NULL AND result <> 'open'
      THEN 'whether it was met by ' || CAST(target_year AS VARCHAR) || ' is said by the ' || lender || ' value, '
        || CAST(CASE WHEN abs(last_value - threshold) < 0.01 THEN last_value ELSE round(last_value, 2) END AS VARCHAR)
        || ' in ' || CAST(last_year AS VARCHAR) || ': no ' || estimate || ' one' || firmly || ' is of '
        || CASE WHEN due_within > 0 THEN CAST(target_year - due_within AS VARCHAR) || ' to ' ELSE '' END || CAST(target_year AS VARCHAR)
    END,
    CASE
      WHEN result = 'unknown'
      THEN 'whether it was met by ' || CAST(target_year AS VARCHAR) || ' is not known: '
        || CASE
          WHEN last_open THEN 'the sum of ' || CAST(last_year AS VARCHAR) || ' lacks members'
          WHEN last_year IS NULL THEN 'there is no value up to then' || firmly
          ELSE 'the last value up to then' || firmly || ' is of ' || CAST(last_year AS VARCHAR)
        END
      WHEN over AND result = 'in_time' AND last_is_old
      THEN 'met by the value of ' || CAST(last_year AS VARCHAR) || ', the last up to ' || CAST(target_year AS VARCHAR) || last_firmly
        || CASE WHEN latest IS NOT NULL AND NOT met AND NOT met_before THEN ', but no longer' ELSE '' END
      WHEN over AND result = 'in_time' AND latest IS NOT NULL AND NOT met
      THEN 'met by the value of ' || CAST(last_year AS VARCHAR) || ', but no longer'
      WHEN met AND NOT last_met
      THEN 'reached after the target year'
        || CASE
          WHEN lender IS NOT NULL THEN ''
          -- the bare value where two decimals could hide that it was not met
          ELSE ': ' || CAST(CASE WHEN abs(last_value - threshold) < 0.01 THEN last_value ELSE round(last_value, 2) END AS VARCHAR)
            || ' in ' || CAST(last_year AS VARCHAR)
            || CASE WHEN last_year < target_year THEN ', the last value up to then' ELSE '' END
        END
    END,
    CASE
      WHEN result = 'missed' AND last_year IS NULL
      THEN 'there is no value up to ' || CAST(target_year AS VARCHAR) || firmly || ', and that of ' || CAST(latest_year AS VARCHAR)
        || ' does not meet the target'
      WHEN result = 'missed' AND NOT met AND last_year < target_year
      THEN 'missed by the value of ' || CAST(last_year AS VARCHAR) || ', the last up to ' || CAST(target_year AS VARCHAR) || last_firmly
    END,
    CASE
      WHEN latest_open THEN 'the sum lacks members: that it is no higher says nothing of all of them'
      WHEN lacks_members AND latest IS NOT NULL AND NOT met THEN 'the sum lacks members, and the level is of all of them: no pace'
    END,
    CASE WHEN passed_through THEN 'went through the band and out on the other side' END,
    CASE WHEN over AND years_left <= 0.0 AND NOT met THEN 'the target year is over' END,
    CASE
      WHEN NOT met AND NOT by_fixed AND said <> 'insufficient_data' AND class <> class_cagr
      THEN 'by linear pace ' || class || ', by compound growth ' || class_cagr
    END,
    CASE
      WHEN no_value IS NULL AND estimate = 'published' THEN 'members: the provider''s own (ours: ' || g.vintage || ')'
      ELSE 'members: ' || g.vintage
    END,
    target_note
  ), '') AS note,
  CASE WHEN result = 'unknown' THEN 'open' ELSE result END AS outcome,
  class_fixed,
  CASE WHEN pace_fixed = 0.0 THEN 0.0 ELSE pace_fixed END AS pace_fixed,
  share AS fixed_share,
  shown AS preferred, headline,
  class AS class_as_computed
FROM decided d
LEFT JOIN groups g ON g.group_code = d.ref_area
