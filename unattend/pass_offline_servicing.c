// SPDX-License-Identifier: GPL-3.0-or-later
// Pass offlineServicing: the drivers of the boot disc go into the image that has just been applied.
#include "unattend/answer_file.h"

void pass_offline_servicing(const AnswerFile *file)
{
    if (file->target->without_drivers)
        return;
    xmlNode *pass = xml_pass(file->document, "offlineServicing");
    xmlNode *component = answer_file_component(file, pass, "Microsoft-Windows-PnpCustomizationsNonWinPE");
    // Sub-folders are searched; an empty folder is no error [P: reinstall].
    xmlNode *item = xml_keyed_item(xml_container(component, "DriverPaths"), "PathAndCredentials", "1");
    xml_text(item, "Path", "X:\\drivers");
}
