/*
The years and breakdowns that some economy has in country_values, numbered:
later steps compare one number instead of nine columns.

cell       the year and the breakdown
series     the breakdown, whatever the year
base_cell  the same for all cells in which each economy counts for the same.
           That depends, by coverage base, on
             "population"  year, sex, age and urbanisation
             "economies"   the year
             "weight"      everything
           and on everything where the question does not apply to some
           economy (see 03_member_base.sql).
base_sex, base_age, base_urbanisation: whose persons a base_cell counts.
*/
WITH occurring AS (
  SELECT
    v.time_period, v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown,
    q.base,
    q.base = 'weight' OR max(CASE WHEN v.value IS NULL AND v.obs_status = 'M' THEN 1 ELSE 0 END) = 1 AS own_base
  FROM parameters q
  CROSS JOIN country_values v
  GROUP BY
    v.time_period, v.sex, v.age, v.urbanisation, v.disability, v.education_level, v.size_class, v.breakdown, q.base
),
based AS (
  SELECT
    time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown,
    CASE WHEN base = 'economies' THEN '_T' ELSE sex END AS base_sex,
    CASE WHEN base = 'economies' THEN '_T' ELSE age END AS base_age,
    CASE WHEN base = 'economies' THEN '_T' ELSE urbanisation END AS base_urbanisation,
    CASE
      WHEN own_base
      THEN concat_ws(' ', sex, age, urbanisation, disability, education_level, size_class, breakdown)
      ELSE ''
    END AS own_key
  FROM occurring
)
SELECT
  row_number() OVER (
    ORDER BY time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown
  ) AS cell,
  dense_rank() OVER (
    ORDER BY sex, age, urbanisation, disability, education_level, size_class, breakdown
  ) AS series,
  dense_rank() OVER (ORDER BY time_period, base_sex, base_age, base_urbanisation, own_key) AS base_cell,
  time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown,
  base_sex, base_age, base_urbanisation
FROM based
