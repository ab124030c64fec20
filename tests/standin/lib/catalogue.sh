# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Turns tests/catalog/unattend-catalog.json into the flat table that the answer file's checker reads.

# component, path, passes, kind, type, enum, minimum, maximum, longest, empty, pattern, form; tabs between, "-" for nothing.
catalogue_table() {
  jq -r '
    def or_dash: if . == null or . == "" then "-" else tostring end;
    .settings[] |
    [ .component, .path, (.passes | join(",")), .kind, (.type | or_dash),
      (if .enum then (.enum | map(tostring) | join("|")) else null end | or_dash),
      ((.range[0]? // .minimum) | or_dash), (.range[1]? | or_dash), (.max_length | or_dash), (.empty_allowed | or_dash),
      (.pattern | or_dash),
      (if .xml_form == null then "element"
       elif (.xml_form | test("attribute wcm:keyValue")) then "key-attribute" else "parent-text" end) ] |
    join("\t")' "$HERE/../catalog/unattend-catalog.json" | LC_ALL=C sort
}
