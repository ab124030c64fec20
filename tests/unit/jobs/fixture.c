// SPDX-License-Identifier: GPL-3.0-or-later
// See fixture.h.
#include "tests/unit/jobs/fixture.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "common/files.h"
#include "common/json.h"
#include "daemon/jobs/store_private.h"

// A guard against a test that hangs, far beyond what any wait needs.
#define PATIENCE_MS 120000

static Fixture *current; // for the log handler

void fixture_note(Fixture *fixture, const char *machine, const char *what)
{
    g_mutex_lock(&fixture->lock);
    g_ptr_array_add(fixture->journal, g_strdup_printf("%s %s", machine, what));
    g_cond_broadcast(&fixture->changed);
    if (fixture->print) {
        printf("%s %s\n", machine, what);
        fflush(stdout);
    }
    g_mutex_unlock(&fixture->lock);
}

static gboolean told(Job *job, const char *word, const char *phase)
{
    g_autofree char *wanted = g_strconcat(word, phase, NULL);
    g_auto(GStrv) words = g_strsplit(job_parameters(job) != NULL ? job_parameters(job) : "", " ", -1);
    return g_strv_contains((const char *const *)words, wanted);
}

static gboolean wait_gate(Job *job, const char *prefix, GError **error)
{
    Fixture *fixture = job_user_data(job);
    g_autofree char *gate = g_strconcat(job_machine_name(job), "/", prefix, job_phase(job), NULL);
    g_autofree char *note = g_strconcat("at ", prefix, job_phase(job), NULL);
    fixture_note(fixture, job_machine_name(job), note);
    for (;;) {
        g_mutex_lock(&fixture->lock);
        gboolean open = g_hash_table_contains(fixture->gates, gate);
        g_mutex_unlock(&fixture->lock);
        if (open) {
            return TRUE;
        }
        if (!job_sleep(job, 10, error)) {
            return FALSE;
        }
    }
}

// Waits as a step does that waits for a child or a socket: only the cancellable wakes it.
static gboolean wait_cancellable(Job *job, GError **error)
{
    GPollFD fd;
    if (!g_cancellable_make_pollfd(job_cancellable(job), &fd)) {
        g_error("no descriptor");
    }
    g_poll(&fd, 1, -1);
    g_cancellable_release_fd(job_cancellable(job));
    return !g_cancellable_set_error_if_cancelled(job_cancellable(job), error);
}

static gboolean run(Job *job, GError **error)
{
    Fixture *fixture = job_user_data(job);
    g_assert_cmpstr(job_data(job), ==, job_machine_name(job));
    const char *phase = job_phase(job);
    g_autofree char *note = g_strconcat(job_was_resumed(job) ? "rerun " : "run ", phase, NULL);
    fixture_note(fixture, job_machine_name(job), note);
    if (fixture->on_run != NULL) {
        fixture->on_run(job);
    }
    if (told(job, "block:", phase) && !wait_gate(job, "", error)) {
        return FALSE;
    }
    if (told(job, "idle:", phase)) {
        job_stop_counting(job);
        gboolean waited = wait_gate(job, "idle-", error);
        if (!job_resume_counting(job, waited ? error : NULL) || !waited) {
            return FALSE;
        }
    }
    if (told(job, "limit:", phase)) {
        job_set_time_limit(job, 1);
    }
    if ((told(job, "limit:", phase) || told(job, "wait:", phase)) && !wait_cancellable(job, error)) {
        return FALSE;
    }
    if (told(job, "fail:", phase)) {
        job_fail(error, "no-luck", "step %s has no luck", phase);
        return FALSE;
    }
    return TRUE;
}

static gboolean run_counted(Job *job, GError **error)
{
    Fixture *fixture = job_user_data(job);
    int now = g_atomic_int_add(&fixture->installs_now, 1) + 1;
    g_mutex_lock(&fixture->lock);
    fixture->installs_most = MAX(fixture->installs_most, now);
    g_mutex_unlock(&fixture->lock);
    gboolean ok = run(job, error);
    g_atomic_int_add(&fixture->installs_now, -1);
    return ok;
}

