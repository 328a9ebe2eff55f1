"""pysdmx reads SDMX-CSV into a table."""

import sys

from pysdmx.io import read_sdmx

path = f"{sys.argv[1]}/sdmx/data/dataflow/YARDSTICK/DF_YARDSTICK/1.0.0/internet_use/data.csv"
table = read_sdmx(path, validate=False).data[0].data
wanted = {"REF_AREA": "KEN", "TIME_PERIOD": "2019", "ESTIMATE": "reported", "SEX": "_T", "AGE": "_T", "URBANISATION": "_T"}
for name, code in wanted.items():
    table = table[table[name].astype(str) == code]
print(*table["OBS_VALUE"])
