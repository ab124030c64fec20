// SPDX-License-Identifier: GPL-3.0-or-later
// A request's target, taken apart strictly (RFC 3986): path segments and query parameters, decoded once, each
// valid UTF-8 without control characters. Nothing is normalised: "..", "." and empty segments stay what they
// are and match no route.
#pragma once

#include "common/problem.h"

#define URL_MAX_BYTES      2048
#define URL_MAX_SEGMENTS   8
#define URL_MAX_PARAMETERS 16

typedef struct {
    char *name;
    char *value;
} UrlParameter;

typedef struct {
    char *path;            // as sent, without the query, for the log: printable ASCII
    GPtrArray *segments;   // of char *, decoded; "/v1/vms" has two
    GPtrArray *parameters; // of UrlParameter, decoded, in the order sent
} Url;

// @target: "/path?query" or the absolute form "http://host/path?query". Returns what the caller frees, or
// NULL and a 400 or 414.
Url *url_parse(const char *target, Problem **problem);
void url_free(Url *url);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Url, url_free)
