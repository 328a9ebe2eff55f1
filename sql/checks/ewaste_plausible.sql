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
figure that any release has for its region and for the world, and against its
population. No economy comes near 40 kg a head (Norway, the first, has 26).
Regions do not have the years that economies have (the economies end in 2019,
the regions are of 2010 and from 2020 on), and e-waste grows: an economy has
less than its region in the next year that the region has a figure of, or, after
the last one, in that.
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
  WHERE ref_area IN ('WLD', 'M49_002', 'M49_009', 'M49_019', 'M49_142', 'M49_150')
  GROUP BY ref_area, time_period
),
economies AS (
  SELECT DISTINCT e.ref_area, e.time_period, e.obs_value
  FROM areas AS a
  JOIN generated AS e ON e.ref_area = a.ref_area
  WHERE e.series = 'EN_EWT_GENV' AND e.obs_status <> 'U'
),
-- the year of a region that an economy's year is compared with
compared_years AS (
  SELECT
    e.time_period, r.group_code,
    coalesce(min(CASE WHEN r.time_period >= e.time_period THEN r.time_period END), max(r.time_period)) AS region_year
  FROM (SELECT DISTINCT time_period FROM economies) AS e
  CROSS JOIN regions AS r
  GROUP BY e.time_period, r.group_code
),
of_regions AS (
  SELECT DISTINCT e.ref_area, e.time_period, e.obs_value, r.group_code, r.time_period AS region_year, r.tonnes
  FROM economies AS e
  JOIN membership AS m ON m.ref_area = e.ref_area
  JOIN compared_years AS y ON y.group_code = m.group_code AND y.time_period = e.time_period
  JOIN regions AS r ON r.group_code = y.group_code AND r.time_period = y.region_year
  WHERE e.obs_value > r.tonnes
),
exceeded AS (
  SELECT
    ref_area, time_period, obs_value,
    string_agg(
      group_code || ' has ' || CAST(CAST(round(tonnes) AS BIGINT) AS VARCHAR)
        || CASE WHEN region_year = time_period THEN '' ELSE ' in ' || CAST(region_year AS VARCHAR) END,
      ', ' ORDER BY group_code
    ) AS told
  FROM of_regions
  GROUP BY ref_area, time_period, obs_value
),
persons AS (
  SELECT ref_area, time_period, persons
  FROM population
  WHERE sex = '_T' AND age = '_T' AND urbanisation = '_T' AND persons > 0.0
),
compared AS (
  SELECT e.ref_area, e.time_period, e.obs_value, x.told, 1000.0 * e.obs_value / p.persons AS kilograms
  FROM economies AS e
  LEFT JOIN exceeded AS x ON x.ref_area = e.ref_area AND x.time_period = e.time_period AND x.obs_value = e.obs_value
  LEFT JOIN persons AS p ON p.ref_area = e.ref_area AND p.time_period = e.time_period
)
SELECT
  'ewaste_recycling' AS indicator, ref_area, time_period,
  concat_ws(', ',
    CAST(CAST(round(obs_value) AS BIGINT) AS VARCHAR) || ' tonnes',
    told,
    CASE WHEN kilograms > 40.0 THEN CAST(round(kilograms, 1) AS VARCHAR) || ' kg a head' END) AS detail
FROM compared
WHERE told IS NOT NULL OR kilograms > 40.0
ORDER BY ref_area, time_period
