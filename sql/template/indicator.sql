/*---
# What it is called: the id on the command line, the name in data files
id = "@ID@"
name = "@NAME@"
title = "Mobile-cellular subscriptions per 100 inhabitants"
# A code of pipelines/reference/units.csv
unit = "PER_100_POP"

# How economies become groups: weighted_mean (value, weight), ratio_of_sums (numerator, denominator), median, sum,
# share_of_economies (value 1 or 0), none; a file of sql/rollups/ each
rollup = "weighted_mean"
# Which groups (groups), how many years a value may be carried forward (window), from which share of the weight on an
# aggregate is shown (coverage), and who answers for it (owner): sql/defaults.toml, unless a line here says otherwise,
# such as coverage = { base = "economies", min_members = 3 }

# The data sets that the SELECT may see, in order of preference: source/dataset as the files in pipelines/ name them
datasets = ["itu/mobile_subscriptions"]
# The series to choose from, in order of preference: `chosen` has one figure for each area, year and breakdown.
# breakdown = ".." names what a series is, where the indicator has several
series = [{ source = "itu", series = "392" }]

# What the catalogue tells readers
definition = "Subscriptions to a public mobile-telephone service per 100 inhabitants"
method = "The economy's own rate; groups are weighted by population"
caveats = "Subscriptions are not people: one person may hold several"
# A source or data set of pipelines/, or a name of sql/defaults.toml: licence and citation come from there
sources = ["itu/mobile_subscriptions", "population"]

# What it must reach; leave it out, or write several. One of: value = a level; more_than = a level to be passed;
# change = -0.25 against the baseline; low and high = a band. also = ["groups", "countries"] gives a row for each of
# them too; read_for = { rural = { urbanisation = "R" } } reads the target for a part of the population too.
[[target]]
id = "@ID@"
title = "100 subscriptions per 100 inhabitants"
year = 2030
value = 100.0
baseline_year = 2015
also = ["groups"]
---*/
-- One row per economy, year and breakdown. Dimensions left out (sex, age, urbanisation ..) are _T, the total.
-- The outer join keeps the agency's own aggregates, which have no population here: they become `published`.
SELECT c.ref_area, c.time_period, c.value, p.persons AS weight, c.obs_status, c.note, c.source
FROM chosen AS c
LEFT JOIN population AS p USING (ref_area, time_period, sex, age, urbanisation)
