/*---
id = "mirror_data360"
title = "What ITU publishes is the same at the World Bank"
test = 18
severity = "warning"
warn_above = 0
fail_above = 0
---*/
/*
Data360 has figures of ITU under codes of its own, as a data set and as a route
to ITU's. Where both are at hand they are compared every night, not only when
ITU refuses. A few figures that differ are revisions that the mirror does not
have yet. More than one in ten is another figure under this name, or a damaged
file of one of the two: its series is no route then.

ITU_DH_ACT_MOB_PER_100 is known to be another figure than ITU's 12066.
*/
WITH limits AS (
  -- Six significant digits are given.
  SELECT 1e-5 AS same, 0.1 AS share
),
ours AS (
  SELECT
    CASE series
      WHEN '11624' THEN 'ITU_DH_INT_USER_PT'
      WHEN '12047' THEN 'ITU_DH_HH_INT'
      WHEN '430' THEN 'ITU_DH_POP_COV_3G'
      WHEN '19306' THEN 'ITU_DH_POP_COV_4G'
      WHEN '34236' THEN 'ITU_DH_POP_COV_5G'
    END AS mirrored,
    series, ref_area, time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown, obs_value
  FROM observations
  WHERE source = 'itu' AND series IN ('11624', '12047', '430', '19306', '34236') AND obs_value IS NOT NULL
    -- Not what has come by a mirror itself: the provider's own route has the name of its data set.
    AND route = dataset
),
theirs AS (
  SELECT
    series, ref_area, time_period, sex, age, urbanisation, disability, education_level, size_class, breakdown, obs_value
  FROM observations
  WHERE source = 'data360' AND obs_value IS NOT NULL
),
-- Where several data sets of ITU have a figure, the nearest.
compared AS (
  SELECT
    o.series, o.mirrored, o.ref_area, o.time_period,
    min(abs(o.obs_value - t.obs_value)) AS distance, min(o.obs_value) AS itu, min(t.obs_value) AS mirror
  FROM ours AS o
  JOIN theirs AS t
    ON t.series = o.mirrored AND t.ref_area = o.ref_area AND t.time_period = o.time_period
    AND t.sex = o.sex AND t.age = o.age AND t.urbanisation = o.urbanisation AND t.disability = o.disability
    AND t.education_level = o.education_level AND t.size_class = o.size_class AND t.breakdown = o.breakdown
  GROUP BY
    o.series, o.mirrored, o.ref_area, o.time_period,
    o.sex, o.age, o.urbanisation, o.disability, o.education_level, o.size_class, o.breakdown
),
assessed AS (
  SELECT
    c.series, c.mirrored, l.share,
    CASE WHEN c.distance > l.same * greatest(abs(c.itu), abs(c.mirror)) THEN 1 ELSE 0 END AS differs,
    c.ref_area || ' ' || CAST(c.time_period AS VARCHAR) || ': ' || CAST(round(c.itu, 4) AS VARCHAR) || ' and '
      || CAST(round(c.mirror, 4) AS VARCHAR) AS example
  FROM compared AS c
  CROSS JOIN limits AS l
)
SELECT
  '' AS indicator, series,
  'ITU ' || series || ' and ' || mirrored || ' of Data360 differ in ' || CAST(sum(differs) AS VARCHAR) || ' of '
    || CAST(count(*) AS VARCHAR) || ' figures, such as ' || min(CASE WHEN differs = 1 THEN example END) AS detail
FROM assessed
GROUP BY series, mirrored, share
HAVING sum(differs) > share * count(*)
ORDER BY series
