// SPDX-License-Identifier: GPL-3.0-or-later
// The checked settings, as libunattend's own files see them. Immutable once parsed: any thread may read.
#pragma once

#include "unattend/locales.h"
#include "unattend/unattend.h"

#define MAX_USERS    8
#define MAX_COMMANDS 100

typedef struct {
    char *name;
    char *password;    // secret
    char *full_name;   // or NULL
    char *description; // or NULL
    gboolean administrator;
    gboolean autologon; // asked for
} UnattendUser;

struct UnattendSettings {
    char *product_key; // secret, or NULL
    char *computer_name;
    char *time_zone;
    const Locale *language; // NULL: the disc's
    char *keyboard;         // InputLocale; NULL: the language's
    char *owner;            // or NULL
    char *organization;     // or NULL
    GPtrArray *users;       // of UnattendUser, at least one
    guint autologon;        // index in users
    GPtrArray *commands;    // of char *, NULL at the end
};

void unattend_user_free(gpointer user);

// Reads "users" of @request into @settings->users and ->autologon. Adds faults.
void unattend_users_parse(UnattendSettings *settings, json_object *request, Faults *faults);

// What is left open by the request is the disc's: its first language, else en-US; the language's keyboard, or
// NULL if it has none.
const Locale *unattend_language(const UnattendSettings *settings, const UnattendTarget *target);
const char *unattend_keyboard(const UnattendSettings *settings, const UnattendTarget *target);
