/*
What economies answer to the questions of an indicator's header: 1 is yes, 0 is
no. A yes is `yes` or 1, a no is `no` or 0; any other answer is unknown and left
out. Where a header asks several questions, `breakdown` names each; where several
series answer one, the first of the list with an answer is taken.

Some questions are answered with a list of what exists, several joined with "; ".
The header then gives the words with which a no begins (`no_begins`): an answer
of nothing else is a no, one that names anything besides is a yes.
*/
WITH given AS (
  SELECT
    ref_area, time_period, breakdown,
    CASE
      WHEN value IN (0.0, 1.0) THEN value
      -- of a list, what is left when the answers that mean no are taken out
      WHEN no_begins IS NOT NULL AND trim(answer) <> ''
      THEN CASE WHEN replace('; ' || trim(answer), '; ' || no_begins, '') LIKE '%; %' THEN 1.0 ELSE 0.0 END
      WHEN lower(trim(answer)) IN ('yes', 'y', 'true', '1') THEN 1.0
      WHEN lower(trim(answer)) IN ('no', 'n', 'false', '0') THEN 0.0
    END AS answer,
    obs_status, note, source, place
  FROM offered
  WHERE NOT is_group
),
ranked AS (
  SELECT
    ref_area, time_period, breakdown, answer, obs_status, note, source,
    rank() OVER (PARTITION BY ref_area, time_period, breakdown ORDER BY place) AS preference
  FROM given
  WHERE answer IS NOT NULL
)
SELECT ref_area, time_period, breakdown, answer, obs_status, note, source
FROM ranked
WHERE preference = 1
