#!/usr/bin/env python3
"""Power loss: what is left of a data folder when whatever was not synced is gone, and whether it keeps the promise.

    tests/crash/power.py --program target/debug/yardstick [--limit 40] [--write OPERATIONS.md]

Each scenario of harness.py is recorded once with strace, bytes and all. The trace is then replayed on a model of a file
system that promises no more than POSIX: the bytes of a file are safe once it was synced, a name once its folder was. For
each moment at which something was not yet safe, the folder is built as the disk may hold it:

- `lost`: nothing that was not synced is there;
- `names`: every name is there, the bytes that were not synced are not;
- `torn`: every name is there, of bytes that were not synced the first half;
- `last`: of the names that were not synced, the last one alone;
- `mixed`: each of them or not, by a fixed draw.

Each such folder is held against the same promise as after a kill (crash.py). At the end, where the program has said that
it is done, `lost` must have the new pointer. The model is tried first: with nothing lost, it must give the folder that
the program left, byte for byte.
"""

import argparse
import os
import random
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from harness import PROJECT, Mender, can_trace, pointer, scenarios, some_of, trials, write_table, wrong_now

TRACED = ("open,openat,creat,close,write,pwrite64,writev,lseek,copy_file_range,sendfile,ftruncate,truncate,rename,renameat,renameat2,"
          "link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,fsync,fdatasync")
TEXT = r'"((?:[^"\\]|\\.)*)"'
WAYS = ["lost", "names", "torn", "last", "mixed"]


class Node:
    """A file, a folder or a link. `safe` is what the disk has of its bytes for certain."""

    def __init__(self, kind, content):
        self.kind, self.content, self.safe = kind, content, b"" if kind == "file" else content


def unescaped(text):
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1") if "\\" in text else text.encode("latin-1")


def lines_of(log):
    """Calls in the order in which they ended, those told in two parts put together."""
    begun = {}
    for line in log.read_text(encoding="latin-1").splitlines():
        thread, _, rest = line.partition(" ")
        rest = rest.lstrip()
        if rest.endswith("<unfinished ...>"):
            begun[thread] = rest[: -len("<unfinished ...>")]
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>", rest)
        yield begun.pop(thread, "") + rest[resumed.end():] if resumed else rest


