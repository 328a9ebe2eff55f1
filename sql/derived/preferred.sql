/*
Which estimate of a value to show where only one can be shown: one row of
every indicator, area, year and breakdown is `preferred`, whatever number of
estimates there is. Reads `numbered_values`, which are `indicator_values` with
the `place` of each row; gives each place again.

1. A row with a value comes before one whose value is withheld.
2. A country's own figure is the only one it has (`reported`).
3. For a group, the agency's own aggregate (`published`) comes first: it
   rests on estimates for every economy without data.
4. Ours with values carried inside the window (`imputed`) comes before ours
   from reporting members alone (`available`): it stands for more of the group.

Which year and estimate stand for a target is said by ends.sql and progress.sql,
which read this.

The preferred estimate may change from one year to the next. A line over time
is drawn along one estimate, never along `preferred`.
*/
SELECT place, TRUE AS preferred
FROM numbered_values
WHERE estimate = 'reported'
UNION ALL
SELECT
  place,
  row_number() OVER (
    PARTITION BY indicator, ref_area, time_period,
      sex, age, urbanisation, disability, education_level, size_class, breakdown
    ORDER BY
      CASE WHEN value IS NULL THEN 1 ELSE 0 END,
      CASE estimate WHEN 'published' THEN 1 WHEN 'imputed' THEN 2 ELSE 3 END,
      estimate
  ) = 1 AS preferred
FROM numbered_values
WHERE estimate <> 'reported'
