"""Runs every recipe over a release, and compares what each reads with the value that it should read.

    pip install -r tests/recipes/requirements.txt
    python tests/recipes/run.py [RELEASE]

RELEASE is a folder such as data/current, of the bodies in fixtures/. A recipe whose tool is not installed fails: the
list of tools is short, and pinned.
"""

import pathlib
import subprocess
import sys
import time

import duckdb

here = pathlib.Path(__file__).parent
release = sys.argv[1] if len(sys.argv) > 1 else "data/current"
# Kenya in 2019, as pipelines/goldens/internet_use.csv has it.
KENYA = 22.6688
world = duckdb.sql(
    f"SELECT latest_value FROM '{release}/progress.parquet' WHERE target = '2.1' AND ref_area = 'WLD' AND estimate = 'imputed'"
).fetchall()[0][0]
EXPECTED = {"with_openpyxl.py": world, "with_vega_lite.py": world}

failed = 0
for recipe in sorted(here.glob("with_*.py")):
    began = time.monotonic()
    done = subprocess.run([sys.executable, recipe, release], capture_output=True, text=True)
    expected = EXPECTED.get(recipe.name, KENYA)
    told = done.stdout.strip()
    try:
        right = done.returncode == 0 and abs(float(told) - expected) < 1e-4
    except ValueError:
        right = False
    failed += not right
    print(f"{'ok    ' if right else 'FAILED'} {recipe.name:22} {told or done.stderr.strip()[-400:]} ({time.monotonic() - began:.1f} s)")
sys.exit(1 if failed else 0)
