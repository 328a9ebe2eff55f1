"""Publishes to servers that speak as object stores do, over a connection that is cut after each twentieth of the bytes.

    pip install -r tests/requirements-stores.txt
    npm install --prefix target/stores azurite@3.35
    python tests/store_cut.py target/debug/yardstick [azure] [s3] [--workspace WORKSPACE]

azure: azurite, by the key of its account, and once by a token. s3: moto, by `pip install 'moto[s3,server]==5.2.5'`, which
takes minutes. No emulator of Google Cloud Storage keeps the conditions of its XML interface; the server of
tests/suite/publication does. The workspace keeps two releases at least; without one, a small one is made.

Whenever the connection is cut, `current.json` must name the older release, every file of it there with its hash;
publishing again must then complete the newer one.
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import blake3

POINTS = 20
PROJECT = pathlib.Path(__file__).parent.parent


class Line:
    """A line to the server that breaks once so many bytes were sent over it."""

    def __init__(self, port):
        self.port, self.sent, self.limit = port, 0, None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def is_cut(self):
        return self.limit is not None and self.sent >= self.limit

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            if self.is_cut():
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.port))
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self.carry, args=(*ends, ends[0] is client), daemon=True).start()

    def carry(self, source, target, counts):
        try:
            while data := source.recv(65_536):
                self.sent += len(data) if counts else 0
                if counts and self.is_cut():
                    break
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class S3:
    to = "s3://bucket/ict"

    def __init__(self):
        import boto3
        from moto.server import ThreadedMotoServer

        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
        self.server.start()
        self.port = self.server._server.server_port
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
        self.store = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{self.port}", **keys)
        self.store.create_bucket(Bucket="bucket")

    def environments(self, address):
        yield {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_ENDPOINT_URL": address}

    def names(self):
        pages = self.store.get_paginator("list_objects_v2").paginate(Bucket="bucket")
        return {one["Key"] for page in pages for one in page.get("Contents", [])}

    def read(self, name):
        return self.store.get_object(Bucket="bucket", Key=name)["Body"].read()

    def write(self, name, body):
        self.store.put_object(Bucket="bucket", Key=name, Body=body)

    def delete(self, name):
        self.store.delete_object(Bucket="bucket", Key=name)

    def stop(self):
        self.server.stop()


class Azure:
    to = "az://bucket/ict"
    account = "devstoreaccount1"
    # The key that azurite and its documentation have for everybody.
    key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

    def __init__(self):
        from azure.core.exceptions import ServiceRequestError
        from azure.storage.blob import BlobServiceClient

        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        program = PROJECT / "target/stores/node_modules/.bin/azurite-blob"
        # Strict, it refuses the checksum that Azure compares.
        options = ["--loose", "--inMemoryPersistence", "--silent", "--disableTelemetry", "--blobPort", str(self.port)]
        self.server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{self.port}/{self.account}"
        # The newest version of the interface that azurite knows is older than that of the library.
        client = BlobServiceClient(address, credential=self.key, retry_total=0, api_version="2025-11-05")
        self.store = client.get_container_client("bucket")
        for _ in range(100):
            try:
                self.store.create_container()
                return
            except ServiceRequestError:
                time.sleep(0.2)
        raise SystemExit("azurite does not begin")

    def environments(self, address):
        from azure.storage.blob import ContainerSasPermissions, generate_container_sas

        account = {"AZURE_STORAGE_ACCOUNT_NAME": self.account, "AZURE_STORAGE_SERVICE_ENDPOINT": f"{address}/{self.account}"}
        yield account | {"AZURE_STORAGE_KEY": self.key}
        may = ContainerSasPermissions(read=True, create=True, write=True, delete=True)
        until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        token = generate_container_sas(self.account, "bucket", account_key=self.key, permission=may, expiry=until)
        yield account | {"AZURE_STORAGE_SAS_TOKEN": token}
        whole = f"AccountName={self.account};AccountKey={self.key};BlobEndpoint={address}/{self.account};"
        yield {"AZURE_STORAGE_CONNECTION_STRING": whole}

    def names(self):
        return set(self.store.list_blob_names())

    def read(self, name):
        return self.store.download_blob(name).readall()

    def write(self, name, body):
        self.store.upload_blob(name, body, overwrite=True)

    def delete(self, name):
        self.store.delete_blob(name)

    def stop(self):
        self.server.terminate()


def small(root, program):
    """A workspace with two releases of one indicator."""
    for folder in ("pipelines/reference", "sql/shared", "sql/steps", "sql/rollups", "sql/derived", "sql/checks"):
        shutil.copytree(PROJECT / folder, root / folder)
    for name, text in {
        "pipelines/job.toml": """
            [publication]
            formats = ["csv"]
            """,
        "pipelines/own.toml": """
            source = "own"
            licence = "typed"
            [[dataset]]
            name = "figures"
            format = "table"
            [dataset.columns]
            series = { constant = "use" }
            ref_area = "area"
            time_period = "year"
            value = "value"
            unit = { constant = "PT" }
            """,
        "sql/indicators/1_own.sql": """/*---
            id = "1"
            name = "own"
            title = "Own"
            unit = "PT"
            rollup = "median"
            groups = ["world"]
            ---*/
            SELECT ref_area, time_period, obs_value AS value, note, source FROM observations WHERE series = 'use'
            """,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("\n".join(line.strip() for line in text.splitlines()))
    for night, value in enumerate((50, 51)):
        folder = root / "in/own/figures"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "figures.csv").write_text(f"area,year,value\nKEN,2020,40\nKEN,2023,{value}\n")
        now = f"2026-11-2{4 + night}T02:30:00Z"
        subprocess.run([program, "--workspace", root, "run", "--from", root / "in", "--now", now, "--quiet"], check=True)
    return root


def cut(kind, program, workspace):
    store = kind()
    line = Line(store.port)
    environment, *others = store.environments(line.address)
    secrets = [value for given in (environment, *others) for name, value in given.items() if "KEY" in name or "TOKEN" in name]

    def publish(release, given=environment):
        command = [program, "--workspace", workspace, "publish", "--to", store.to, "--release", release]
        done = subprocess.run(command, env=os.environ | given, capture_output=True, text=True)
        # The word `key` of moto's account is no secret.
        assert not any(len(secret) > 8 and secret in done.stdout + done.stderr for secret in secrets), done.stderr
        return done

    def named():
        """The release of the pointer, whose every file is there with its hash."""
        read = lambda name: store.read(f"ict/{name}")
        pointer = json.loads(read("current.json"))
        manifest = read(pointer["path"] + "manifest.json")
        assert blake3.blake3(manifest).hexdigest() == pointer["manifest"]
        for name, digest in json.loads(manifest)["files"].items():
            assert blake3.blake3(read(pointer["path"] + name)).hexdigest() == digest, name
        return pointer["release"]

    try:
        first = publish("previous")
        assert first.returncode == 0, first.stderr
        old, before, pointer = named(), store.names(), store.read("ict/current.json")

        def back():
            for name in store.names() - before:
                store.delete(name)
            store.write("ict/current.json", pointer)

        line.sent = 0
        assert publish("current").returncode == 0
        new, total = named(), line.sent
        assert old != new
        for point in range(POINTS):
            back()
            line.sent, line.limit = 0, total * point // POINTS + 1
            broken = publish("current")
            assert broken.returncode == 1 and named() == old, (point, broken.returncode, broken.stderr)
            there, line.limit = len(store.names() - before), None
            again = publish("current")
            assert again.returncode == 0 and named() == new, (point, again.stderr)
            print(f"{store.to}: cut after {point}/{POINTS} of {total} bytes: {there} objects there, the older release named; then completed")
        for given in others:
            back()
            other = publish("current", given)
            assert other.returncode == 0 and named() == new, other.stderr
            print(f"{store.to}: the same by {', '.join(given)}")
    finally:
        store.stop()


parser = argparse.ArgumentParser()
parser.add_argument("program", type=pathlib.Path)
parser.add_argument("stores", nargs="*", metavar="STORE", help="azure, s3")
parser.add_argument("--workspace", type=pathlib.Path)
options = parser.parse_args()
program = options.program.resolve()
with tempfile.TemporaryDirectory() as folder:
    workspace = options.workspace or small(pathlib.Path(folder), program)
    for name in options.stores or ["azure"]:
        cut({"azure": Azure, "s3": S3}[name], program, workspace)
