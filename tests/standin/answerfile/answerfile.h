// SPDX-License-Identifier: GPL-3.0-or-later
// Reads an answer file as Windows 7's Setup does, one pass at a time: prints what Setup would do, or where it
// would stop. Shares no code with sevend, on purpose.
#pragma once
#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

// What the machine and its disc are. Strings live as long as the process.
typedef struct {
    const char *architecture; // amd64 or x86: components of another one are passed over
    const char *language;     // of the disc, such as en-US
    const char *ei_cfg;       // edition that ei.cfg names, or NULL without that file
    const char *images;       // XML of install.wim (any encoding libxml2 knows), or NULL
    const char *catalogue;    // table made from unattend-catalog.json
    const char *time_zones;
    const char *locales;
    const char *answer_file;   // on this machine
    const char *answer_name;   // as Windows calls it, for messages
    const char *computer_name; // known after specialize
    unsigned long long disks[8];
    int disk_count; // disks that loaded drivers can see
} Facts;

extern Facts facts;

// Stops are final: they print and end the process with 3. A dialog shows a text and waits; a page is one of
// Setup's own pages, which waits for a person; terminate means that Setup ends with an error, without
// waiting.
typedef enum { STOP_DIALOG, STOP_PAGE, STOP_TERMINATE } StopKind;
_Noreturn void stop(StopKind kind, const char *title, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Goes into Setup's error log together with the next stop: names the element, which the dialogs never do.
void detail(const char *format, ...) __attribute__((format(printf, 1, 2)));

// "Windows could not parse or process …" for this pass; component may be NULL.
typedef enum { WRONG_INVALID, WRONG_UNKNOWN, WRONG_VALUE } Wrong;
_Noreturn void stop_parsing(const char *pass, Wrong wrong, const char *component);

// Document. Nodes belong to the document, which lives as long as the process.
xmlDoc *load_answer_file(const char *pass);
xmlNode *find_pass(xmlDoc *document, const char *pass);
// The component that applies to this disc's architecture, or NULL.
xmlNode *find_component(xmlNode *pass, const char *component);
// Descendant by slash-separated names; NULL if absent or start is NULL.
xmlNode *find_node(xmlNode *start, const char *path);
// The next sibling element of the same name, or NULL.
xmlNode *next_node(xmlNode *node);
// Text of start/path as it stands, blanks and all: NULL if there is no such element, "" if it is empty. Never
// freed.
const char *text_at(xmlNode *start, const char *path);
bool is_true(xmlNode *start, const char *path);
// 0 where absent; the catalogue has checked that it is a number.
long long number_at(xmlNode *start, const char *path);
// An element's namespace and name.
bool is_element(const xmlNode *node, const char *name);

// Checks every element of the pass against the catalogue, stops at the first that Setup would not take.
void check_pass(xmlDoc *document, const char *pass);

// Values that have rules of their own. They return NULL, or what is wrong with the value.
const char *wrong_computer_name(const char *name);
const char *wrong_user_name(const char *name);
const char *wrong_product_key(const char *key);
bool known_time_zone(const char *name);
bool known_locale(const char *tag);
bool known_input_locale(const char *text);
// LCID of a locale as four hexadecimal digits, and the keyboard layout that it has by itself (eight digits,
// or GUIDs); NULL if the tag is not known. Never freed.
const char *locale_id(const char *tag);
const char *default_layout(const char *tag);
// The edition (such as PROFESSIONAL) whose images a key opens, or NULL.
const char *edition_of_key(const char *key);
// The password that a Password or AdministratorPassword element holds, or NULL if it cannot be decoded.
const char *password_of(xmlNode *password);

// Prints what the pass puts into the registry and nowhere else.
void plan_registry(xmlDoc *document, const char *pass);
// The same for International-Core.
void plan_international(xmlNode *core);

void plan_windows_pe(void);
void plan_disks(xmlNode *setup, int *install_disk, int *install_partition);
int choose_image(xmlNode *setup);
void plan_offline_servicing(void);
void plan_specialize(void);
void plan_oobe(void);
// Writes the answer file as Windows caches it: secrets of the pass blanked, the pass marked as processed.
void write_blanked(const char *pass, const char *output);
