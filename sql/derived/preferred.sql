/*
Which estimate of a value to show where only one can be shown: one row of
every indicator, area, year and breakdown is `preferred`, whatever number of
estimates there is. Reads `numbered_values`, which are `indicator_values` in
the order of their key, with the `place` of each row and the number of its
`figure`, the same for all its estimates; gives each place again.

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
WITH ranked AS (
  SELECT
    figure, place,
    CASE WHEN value IS NULL THEN 10 ELSE 0 END + CASE estimate WHEN 'published' THEN 1 WHEN 'imputed' THEN 2 ELSE 3 END AS rank
  FROM numbered_values
  WHERE estimate <> 'reported'
),
highest AS (
  SELECT figure, min(rank) AS rank FROM ranked GROUP BY figure
),
-- Of two estimates of another name, the first one by its name.
chosen AS (
  SELECT r.figure, min(r.place) AS place
  FROM highest h
  JOIN ranked r ON r.figure = h.figure AND r.rank = h.rank
  GROUP BY r.figure
)
SELECT place, TRUE AS preferred
FROM numbered_values
WHERE estimate = 'reported'
UNION ALL
SELECT r.place, r.place = c.place AS preferred
FROM chosen c
JOIN ranked r ON r.figure = c.figure
