// SPDX-License-Identifier: GPL-3.0-or-later
// What libunattend's tests share: requests from texts, and faults as texts.
#pragma once

#include "unattend/unattend.h"

// A request without faults: one administrator, nothing else.
#define SMALLEST_REQUEST "{\"users\":[{\"name\":\"tester\",\"password\":\"secret\",\"administrator\":true}]}"

// Parses JSON; the test fails if it is none. The caller owns the reference.
json_object *request_from(const char *text);
// SMALLEST_REQUEST merged with @patch (RFC 7396).
json_object *request_patched(const char *patch);
// "pointer code" of each fault, sorted, joined with ", ". The caller frees.
char *faults_brief(const Faults *faults);
// The settings of a request that must have no faults.
UnattendSettings *settings_from(json_object *request, const char *machine_name);
