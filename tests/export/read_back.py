"""Reads what `cprof export` wrote and compares it with `cprof tree` and `report`.

Run by consumers.sh with the folder of the generated pprof_pb2 in PYTHONPATH.
usage: read_back.py FOLDER: holds tree.json, report.json and one file a format.
Each reader here is the consumer's own where there is one for Python (csv, json,
protobuf), and follows the format's published description otherwise.
"""
import csv
import gzip
import json
import sys
from collections import Counter

import pprof_pb2

sys.setrecursionlimit(100000)
folder = sys.argv[1]
failures = 0


def path(name):
    return f"{folder}/{name}"


def check(what, found, wanted):
    global failures
    if found != wanted:
        failures += 1
        print(f"FAILED: {what}: {str(found)[:500]} is not {str(wanted)[:500]}")


def acts(code):
    return (code < 0x20 or 0x7F <= code < 0xA0 or code in (0x61C, 0x200E, 0x200F)
            or 0x2028 <= code <= 0x202E or 0x2066 <= code <= 0x2069)


def shown(name):
    """A name as formats of lines have it."""
    return "".join("\ufffd" if acts(ord(letter)) else letter for letter in name)


# What is right: by path of names, what a context has of its own.
tree = json.load(open(path("tree.json")))
report = json.load(open(path("report.json")))
timed = tree["total_ns"] is not None
selves, calls = Counter(), Counter()
stack = [(tree, ())]
while stack:
    node, above = stack.pop()
    here = above + (node["name"],) if node is not tree else ()
    selves[here] += node["self_ns"] or 0
    calls[here] += node["calls"] or 0
    stack += [(child, here) for child in node["children"]]
program = tree["name"]
own = selves if timed else calls


def plain(amounts, clean=shown):
    """Without empty ones; the program's own under its name."""
    sums = Counter()
    for names, amount in amounts.items():
        if amount:
            sums[tuple(clean(name) for name in names) or (clean(program),)] += amount
    return sums


def read_folded():
    sums = Counter()
    for line in open(path("folded"), newline="\n"):
        names, _, amount = line.rstrip("\n").rpartition(" ")
        sums[tuple(names.split(";"))] += int(amount)
    check("folded", sums, plain(own, lambda name: shown(name).replace(";", ":")))


def read_speedscope():
    document = json.load(open(path("speedscope")))
    frames = document["shared"]["frames"]
    for profile, wanted in zip(document["profiles"], ([selves] if timed else []) + [calls]):
        sums, at, open_frames = Counter(), profile["startValue"], []
        for event in profile["events"]:
            if open_frames and event["at"] > at:
                names = tuple(frames[frame]["name"] for frame in open_frames)
                sums[names[1:] or names] += event["at"] - at
            at = event["at"]
            if event["type"] == "O":
                open_frames.append(event["frame"])
            else:
                check("speedscope nests", open_frames.pop(), event["frame"])
        check("speedscope ends", (open_frames, at), ([], profile["endValue"]))
        check("speedscope " + profile["name"], sums, plain(wanted, str))


def read_chrome():
    document = json.load(open(path("chrome")))
    check("chrome says what it is", "not a timeline" in document["otherData"]["note"], True)
    sums, slices = Counter(), []
    for event in document["traceEvents"]:
        if event["ph"] != "X":
            continue
        begin = round(event["ts"] * 1000)
        end = begin + round(event["dur"] * 1000)
        while slices and slices[-1][1] <= begin and slices[-1][1] < end:
            slices.pop()
        while slices and end > slices[-1][1]:
            slices.pop()
        # Slices without a length end where others begin: depth tells them apart.
        names = tuple(name for name, _ in slices) + (event["name"],)
        if slices:
            sums[tuple(name for name, _ in slices)] -= end - begin
        sums[names] += end - begin
        slices.append((event["name"], end))
    sums = Counter({names[1:] or names: amount for names, amount in sums.items() if amount})
    check("chrome", sums, plain(own, str))


def read_pprof():
    profile = pprof_pb2.Profile()
    profile.ParseFromString(gzip.open(path("pprof")).read())
    texts = profile.string_table
    check("pprof's first text", texts[0], "")
    types = [(texts[kind.type], texts[kind.unit]) for kind in profile.sample_type]
    check("pprof's types", types,
          ([("time", "nanoseconds")] if timed else []) + [("calls", "count")])
    names = {function.id: texts[function.name] for function in profile.function}
    at = {place.id: names[place.line[0].function_id] for place in profile.location}
    check("pprof's ids", 0 in names or 0 in at, False)
    for idx, wanted in enumerate(([selves] if timed else []) + [calls]):
        sums = Counter()
        for sample in profile.sample:
            if sample.value[idx]:
                sums[tuple(at[place] for place in reversed(sample.location_id))] += sample.value[idx]
        check(f"pprof {types[idx]}", sums, plain(wanted))


def read_csv():
    rows = list(csv.DictReader(open(path("csv"), newline="", encoding="utf-8"), strict=True))
    check("csv's rows", len(rows), len(report["functions"]))
    for row, function in zip(rows, report["functions"]):
        check("csv's fields", row.pop(None, None), None)
        for key, text in row.items():
            wanted = function[key]
            if wanted is None:
                check(f"csv {key}", text, "")
            elif isinstance(wanted, str):
                check(f"csv {key}", text, shown(wanted))
            else:
                check(f"csv {key}", float(text), float(wanted))


def read_callgrind():
    """What callgrind_annotate prints of each function, and the sum of all."""
    key, lines, total = "self_ns" if timed else "calls", [], None
    inside = False
    for line in open(path("annotated"), encoding="utf-8"):
        line = line.rstrip("\n")
        first = (line.split() or [""])[0].replace(",", "")
        amount = int(first) if first.isdigit() else 0
        if "PROGRAM TOTALS" in line:
            total = amount
        elif line.endswith("file:function"):
            inside = True
        elif inside and amount:
            lines.append((amount, line))
    wanted = [(function[key], shown(function["name"])) for function in report["functions"]]
    wanted = [item for item in wanted + [(own[()], shown(program))] if item[0]]
    check("callgrind_annotate's total", total, sum(amount for amount, _ in wanted))
    check("callgrind_annotate's functions", len(lines), len(wanted))
    for amount, name in wanted:
        found = [line for line in lines if line[0] == amount and line[1].endswith(":" + name)]
        check(f"callgrind_annotate {name}", bool(found), True)


def read_json():
    check("json", json.load(open(path("json"))), report)


for read in (read_folded, read_speedscope, read_chrome, read_pprof, read_csv, read_callgrind,
             read_json):
    read()
sys.exit(1 if failures else 0)
