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
WITH compared AS (
  SELECT
    ref_area, time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown,
    value, unit, obs_status, note, source, series, snapshot, publication, cited_as, is_group,
    rank() OVER (
      PARTITION BY
        ref_area, CASE WHEN is_group THEN 0 ELSE time_period END,
        sex, age, urbanisation, disability, education_level, size_class, breakdown
      ORDER BY place, edition DESC
    ) AS preference
  FROM offered
  WHERE value IS NOT NULL
)
SELECT
  ref_area, time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown,
  value, unit, obs_status,
  CASE
    WHEN NOT is_group THEN note
    WHEN publication IS NOT NULL THEN concat_ws(', ', publication, note)
    ELSE concat_ws(', ', cited_as, note, 'snapshot ' || substr(snapshot, 1, 12))
  END AS note,
  source, series, is_group
FROM compared
WHERE preference = 1
