# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds every golden answer file against the catalogue and against its own request; emits TAP.

Usage: check_answer_files.py CATALOGUE-FOLDER ANSWER-FILE-FOLDER. Faults planted in a good file must be found, each as
the kind that it is: otherwise the check itself is blind.
"""

import base64
import glob
import json
import os
import sys
import xml.etree.ElementTree as ElementTree

from catalogue_rules import UNATTEND, Catalogue, Checker
from planted_faults import PLANTED, PLANTED_IN_SWITCHES

KEY = ("Microsoft-Windows-Setup", "UserData/ProductKey/Key")
ACTIVATION_KEY = ("Microsoft-Windows-Shell-Setup", "ProductKey")
# Used although the catalogue only believes that Windows 7 has them: whoever asks for the setting gets it, nobody else.
BELIEVED = [
    # Its item needs a key, and every sample writes wcm:keyValue.
    "specialize/Networking-MPSSVC-Svc/FirewallGroups/FirewallGroup",
    "oobeSystem/Microsoft-Windows-Shell-Setup/Display/RefreshRate",
    "oobeSystem/Microsoft-Windows-Shell-Setup/LogonCommands",
    "oobeSystem/Microsoft-Windows-Shell-Setup/OEMInformation/SupportHours",
    "oobeSystem/Microsoft-Windows-Shell-Setup/OEMInformation/SupportPhone",
    "oobeSystem/Microsoft-Windows-Shell-Setup/OEMInformation/SupportURL",
]
MASK = "********"


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def report(self, name, problems):
        self.count += 1
        self.failed += 1 if problems else 0
        print("%sok %d - %s" % ("not " if problems else "", self.count, name))
        for problem in problems:
            print("# %s" % (problem,))

    def end(self):
        print("1..%d" % self.count)
        return 0 if self.count and not self.failed else 1


def find(root, pass_name, component, path):
    """The elements at @path of a component."""
    steps = "/".join(UNATTEND + step for step in path.split("/"))
    xpath = "%ssettings[@pass='%s']/%scomponent[@name='%s']/%s" % (UNATTEND, pass_name, UNATTEND, component, steps)
    return root.findall(xpath)


def one(root, pass_name, component, path):
    texts = [element.text or "" for element in find(root, pass_name, component, path)]
    return texts[0] if len(texts) == 1 else None


# What a zero-touch install must hold, with a fixed value or with anything (None). Source: FACTS, zero touch.
NEEDED = [
    ("windowsPE", "Microsoft-Windows-International-Core-WinPE", "SetupUILanguage/UILanguage", None),
    ("windowsPE", "Microsoft-Windows-International-Core-WinPE", "UILanguage", None),
    ("windowsPE", "Microsoft-Windows-International-Core-WinPE", "InputLocale", None),
    ("windowsPE", "Microsoft-Windows-International-Core-WinPE", "SystemLocale", None),
    ("windowsPE", "Microsoft-Windows-International-Core-WinPE", "UserLocale", None),
    ("windowsPE", "Microsoft-Windows-Setup", "UserData/AcceptEula", "true"),
    ("windowsPE", "Microsoft-Windows-Setup", "ImageInstall/OSImage/InstallFrom/MetaData/Key", "/IMAGE/INDEX"),
    ("windowsPE", "Microsoft-Windows-Setup", "ImageInstall/OSImage/InstallTo/DiskID", "0"),
    ("windowsPE", "Microsoft-Windows-Setup", "DiskConfiguration/Disk/WillWipeDisk", "true"),
    ("specialize", "Microsoft-Windows-Shell-Setup", "ComputerName", None),
    ("oobeSystem", "Microsoft-Windows-Shell-Setup", "OOBE/HideEULAPage", "true"),
    ("oobeSystem", "Microsoft-Windows-Shell-Setup", "OOBE/HideWirelessSetupInOOBE", "true"),
    ("oobeSystem", "Microsoft-Windows-Shell-Setup", "OOBE/NetworkLocation", None),
    ("oobeSystem", "Microsoft-Windows-Shell-Setup", "OOBE/ProtectYourPC", "3"),
    ("oobeSystem", "Microsoft-Windows-Shell-Setup", "AutoLogon/Enabled", "true"),
    ("oobeSystem", "Microsoft-Windows-Shell-Setup", "AutoLogon/LogonCount", None),
    ("oobeSystem", "Microsoft-Windows-Shell-Setup", "TimeZone", None),
]


def zero_touch_problems(root):
    for pass_name, component, path, value in NEEDED:
        text = one(root, pass_name, component, path)
        if not text or (value is not None and text != value):
            yield "zero touch: %s/%s/%s is %r" % (pass_name, component, path, text)


def disk_problems(root):
    """Rules of CreatePartition and InstallTo that the catalogue states in words."""
    created = find(root, "windowsPE", "Microsoft-Windows-Setup", "DiskConfiguration/Disk/CreatePartitions/CreatePartition")
    modify = "DiskConfiguration/Disk/ModifyPartitions/ModifyPartition"
    for partition in created:
        size = partition.findtext(UNATTEND + "Size")
        extend = partition.findtext(UNATTEND + "Extend")
        if (size is not None) == (extend == "true"):
            yield "disk: Size and Extend exclude each other"
    target = one(root, "windowsPE", "Microsoft-Windows-Setup", "ImageInstall/OSImage/InstallTo/PartitionID")
    if target is None or not 1 <= int(target) <= len(created):
        yield "disk: InstallTo names partition %s of %d" % (target, len(created))
    active = find(root, "windowsPE", "Microsoft-Windows-Setup", modify + "/Active")
    if [element.text for element in active] != ["true"]:
        yield "disk: not exactly one active partition"


def secret_problems(root, case):
    """Passwords and key as the request has them, or masked."""
    request, masked = case["request"], case.get("secrets") == "masked"
    passwords = {user["name"]: user["password"] for user in request["users"]}
    shell = "Microsoft-Windows-Shell-Setup"
    accounts = find(root, "oobeSystem", shell, "UserAccounts/LocalAccounts/LocalAccount")
    holders = [(account, "Name") for account in accounts]
    holders += [(element, "Username") for element in find(root, "oobeSystem", shell, "AutoLogon")]
    if [account.findtext(UNATTEND + "Name") for account in accounts] != list(passwords):
        yield "users: not those of the request, in order"
    for element, name in holders:
        value = element.findtext("%sPassword/%sValue" % (UNATTEND, UNATTEND))
        wanted = passwords.get(element.findtext(UNATTEND + name), "") + "Password"
        if value != (MASK if masked else base64.b64encode(wanted.encode("utf-16-le")).decode()):
            yield "users: password of %s" % element.findtext(UNATTEND + name)
        if element.findtext("%sPassword/%sPlainText" % (UNATTEND, UNATTEND)) != "false":
            yield "users: PlainText"
    key = request.get("product_key")
    found = one(root, "windowsPE", KEY[0], KEY[1])
    wanted_key = MASK if key and masked else key.upper() if key else None if case["target"]["ei_cfg"] else ""
    if found != wanted_key:
        yield "product key: %r" % found
    skips = one(root, "specialize", "Microsoft-Windows-Security-SPP-UX", "SkipAutoActivation")
    activation_key = request.get("activation_key")
    if (skips == "true") != request.get("system", {}).get("skip_activation", key is None and activation_key is None):
        yield "activation: %r" % skips
    wanted_key = MASK if activation_key and masked else activation_key
    if one(root, "specialize", ACTIVATION_KEY[0], ACTIVATION_KEY[1]) != wanted_key:
        yield "activation: its key"
    password = request.get("administrator", {}).get("password")
    value = one(root, "oobeSystem", shell, "UserAccounts/AdministratorPassword/Value")
    wanted = base64.b64encode(((password or "") + "AdministratorPassword").encode("utf-16-le")).decode()
    if value != (None if password is None else MASK if masked else wanted):
        yield "users: password of the built-in account"


MPSSVC = "Networking-MPSSVC-Svc"
RDP_GROUP = MPSSVC, "FirewallGroups/FirewallGroup/"
# Switches that elements carry: section, name, pass, component, path, and the text for each value; a value that is not
# there needs no element. Written from the catalogue, not from libunattend's table.
ELEMENT_SWITCHES = [
    ("system", "system_restore", "specialize", "Microsoft-Windows-SystemRestore-Main", "DisableSR",
     {True: "0", False: "1"}),
    ("system", "error_reporting", "specialize", "Microsoft-Windows-ErrorReportingCore", "DisableWER",
     {True: "0", False: "1"}),
    ("system", "ceip", "specialize", "Microsoft-Windows-SQMAPI", "CEIPEnabled", {True: "1", False: "0"}),
    ("desktop", "ie_first_run", "specialize", "Microsoft-Windows-IE-InternetExplorer", "DisableFirstRunWizard",
     {True: "false", False: "true"}),
    ("security", "uac", "offlineServicing", "Microsoft-Windows-LUA-Settings", "EnableLUA",
     {"on": "true", "off": "false"}),
    ("security", "defender", "specialize", "Security-Malware-Windows-Defender", "DisableAntiSpyware",
     {True: "false", False: "true"}),
    ("security", "firewall", "specialize", MPSSVC, "DomainProfile_EnableFirewall", {True: "true", False: "false"}),
    ("security", "firewall", "specialize", MPSSVC, "PrivateProfile_EnableFirewall", {True: "true", False: "false"}),
    ("security", "firewall", "specialize", MPSSVC, "PublicProfile_EnableFirewall", {True: "true", False: "false"}),
    ("security", "remote_desktop", "specialize", "Microsoft-Windows-TerminalServices-LocalSessionManager",
     "fDenyTSConnections", {True: "false", False: "true"}),
    ("security", "remote_desktop", "specialize", RDP_GROUP[0], RDP_GROUP[1] + "Active", {True: "true"}),
    ("security", "remote_desktop", "specialize", RDP_GROUP[0], RDP_GROUP[1] + "Group",
     {True: "@FirewallAPI.dll,-28752"}),
    ("security", "remote_desktop", "specialize", RDP_GROUP[0], RDP_GROUP[1] + "Profile", {True: "all"}),
    ("security", "remote_desktop_nla", "specialize", "Microsoft-Windows-TerminalServices-RDP-WinStationExtensions",
     "UserAuthentication", {True: "1", False: "0"}),
]


def switch_problems(root, case):
    """Elements of switches as the request has them, none for others; the default user's hive loaded and unloaded."""
    request = case["request"]
    for section, name, pass_name, component, path, texts in ELEMENT_SWITCHES:
        wanted = texts.get(request.get(section, {}).get(name))
        if one(root, pass_name, component, path) != wanted:
            yield "switches: %s is not %r in %s" % (name, wanted, path)
    page = one(root, "specialize", "Microsoft-Windows-IE-InternetExplorer", "Home_Page")
    if page != request.get("desktop", {}).get("ie_home_page"):
        yield "switches: home page %r" % page
    loaded = False
    for path in find(root, "specialize", "Microsoft-Windows-Deployment", "RunSynchronous/RunSynchronousCommand/Path"):
        loads, unloads = "reg load HKU" in path.text, "reg unload HKU" in path.text
        if (loads and loaded) or (not loads and not loaded and "HKU\\sevend" in path.text):
            yield "switches: hive %s" % path.text
        loaded = (loaded or loads) and not unloads
    if loaded:
        yield "switches: the hive stays loaded"