static gboolean undo(Job *job, GError **error)
{
    Fixture *fixture = job_user_data(job);
    const char *phase = job_phase(job);
    g_autofree char *note = g_strconcat("undo ", phase, NULL);
    g_assert_false(g_cancellable_is_cancelled(job_cancellable(job)));
    fixture_note(fixture, job_machine_name(job), note);
    if (told(job, "blockundo:", phase) && !wait_gate(job, "undo-", error)) {
        return FALSE;
    }
    if (told(job, "failundo:", phase)) {
        job_fail(error, "stuck", "%s stays", phase);
        return FALSE;
    }
    return TRUE;
}

static gpointer begin(Job *job, GError **error)
{
    fixture_note(job_user_data(job), job_machine_name(job), "begin");
    if (told(job, "failbegin", "")) {
        job_fail(error, "bad-start", "cannot begin");
        return NULL;
    }
    return g_strdup(job_machine_name(job));
}

static void failing(Job *job, GError *error)
{
    g_autofree char *message = error->message;
    error->message = g_strconcat(message, told(job, "explain", "") ? " (explained)" : "", NULL);
    g_autofree char *note = g_strdup_printf("failing %s", job_error_code(error, NULL));
    fixture_note(job_user_data(job), job_machine_name(job), note);
}

static void end(Job *job, JobOutcome outcome, const GError *error)
{
    static const char *const words[] = { "end succeeded", "end failed", "end cancelled" };
    Fixture *fixture = job_user_data(job);
    g_assert_cmpint(outcome == JOB_SUCCEEDED, ==, error == NULL);
    fixture_note(fixture, job_machine_name(job), words[outcome]);
    if (fixture->on_end != NULL) {
        fixture->on_end(job);
    }
}

static const JobStep install_steps[] = {
    { "a", 1, run_counted, undo },
    { "b", 2, run_counted, undo },
    { "c", 1, run_counted, undo },
};
static const JobStep other_steps[] = { { "a", 1, run, undo }, { "b", 2, run, undo }, { "c", 1, run, undo } };
const JobKind fixture_install = { "install", install_steps, 3, TRUE, FALSE, begin, failing, end, g_free };
const JobKind fixture_other = { "other", other_steps, 3, FALSE, FALSE, begin, failing, end, g_free };
static const JobKind *const kinds[] = { &fixture_install, &fixture_other };

static void log_handler(const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
    if ((level & G_LOG_LEVEL_WARNING) != 0 && current != NULL) {
        fixture_note(current, "warning", message);
    } else if ((level & G_LOG_LEVEL_MESSAGE) == 0) {
        g_log_default_handler(domain, level, message, data);
    }
}

Fixture *fixture_new_at(const char *path, guint installs)
{
    Fixture *fixture = g_new0(Fixture, 1);
    g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
    g_log_set_default_handler(log_handler, NULL);
    current = fixture;
    g_mutex_init(&fixture->lock);
    g_cond_init(&fixture->changed);
    fixture->path = g_strdup(path);
    fixture->journal = g_ptr_array_new_with_free_func(g_free);
    fixture->gates = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    fixture_reopen(fixture, installs);
    return fixture;
}

Fixture *fixture_new(guint installs)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("sevend-jobs-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(folder, "store.db", NULL);
    Fixture *fixture = fixture_new_at(path, installs);
    fixture->folder = g_steal_pointer(&folder);
    return fixture;
}

void fixture_reopen(Fixture *fixture, guint installs)
{
    g_autoptr(GError) error = NULL;
    fixture->store = store_open(fixture->path, &error);
    g_assert_no_error(error);
    fixture->engine = job_engine_new(fixture->store, kinds, G_N_ELEMENTS(kinds), installs, fixture);
}

void fixture_start(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    job_engine_start(fixture->engine, &error);
    g_assert_no_error(error);
}

void fixture_shut(Fixture *fixture)
{
    g_clear_pointer(&fixture->engine, job_engine_free);
    g_clear_pointer(&fixture->store, store_close);
}

void fixture_free(Fixture *fixture)
{
    fixture_shut(fixture);
    current = NULL;
    if (fixture->folder != NULL) {
        g_autoptr(GError) error = NULL;
        tree_remove(fixture->folder, &error);
        g_assert_no_error(error);
    }
    g_ptr_array_unref(fixture->journal);
    g_hash_table_unref(fixture->gates);
    g_mutex_clear(&fixture->lock);
    g_cond_clear(&fixture->changed);
    g_free(fixture->folder);
    g_free(fixture->path);
    g_free(fixture);
}

