# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds libunattend's own table of settings against the catalogue, so that neither drifts; emits TAP.

Usage: check_windows7_settings.py CATALOGUE.json WINDOWS7_SETTINGS.c
"""

import json
import re
import sys

PASSES = {"PE": "windowsPE", "OFFLINE": "offlineServicing", "GENERALIZE": "generalize", "SPECIALIZE": "specialize",
          "AUDIT_SYSTEM": "auditSystem", "AUDIT_USER": "auditUser", "OOBE": "oobeSystem"}
TYPES = {"boolean": "BOOLEAN", "integer": "INTEGER", "enum": "ENUM", "string": "STRING", None: "STRING"}


def rows(text):
    """(component, path) → the fields of its line in the C table."""
    for line in re.findall(r"^    \{ (\.component = .*) \},$", text, re.M):
        fields = dict(re.findall(r"\.(\w+) = (\"[^\"]*\"|[^,]+)", line))
        yield (fields.pop("component").strip('"'), fields.pop("path").strip('"')), fields


def expected(entry):
    kind = {"container": "CONTAINER", "list-item": "ITEM"}.get(entry["kind"]) or TYPES[entry.get("type")]
    fields = {"type": kind}
    if entry.get("enum") and kind != "BOOLEAN":
        fields["choices"] = '"%s"' % ";".join(str(choice) for choice in entry["enum"])
    least, most = entry.get("range") or (entry.get("minimum"), None)
    if least is not None:
        fields["least"] = str(least)
    if most is not None:
        fields["most"] = str(most)
    length = entry.get("length") or entry.get("max_length")
    if length and kind == "STRING":
        fields["length"] = str(length)
    if entry.get("empty_allowed") is False:
        fields["never_empty"] = "TRUE"
    order = (entry.get("list") or {}).get("order_child")
    if order:
        fields["order"] = '"%s"' % order
    return fields


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        catalogue = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        text = file.read()
    table = dict(rows(text))
    entries = {(entry["component"], entry["path"]): entry for entry in catalogue["settings"]}
    problems = ["only in the table: %s" % (key,) for key in table.keys() - entries.keys()]
    problems += ["only in the catalogue: %s" % (key,) for key in entries.keys() - table.keys()]
    for key in table.keys() & entries.keys():
        fields = dict(table[key])
        passes = {PASSES[name.strip()] for name in fields.pop("passes").split("|")}
        if passes != set(entries[key]["passes"]):
            problems.append("%s: passes %s" % (key, passes))
        if fields != expected(entries[key]):
            problems.append("%s: %s, the catalogue has %s" % (key, fields, expected(entries[key])))
    later = {(component, path) for component, path in re.findall(r'^    \{ "([^"]+)", "([^"]*)", "Windows', text, re.M)}
    wanted = {(entry["component"], entry.get("path") or "") for entry in catalogue["windows8_plus_only"]}
    problems += ["later: %s" % (key,) for key in later ^ wanted]
    for problem in problems[:20]:
        print("# %s" % problem)
    print("%sok 1 - the table of settings is the catalogue's (%d)" % ("not " if problems or len(table) < 500 else "", len(table)))
    print("1..1")
    return 1 if problems or len(table) < 500 else 0


if __name__ == "__main__":
    sys.exit(main())