class Disk:
    """The model: one tree as programs see it, and the steps that led to it."""

    def __init__(self, root):
        self.root, self.steps, self.files = str(root), [], {}
        self.top = self.read(root)

    def read(self, path):
        if path.is_symlink():
            return Node("link", os.readlink(path).encode())
        if path.is_dir():
            return Node("folder", {entry.name: self.read(entry) for entry in path.iterdir()})
        node = Node("file", path.read_bytes())
        node.safe = node.content
        return node

    def inside(self, path):
        return path == self.root or path.startswith(self.root + "/")

    def at(self, path):
        node = self.top
        for part in [part for part in path[len(self.root):].split("/") if part]:
            if node.kind == "link":
                return None
            node = node.content.get(part)
            if node is None:
                return None
        return node

    def parent(self, path):
        above, _, name = path.rpartition("/")
        return self.at(above), name

    def enter(self, path, node):
        folder, name = self.parent(path)
        self.steps.append(("name", [(folder, name, node)]))
        folder.content[name] = node

    def leave(self, path):
        folder, name = self.parent(path)
        self.steps.append(("name", [(folder, name, None)]))
        del folder.content[name]

    def move(self, path, to):
        (folder, name), (other, new) = self.parent(path), self.parent(to)
        node = folder.content.pop(name)
        other.content[new] = node
        self.steps.append(("name", [(folder, name, None), (other, new, node)]))

    def put(self, node, at, data):
        old = node.content.ljust(at, b"\0")
        node.content = old[:at] + data + old[at + len(data):]
        self.steps.append(("bytes", node, node.content))

    def cut(self, node, length):
        node.content = node.content[:length].ljust(length, b"\0")
        self.steps.append(("bytes", node, node.content))

    def play(self, line):
        call, _, rest = line.partition("(")
        end = re.search(r"\) += (-?\d+)", rest)
        matched = list(re.finditer(r"\) += (-?\d+)", rest))
        if not end or int(matched[-1].group(1)) < 0:
            return
        result, rest = int(matched[-1].group(1)), rest[: matched[-1].start()]
        texts = [unescaped(text).decode("utf-8", "surrogateescape") for text in re.findall(TEXT, rest)] if call not in ("write", "pwrite64") else []
        handle = re.match(r"(\d+)<(.*?)>[,)]?", rest)
        if call in ("open", "openat", "creat"):
            path = texts[0]
            if not self.inside(path):
                return
            node = self.at(path)
            if node is None and "O_CREAT" in rest:
                node = Node("file", b"")
                self.enter(path, node)
            if node is not None and "O_TRUNC" in rest and node.content:
                self.cut(node, 0)
            self.files[result] = [node, 0, "O_APPEND" in rest]
        elif call == "close":
            # Another thread may have been told of the next file under this number before this line was written.
            pass
        elif call in ("write", "pwrite64"):
            opened = self.files.get(int(handle.group(1)))
            if self.inside(handle.group(2)) and opened and opened[0]:
                data = unescaped(re.search(TEXT, rest).group(1))[:result]
                tail = rest.rsplit(", ", 1)[1]
                # What is appended goes to the end, wherever it was read before.
                at = int(tail) if call == "pwrite64" else len(opened[0].content) if opened[2] else opened[1]
                self.put(opened[0], at, data)
                opened[1] = opened[1] if call == "pwrite64" else at + result
        elif call == "lseek":
            if opened := self.files.get(int(handle.group(1))):
                opened[1] = result
        elif call == "copy_file_range":
            numbers = re.findall(r"(\d+)<[^>]*>", rest)
            source, target = self.files.get(int(numbers[0])), self.files.get(int(numbers[1]))
            if target and self.inside(re.findall(r"<([^>]*)>", rest)[1]):
                self.put(target[0], target[1], source[0].content[source[1]:source[1] + result])
                source[1], target[1] = source[1] + result, target[1] + result
        elif call == "ftruncate":
            if (opened := self.files.get(int(handle.group(1)))) and opened[0]:
                self.cut(opened[0], int(rest.rsplit(", ", 1)[1]))
        elif call in ("fsync", "fdatasync"):
            if node := self.at(handle.group(2)) if self.inside(handle.group(2)) else None:
                self.steps.append(("sync", node))
        elif call in ("rename", "renameat", "renameat2") and self.inside(texts[0]):
            self.move(*texts[:2])
        elif call in ("symlink", "symlinkat") and self.inside(texts[1]):
            self.enter(texts[1], Node("link", texts[0].encode()))
        elif call in ("unlink", "rmdir") and self.inside(texts[0]):
            self.leave(texts[0])
        elif call == "unlinkat":
            above = re.match(r"(?:AT_FDCWD|\d+)(?:<(.*?)>)?, ", rest).group(1)
            path = texts[0] if texts[0].startswith("/") else f"{above}/{texts[0]}"
            if self.inside(path):
                self.leave(path)
        elif call in ("mkdir", "mkdirat") and self.inside(texts[0]):
            self.enter(texts[0], Node("folder", {}))
        elif self.inside(str(texts[0] if texts else "")):
            raise SystemExit(f"the model does not know {line[:200]}")

    def left(self, before, until, way, draw):
        """The tree that the disk may hold after the first `until` steps; `before` is the tree at their beginning."""
        steps = self.steps[:until]
        synced = {}
        for number, step in enumerate(steps):
            if step[0] == "sync":
                synced[id(step[1])] = number
        names = [(number, step[1]) for number, step in enumerate(steps) if step[0] == "name"]
        safe = [number for number, moves in names if any(synced.get(id(folder), -1) > number for folder, _, _ in moves)]
        unsafe = sorted({number for number, _ in names} - set(safe))
        kept = {"lost": [], "names": unsafe, "torn": unsafe, "last": unsafe[-1:], "mixed": [n for n in unsafe if draw.random() < 0.5]}[way]
        kept = set(safe) | set(kept)
        content = {}
        for step in steps:
            if step[0] == "bytes":
                content[id(step[1])] = step[2]
        certain = dict(before["bytes"])
        running = dict(certain)
        for step in steps:
            if step[0] == "bytes":
                running[id(step[1])] = step[2]
            elif step[0] == "sync" and step[1].kind == "file":
                certain[id(step[1])] = running.get(id(step[1]), b"")
        entries = {key: dict(value) for key, value in before["names"].items()}
        for number, moves in names:
            if number in kept and all(node is not None or name in entries.get(id(folder), {}) for folder, name, node in moves):
                for folder, name, node in moves:
                    if node is None:
                        entries[id(folder)].pop(name)
                    else:
                        entries.setdefault(id(folder), {})[name] = node

        def tree(node):
            if node.kind == "folder":
                return {name: tree(child) for name, child in entries.get(id(node), {}).items()}
            if node.kind == "link":
                return ("link", node.content)
            have, want = certain.get(id(node), b""), content.get(id(node), certain.get(id(node), b""))
            return want[: len(have) + (len(want) - len(have)) // 2] if way == "torn" and want.startswith(have) else have

        return tree(self.top), bool(unsafe)


def beginning(node, found=None):
    """Names and bytes by node."""
    found = found or {"names": {}, "bytes": {}}
    if node.kind == "folder":
        found["names"][id(node)] = dict(node.content)
        for child in node.content.values():
            beginning(child, found)
    elif node.kind == "file":
        found["bytes"][id(node)] = node.content
    return found


def build(tree, path):
    path.mkdir(exist_ok=True)
    for name, node in tree.items():
        if isinstance(node, dict):
            build(node, path / name)
        elif isinstance(node, tuple):
            os.symlink(node[1].decode(), path / name)
        else:
            (path / name).write_bytes(node)


def as_tree(node):
    if node.kind == "folder":
        return {name: as_tree(child) for name, child in node.content.items()}
    return ("link", node.content) if node.kind == "link" else node.content


def frozen(tree):
    """As tuples, whose hash is that of all names and bytes: those of bytes are kept by the language."""
    return tuple((name, frozen(node)) for name, node in tree.items()) if isinstance(tree, dict) else tree


def replay(harness, scenario, base, limit):
    folder = Path(tempfile.mkdtemp(dir=base))
    scenario.begin(folder)
    before, log = pointer(folder), base / "trace"
    disk = Disk(folder)
    start = beginning(disk.top)
    answer = harness.call(scenario.verb, folder, ["strace", "-f", "-y", "-s", "100000000", "-e", f"trace={TRACED}", "-o", str(log)])
    if answer.returncode:
        raise SystemExit(answer.stderr)
    for line in lines_of(log):
        disk.play(line)
    if as_tree(disk.top) != as_tree(Disk(folder).top):
        raise SystemExit(f"{scenario.name}: the model does not give what the program left")
    after = pointer(folder)
    mender = Mender(harness, scenario, scenario.expected(harness, base)[0])
    draw, seen, wrong = random.Random(scenario.name), set(), []
    moments = [number + 1 for number, step in enumerate(disk.steps) if step[0] != "bytes"] + [len(disk.steps)]
    states = []
    for moment in moments:
        for way in WAYS:
            tree, _ = disk.left(start, moment, way, draw)
            mark = hash(frozen(tree))
            if mark not in seen:
                seen.add(mark)
                states.append((moment, way, tree))
    number, states = len(states), some_of(states, limit)
    for moment, way, tree in states:
        again = Path(tempfile.mkdtemp(dir=base))
        build(tree, again)
        found = wrong_now(again, before)
        now = pointer(again)
        if now not in (before, after):
            found.append(f"current is {now}")
        found += mender.wrong_after(again)
        if found:
            wrong.append(f"WRONG {scenario.name}, step {moment} of {len(disk.steps)}, {way}: " + "; ".join(found[:3]))
            print(wrong[-1], flush=True)
        shutil.rmtree(again)
    tree, _ = disk.left(start, len(disk.steps), "lost", draw)
    said = tree.get("data", {}).get("current")
    if after and said != ("link", after.encode()):
        wrong.append(f"WRONG {scenario.name}: done, yet without power current is {said}")
        print(wrong[-1], flush=True)
    shutil.rmtree(folder)
    return len(disk.steps), number, len(states), wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(PROJECT / "target/debug/yardstick"))
    parser.add_argument("--limit", type=int, default=0, help="at most so many folders of each scenario are tried")
    parser.add_argument("--scenario", action="append", help="only these scenarios")
    parser.add_argument("--write", type=Path, help="the document whose table is written")
    options = parser.parse_args()
    if not can_trace():
        print("skipped: nothing can be traced here")
        return 77
    began, bad = time.time(), []
    table = "| verb | steps on the disk | folders that a power loss may leave | tried | wrong or lost |\n|---|---|---|---|---|\n"
    with trials("power", options.program) as (harness, base, states):
        for scenario in scenarios(states):
            if options.scenario and scenario.name not in options.scenario:
                continue
            steps, possible, tried, wrong = replay(harness, scenario, base, options.limit)
            bad += wrong
            table += f"| {scenario.name} | {steps} | {possible} | {tried} | {len(wrong)} |\n"
            print(f"{scenario.name}: {steps} steps, {possible} folders, {tried} tried, {len(wrong)} wrong", flush=True)
    if options.write:
        write_table(options.write, "power", table, compare=False)
    print(f"{len(bad)} wrong, {time.time() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
