// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with an input, all of it at once: a list of faults, each with the place (JSON pointer,
// RFC 6901), a stable code, a sentence for a person and, where the set is small, the allowed values.
// Not for failures of the program itself: those are GErrors.
#pragma once

#include <glib.h>

typedef struct {
    char *pointer;  // "/system/computer_name"; "" is the whole document
    char *code;     // stable, kebab-case: "too-long", "unknown-field"
    char *message;  // whole sentence without secrets
    char **allowed; // NULL-terminated, or NULL
} Fault;

typedef struct Faults Faults;

// A list keeps this many faults and drops later ones, so that a hostile body cannot make a huge answer. A
// full list says nothing of what was added last: whoever compares counts must take a full list for "faulty".
#define FAULTS_MAX 256

// Returns an empty list that the caller owns.
Faults *faults_new(void);
void faults_free(Faults *faults);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Faults, faults_free)

// Adds one fault unless the list is full; every string is copied, a @pointer of more than 1 KiB is cut.
// @allowed may be NULL.
void faults_add(Faults *faults, const char *pointer, const char *code, const char *const *allowed,
                const char *message_format, ...) G_GNUC_PRINTF(5, 6);

guint faults_count(const Faults *faults);
// Borrowed; valid until the list is freed or added to.
const Fault *faults_get(const Faults *faults, guint index);
// "pointer: message; pointer: message", for logs and terminals. The caller frees.
char *faults_to_text(const Faults *faults);
// Appends a JSON pointer segment, escaped (~0, ~1). The caller frees.
char *json_pointer_append(const char *pointer, const char *segment);
char *json_pointer_append_index(const char *pointer, gsize index);
