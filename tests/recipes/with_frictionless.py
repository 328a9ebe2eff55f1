"""frictionless reads a table by its Data Package, with types, and says whether the file is what the package says."""

import sys

from frictionless import Package, validate

package = Package(f"{sys.argv[1]}/datapackage.json")
resource = package.get_resource("affordability_gap")
report = validate(resource)
assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])[:5]
wanted = {"indicator": "internet_use", "ref_area": "KEN", "time_period": 2019, "estimate": "reported"}
totals = ("sex", "age", "urbanisation")
for row in package.get_resource("internet_use").read_rows():
    if all(row[name] == code for name, code in wanted.items()) and all(row[name] == "_T" for name in totals):
        print(float(row["value"]))
