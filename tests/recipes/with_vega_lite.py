"""The drawing of a target is a Vega-Lite specification with its data inside; its schema is the one that altair carries."""

import json
import pathlib
import sys

import altair
import jsonschema

schema = json.loads((pathlib.Path(altair.__file__).parent / "vegalite/v5/schema/vega-lite-schema.json").read_text())
drawing = json.loads(pathlib.Path(f"{sys.argv[1]}/vega/2.1.json").read_text())
jsonschema.Draft7Validator(schema).validate(drawing)
points = {(point["series"], point["year"]): point["value"] for point in drawing["layer"][0]["data"]["values"]}
print(points["imputed", 2023])
