# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds the catalogue against answer files that a fuzzer made; prints what is wrong. Usage: CATALOGUE-FOLDER FOLDER."""

import glob
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "unit", "unattend"))
from catalogue_rules import Catalogue, Checker  # noqa: E402

# Without a key and without ei.cfg an empty Key is what Windows 7's Setup wants.
MAY_BE_EMPTY = [("Microsoft-Windows-Setup", "UserData/ProductKey/Key")]


def main():
    catalogue = Catalogue(sys.argv[1])
    paths = sorted(glob.glob(os.path.join(sys.argv[2], "*.xml")))
    wrong = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            document = file.read()
        # An imported file may use what the catalogue only believes in, or what is deprecated: that is its author's.
        found = [item for item in Checker(catalogue, MAY_BE_EMPTY).check(document)
                 if item[0] not in ("belief", "deprecated")]
        if found:
            wrong += 1
            print("%s: %s" % (os.path.basename(path), found[:3]))
            if wrong <= 2:
                print(document)
    print("%d files, %d of them wrong" % (len(paths), wrong))
    return 1 if wrong or len(paths) < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
