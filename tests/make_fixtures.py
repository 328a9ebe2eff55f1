#!/usr/bin/env python3
"""The bodies of fixtures/, made from full downloads of the providers.

    pip install xlrd xlwt py7zr
    python tests/make_fixtures.py ../shared/data/world fixtures

Each body keeps the layout of its provider (names, columns, marks, archive), but only the series that an indicator or a
check of this project reads, from 2010 on: five years before the first baseline, since a figure is carried for five.
Notes and descriptions are left out, except the words that give a figure its status. fixtures/ORIGIN.md says what is in
each file. The same bodies give the same bytes. Files that are typed by hand (publications, answers of the interface) are
not touched.
"""

import csv
import io
import re
import sys
import zipfile
from pathlib import Path

import py7zr
import xlrd
import xlwt

FIRST_YEAR = 2010
SKILLS = (
    "ICTSKILLCOPI ICTSKILLATTACH ICTSKILLFORMULA ICTSKILLCONNEC ICTSKILLSOFTWARE ICTSKILLCREAT ICTSKILLPROGLANG "
    "ICTSKILLVERIFREL ICTSKILLCHANGPRIV ICTSKILLSETUPEFF ICTSKILLDUPLIC ICTSKILLTRANSFERFILE"
).split()
# Codes of the series to keep; none: all.
DATAHUB = {
    "fixed_broadband": None, "households_internet": None, "ict_accessibility": None, "internet_use": None,
    "ict_skills_activities": "HHU781", "ict_skills_level": None, "ict_skills_safety": None, "mobile_broadband": None,
    "mobile_ownership": None, "mobile_subscriptions": None, "network_coverage": None, "price_baskets_datahub": "i154_FBB5_GNI|i271mb_5GB_GNI",
}
BASKETS = ("Fixed-broadband basket", "Data-only mobile-broadband basket")


def main():
    bodies, out = Path(sys.argv[1]), Path(sys.argv[2])
    for name, wanted in DATAHUB.items():
        for body in sorted((bodies / "itu" / name).iterdir()):
            datahub(body, out / "itu" / name / body.name, wanted)
    workbook_as_csv(*one(bodies, out, "itu/price_baskets_2008_2021"))
    table_by_sex_and_location(*one(bodies, out, "itu/internet_use_sex_location_2018"))
    mirror(*one(bodies, out, "data360/itu_gci"))
    bulk(*one(bodies, out, "unesco/sdg_bulk"))
    seven_zip(*one(bodies, out, "unctad/ict_use_by_size"))
    for body in sorted((bodies / "unsd/sdg_global").iterdir()):
        database(body, out / "unsd/sdg_global" / body.name)
    for name in ("unsd_gender/internet_by_sex", "unsd_gender/mobile_by_sex"):
        gender(*one(bodies, out, name))
    for name in ("eurostat/government_online", "unsd/ewaste_regions", "worldbank/internet_use_by_sex", "worldbank/internet_use_by_sex_groups"):
        source, target = one(bodies, out, name)
        header, *rows = read(source.read_bytes())
        year = header.index("year")
        write(target, table([header, *(row for row in rows if int(row[year]) >= FIRST_YEAR)], end="\n"))


def one(bodies, out, name):
    (body,) = (bodies / name).iterdir()
    return body, out / name / body.name


# ---- one function a layout ----


def datahub(source, target, wanted):
    """Version 2: BOM, LF, texts in quotes, nothing at all for an empty parent or unit, one CSV in a ZIP."""
    member, content = only(source)
    header, *rows = read(content)
    at = {name: header.index(name) for name in header}
    lines = [",".join(f'"{name}"' for name in header)]
    for row in rows:
        if int(row[at["dataYear"]]) < FIRST_YEAR or (wanted and not re.search(wanted, row[at["seriesCode"]])):
            continue
        note, said = (row[at[name]].lower() for name in ("dataNote", "dataSource"))
        row[at["dataNote"]] = status(note, said)
        row[at["dataSource"]] = row[at["seriesDescription"]] = ""
        bare = {"seriesID", "entityID", "dataYear", *(name for name in header if name.startswith("dataValue "))}
        empty = {"seriesParent", "seriesUnits", "dataValue"}
        lines.append(",".join(
            cell if name in bare and not re.search(r'[",\n]', cell) or not cell and name in empty else quoted(cell)
            for name, cell in zip(header, row)
        ))
    if len(lines) == 1:
        return
    write(target, zipped({member: ("\ufeff" + "\n".join(lines)).encode()}))


def status(note, source):
    """The words by which the service marks an estimate or a break, and nothing else of the note."""
    if "estimat" in note or "estimat" in source:
        return "ITU estimate" if "itu" in note + source else "Estimate"
    if any(words in note for words in ("break in", "series break", "breaks in", "redesigned")) or (
        "compar" in note and "should not be" in note
    ):
        return "Break in series"
    return ""


