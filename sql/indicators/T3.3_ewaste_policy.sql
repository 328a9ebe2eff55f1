/*---
id = "T3.3"
name = "ewaste_policy"
title = "Economies with an e-waste policy, legislation or regulation"
unit = "PT"
rollup = "share_of_economies"
coverage = { base = "economies", min_members = 3 }
datasets = ["itu/national_policies", "itu/ewaste_mandates"]
series = [{ source = "itu", series = "ewaste_policy" }]
definition = "Economies with a national policy, legislation or regulation on e-waste"
method = """
Two denominators. `_T`: the economies with an answer. ALL_MEMBERS: all 194 Member States of ITU, where a
member without an answer counts as no, but in the coverage as not observed. `imputed` takes the latest answer of
the last five years.
A yes is `yes` or 1, a no is `no` or 0; any other answer is unknown. Typed answers go before those of the DataHub.
"""
caveats = """
Unknown is neither yes nor no: where many do not answer, `_T` is too high and ALL_MEMBERS too low, and the truth
lies between. Having a law says nothing about its enforcement.
"""
sources = ["itu/national_policies", "itu/ewaste_mandates", "itu/ewaste_monitor"]

[[target]]
id = "T3.3"
title = "50 percent of countries with an e-waste policy, legislation or regulation by 2023"
year = 2023
value = 50.0
baseline_year = 2015
also = ["groups"]
without_value = "no answers are at hand: put `Environment & e-waste mandates and legal framework` of the DataHub into itu/ewaste_mandates, or type them, as from the list of the Global E-waste Monitor, into itu/national_policies"
note = "Of the economies with an answer. The former plan states no baseline; 2015 is used for the pace"
[target.read_for.members]
breakdown = "ALL_MEMBERS"
title = "50 percent of countries with an e-waste policy, legislation or regulation by 2023, unknown counted as no"
note = "Of all Member States of ITU; a member without an answer counts as no"
---*/
SELECT ref_area, time_period, breakdown, value, unit, obs_status, note, source, coverage
FROM answers_of_members
