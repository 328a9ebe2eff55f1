/*---
id = "T2.9"
name = "ict_accessibility_policy"
title = "Economies with an ICT accessibility policy"
unit = "PT"
rollup = "share_of_economies"
coverage = { base = "economies", min_members = 3 }
datasets = ["itu/national_policies", "itu/ict_accessibility"]
series = [
  { source = "itu", series = "ict_accessibility_policy" },
  { source = "itu", series = "19268", no = "There is no framework" },
]
definition = "Economies with a policy, law or regulation that ensures accessible ICTs for persons with disabilities"
method = """
Two denominators. `_T`: the economies with an answer. ALL_MEMBERS: all 194 Member States of ITU, where a
member without an answer counts as no, but in the coverage as not observed. `imputed` takes the latest answer of
the last five years.
A typed answer is `yes`, `no`, 1 or 0. ITU's regulatory survey (series 19268) is answered with a list of the
frameworks in place, or with "There is no framework in place for the time being": that alone is a no, any framework
is a yes, also where the same answer says both.
A year in which the survey has no single no, as 2015, is left out: only what exists was recorded.
"""
caveats = """
Unknown is neither yes nor no: where many do not answer, `_T` is too high and ALL_MEMBERS too low, and the truth
lies between. In 2024 the survey has 71 answers, and fewer of those who answered no in 2022 are among them than of
the others. A policy on paper is only part of an enabling environment.
"""
sources = ["itu/ict_accessibility", "itu/national_policies"]

[[target]]
id = "T2.9"
title = "Enabling environments for accessible ICTs in all countries by 2023"
year = 2023
value = 100.0
baseline_year = 2018
also = ["groups"]
note = "Of the economies with an answer. The former plan states no baseline; 2018, the first year with a value, is used for the pace, or the year near it in which more answered"
[target.read_for.members]
breakdown = "ALL_MEMBERS"
title = "Enabling environments for accessible ICTs in all countries by 2023, unknown counted as no"
note = "Of all Member States of ITU; a member without an answer counts as no"
---*/
WITH without_a_no AS (
  SELECT time_period
  FROM offered
  WHERE no_begins IS NOT NULL
  GROUP BY time_period
  HAVING NOT bool_or(starts_with(answer, no_begins))
)
SELECT ref_area, time_period, breakdown, value, unit, obs_status, note, source, coverage
FROM answers_of_members
WHERE time_period NOT IN (SELECT time_period FROM without_a_no)
