# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests/catalog/unattend-catalog.json says of an answer file: names, passes, nesting, types, values, list items.

Shares nothing with unattend/: another parser, other tables, another hand. findings() returns what is wrong, each as
(kind, place, text); a place is pass/component/path.
"""

import json
import os
import re
import xml.etree.ElementTree as ElementTree

UNATTEND = "{urn:schemas-microsoft-com:unattend}"
WCM = "{http://schemas.microsoft.com/WMIConfig/2002/State}"

# Entries that the catalogue calls "belief" and that answer files use all the same.
USED_BELIEFS = {
    # Every published sample with DriverPaths writes wcm:keyValue; without it the item has no key.
    ("Microsoft-Windows-PnpCustomizationsNonWinPE", "DriverPaths/PathAndCredentials/Key"),
}


class Catalogue:
    def __init__(self, folder):
        with open(os.path.join(folder, "unattend-catalog.json"), encoding="utf-8") as file:
            data = json.load(file)
        self.attributes = data["_meta"]["component_attributes"]
        self.components = {entry["name"]: set(entry["passes"]) for entry in data["components"]}
        self.settings = {(entry["component"], entry["path"]): entry for entry in data["settings"]}
        self.folder = folder

    def lines_of(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read().split("\n")

    def children(self, component, path):
        prefix = path + "/"
        return {
            key[1][len(prefix):]: entry
            for key, entry in self.settings.items()
            if key[0] == component and key[1].startswith(prefix) and "/" not in key[1][len(prefix):]
        }


def utf16_units(text):
    return len(text.encode("utf-16-le")) // 2


class Checker:
    def __init__(self, catalogue, may_be_empty=()):
        self.catalogue = catalogue
        self.may_be_empty = set(may_be_empty)  # (component, path)
        self.found = []
        self.used = set()

    def add(self, kind, place, text):
        self.found.append((kind, place, text))

    def check(self, document):
        try:
            root = ElementTree.fromstring(document)
        except ElementTree.ParseError as error:
            self.add("not-well-formed", "", str(error))
            return self.found
        if root.tag != UNATTEND + "unattend" or root.attrib:
            self.add("root", "", "root is %s with %s" % (root.tag, root.attrib))
        self.text_free(root, "unattend")
        passes = []
        for settings in root:
            name = settings.get("pass")
            if settings.tag != UNATTEND + "settings" or set(settings.attrib) != {"pass"}:
                self.add("root", "", "unexpected %s" % settings.tag)
                continue
            passes.append(name)
            self.check_pass(settings, name)
        for name in {name for name in passes if passes.count(name) > 1}:
            self.add("repeated", name, "pass twice")
        return self.found

    def text_free(self, element, place):
        texts = [element.text] + [child.tail for child in element]
        if any(text is not None and text.strip() for text in texts):
            self.add("text", place, "text beside elements")

    def check_pass(self, settings, name):
        known = set().union(*self.catalogue.components.values())
        if name not in known:
            self.add("unknown-pass", name or "", "no such pass")
        self.text_free(settings, name)
        seen = set()
        for component in settings:
            title = component.get("name")
            place = "%s/%s" % (name, title)
            if component.tag != UNATTEND + "component":
                self.add("root", place, "unexpected %s" % component.tag)
                continue
            if title in seen:
                self.add("repeated", place, "component twice")
            seen.add(title)
            self.check_component(component, name, title, place)

    def check_component(self, component, pass_name, title, place):
        wanted = self.catalogue.attributes
        if title not in self.catalogue.components:
            self.add("unknown-component", place, "no such component")
            return
        if pass_name not in self.catalogue.components[title]:
            self.add("wrong-pass", place, "not in this pass")
        attributes = dict(component.attrib)
        attributes.pop("name", None)
        if attributes.pop("processorArchitecture", None) not in wanted["processorArchitecture"]:
            self.add("attributes", place, "processorArchitecture")
        if attributes != {key: wanted[key] for key in ("publicKeyToken", "language", "versionScope")}:
            self.add("attributes", place, str(attributes))
        self.check_children(component, pass_name, title, "", place)

    def check_children(self, element, pass_name, component, path, place):
        self.text_free(element, place)
        seen = {}
        for child in element:
            if not child.tag.startswith(UNATTEND):
                self.add("unknown-setting", place, "foreign element %s" % child.tag)
                continue
            name = child.tag[len(UNATTEND):]
            child_path = path + "/" + name if path else name
            entry = self.catalogue.settings.get((component, child_path))
            child_place = "%s/%s" % (place, name)
            if entry is None or "xml_form" in entry:
                self.add("unknown-setting", child_place, "no such setting here")
                continue
            seen.setdefault(name, []).append(child)
            if len(seen[name]) > 1 and entry["kind"] != "list-item":
                self.add("repeated", child_place, "not a list item, yet repeated")
            self.check_setting(child, entry, pass_name, child_place)
        for name, items in seen.items():
            entry = self.catalogue.settings[(component, path + "/" + name if path else name)]
            if entry["kind"] == "list-item":
                self.check_list(items, entry, "%s/%s" % (place, name))

    def use(self, entry, place):
        key = (entry["component"], entry["path"])
        self.used.add(key)
        if entry["confidence"] != "doc" and key not in USED_BELIEFS:
            self.add("belief", place, "the catalogue only believes in it")

    def check_setting(self, element, entry, pass_name, place):
        self.use(entry, place)
        if pass_name not in entry["passes"]:
            self.add("wrong-pass", place, "not in pass %s" % pass_name)
        if entry.get("deprecated_win7"):
            self.add("deprecated", place, entry["deprecated_win7"])
        component, path = entry["component"], entry["path"]
        if entry["kind"] != "list-item" and element.attrib:
            self.add("attributes", place, str(element.attrib))
        if entry["kind"] == "setting":
            if len(element):
                self.add("unknown-setting", place, "has elements below it")
            self.check_value(element.text or "", entry, place)
            return
        if len(element) == 0:
            self.add("empty", place, "container without content")
        self.check_children(element, pass_name, component, path, place)
        names = {child.tag[len(UNATTEND):] for child in element}
        for name, child in self.catalogue.children(component, path).items():
            if child["required"].startswith("yes") and name not in names and "xml_form" not in child:
                self.add("missing", place + "/" + name, "required")

    def check_list(self, items, entry, place):
        keys = []
        for item in items:
            attributes = dict(item.attrib)
            if attributes.pop(WCM + "action", None) != entry["list"]["wcm_action"]:
                self.add("list", place, "wcm:action")
            if entry["list"]["key_is_attribute_wcm_keyValue"]:
                keys.append(attributes.pop(WCM + "keyValue", None))
                self.use(self.catalogue.settings[(entry["component"], entry["path"] + "/Key")], place)
            else:
                keys.append(item.findtext(UNATTEND + entry["list"]["key"]))
            if attributes:
                self.add("attributes", place, str(attributes))
        if None in keys or len(set(keys)) != len(keys):
            self.add("list", place, "keys %s" % keys)
        if entry["list"]["order_child"]:
            orders = [item.findtext(UNATTEND + entry["list"]["order_child"]) for item in items]
            if orders != [str(i + 1) for i in range(len(items))]:
                self.add("list", place, "order %s" % orders)

    def check_value(self, text, entry, place):
        if text == "":
            key = (entry["component"], entry["path"])
            if entry.get("empty_allowed") is not True and key not in self.may_be_empty:
                self.add("empty", place, "must not be empty")
            return
        for problem in value_problems(text, entry, self.catalogue):
            self.add("value", place, problem)


def value_problems(text, entry, catalogue):
    kind = entry["type"]
    if kind == "boolean" and text not in ("true", "false"):
        yield "no boolean"
    if kind == "integer" and not re.fullmatch(r"0|[1-9][0-9]*", text):
        yield "no integer"
    elif kind == "integer":
        if "minimum" in entry and int(text) < entry["minimum"]:
            yield "below %d" % entry["minimum"]
        if "range" in entry and not entry["range"][0] <= int(text) <= entry["range"][1]:
            yield "outside %s" % entry["range"]
    if "enum" in entry and text not in entry["enum"]:
        yield "not one of %s" % entry["enum"]
    if "pattern" in entry and not re.fullmatch(entry["pattern"].strip("^$"), text):
        yield "not of the form %s" % entry["pattern"]
    if "length" in entry and len(text) != entry["length"]:
        yield "not %d long" % entry["length"]
    if "max_length" in entry:
        in_bytes = entry.get("max_length_unit") == "bytes"
        if (len(text.encode()) if in_bytes else utf16_units(text)) > entry["max_length"]:
            yield "longer than %d" % entry["max_length"]
    if "forbidden_chars" in entry:
        forbidden = {" " if word == "space" else word for word in entry["forbidden_chars"].split(" ")}
        if forbidden & set(text):
            yield "has %s" % sorted(forbidden & set(text))
    if "values_file" in entry and text not in catalogue.lines_of(entry["values_file"]):
        yield "not in %s" % entry["values_file"]