def workbook_as_csv(source, target):
    member, content = only(source)
    header, *rows = read(content)
    basket, unit = header.index("basket_combined_simplified"), header.index("Unit")
    early = [header.index(str(year)) for year in range(2008, FIRST_YEAR)]
    kept = [row for row in rows if row[basket] in BASKETS and row[unit] == "GNIpc"]
    for row in kept:
        for index in early:
            row[index] = "NA"
    write(target, zipped({member: table([header, *kept], end="\n")}))


def table_by_sex_and_location(source, target):
    """Old Excel: a title, two rows of headings with merged cells; the remarks below the table are left out."""
    sheet = xlrd.open_workbook(source, formatting_info=True).sheet_by_index(0)
    book = xlwt.Workbook()
    copy = book.add_sheet("Internet use")
    last = max(row for row in range(sheet.nrows) if isinstance(sheet.cell_value(row, 3), float))
    merged = {(top, left): (bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells if bottom - 1 <= last}
    covered = {
        (row, column)
        for (top, left), (bottom, right) in merged.items() for row in range(top, bottom + 1) for column in range(left, right + 1)
    }
    for row in range(last + 1):
        for column in range(sheet.ncols):
            value = sheet.cell_value(row, column)
            if row == 0 and value:
                value = "Internet use by sex and location, percent"
            if (row, column) in merged:
                bottom, right = merged[row, column]
                copy.write_merge(row, bottom, column, right, value)
            elif value != "" and (row, column) not in covered:
                copy.write(row, column, value)
    content = io.BytesIO()
    book.save(content)
    write(target, content.getvalue())


def mirror(source, target):
    member, content = only(source)
    write(target, zipped({member: table(read(content), end="\n")}))


def bulk(source, target):
    """UIS: national and regional figures, labels (ours, since the unit is read off them), names and membership."""
    files = {name: read(content) for name, content in members(source).items()}
    wanted = re.compile(rf"^(SCHBSP\.(1|2|3|2T3)\.WINTERN|({'|'.join(SKILLS)})(\.(F|M|RUR|URB|AG\w+))?)$")
    for name in ("SDG_DATA_NATIONAL.csv", "SDG_DATA_REGIONAL.csv"):
        header, *rows = files[name]
        files[name] = [header, *(row for row in rows if wanted.match(row[0].strip()) and int(row[2]) >= FIRST_YEAR)]
    regions = {row[1] for row in files["SDG_DATA_REGIONAL.csv"][1:]}
    files["SDG_REGION.csv"] = [row for row in files["SDG_REGION.csv"] if row[0] in {"REGION_ID", *regions}]
    used = sorted({row[0] for name in ("SDG_DATA_NATIONAL.csv", "SDG_DATA_REGIONAL.csv") for row in files[name][1:]})
    files["SDG_LABEL.csv"] = [files["SDG_LABEL.csv"][0], *([code, f"{code} (%)"] for code in used)]
    write(target, zipped({name: table(rows, end="\r\n") for name, rows in files.items()}))


def seven_zip(source, target):
    with py7zr.SevenZipFile(source) as archive:
        (name,) = archive.getnames()
        factory = py7zr.io.BytesIOFactory(1 << 24)
        archive.extract(targets=[name], factory=factory)
        content = factory.products[name].read()
    header, *rows = read(content)
    ict, label = header.index("UseOfIct"), header.index("UseOfIct Label")
    kept = [row for row in rows if row[ict] == "B3" and int(row[0]) >= FIRST_YEAR]
    for row in kept:
        row[label] = "Businesses using the Internet"
    target.parent.mkdir(parents=True, exist_ok=True)
    with py7zr.SevenZipFile(target, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 9}]) as archive:
        archive.writestr(table([header, *kept], end="\r\n"), name)
        # the moment of writing would be in every archive
        archive.header.files_info.files[0].pop("lastwritetime", None)


def database(source, target):
    """UN SDG database: every field in quotes, CRLF."""
    header, *rows = read(source.read_bytes())
    year, note = header.index("TimePeriod"), header.index("FootNote")
    kept = [row for row in rows if int(float(row[year])) >= FIRST_YEAR]
    for row in kept:
        row[note] = ""
    write(target, table([header, *kept], end="\r\n", quoting=csv.QUOTE_ALL))


def gender(source, target):
    """Tab-separated; of the columns only those that hold codes and figures are filled."""
    kept = ("INDICATOR_LABEL", "REF_AREA", "REF_AREA_DESC", "TIME_PERIOD", "SEX", "AGE", "OBS_VALUE", "UNIT_MEASURE", "NATURE")
    header, *rows = read(source.read_bytes(), delimiter="\t")
    rows = [[cell if name in kept else "" for name, cell in zip(header, row)] for row in rows]
    write(target, table([header, *rows], end="\n", delimiter="\t"))


# ---- bytes ----


def read(content, **options):
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), **options))


def table(rows, end, **options):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, **options).writerows(rows)
    return text.getvalue().encode()


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"'


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def only(path):
    ((name, content),) = members(path).items()
    return name, content


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, data, compresslevel=9)
    return content.getvalue()


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    main()
