/*---
id = "2.5"
name = "ict_skills"
title = "Youth and adults with ICT skills, by type of skill"
unit = "PT"
rollup = "weighted_mean"
datasets = ["itu/ict_skills_activities", "itu/ict_skills_safety", "unesco/sdg_bulk", "unesco/data_api", "unsd/sdg_global"]
series = [
  { source = "itu", series = "16691", breakdown = "CMFL" },
  { source = "itu", series = "16700", breakdown = "EMAIL" },
  { source = "itu", series = "16709", breakdown = "ARSP" },
  { source = "itu", series = "16718", breakdown = "INST" },
  { source = "itu", series = "16727", breakdown = "SOFT" },
  { source = "itu", series = "16736", breakdown = "EPRS" },
  { source = "itu", series = "16754", breakdown = "PCPR" },
  { source = "itu", series = "33719", breakdown = "VRFY" },
  { source = "itu", series = "33797", breakdown = "PRVCY" },
  { source = "itu", series = "34031", breakdown = "SCRTY" },
  { source = "unesco", series = "ICTSKILLCOPI", breakdown = "CMFL" },
  { source = "unesco", series = "ICTSKILLATTACH", breakdown = "EMAIL" },
  { source = "unesco", series = "ICTSKILLFORMULA", breakdown = "ARSP" },
  { source = "unesco", series = "ICTSKILLCONNEC", breakdown = "INST" },
  { source = "unesco", series = "ICTSKILLSOFTWARE", breakdown = "SOFT" },
  { source = "unesco", series = "ICTSKILLCREAT", breakdown = "EPRS" },
  { source = "unesco", series = "ICTSKILLPROGLANG", breakdown = "PCPR" },
  { source = "unesco", series = "ICTSKILLVERIFREL", breakdown = "VRFY" },
  { source = "unesco", series = "ICTSKILLCHANGPRIV", breakdown = "PRVCY" },
  { source = "unesco", series = "ICTSKILLSETUPEFF", breakdown = "SCRTY" },
  { source = "unesco", series = "ICTSKILLDUPLIC", breakdown = "COPA" },
  { source = "unesco", series = "ICTSKILLTRANSFERFILE", breakdown = "TRAF" },
  { source = "unsd", series = "SE_ADT_ACTS" },
]
definition = "Share of individuals who carried out the given computer-related activity in the last three months, as percent of all individuals (SDG 4.4.1)"
method = """
The breakdown is the type of skill, in the codes of the UN SDG database:
CMFL copy or move a file, COPA copy and paste, EMAIL send messages with attachments, ARSP spreadsheet
arithmetic, INST connect new devices, SOFT find and install software, EPRS presentations, TRAF transfer files,
PCPR program; and of our own SCRTY set up security measures, PRVCY change privacy settings, VRFY verify
information found online.
For each economy, year and breakdown ITU, the custodian, is taken first, then the UNESCO Institute for
Statistics, then the UN SDG database. Groups are weighted by the mid-year population of the same sex, age band
or area.
"""
caveats = """
No agency publishes regional or world values: ours cannot be checked against any, and few economies report.
ITU reworded the activities in 2021: duplicating or moving a file, messages of all kinds, combining media and
so on are wider than the older items they continue, so a change of source can be a break.
An activity is a stand-in for a skill. Scope differs: many surveys ask from 10 or 15 years on.
COPA and TRAF are no longer collected by ITU.
"""
sources = ["itu/ict_skills_activities", "itu/ict_skills_safety", "unesco", "unsd", "population"]

[[target]]
id = "2.5"
title = "Majority of individuals with digital skills, each type of skill"
year = 2030
more_than = 50.0
baseline_year = 2015
breakdown = "*"
also = ["groups", "countries"]
without_value = "at most {observed} % of the weight is observed, half is needed: take newer downloads of `Individuals with ICT skills` with all breakdowns (itu/ict_skills_activities, itu/ict_skills_safety)"
note = "Majority is strictly more than 50 percent; read for each type of skill. Baseline 2015, since the older series carry most of the history"
[target.read_for]
women = { sex = "F" }
men = { sex = "M" }
youth = { age = "Y15T24" }
adults = { age = "Y25T74" }
older = { age = "Y_GE75" }
urban = { urbanisation = "U" }
rural = { urbanisation = "R" }

[[target]]
id = "T2.10"
title = "Proportion of youth and adults with ICT skills up by 40 percent by 2023"
year = 2023
change = 0.40
baseline_year = 2017
breakdown = "*"
note = "Relative increase, for each type of skill. The former plan states no baseline here; 2017 is the one it names elsewhere"
---*/
SELECT
  c.ref_area, c.time_period, c.sex, c.age, c.urbanisation, c.breakdown,
  c.value, p.persons AS weight, c.obs_status, c.note, c.source
FROM chosen AS c
LEFT JOIN population AS p USING (ref_area, time_period, sex, age, urbanisation)
WHERE c.disability = '_T' AND c.education_level = '_T' AND c.breakdown <> '_T'
  -- urban/rural has no population by sex or age, so those crosses have no weight
  AND (c.urbanisation = '_T' OR (c.sex = '_T' AND c.age = '_T'))
