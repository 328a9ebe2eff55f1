/*
What economies answer to the questions of an indicator's header: 1 is yes, 0 is
no. A yes is `yes` or 1, a no is `no` or 0; any other answer is unknown and left
out. Where a header asks several questions, `breakdown` names each.
*/
WITH given AS (
  SELECT
    ref_area, time_period, breakdown,
    CASE
      WHEN value IN (0.0, 1.0) THEN value
      WHEN lower(trim(answer)) IN ('yes', 'y', 'true', '1') THEN 1.0
      WHEN lower(trim(answer)) IN ('no', 'n', 'false', '0') THEN 0.0
    END AS answer,
    obs_status, note, source
  FROM offered
  WHERE NOT is_group
)
SELECT ref_area, time_period, breakdown, answer, obs_status, note, source
FROM given
WHERE answer IS NOT NULL
