/*---
id = "known_codes"
title = "Every code in the results is on its list"
test = 1
severity = "error"
warn_above = 0
fail_above = 0
---*/
-- Ages, levels of education and sizes of enterprise are open lists and not compared.
WITH used AS (
  SELECT
    indicator, area_kind, estimate, sex, urbanisation, disability,
    coalesce(unit, '') AS unit, coalesce(obs_status, '') AS obs_status, count(*) AS times
  FROM indicator_values
  GROUP BY indicator, area_kind, estimate, sex, urbanisation, disability, unit, obs_status
),
codes AS (
  SELECT
    u.indicator,
    CASE k.code_list WHEN 'estimate' THEN 'estimate for a ' || u.area_kind ELSE k.code_list END AS code_list,
    CASE k.code_list
      WHEN 'indicator' THEN u.indicator
      WHEN 'estimate' THEN u.estimate
      WHEN 'sex' THEN u.sex
      WHEN 'urbanisation' THEN u.urbanisation
      WHEN 'disability' THEN u.disability
      WHEN 'unit' THEN u.unit
      ELSE u.obs_status
    END AS code,
    u.times
  FROM (VALUES ('indicator'), ('estimate'), ('sex'), ('urbanisation'), ('disability'), ('unit'), ('obs_status'))
    AS k (code_list)
  CROSS JOIN used u
  UNION ALL
  SELECT indicator, area_kind AS code_list, ref_area AS code, count(*) AS times
  FROM indicator_values
  GROUP BY indicator, area_kind, ref_area
),
known AS (
  SELECT 'indicator' AS code_list, indicator AS code FROM indicators_meta
  UNION ALL
  SELECT 'country' AS code_list, ref_area AS code FROM areas
  UNION ALL
  SELECT 'group' AS code_list, group_code AS code FROM groups
  UNION ALL
  SELECT 'unit' AS code_list, unit AS code FROM units
  UNION ALL
  SELECT code_list, code
  FROM (VALUES
    ('estimate for a country', 'reported'),
    ('estimate for a group', 'published'), ('estimate for a group', 'available'), ('estimate for a group', 'imputed'),
    ('sex', '_T'), ('sex', 'F'), ('sex', 'M'),
    ('urbanisation', '_T'), ('urbanisation', 'U'), ('urbanisation', 'R'),
    ('disability', '_T'), ('disability', 'PD'), ('disability', 'PWD'),
    ('obs_status', 'A'), ('obs_status', 'B'), ('obs_status', 'D'), ('obs_status', 'E'), ('obs_status', 'F'),
    ('obs_status', 'G'), ('obs_status', 'H'), ('obs_status', 'I'), ('obs_status', 'J'), ('obs_status', 'K'),
    ('obs_status', 'L'), ('obs_status', 'M'), ('obs_status', 'N'), ('obs_status', 'O'), ('obs_status', 'P'),
    ('obs_status', 'Q'), ('obs_status', 'S'), ('obs_status', 'U'), ('obs_status', 'V'), ('obs_status', 'W')
  ) AS listed (code_list, code)
)
SELECT
  c.indicator, c.code_list, c.code,
  CASE WHEN c.code = '' THEN 'no code' ELSE c.code END || ' is not known as ' || c.code_list || ', in '
    || CAST(sum(c.times) AS VARCHAR) || ' rows' AS detail
FROM codes c
WHERE NOT EXISTS (SELECT 1 FROM known k WHERE k.code_list = c.code_list AND k.code = c.code)
GROUP BY c.indicator, c.code_list, c.code
ORDER BY c.indicator, c.code_list, c.code
