/*
The figures of the series that an indicator's header lists: of several for one
area, year and breakdown, the one to take, from `offered`.

An economy takes, year by year, the first series of the list that has a value.
The series of a group of economies comes whole from one edition: each edition
estimates the past anew, and two are never joined. It is the first series of
the list that the group has at all, and of a publication its newest edition.

The note of a group's figure begins with where it is from: the publication and
its edition, or the provider, and then the snapshot too.
*/
WITH figures AS (
  SELECT
    *, CASE WHEN is_group THEN 0 ELSE time_period END AS chosen_by_year,
    -- which goes first, as one number
    dense_rank() OVER (ORDER BY place, edition DESC) AS turn
  FROM offered
  WHERE value IS NOT NULL
),
firsts AS (
  SELECT
    ref_area, chosen_by_year, sex, age, urbanisation, disability, education_level, size_class, breakdown, min(turn) AS turn
  FROM figures
  GROUP BY ref_area, chosen_by_year, sex, age, urbanisation, disability, education_level, size_class, breakdown
)
SELECT
  f.ref_area, f.time_period, f.sex, f.age, f.urbanisation, f.disability, f.education_level, f.size_class, f.breakdown,
  f.value, f.unit, f.obs_status,
  CASE
    WHEN NOT f.is_group THEN f.note
    WHEN f.publication IS NOT NULL THEN concat_ws(', ', f.publication, f.note)
    ELSE concat_ws(', ', f.cited_as, f.note, 'snapshot ' || substr(f.snapshot, 1, 12))
  END AS note,
  f.source, f.series, f.is_group
FROM figures f
JOIN firsts t
  ON t.turn = f.turn AND t.ref_area = f.ref_area AND t.chosen_by_year = f.chosen_by_year
  AND t.sex = f.sex AND t.age = f.age AND t.urbanisation = f.urbanisation AND t.disability = f.disability
  AND t.education_level = f.education_level AND t.size_class = f.size_class AND t.breakdown = f.breakdown
