/*
The status of a figure that is made of several is the worst of theirs:
U (low reliability), then E (estimated), then any other, and A (normal) last.

`severity` is text of which the last in the alphabet is the worst; what follows
its first character is the status again:

  SELECT substr(max(s.severity), 2) AS obs_status
  FROM .. JOIN status_order AS s USING (obs_status)
*/
SELECT obs_status, grade || obs_status AS severity
FROM (VALUES
  ('U', '3'), ('E', '2'), ('A', '0'),
  ('B', '1'), ('D', '1'), ('F', '1'), ('G', '1'), ('H', '1'), ('I', '1'), ('J', '1'), ('K', '1'), ('L', '1'),
  ('M', '1'), ('N', '1'), ('O', '1'), ('P', '1'), ('Q', '1'), ('S', '1'), ('V', '1'), ('W', '1')
) AS grades (obs_status, grade)
