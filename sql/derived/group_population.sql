/*
Population of economies and of groups, in the same layout: a group is the sum
of its members of that year. Only the years that `gap_input` has.

Columns: ref_area (economy or group), time_period, sex, age, urbanisation,
persons. A member without a population adds nothing.

Source: methodology note, section 2 (differences in people, the rest of the
population).
*/
WITH needed AS (
  SELECT p.ref_area, p.time_period, p.sex, p.age, p.urbanisation, p.persons
  FROM population p
  JOIN (SELECT DISTINCT time_period FROM gap_input) AS y ON y.time_period = p.time_period
)
SELECT ref_area, time_period, sex, age, urbanisation, persons
FROM needed
UNION ALL
SELECT m.group_code AS ref_area, p.time_period, p.sex, p.age, p.urbanisation, sum(p.persons) AS persons
FROM membership m
JOIN needed p
  ON p.ref_area = m.ref_area AND p.time_period BETWEEN m.first_year AND m.last_year
GROUP BY m.group_code, p.time_period, p.sex, p.age, p.urbanisation
