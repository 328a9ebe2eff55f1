"""pandas reads the CSV of one indicator. NA is Namibia: an empty cell alone is no value."""

import sys

import pandas as pd

table = pd.read_csv(f"{sys.argv[1]}/web/internet_use.csv", keep_default_na=False, na_values=[""])
shown = table[(table.code == "KEN") & (table.year == 2019) & (table.sex == "_T") & (table.urbanisation == "_T") & (table.age == "_T")]
print(shown[shown.preferred].internet_use.item())
