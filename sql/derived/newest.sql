/*
Which year stands for now where only one can be shown: one row of every
indicator, area and breakdown that has a value is `newest`. Reads `shown_values`:
the rows that preferred.sql shows, one a year, with the number of their `series`
(whatever the year and the estimate) and `min_observed` of the header; gives the
`place` of those that are newest.

It is the rule by which ends.sql takes the latest value of a target: an `imputed`
value with less than `min_observed` observed is mostly carried and gives way to
the newest year of the five up to it with more; if all have less, to the one of
which most is observed.
*/
WITH known AS (
  SELECT
    series, place, time_period, observed,
    estimate <> 'imputed' OR observed IS NULL OR observed >= min_observed - 1e-9 AS firm
  FROM shown_values
),
years AS (
  SELECT series, max(time_period) AS newest_year, max(CASE WHEN firm THEN time_period END) AS firm_year
  FROM known
  GROUP BY series
),
-- Series whose newest value is not firm, and that have no firm one near it: that of which most is observed first.
ranked AS (
  SELECT
    k.place,
    row_number() OVER (PARTITION BY k.series ORDER BY k.observed DESC, k.time_period DESC) AS rank
  FROM years y
  JOIN known k ON k.series = y.series
  WHERE coalesce(y.firm_year, 0) < y.newest_year - 5 AND k.time_period >= y.newest_year - 5
)
SELECT k.place
FROM years y
JOIN known k ON k.series = y.series AND k.time_period = y.firm_year
WHERE y.firm_year >= y.newest_year - 5
UNION ALL
SELECT place
FROM ranked
WHERE rank = 1
