/*---
id = "ewaste_plausible"
title = "No economy has more e-waste than its region, or than 40 kg a head"
test = 4
severity = "error"
warn_above = 0
fail_above = 0
---*/
/*
E-waste generated, in tonnes, of each economy and year: against the greatest
figure that any release has for its region in that year, and against its
population. No economy comes near 40 kg a head (Norway, the first, has 26).
What a correction has flagged with status U is known.
*/
WITH generated AS (
  SELECT ref_area, time_period, series, obs_value, obs_status
  FROM observations
  WHERE source = 'unsd' AND series IN ('EN_EWT_GENV', 'EN_EWT_GENV_2026') AND unit = 'TONNES'
    AND breakdown = '_T' AND obs_value IS NOT NULL
),
regions AS (
  SELECT ref_area AS group_code, time_period, max(obs_value) AS tonnes
  FROM generated
  WHERE ref_area IN ('M49_002', 'M49_009', 'M49_019', 'M49_142', 'M49_150')
  GROUP BY ref_area, time_period
),
persons AS (
  SELECT ref_area, time_period, persons
  FROM population
  WHERE sex = '_T' AND age = '_T' AND urbanisation = '_T' AND persons > 0.0
),
economies AS (
  SELECT
    e.ref_area, e.time_period, e.obs_value, r.group_code, r.tonnes AS region_tonnes,
    1000.0 * e.obs_value / p.persons AS kilograms
  FROM areas AS a
  JOIN generated AS e ON e.ref_area = a.ref_area
  LEFT JOIN membership AS m
    ON m.ref_area = e.ref_area AND m.group_code IN ('M49_002', 'M49_009', 'M49_019', 'M49_142', 'M49_150')
  LEFT JOIN regions AS r ON r.group_code = m.group_code AND r.time_period = e.time_period
  LEFT JOIN persons AS p ON p.ref_area = e.ref_area AND p.time_period = e.time_period
  WHERE e.series = 'EN_EWT_GENV' AND e.obs_status <> 'U'
)
SELECT
  'ewaste_recycling' AS indicator, ref_area, time_period,
  concat_ws(', ',
    CAST(CAST(round(obs_value) AS BIGINT) AS VARCHAR) || ' tonnes',
    CASE
      WHEN obs_value > region_tonnes
        THEN group_code || ' has ' || CAST(CAST(round(region_tonnes) AS BIGINT) AS VARCHAR)
    END,
    CASE WHEN kilograms > 40.0 THEN CAST(round(kilograms, 1) AS VARCHAR) || ' kg a head' END) AS detail
FROM economies
WHERE obs_value > region_tonnes OR kilograms > 40.0
ORDER BY ref_area, time_period
