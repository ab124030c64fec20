// SPDX-License-Identifier: GPL-3.0-or-later
// See image_await.h. The store is asked again and again: whoever makes the image may be killed and go on,
// fail, or be given up at a start.
#include "daemon/images/image_await.h"

#include <string.h>

#include "common/json.h"
#include "daemon/install/install.h"

#define POLL_MS 1000

typedef enum { IMAGE_READY, IMAGE_IN_THE_MAKING, IMAGE_NOT_MADE } Fate;

char *image_await_parameters(const StoreImage *image)
{
    g_autoptr(json_object) parameters = json_object_new_object();
    json_object_object_add(parameters, "image", json_object_new_string(image->name));
    json_object_object_add(parameters, "recipe", json_object_new_string(image->recipe));
    json_object_object_add(parameters, "job", image->job ? json_object_new_string(image->job) : NULL);
    return g_strdup(json_object_to_json_string_ext(parameters, JSON_C_TO_STRING_PLAIN));
}

// An image of that name with another recipe is another's. FALSE if the store cannot tell.
static gboolean look(Daemon *daemon, json_object *wanted, Fate *ret_fate, GError **error)
{
    g_autoptr(StoreImage) image = NULL;
    g_autoptr(GError) failure = NULL;
    *ret_fate = IMAGE_NOT_MADE;
    if (!store_image_get(daemon->store, json_string_member(wanted, "image"), &image, &failure)) {
        if (g_error_matches(failure, STORE_ERROR, STORE_ERROR_NOT_FOUND))
            return TRUE;
        install_propagate(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (g_strcmp0(image->recipe, json_string_member(wanted, "recipe")) != 0)
        return TRUE;
    if (strcmp(image->state, "ready") == 0)
        *ret_fate = IMAGE_READY;
    else if (strcmp(image->state, "sealing") == 0)
        *ret_fate = IMAGE_IN_THE_MAKING;
    return TRUE;
}

static gboolean wait_while_made(Job *job, json_object *wanted, GError **error)
{
    Fate fate = IMAGE_IN_THE_MAKING;
    while (look(job_user_data(job), wanted, &fate, error)) {
        if (fate == IMAGE_READY)
            return TRUE;
        if (fate == IMAGE_NOT_MADE) {
            job_fail(error, "image-not-made",
                     "image \"%s\" was not made: job %s, which was to seal it, says why (sevenctl job show). "
                     "Delete this machine and ask again: the next request installs",
                     json_string_member(wanted, "image"), json_string_member(wanted, "job"));
            return FALSE;
        }
        if (!job_sleep(job, POLL_MS, error))
            return FALSE;
    }
    return FALSE;
}

// Not counted while it waits, or jobs that wait could keep the job that makes the image from running.
static gboolean wait_uncounted(Job *job, json_object *wanted, GError **error)
{
    job_stop_counting(job);
    const gboolean made = wait_while_made(job, wanted, error);
    return job_resume_counting(job, made ? error : NULL) && made;
}

gboolean image_await(Job *job, GError **error)
{
    Daemon *daemon = job_user_data(job);
    const char *text = job_parameters(job);
    GError *failure = NULL;
    Fate fate = IMAGE_NOT_MADE;
    if (!text)
        return TRUE;
    g_autoptr(json_object) wanted = json_parse(text, strlen(text), error);
    if (!wanted || !look(daemon, wanted, &fate, error))
        return FALSE;
    const char *name = json_string_member(wanted, "image");
    job_set_time_limit(job, 0); // that of the job that makes it
    if (fate == IMAGE_IN_THE_MAKING)
        job_log(job, "waits for image \"%s\", job %s", name, json_string_member(wanted, "job"));
    if (fate != IMAGE_READY && !wait_uncounted(job, wanted, error))
        return FALSE;
    return install_settled(store_machine_set_image(daemon->store, job_machine_uuid(job), name, &failure),
                           &failure, error);
}
