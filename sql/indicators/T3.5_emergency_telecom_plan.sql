/*---
id = "T3.5"
name = "emergency_telecom_plan"
title = "Economies with a national emergency telecommunication plan"
unit = "PT"
rollup = "share_of_economies"
coverage = { base = "economies", min_members = 3 }
datasets = ["itu/national_policies", "itu/emergency_telecommunications"]
series = [{ source = "itu", series = "emergency_telecom_plan" }]
definition = "Economies with a national emergency telecommunication plan as part of their disaster risk reduction strategies"
method = """
Two denominators. `_T`: the economies with an answer. ALL_MEMBERS: all 194 Member States of ITU, where a
member without an answer counts as no, but in the coverage as not observed. `imputed` takes the latest answer of
the last five years.
A yes is `yes` or 1, a no is `no` or 0; any other answer is unknown. Typed answers go before those of the DataHub.
"""
caveats = """
Unknown is neither yes nor no: where many do not answer, `_T` is too high and ALL_MEMBERS too low, and the truth
lies between. Drafts are answered as plans by some.
"""
sources = ["itu/national_policies", "itu/emergency_telecommunications"]

[[target]]
id = "T3.5"
title = "All countries with a national emergency telecommunication plan by 2023"
year = 2023
value = 100.0
baseline_year = 2015
also = ["groups"]
without_value = "no answers are at hand: put `Emergency telecommunications` of the DataHub into itu/emergency_telecommunications, or type them into itu/national_policies"
note = "Of the economies with an answer. The former plan states no baseline; 2015 is used for the pace"
[target.read_for.members]
breakdown = "ALL_MEMBERS"
title = "All countries with a national emergency telecommunication plan by 2023, unknown counted as no"
note = "Of all Member States of ITU; a member without an answer counts as no"
---*/
SELECT ref_area, time_period, breakdown, value, unit, obs_status, note, source, coverage
FROM answers_of_members
