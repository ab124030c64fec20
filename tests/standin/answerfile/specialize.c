// SPDX-License-Identifier: GPL-3.0-or-later
// The specialize pass.
#include "answerfile.h"

#include <stdio.h>
#include <string.h>

#define SHELL_SETUP "Microsoft-Windows-Shell-Setup"

static _Noreturn void refuse(const char *setting, const char *why)
{
    detail("[specialize] %s/%s: %s", SHELL_SETUP, setting, why);
    stop_parsing("specialize", WRONG_VALUE, SHELL_SETUP);
}

static void plan_commands(xmlNode *deployment)
{
    int last = 0;
    xmlNode *const first = find_node(deployment, "RunSynchronous/RunSynchronousCommand");
    for (xmlNode *item = first; item; item = next_node(item)) {
        const char *const path = text_at(item, "Path");
        if (!path || *path == '\0' || number_at(item, "Order") == 0) {
            detail("[specialize] RunSynchronousCommand without Path or Order");
            stop_parsing("specialize", WRONG_VALUE, "Microsoft-Windows-Deployment");
        }
        for (xmlNode *other = next_node(item); other; other = next_node(other)) {
            if (number_at(other, "Order") == number_at(item, "Order")) {
                detail("[specialize] two RunSynchronousCommands of the same Order");
                stop_parsing("specialize", WRONG_VALUE, "Microsoft-Windows-Deployment");
            }
        }
        last = number_at(item, "Order") > last ? (int)number_at(item, "Order") : last;
    }
    for (int order = 1; order <= last; order++)
        for (xmlNode *item = first; item; item = next_node(item))
            if (number_at(item, "Order") == order)
                printf("run\t%d\t%s\n", order, text_at(item, "Path"));
}

void plan_specialize(void)
{
    xmlDoc *const document = load_answer_file("specialize");
    check_pass(document, "specialize");
    xmlNode *const pass = find_pass(document, "specialize");
    xmlNode *const shell = find_component(pass, SHELL_SETUP);
    const char *const name = text_at(shell, "ComputerName");
    const char *const zone = text_at(shell, "TimeZone");
    const char *const key = text_at(shell, "ProductKey");
    if (name && wrong_computer_name(name))
        refuse("ComputerName", wrong_computer_name(name));
    if (zone && !known_time_zone(zone))
        refuse("TimeZone", "not a time zone of Windows 7");
    if (key && wrong_product_key(key))
        refuse("ProductKey", "not a key");
    printf("computer-name\t%s\n", name ? name : "*");
    if (zone)
        printf("time-zone\t%s\n", zone);
    if (text_at(shell, "RegisteredOwner"))
        printf("owner\t%s\n", text_at(shell, "RegisteredOwner"));
    if (text_at(shell, "RegisteredOrganization"))
        printf("organization\t%s\n", text_at(shell, "RegisteredOrganization"));
    if (key && edition_of_key(key))
        printf("key-edition\t%s\n", edition_of_key(key));
    plan_registry(document, "specialize");
    plan_commands(find_component(pass, "Microsoft-Windows-Deployment"));
}
