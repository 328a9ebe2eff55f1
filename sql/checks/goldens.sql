/*---
id = "goldens"
title = "Figures that were written down have not moved"
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
Compares with the files of pipelines/goldens/. A value within its tolerance has not
moved; an empty value stands for a figure that is withheld. A row that is not
there is told where the release has other values of that indicator and area:
else its data set is not loaded, which is told elsewhere.

With severity = "error" a figure that has moved stops the release, until
somebody has written down the new one or the cause is gone.
*/
WITH compared AS (
  SELECT
    g.place, g.since, g.note AS why,
    g.indicator, g.ref_area, g.time_period,
    g.sex, g.age, g.urbanisation, g.disability, g.education_level, g.size_class, g.breakdown, g.estimate,
    g.value AS expected, g.tolerance, v.value AS found, v.indicator IS NOT NULL AS is_there,
    p.indicator IS NOT NULL AND (
      (p.value IS NULL AND g.value IS NULL) OR coalesce(abs(p.value - g.value) <= g.tolerance, FALSE)
    ) AS held_before
  FROM goldens g
  LEFT JOIN indicator_values v
    ON v.indicator = g.indicator AND v.ref_area = g.ref_area AND v.time_period = g.time_period
    AND v.sex = g.sex AND v.age = g.age AND v.urbanisation = g.urbanisation AND v.disability = g.disability
    AND v.education_level = g.education_level AND v.size_class = g.size_class AND v.breakdown = g.breakdown
    AND v.estimate = g.estimate
  LEFT JOIN previous_values p
    ON p.indicator = g.indicator AND p.ref_area = g.ref_area AND p.time_period = g.time_period
    AND p.sex = g.sex AND p.age = g.age AND p.urbanisation = g.urbanisation AND p.disability = g.disability
    AND p.education_level = g.education_level AND p.size_class = g.size_class AND p.breakdown = g.breakdown
    AND p.estimate = g.estimate
)
SELECT
  c.indicator, c.ref_area, c.time_period,
  c.sex, c.age, c.urbanisation, c.disability, c.education_level, c.size_class, c.breakdown, c.estimate,
  c.place || ': expected ' || coalesce(CAST(c.expected AS VARCHAR), 'no value') || ' since ' || c.since || ', found '
    || CASE WHEN NOT c.is_there THEN 'no such row' ELSE coalesce(CAST(c.found AS VARCHAR), 'no value') END
    || CASE WHEN c.held_before THEN ': it moved with this release' ELSE '' END
    || coalesce(' (' || c.why || ')', '') AS detail
FROM compared c
WHERE NOT coalesce(
    (c.is_there AND c.found IS NULL AND c.expected IS NULL) OR abs(c.found - c.expected) <= c.tolerance,
    FALSE
  )
  AND (
    c.is_there
    OR EXISTS (SELECT 1 FROM indicator_values o WHERE o.indicator = c.indicator AND o.ref_area = c.ref_area)
  )
ORDER BY c.place
