/*
How often a figure that ITU prints lies inside our error bar. One row for each
figure of Facts and Figures (every edition at hand) of which the current
release has an aggregate of ours with a bar. Run it with

  yardstick sql "$(cat sql/backtest/printed.sql)" --output csv

tests/backtest.py counts the rows and writes BACKTEST.md.

printed      the figure; a share not covered is turned into the share covered
rounding     half of its last digit: 0.5 where whole numbers are printed
stands       FALSE where ITU has revised it since: a newer edition prints another
             figure for the same year, or a lower one for a later year, though use
             and coverage grow
ahead        TRUE where it was printed in the very year that it is of. ITU then estimates
             the year, before any economy has reported it (methodology note, section 1.1);
             only prices are collected within the year. It is another object than our
             aggregate of the reports that came since, as a forecast is another than what
             came to pass
low, high    our bar as it is published (sql/steps/15_group_values.sql)
*/
WITH mapped AS (
  SELECT from_series, from_age, indicator, to_age, is_complement
  FROM (VALUES
    ('individuals_using_internet_pct', '_T', 'internet_use', '_T', FALSE),
    ('individuals_using_internet_pct', 'Y15T24', 'internet_use', 'Y15T24', FALSE),
    ('individuals_owning_mobile_phone_pct', 'Y_GE10', 'mobile_ownership', '_T', FALSE),
    ('population_covered_pct', '_T', 'broadband_coverage', '_T', FALSE),
    ('population_not_covered_3G_or_higher_pct', '_T', 'broadband_coverage', '_T', TRUE),
    ('price_basket_median_pct_gni_pc', '_T', 'broadband_affordability', '_T', FALSE)
  ) AS known (from_series, from_age, indicator, to_age, is_complement)
),
prints AS (
  SELECT
    m.indicator, o.ref_area, o.time_period, o.sex, m.to_age AS age, o.urbanisation, o.breakdown,
    CAST(o.edition AS INT) AS edition,
    CASE WHEN m.is_complement THEN 100.0 - o.obs_value ELSE o.obs_value END AS printed,
    CASE WHEN o.obs_value = round(o.obs_value) AND m.indicator <> 'broadband_affordability' THEN 0.5 ELSE 0.05 END AS rounding
  FROM mapped AS m
  JOIN observations AS o ON o.series = m.from_series AND o.age = m.from_age
  WHERE o.dataset = 'facts_and_figures' AND o.obs_value IS NOT NULL
),
revised AS (
  SELECT DISTINCT
    p.indicator, p.ref_area, p.time_period, p.sex, p.age, p.urbanisation, p.breakdown, p.edition
  FROM prints AS p
  JOIN prints AS n
    ON n.indicator = p.indicator AND n.ref_area = p.ref_area AND n.sex = p.sex AND n.age = p.age
    AND n.urbanisation = p.urbanisation AND n.breakdown = p.breakdown
  WHERE n.edition > p.edition
    AND ((n.time_period = p.time_period AND n.printed <> p.printed)
      OR (n.time_period > p.time_period AND n.printed < p.printed AND p.indicator <> 'broadband_affordability'))
),
ours AS (
  SELECT
    indicator, ref_area, time_period, sex, age, urbanisation, breakdown, estimate,
    value, coverage, observed, error_low AS low, error_high AS high
  FROM indicator_values
  WHERE estimate IN ('available', 'imputed') AND error_low IS NOT NULL
    AND disability = '_T' AND education_level = '_T' AND size_class = '_T'
)
SELECT
  p.indicator, p.ref_area, p.time_period, p.sex, p.age, p.urbanisation, p.breakdown, p.edition,
  r.edition IS NULL AS stands, p.edition <= p.time_period AND p.indicator <> 'broadband_affordability' AS ahead,
  p.printed, p.rounding, v.estimate, v.value, v.coverage, v.observed, v.low, v.high
FROM prints AS p
JOIN ours AS v
  ON v.indicator = p.indicator AND v.ref_area = p.ref_area AND v.time_period = p.time_period AND v.sex = p.sex
  AND v.age = p.age AND v.urbanisation = p.urbanisation AND v.breakdown = p.breakdown
LEFT JOIN revised AS r
  ON r.indicator = p.indicator AND r.ref_area = p.ref_area AND r.time_period = p.time_period AND r.sex = p.sex
  AND r.age = p.age AND r.urbanisation = p.urbanisation AND r.breakdown = p.breakdown AND r.edition = p.edition
ORDER BY p.indicator, p.ref_area, p.time_period, p.sex, p.age, p.urbanisation, p.breakdown, p.edition, v.estimate
