// SPDX-License-Identifier: GPL-3.0-or-later
// Reads an EXEC frame; see exec_request.h.
#include "guest/agent/exec_request.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "guest/agent/command_line.h"
#include "guest/agent/exec.h"
#include "guest/agent/text.h"

// UTF-8 takes at most three bytes for a UTF-16 unit.
#define LINE_BYTES_MAX (3u * COMMAND_LINE_MAX)

struct vector {
    const char *args[EXEC_ARGS_MAX];
    size_t count;
    char *texts; // NUL-terminated copies, one after the other
    size_t used;
};

static const char *check_field(const struct wire_field *field)
{
    switch (field->tag) {
    case WIRE_ARG:
    case WIRE_CWD:
    case WIRE_ENVIRONMENT:
        return wire_field_is_text(field)
                   ? NULL
                   : "an argument, the working directory or the environment is not text";
    case WIRE_TIMEOUT_MS:
    case WIRE_HAS_STDIN:
    case WIRE_OUTPUT_WINDOW:
        return field->length == 4 ? NULL : "the time limit or another number is not one";
    case WIRE_SESSION:
        return wire_field_equals(field, "desktop") || wire_field_equals(field, "service")
                   ? NULL
                   : "the session is neither desktop nor service";
    default: // left to later versions
        return NULL;
    }
}

static bool add_argument(struct vector *vector, const struct wire_field *field)
{
    if (vector->count == EXEC_ARGS_MAX)
        return false;
    char *text = vector->texts + vector->used;
    memcpy(text, field->bytes, field->length);
    text[field->length] = '\0';
    vector->args[vector->count++] = text;
    vector->used += field->length + 1;
    return true;
}

static const char *add_change(struct exec_request *request, const struct wire_field *field, const char **code)
{
    const uint8_t *equals = memchr(field->bytes, '=', field->length);

    if (equals == NULL || equals == field->bytes)
        return "an environment variable is not NAME=value";
    *code = "too-large";
    if (request->change_count == EXEC_CHANGES_MAX)
        return "too many environment variables";
    wchar_t *change = text_to_wide((const char *)field->bytes, field->length);
    if (change == NULL)
        return "an environment variable is too long";
    request->changes[request->change_count++] = change;
    *code = "bad-request";
    return NULL;
}

static void take_timeout(struct exec_request *request, const struct wire_field *field)
{
    uint32_t value = 0;

    wire_field_u32(field, &value);
    if (value > EXEC_TIMEOUT_MAX_MS)
        value = EXEC_TIMEOUT_MAX_MS;
    if (value > 0)
        request->timeout_ms = value;
}

static void take_window(struct exec_request *request, const struct wire_field *field)
{
    uint32_t value = 0;

    wire_field_u32(field, &value);
    if (value > 0 && value < LONG_MAX)
        request->window = (LONG)value;
}

// NULL, or what is wrong.
static const char *read_fields(struct exec_request *request, struct vector *vector,
                               const struct wire_frame *frame, const char **code)
{
    struct wire_fields fields;
    struct wire_field field;

    *code = "bad-request";
    if (!wire_frame_check(frame))
        return "the fields are malformed";
    wire_fields_init(&fields, frame);
    while (wire_fields_next(&fields, &field)) {
        const char *wrong = check_field(&field);
        if (wrong != NULL)
            return wrong;
        if (field.tag == WIRE_ARG && !add_argument(vector, &field)) {
            *code = "too-large";
            return "too many arguments";
        }
        if (field.tag == WIRE_CWD && field.length > 0 && request->cwd == NULL)
            request->cwd = text_to_wide((const char *)field.bytes, field.length);
        if (field.tag == WIRE_TIMEOUT_MS)
            take_timeout(request, &field);
        if (field.tag == WIRE_ENVIRONMENT && (wrong = add_change(request, &field, code)) != NULL)
            return wrong;
        if (field.tag == WIRE_SESSION)
            request->on_desktop = wire_field_equals(&field, "desktop");
        if (field.tag == WIRE_HAS_STDIN)
            request->has_input = true;
        if (field.tag == WIRE_OUTPUT_WINDOW)
            take_window(request, &field);
    }
    if (vector->count == 0 || vector->args[0][0] == '\0')
        return "no program is named";
    if (strchr(vector->args[0], '"') != NULL)
        return "the program's name has a double quote";
    return NULL;
}

static const char *build_line(struct exec_request *request, const struct vector *vector, const char **code)
{
    char *line = malloc(LINE_BYTES_MAX);

    *code = "too-large";
    if (line != NULL && command_line_build(vector->args, vector->count, line, LINE_BYTES_MAX))
        request->line = text_to_wide(line, strlen(line));
    free(line);
    if (request->line == NULL || wcslen(request->line) >= COMMAND_LINE_MAX)
        return "the command line is longer than Windows takes";
    return NULL;
}

bool exec_request_read(struct exec_request *request, const struct wire_frame *frame, const char **code,
                       const char **message)
{
    // Each argument has its field header, so its NUL always has room.
    struct vector vector = { .texts = malloc(frame->payload_length + 1) };

    *request = (struct exec_request){ .timeout_ms = EXEC_TIMEOUT_DEFAULT_MS, .window = LONG_MAX };
    *code = "spawn-failed";
    *message = "out of memory";
    if (vector.texts == NULL)
        return false;
    *message = read_fields(request, &vector, frame, code);
    if (*message == NULL)
        *message = build_line(request, &vector, code);
    free(vector.texts);
    if (*message == NULL)
        return true;
    exec_request_free(request);
    return false;
}

void exec_request_free(struct exec_request *request)
{
    free(request->line);
    free(request->cwd);
    for (size_t i = 0; i < request->change_count; i++)
        free(request->changes[i]);
    *request = (struct exec_request){ 0 };
}
