"""sdmx1 reads SDMX-CSV with the structure in SDMX-ML beside it."""

import sys
import warnings

import sdmx

warnings.filterwarnings("ignore")
root = f"{sys.argv[1]}/sdmx"
structure = sdmx.read_sdmx(f"{root}/structure/datastructure/YARDSTICK/DSD_YARDSTICK/1.0.0/structure.xml").structure["DSD_YARDSTICK"]
message = sdmx.read_sdmx(f"{root}/data/dataflow/YARDSTICK/DF_YARDSTICK/1.0.0/internet_use/data.csv", structure=structure)
wanted = {"REF_AREA": "KEN", "TIME_PERIOD": "2019", "ESTIMATE": "reported", "SEX": "_T", "AGE": "_T", "URBANISATION": "_T"}
found = [
    observation.value
    for data in message.data
    for observation in data.obs
    if all(str(observation.key[name].value) == code for name, code in wanted.items())
]
print(*found)
