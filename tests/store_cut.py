"""Publishes to moto, a server that speaks S3, over a connection that is cut after each twentieth of the bytes.

    pip install 'moto[s3,server]==5.2.5' blake3
    python tests/store_cut.py target/debug/yardstick WORKSPACE

The workspace keeps two releases at least. Whenever the connection is cut, `current.json` must name the older release,
every file of it there with its hash; publishing again must then complete the newer one.
"""

import json
import os
import socket
import subprocess
import sys
import threading

import blake3
import boto3
from moto.server import ThreadedMotoServer

POINTS = 20
program, workspace = sys.argv[1:3]


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


server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
server.start()
port = server._server.server_port
line = Line(port)
keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
store = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id="key", aws_secret_access_key="secret", region_name="us-east-1")
store.create_bucket(Bucket="bucket")


def publish(release):
    command = [program, "--workspace", workspace, "publish", "--to", "s3://bucket/ict", "--release", release]
    return subprocess.run(command, env=os.environ | keys | {"AWS_ENDPOINT_URL": line.address}, capture_output=True, text=True)


def names():
    pages = store.get_paginator("list_objects_v2").paginate(Bucket="bucket")
    return {one["Key"] for page in pages for one in page.get("Contents", [])}


def read(name):
    return store.get_object(Bucket="bucket", Key=f"ict/{name}")["Body"].read()


def named():
    """The release of the pointer, whose every file is there with its hash."""
    pointer = json.loads(read("current.json"))
    manifest = read(pointer["path"] + "manifest.json")
    assert blake3.blake3(manifest).hexdigest() == pointer["manifest"]
    for name, digest in json.loads(manifest)["files"].items():
        assert blake3.blake3(read(pointer["path"] + name)).hexdigest() == digest, name
    return pointer["release"]


assert publish("previous").returncode == 0
old, before, pointer = named(), names(), read("current.json")
line.sent = 0
assert publish("current").returncode == 0
new, total = named(), line.sent
assert old != new
for point in range(POINTS):
    for name in names() - before:
        store.delete_object(Bucket="bucket", Key=name)
    store.put_object(Bucket="bucket", Key="ict/current.json", Body=pointer)
    line.sent, line.limit = 0, total * point // POINTS + 1
    cut = publish("current")
    assert cut.returncode == 1 and named() == old, (point, cut.returncode, cut.stderr)
    there, line.limit = len(names() - before), None
    again = publish("current")
    assert again.returncode == 0 and named() == new, (point, again.stderr)
    print(f"cut after {point}/{POINTS} of {total} bytes: {there} objects there, the older release named; then completed")
server.stop()
