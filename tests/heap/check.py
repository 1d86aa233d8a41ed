#!/usr/bin/env python3
"""Holds a report's allocations against the log of an invented program.

usage: check.py LOG REPORT [BATCH]

Computes from the log, event by event, what every site allocated, freed, had live at
most and when the heap was largest, and compares all of it with the JSON.  With BATCH,
threads raced: peaks may differ by what each thread did in so many events.
"""
import json
import sys


class Site:
    def __init__(self):
        self.numbers = dict.fromkeys(
            ("count", "total_bytes", "freed_count", "freed_bytes", "freed_elsewhere",
             "temporary", "current_bytes", "current_count", "peak_bytes", "bytes_at_peak"), 0)
        self.lifetimes = [0] * 11

    def add(self, **changes):
        for name, change in changes.items():
            self.numbers[name] += change


def bucket(lifetime):
    return min((lifetime.bit_length() + 1) // 2, 10)


def most_in_a_row(path, batch):
    """The most bytes that `batch` events of a thread in a row move, summed over threads:
    how far peaks may be off."""
    sizes, moved = {}, {}
    for text in open(path):
        thread, event, _, block, size = text.split()
        if event == "a":
            sizes[block] = int(size)
        moved.setdefault(thread, []).append(sizes[block])
    return sum(max(sum(of_one[at:at + batch]) for at in range(0, len(of_one), batch // 2))
               for of_one in moved.values())


def play(path):
    sites, live, newest = {}, {}, {}
    heap = peak = sequence = allocated = freed = 0
    for text in open(path):
        thread, event, line, block, size = text.split()
        line, size = int(line), int(size)
        if event == "a":
            sequence += 1
            site = sites.setdefault(line, Site())
            site.add(count=1, total_bytes=size, current_bytes=size, current_count=1)
            numbers = site.numbers
            numbers["peak_bytes"] = max(numbers["peak_bytes"], numbers["current_bytes"])
            live[block] = (line, size, thread, sequence)
            newest[thread] = block
            heap += size
            allocated += size
            if heap > peak:
                peak = heap
                for each in sites.values():
                    each.numbers["bytes_at_peak"] = each.numbers["current_bytes"]
            continue
        line, size, owner, birth = live.pop(block)
        site = sites[line]
        heap -= size
        freed += size
        site.add(freed_count=1, freed_bytes=size, current_bytes=-size, current_count=-1,
                 freed_elsewhere=owner != thread,
                 temporary=event == "f" and newest.get(thread) == block)
        site.lifetimes[bucket(sequence - birth)] += 1
        if newest.get(thread) == block:
            newest[thread] = None
    totals = {"allocated_bytes": allocated, "freed_bytes": freed, "current_bytes": heap,
              "peak_bytes": peak, "allocations": sequence, "current_count": len(live)}
    return sites, totals


def main():
    sites, totals = play(sys.argv[1])
    report = json.load(open(sys.argv[2]))
    batch = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    slack = most_in_a_row(sys.argv[1], 2 * batch) if batch else 0
    loose = {"peak_bytes", "bytes_at_peak"} if batch else set()
    wrong = []

    def compare(what, name, found, wanted):
        room = slack if name in loose else 0
        if found is None or abs(found - wanted) > room:
            wrong.append(f"{what}: {name} is {found}, the log says {wanted}")

    found = {}
    for entry in report["allocations"]:
        one = found.setdefault(entry["line"], {})
        for name in Site().numbers:
            one[name] = one.get(name, 0) + entry[name]
        one["lifetimes"] = [a + b for a, b in
                            zip(one.get("lifetimes", [0] * 11), entry["lifetimes"])]
    if set(found) != set(sites):
        wrong.append(f"sites {sorted(found)}, the log has {sorted(sites)}")
    for line in sorted(set(found) & set(sites)):
        for name, value in sites[line].numbers.items():
            compare(f"line {line}", name, found[line][name], value)
        if not batch and found[line]["lifetimes"] != sites[line].lifetimes:
            wrong.append(f"line {line}: lifetimes {found[line]['lifetimes']}, "
                         f"the log says {sites[line].lifetimes}")
        if sum(found[line]["lifetimes"]) != found[line]["freed_count"]:
            wrong.append(f"line {line}: lifetimes are not of all that was freed")
    for name, value in totals.items():
        compare("totals", name, report["totals"][name], value)
    if not sites or totals["current_count"] == 0:
        wrong.append("the program did nothing worth comparing")
    print("\n".join(wrong[:20]))
    sys.exit(1 if wrong else 0)


main()
