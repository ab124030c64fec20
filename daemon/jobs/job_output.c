// SPDX-License-Identifier: GPL-3.0-or-later
// What a step says: log lines, the detail in its row, the guest's console. Cleaned, because much of it comes
// from a guest that nobody trusts and ends up in terminals.
#include "daemon/jobs/engine_private.h"

#include <string.h>

#define TEXT_BYTES    1024
#define CONSOLE_BYTES 512
#define CONSOLE_BURST 200.0
#define CONSOLE_RATE  20.0 // lines a second

static gboolean is_unsafe(gunichar character)
{
    // Bidirectional and other format characters can make a terminal show what is not there.
    return g_unichar_iscntrl(character) || g_unichar_type(character) == G_UNICODE_FORMAT ||
           g_unichar_type(character) == G_UNICODE_LINE_SEPARATOR ||
           g_unichar_type(character) == G_UNICODE_PARAGRAPH_SEPARATOR;
}

char *job_clean_text(const char *text, gsize max_bytes)
{
    // Bounded before it is copied; a character cut in two here becomes U+FFFD and may be dropped below.
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)strnlen(text, max_bytes));
    GString *clean = g_string_sized_new(strlen(valid));
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        gsize length = (gsize)(g_utf8_next_char(at) - at);
        if (clean->len + length > max_bytes) {
            break;
        }
        g_string_append_unichar(clean, is_unsafe(character) ? ' ' : character);
    }
    while (clean->len > 0 && clean->str[clean->len - 1] == ' ') {
        g_string_truncate(clean, clean->len - 1);
    }
    return g_string_free(clean, FALSE);
}

typedef struct {
    const char *kind; // of event, or NULL
    const char *text;
    gboolean detail; // also the step's detail
} Output;

static gboolean write_output(Job *job, gconstpointer argument, GError **error)
{
    const Output *output = argument;
    const char *phase = job_phase(job);
    if (output->detail && phase != NULL &&
        !store_step_set_detail(job->engine->store, job->id, phase, output->text, error)) {
        return FALSE;
    }
    return output->kind == NULL ||
           job_write_event(job, output->kind, job_event_text(phase, output->text), error);
}

void job_log(Job *job, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *clean = job_clean_text(text, TEXT_BYTES);
    Output output = { "log", clean, !job->undoing };
    job_record_try(job, write_output, &output);
}

void job_detail(Job *job, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *clean = job_clean_text(text, TEXT_BYTES);
    Output output = { NULL, clean, TRUE };
    job_record_try(job, write_output, &output);
}

// A bucket that holds a burst and refills steadily.
static gboolean console_may_speak(Job *job)
{
    gint64 now = g_get_monotonic_time();
    double refill = job->console_time == 0
                        ? CONSOLE_BURST
                        : CONSOLE_RATE * (double)(now - job->console_time) / G_TIME_SPAN_SECOND;
    job->console_time = now;
    job->console_tokens = MIN(job->console_tokens + refill, CONSOLE_BURST);
    if (job->console_tokens < 1.0) {
        job->console_dropped++;
        return FALSE;
    }
    job->console_tokens -= 1.0;
    return TRUE;
}

void job_console(Job *job, const char *line)
{
    if (!console_may_speak(job)) {
        return;
    }
    if (job->console_dropped > 0) {
        g_autofree char *note = g_strdup_printf("[%u lines left out]", job->console_dropped);
        job->console_dropped = 0;
        Output output = { "console", note, FALSE };
        job_record_try(job, write_output, &output);
    }
    g_autofree char *clean = job_clean_text(line, CONSOLE_BYTES);
    Output output = { "console", clean, FALSE };
    job_record_try(job, write_output, &output);
}

void job_log_undo_failure(Job *job, const char *phase, const GError *error)
{
    const char *message = error != NULL ? error->message : "no reason given";
    g_warning("job %s: undo of %s: %s, going on", job->id, phase, message);
    job_log(job, "undo of %s: %s", phase, message);
}
