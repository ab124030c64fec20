// SPDX-License-Identifier: GPL-3.0-or-later
// Pass windowsPE: language of Setup, licence, key, disk, which image goes where. Runs in WinPE, before
// anything is on the disk.
#include "unattend/answer_file.h"

static void add_language(const AnswerFile *file, xmlNode *pass)
{
    xmlNode *component = answer_file_component(file, pass, "Microsoft-Windows-International-Core-WinPE");
    xmlNode *setup = xml_container(component, "SetupUILanguage");
    xml_of(xml_text(setup, "UILanguage", unattend_language(file->settings, file->target)->tag),
           "/system/language");
    answer_file_international(file, component);
}

static void add_create_partition(xmlNode *list, guint number, const DiskPartition *partition)
{
    xmlNode *item = xml_of(xml_list_item(list, "CreatePartition"), "/disk/layout");
    xml_number(item, "Order", number);
    // Size and Extend exclude each other: with both, no partition is made [D].
    if (partition->size_mib > 0)
        xml_of(xml_number(item, "Size", partition->size_mib), partition->size_pointer);
    else
        xml_flag(item, "Extend", TRUE);
    xml_text(item, "Type", "Primary");
}

static void add_modify_partition(xmlNode *list, guint number, const DiskPartition *partition)
{
    xmlNode *item = xml_of(xml_list_item(list, "ModifyPartition"), "/disk/layout");
    xml_number(item, "Order", number);
    xml_number(item, "PartitionID", number);
    xml_text(item, "Format", "NTFS");
    xml_of(xml_text(item, "Label", partition->label), partition->label_pointer);
    if (partition->letter != NULL) {
        xmlNode *letter = xml_text(item, "Letter", partition->letter);
        if (partition->letter_pointer != NULL)
            xml_of(letter, partition->letter_pointer);
    }
    if (partition->active)
        xml_flag(item, "Active", TRUE);
    if (partition->type_id != NULL)
        xml_text(item, "TypeID", partition->type_id);
}

void pass_windows_pe_add_disk(const DiskLayout *layout, xmlNode *setup)
{
    xmlNode *configuration = xml_container(setup, "DiskConfiguration");
    // Never: a disk that cannot be divided ends Setup, and start.cmd reports it; OnError would wait at a page
    // [D].
    xml_text(configuration, "WillShowUI", "Never");
    xmlNode *disk = xml_list_item(configuration, "Disk");
    xml_number(disk, "DiskID", DISK_NUMBER);
    xml_flag(disk, "WillWipeDisk", TRUE);
    xmlNode *create = xml_container(disk, "CreatePartitions");
    for (guint i = 0; i < layout->count; i++)
        add_create_partition(create, i + 1, &layout->partitions[i]);
    xmlNode *modify = xml_container(disk, "ModifyPartitions");
    for (guint i = 0; i < layout->count; i++)
        add_modify_partition(modify, i + 1, &layout->partitions[i]);
}

void pass_windows_pe_add_image(const AnswerFile *file, xmlNode *setup, guint partition)
{
    xmlNode *image = xml_container(xml_container(setup, "ImageInstall"), "OSImage");
    // By index: names in install.wim are inconsistent, sometimes empty, sometimes repeated [P].
    xmlNode *metadata = xml_list_item(xml_container(image, "InstallFrom"), "MetaData");
    xml_text(metadata, "Key", "/IMAGE/INDEX");
    xml_of(xml_number(metadata, "Value", file->target->image_index), "/edition");
    xmlNode *install_to = xml_container(image, "InstallTo");
    xml_number(install_to, "DiskID", DISK_NUMBER);
    xml_of(xml_number(install_to, "PartitionID", partition), "/disk/layout");
    xml_text(image, "WillShowUI", "Never");
}

// FACTS "No key": with sources\ei.cfg leave the element out, without it send an empty Key with
// WillShowUI=OnError [P: reinstall; the documentation supports no empty Key].
void pass_windows_pe_add_product_key(const AnswerFile *file, xmlNode *user_data)
{
    const char *key = file->settings->product_key;
    if (key == NULL && file->target->disc_has_ei_cfg)
        return;
    xmlNode *node = xml_container(user_data, "ProductKey");
    if (key != NULL)
        xml_of(answer_file_secret(file, node, "Key", g_strdup(key)), "/product_key");
    else
        xml_container(node, "Key");
    xml_text(node, "WillShowUI", "OnError");
}

static void add_user_data(const AnswerFile *file, xmlNode *setup)
{
    xmlNode *user_data = xml_container(setup, "UserData");
    xml_flag(user_data, "AcceptEula", TRUE);
    if (file->settings->owner != NULL)
        xml_of(xml_text(user_data, "FullName", file->settings->owner), "/system/owner");
    if (file->settings->organization != NULL)
        xml_of(xml_text(user_data, "Organization", file->settings->organization), "/system/organization");
    pass_windows_pe_add_product_key(file, user_data);
}

void pass_windows_pe(const AnswerFile *file)
{
    xmlNode *pass = xml_pass(file->document, "windowsPE");
    add_language(file, pass);
    xmlNode *setup = answer_file_component(file, pass, "Microsoft-Windows-Setup");
    pass_windows_pe_add_disk(&file->settings->disk, setup);
    pass_windows_pe_add_image(file, setup, file->settings->disk.windows);
    add_user_data(file, setup);
}
