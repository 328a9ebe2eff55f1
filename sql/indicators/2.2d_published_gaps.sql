/*---
id = "2.2d"
name = "published_gaps"
title = "Gap scores as published by ITU"
unit = "RATIO"
rollup = "none"
window = 0
datasets = ["itu/facts_and_figures"]
series = [
  { source = "itu", series = "gender_parity_score_internet_use", breakdown = "GENDER_PARITY", publication = "Facts and Figures" },
  { source = "itu", series = "urban_rural_ratio_internet_use", breakdown = "LOCATION_RATIO", publication = "Facts and Figures" },
  { source = "itu", series = "gender_parity_score_mobile_ownership", breakdown = "OWNERSHIP_GENDER_PARITY", publication = "Facts and Figures" },
]
definition = "Gender parity scores of Internet use and of mobile-telephone ownership, and the urban/rural ratio of Internet use, as printed by ITU"
method = """
Copied from Facts and Figures, each area's series whole from its newest edition. Breakdown GENDER_PARITY and
LOCATION_RATIO are of Internet use, OWNERSHIP_GENDER_PARITY of mobile ownership.
They are kept apart from internet_use_gaps because ITU forms them from unrounded values that it does not print:
the printed 65 and 70 percent go with 0.92 in one edition and 0.94 in another.
"""
caveats = "Two decimals at most, and ITU's estimates for economies without data are inside"
sources = ["itu/facts_and_figures"]

[[target]]
id = "2.2.gender.published"
title = "Gender gap in Internet use bridged, by ITU's own score"
year = 2030
low = 0.98
high = 1.02
baseline_year = 2019
breakdown = "GENDER_PARITY"
also = ["groups"]
estimates = ["published"]
note = "Baseline and latest value from one edition, whose earliest year is 2019"

[[target]]
id = "2.2.location.published"
title = "Urban/rural gap in Internet use bridged, by ITU's own ratio"
year = 2030
low = 0.98
high = 1.02
baseline_year = 2020
breakdown = "LOCATION_RATIO"
also = ["groups"]
estimates = ["published"]
note = "The plan gives no number and ITU no band; its gender band is used. An edition prints few years and is not joined with others, so there is seldom a pace"

[[target]]
id = "T2.8.use.published"
title = "Gender equality in Internet use by 2023, by ITU's own score"
year = 2023
low = 0.98
high = 1.02
baseline_year = 2019
breakdown = "GENDER_PARITY"
also = ["groups"]
estimates = ["published"]
note = "Baseline and latest value from one edition, whose earliest year is 2019"

[[target]]
id = "T2.8.ownership.published"
title = "Gender equality in mobile-phone ownership by 2023, by ITU's own score"
year = 2023
low = 0.98
high = 1.02
baseline_year = 2019
breakdown = "OWNERSHIP_GENDER_PARITY"
also = ["groups"]
estimates = ["published"]
note = "ITU's definition of parity. An edition prints few years and is not joined with others, so there is seldom a pace"
---*/
SELECT ref_area, time_period, breakdown, value, obs_status, note, source
FROM chosen
WHERE is_group