char *fixture_submit(Fixture *fixture, const char *kind, const char *machine, const char *parameters)
{
    g_autoptr(GError) error = NULL;
    char *id = job_engine_submit(fixture->engine, kind, NULL, machine, machine, parameters, NULL, &error);
    g_assert_no_error(error);
    return id;
}

void fixture_open_gate(Fixture *fixture, const char *name)
{
    g_mutex_lock(&fixture->lock);
    g_hash_table_add(fixture->gates, g_strdup(name));
    g_mutex_unlock(&fixture->lock);
}

void fixture_wait_note(Fixture *fixture, const char *note)
{
    gint64 until = g_get_monotonic_time() + PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
    g_mutex_lock(&fixture->lock);
    for (guint seen = 0;;) {
        for (; seen < fixture->journal->len; seen++) {
            if (g_str_has_prefix(g_ptr_array_index(fixture->journal, seen), note)) {
                g_mutex_unlock(&fixture->lock);
                return;
            }
        }
        if (!g_cond_wait_until(&fixture->changed, &fixture->lock, until)) {
            g_error("never noted: %s", note);
        }
    }
}

StoreJob *fixture_wait_job(Fixture *fixture, const char *id)
{
    g_autoptr(GError) error = NULL;
    StoreJob *job = NULL;
    g_assert_true(job_engine_wait_end(fixture->engine, id, PATIENCE_MS));
    store_job_get(fixture->store, id, &job, &error);
    g_assert_no_error(error);
    g_assert_nonnull(job->finished);
    return job;
}

char *fixture_journal(Fixture *fixture, const char *machine)
{
    g_autofree char *prefix = g_strconcat(machine, " ", NULL);
    GString *text = g_string_new(NULL);
    g_mutex_lock(&fixture->lock);
    for (guint i = 0; i < fixture->journal->len; i++) {
        const char *note = g_ptr_array_index(fixture->journal, i);
        if (g_str_has_prefix(note, prefix)) {
            g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", note + strlen(prefix));
        }
    }
    g_mutex_unlock(&fixture->lock);
    return g_string_free(text, FALSE);
}

char *fixture_steps(Fixture *fixture, const char *id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list = store_step_list(fixture->store, id, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < list->len; i++) {
        const StoreStep *step = g_ptr_array_index(list, i);
        g_string_append_printf(text, "%s%s %s", i > 0 ? ", " : "", step->phase, step->state);
    }
    return g_string_free(text, FALSE);
}

static void append_event(GString *text, const StoreEvent *event)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_object) data = json_parse(event->data, strlen(event->data), &error);
    g_assert_no_error(error);
    g_assert_nonnull(json_string_member(data, "time"));
    g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", event->kind);
    if (g_str_equal(event->kind, "progress")) {
        g_string_append_printf(text, " %d", (int)json_int_member(data, "progress", -1));
    } else if (g_str_equal(event->kind, "phase")) {
        g_string_append_printf(text, " %s %s", json_string_member(data, "phase"),
                               json_string_member(data, "state"));
    } else if (g_str_equal(event->kind, "state")) {
        json_object *failure = NULL;
        g_string_append_printf(text, " %s", json_string_member(data, "state"));
        if (json_object_object_get_ex(data, "error", &failure)) {
            g_string_append_printf(text, " (%s)", json_string_member(failure, "code"));
        }
    } else {
        g_string_append_printf(text, " %s", json_string_member(data, "message"));
    }
}

char *fixture_events(Fixture *fixture, const char *id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) list = store_event_list(fixture->store, id, 0, G_MAXUINT, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    gint64 last = 0;
    for (guint i = 0; i < list->len; i++) {
        const StoreEvent *event = g_ptr_array_index(list, i);
        g_assert_cmpint(event->sequence, >, last);
        last = event->sequence;
        append_event(text, event);
    }
    return g_string_free(text, FALSE);
}

void fixture_sql(Fixture *fixture, const char *sql)
{
    g_autoptr(GError) error = NULL;
    g_rec_mutex_lock(&fixture->store->lock);
    store_script(fixture->store, sql, &error);
    g_rec_mutex_unlock(&fixture->store->lock);
    g_assert_no_error(error);
}