def orders(root, pass_name, component, path):
    return [int(item.findtext(UNATTEND + "Order")) for item in find(root, pass_name, component, path)]


def import_problems(root, case):
    """What an imported file must have in the end, whatever it began with."""
    shell = "Microsoft-Windows-Shell-Setup"
    agent = find(root, "specialize", "Microsoft-Windows-Deployment", "RunSynchronous/RunSynchronousCommand")
    first = [item for item in agent if item.findtext(UNATTEND + "Order") == "1"]
    if len(first) != 1 or "config.tag" not in first[0].findtext(UNATTEND + "Path"):
        yield "agent: not the first command"
    logon = find(root, "oobeSystem", shell, "FirstLogonCommands/SynchronousCommand")
    last = max(logon, key=lambda item: int(item.findtext(UNATTEND + "Order")))
    if "first-logon.cmd" not in last.findtext(UNATTEND + "CommandLine"):
        yield "first logon: not the last command"
    for place in (("specialize", "Microsoft-Windows-Deployment", "RunSynchronous/RunSynchronousCommand"),
                  ("oobeSystem", shell, "FirstLogonCommands/SynchronousCommand")):
        numbers = orders(root, *place)
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield "orders: %s" % numbers
    name = one(root, "oobeSystem", shell, "AutoLogon/Username")
    names = [element.text for element in
             find(root, "oobeSystem", shell, "UserAccounts/LocalAccounts/LocalAccount/Name")]
    if name not in names + ["Administrator"]:
        yield "autologon: %r is no account" % name
    reboots = len([command for command in case["request"].get("first_logon", []) if command.get("reboot")])
    if int(one(root, "oobeSystem", shell, "AutoLogon/LogonCount")) < 1 + reboots:
        yield "autologon: too few for the restarts"
    if case.get("secrets") == "masked":
        for element in root.iter(UNATTEND + "Value"):
            if element.text not in (MASK, str(case["target"]["image_index"])):
                yield "secret: %r" % element.text


