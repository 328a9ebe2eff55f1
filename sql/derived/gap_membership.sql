/*
Who belongs to each set of gap_members.sql, as `membership`, so that
group_population.sql gives the people of the set: a gap to the rest of the
population, and one in people, is made with them.
*/
SELECT DISTINCT group_scheme, group_code, ref_area, CAST(0 AS INT) AS first_year, CAST(9999 AS INT) AS last_year
FROM gap_members
