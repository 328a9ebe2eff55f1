/*---
id = "T3.1b"
name = "cybersecurity_index"
title = "Global Cybersecurity Index, overall score"
unit = "INDEX"
rollup = "median"
window = 0
coverage = { base = "economies", min_members = 3 }
datasets = ["data360/itu_gci"]
series = [{ source = "data360", series = "ITU_GCI_GCI_OVRL_SCRE" }]
definition = "Overall score of ITU's Global Cybersecurity Index, 0 to 100: legal, technical, organizational, capacity-building and cooperative measures together"
method = """
The score of each economy as in the World Bank's copy of the index, editions 2020 and 2024. Groups are medians over
the economies with a score, each counting once. No edition is carried into another year.
"""
caveats = """
The index asks and weighs its questions anew in each edition: part of a change between editions is one of method.
The score says how much is in place, not whether the three capabilities of the target (strategy, response team and
legislation) are: see cybersecurity.
"""
sources = ["data360/itu_gci"]

[[target]]
id = "T3.1.index"
title = "Improved cybersecurity preparedness, by the overall score of the index"
year = 2023
value = 100.0
baseline_year = 2020
also = ["groups", "countries"]
note = "The plan asks for improvement without a number; the full score is the end point that its wording implies. Baseline 2020, the first edition at hand"
---*/
SELECT ref_area, time_period, value, obs_status, note, source
FROM chosen
WHERE breakdown = '_T'
