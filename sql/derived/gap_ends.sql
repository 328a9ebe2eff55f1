/*
Baseline and latest value of each target of a gap on the same economies at both
ends, as fixed_ends.sql gives them of other targets: `ends` once more, with what
gaps.sql makes of the parts over `gap_members` (`fixed_gaps`).

baseline, latest  the gap between the two parts, each rolled up over the members
                  that have both parts at both ends
fixed_share       what these members count for at the latest value, of all
                  members of the group: of the two parts the lower, as a gap's
                  coverage is

Without these, a gap could close because one side of it comes of other economies
than before: women of one country, men of another.
*/
SELECT
  e.target, e.ref_area, e.estimate, e.sex, e.age, e.urbanisation, e.disability, e.education_level, e.size_class, e.breakdown,
  b.value AS baseline, l.value AS latest, l.coverage AS fixed_share
FROM ends e
JOIN fixed_gaps b
  ON b.ref_area = e.ref_area || ' ' || e.breakdown || ' ' || CAST(e.baseline_year AS VARCHAR) || ' ' || CAST(e.latest_year AS VARCHAR)
  AND b.estimate = e.estimate AND b.breakdown = e.breakdown AND b.time_period = e.baseline_year
JOIN fixed_gaps l
  ON l.ref_area = b.ref_area AND l.estimate = b.estimate AND l.breakdown = b.breakdown AND l.time_period = e.latest_year
WHERE NOT e.baseline_published