def target_problems(root, case):
    target = case["target"]
    architectures = {component.get("processorArchitecture") for component in root.iter(UNATTEND + "component")}
    if architectures != {target["architecture"]}:
        yield "architecture: %s" % architectures
    index = one(root, "windowsPE", "Microsoft-Windows-Setup", "ImageInstall/OSImage/InstallFrom/MetaData/Value")
    if index != str(target["image_index"]):
        yield "image: %s" % index
    drivers = [element.text for element in
               find(root, "offlineServicing", "Microsoft-Windows-PnpCustomizationsNonWinPE",
                    "DriverPaths/PathAndCredentials/Path")]
    if drivers[-1:] != ([] if target.get("without_drivers") else ["X:\\drivers"]):
        yield "drivers: %s" % drivers
    if len(drivers) > 1 and "answer_file" not in case["request"]:
        yield "drivers: %s" % drivers


def findings(catalogue, document, case):
    """Everything that is wrong with a file, as (kind, place, text)."""
    may_be_empty = [] if case["request"].get("product_key") else [KEY]
    checker = Checker(catalogue, may_be_empty)
    found = list(checker.check(document))
    if case.get("secrets") == "masked":
        keys = ("/".join(KEY), "/".join(ACTIVATION_KEY))
        found = [item for item in found if not (item[0] == "value" and item[1].endswith(keys))]
    found = [item for item in found
             if not (item[0] == "belief" and any((item[1] + "/").startswith(place + "/") for place in BELIEVED))]
    if any(kind == "not-well-formed" for kind, _, _ in found):
        return found
    root = ElementTree.fromstring(document)
    if "answer_file" in case["request"]: # what somebody else chose to use is that person's
        found = [item for item in found if item[0] not in ("belief", "deprecated")]
        own = (import_problems(root, case),)
    else:
        own = (secret_problems(root, case), switch_problems(root, case))
    for problems in (zero_touch_problems(root), disk_problems(root), target_problems(root, case)) + own:
        found += [(problem.split(":")[0], "", problem) for problem in problems]
    return found


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main():
    catalogue_folder, golden_folder = sys.argv[1:]
    catalogue = Catalogue(catalogue_folder)
    tap = Tap()
    paths = sorted(glob.glob(os.path.join(golden_folder, "*.json")))
    tap.report("there are golden files", [] if len(paths) >= 30 else ["%d" % len(paths)])
    for path in paths:
        document = read(path[:-len("json")] + "xml")
        name = os.path.basename(path)[:-len(".json")]
        tap.report("catalogue accepts " + name, findings(catalogue, document, json.loads(read(path))))

    # The reader of switches sees what it ought to: planted in a file that has them all.
    case = json.loads(read(os.path.join(golden_folder, "switches-off-amd64.json")))
    good = read(os.path.join(golden_folder, "switches-off-amd64.xml"))
    for before, after in PLANTED_IN_SWITCHES:
        found = findings(catalogue, good.replace(before, after, 1), case)
        problems = [] if before in good else ["nothing to replace: %s" % before]
        if "switches" not in {item[0] for item in found}:
            problems.append("not found; found: %s" % found)
        tap.report("planted in switches is found: %s" % after, problems)

    case = json.loads(read(os.path.join(golden_folder, "everything-amd64.json")))
    good = read(os.path.join(golden_folder, "everything-amd64.xml"))
    for kind, before, after in PLANTED:
        planted = good.replace(before, after, 1)
        problems = [] if planted != good else ["nothing to replace: %s" % before]
        found = findings(catalogue, planted, case)
        if kind not in {item[0] for item in found}:
            problems.append("not found; found: %s" % found)
        tap.report("planted %s is found: %s" % (kind, " ".join(after.split())[:60].replace("#", "") or "(removed)"), problems)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
