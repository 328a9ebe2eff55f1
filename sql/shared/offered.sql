/*
Every figure of the series that an indicator's header lists, in the codes of
the indicator. `chosen` takes one for each area, year and breakdown.

Reads `series_wanted`, the list as a table: a row for each entry and data set,
`place` 1 for the first. Where the header gives the code of a dimension, it
stands for the total of the provider's series (or for its breakdown
`provider_breakdown`); where it gives none, every code of the provider is taken
as it is.

`edition` is of a publication: the provider's note names it before the first
comma. `is_group` says whether the area is a group of economies.
*/
SELECT
  o.ref_area, o.time_period,
  coalesce(w.as_sex, o.sex) AS sex,
  coalesce(w.as_age, o.age) AS age,
  coalesce(w.as_urbanisation, o.urbanisation) AS urbanisation,
  coalesce(w.as_disability, o.disability) AS disability,
  coalesce(w.as_education_level, o.education_level) AS education_level,
  coalesce(w.as_size_class, o.size_class) AS size_class,
  coalesce(w.as_breakdown, o.breakdown) AS breakdown,
  o.obs_value AS value, o.obs_text AS answer, o.unit, o.obs_status, nullif(o.note, '') AS note, o.source, o.series,
  o.snapshot, w.place, w.publication, w.cited_as, w.no_begins,
  CASE WHEN w.publication IS NULL THEN '' ELSE split_part(coalesce(o.note, ''), ',', 1) END AS edition,
  g.group_code IS NOT NULL AS is_group
FROM observations AS o
JOIN series_wanted AS w
  ON o.source = w.from_source AND o.series = w.from_series
  AND o.dataset = coalesce(w.from_dataset, o.dataset)
  AND o.breakdown = coalesce(w.provider_breakdown, o.breakdown)
  AND (w.as_sex IS NULL OR o.sex = '_T')
  AND (w.as_age IS NULL OR o.age = '_T')
  AND (w.as_urbanisation IS NULL OR o.urbanisation = '_T')
  AND (w.as_disability IS NULL OR o.disability = '_T')
  AND (w.as_education_level IS NULL OR o.education_level = '_T')
  AND (w.as_size_class IS NULL OR o.size_class = '_T')
LEFT JOIN (SELECT DISTINCT group_code FROM groups) AS g ON o.ref_area = g.group_code
