// SPDX-License-Identifier: GPL-3.0-or-later
// What the service files share: JSON of rows, and errors turned into problems. Private to daemon/service.
#pragma once

#include "daemon/daemon.h"
#include "daemon/install/plan.h"
#include "daemon/quota/queue.h"
#include "daemon/service.h"

// Takes @error and sets @problem: 404, 409, 422, 503, 507 or 500 by domain and code.
void service_problem(Problem **problem, GError *error);
// "name": string or null.
void json_add_text(json_object *object, const char *name, const char *text_or_null);
// Adds the JSON text as a value; null if @text is NULL or no JSON.
void json_add_json(json_object *object, const char *name, const char *text_or_null);

json_object *job_to_json(Daemon *daemon, const StoreJob *job);
// With "steps". NULL with @error.
json_object *job_to_json_with_steps(Daemon *daemon, const StoreJob *job, GError **error);
// @powers: domain_power_all(), for a list of machines; else NULL.
json_object *machine_to_json(Daemon *daemon, const StoreMachine *machine, GHashTable *powers);

// TRUE if @use says so of some machine that is being installed, or with a problem if that cannot be told.
gboolean service_any_installing(Daemon *daemon,
                                gboolean (*use)(const StoreMachine *machine, gpointer data,
                                                Problem **problem),
                                gpointer data, Problem **problem);

struct Disc;
// {"name","size","state"}
json_object *service_disc_item(Daemon *daemon, const struct Disc *disc);
// The machine's row, or NULL with a 404 problem.
StoreMachine *service_find_machine(Daemon *daemon, const char *name, Problem **problem);
// The image's row, or NULL with a 404 problem.
StoreImage *service_find_image(Daemon *daemon, const char *name, Problem **problem);
// As service_find_machine(), and a 409 problem unless it is ready and no job is at work on it.
StoreMachine *service_find_idle(Daemon *daemon, const char *name, Problem **problem);
// A job of @kind for that machine: {"job": …}.
json_object *service_submit_change(Daemon *daemon, const char *kind, const StoreMachine *machine,
                                   const char *parameters, Problem **problem);
// FALSE with a 409 problem if it has snapshots.
gboolean service_check_no_snapshots(Daemon *daemon, const StoreMachine *machine, Problem **problem);
// Of a request with "image": a clone's job, or NULL with a problem.
char *service_clone(Daemon *daemon, json_object *request, const char *owner,
                    const StoreIdempotency *idempotency, Problem **problem);
// FALSE with a 422 problem if a quota is smaller than what is asked for; see quota_check_possible().
gboolean service_check_quota(Daemon *daemon, const QuotaAmount *need, gboolean per_user,
                             const char *pointer_or_null, Problem **problem);
// @error of clone_submit(), which it takes, as @problem.
void service_clone_problem(json_object *request, GError *error, Problem **problem);
// What the recipe of a request for an install leads to.
typedef struct {
    char *recipe;      // NULL: it cannot be told; only without "seal"
    StoreImage *image; // with that recipe, ready or being made, that the machine is to be a clone of; NULL:
                       // it is to be installed
} RecipeMatch;
// @document: that of @plan. FALSE with a problem, also when "seal" cannot be done.
gboolean service_match_recipe(Daemon *daemon, const InstallPlan *plan, json_object *document,
                              RecipeMatch *ret_match, Problem **problem);
void service_recipe_match_clear(RecipeMatch *match);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RecipeMatch, service_recipe_match_clear)
// Held from the match until the rows stand: of two requests with one recipe the second finds the first's.
GMutex *service_recipe_lock(void);
// Of a request for an install that is a clone of @image instead: its job, or NULL with a problem. @request:
// that of @plan; @owner: who asked.
char *service_clone_by_recipe(Daemon *daemon, const InstallPlan *plan, InstallRequest *request,
                              const StoreImage *image, const char *owner, const StoreIdempotency *idempotency,
                              Problem **problem);
// FALSE with a 409 problem unless the machine is ready and runs.
gboolean service_check_runs(Daemon *daemon, const StoreMachine *machine, Problem **problem);
// Where a machine's agent is reached.
typedef struct {
    char *socket, *nonce;
} AgentAddress;
// FALSE with a problem: a machine that is not ready or does not run.
gboolean service_agent_open(Daemon *daemon, const StoreMachine *machine, AgentAddress *address,
                            Problem **problem);
void service_agent_clear(AgentAddress *address);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AgentAddress, service_agent_clear)
// Adds @name, as text where it is UTF-8, else as base64, and "@name_encoding".
void service_add_output(json_object *object, const char *name, const char *data, gsize length);
// The bytes in member @text or, in base64, @base64 of a request; NULL if there are none, or after a fault.
GBytes *service_read_bytes(json_object *body, const char *text, const char *base64, Faults *faults);
// {"job": …} of a job just submitted; takes @job_id.
json_object *service_job_answer(Daemon *daemon, char *job_id, Problem **problem);

// The whole of preflight for a client's @request, before anything is stored. NULL with a problem that names
// everything wrong. *@ret_request is the caller's.
InstallPlan *service_plan_request(Daemon *daemon, json_object *request, InstallRequest **ret_request,
                                  Problem **problem);
