/*
The classes that the pace of a target gives, and their cuts: pace 1 reaches the
target in its year. progress.sql and `explain` read them here.

Gives class, from_pace (the least pace of the class; NULL: none, the lowest
class) and below_pace (where the next class begins; NULL: none, the highest).

Source: methodology note, section 3 (recommended method).
*/
SELECT class, from_pace, lead(from_pace) OVER (ORDER BY from_pace NULLS FIRST) AS below_pace
FROM (VALUES
  ('on_track', CAST(0.95 AS DOUBLE)),
  ('moderate', 0.5),
  ('limited', -0.1),
  ('deterioration', NULL)
) AS cuts (class, from_pace)
