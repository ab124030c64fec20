// SPDX-License-Identifier: GPL-3.0-or-later
// The store: machines, jobs, steps, events, idempotency keys and cached inspections in one SQLite file (WAL,
// synchronous=FULL, foreign keys, PRAGMA user_version with one migration function each). Holds no secret. All
// calls are thread-safe (one connection behind a mutex) and each is one transaction: it has happened,
// durably, when the call returns. Errors: STORE_ERROR; the text names table and key.
//
// The file has mode 0600; PATH.lock is held while the store is open: a second daemon on the same file is
// refused, as is a file from a newer sevend (TOO_NEW) or a damaged one. FULL: no space or an input/output
// error; nothing was stored, the call may be repeated.
#pragma once

#include <glib.h>

#define STORE_ERROR (store_error_quark())
GQuark store_error_quark(void);
typedef enum {
    STORE_ERROR_FAILED,
    STORE_ERROR_EXISTS,
    STORE_ERROR_NOT_FOUND,
    STORE_ERROR_FULL,
    STORE_ERROR_TOO_NEW,
    STORE_ERROR_IN_USE
} StoreError;

typedef struct Store Store;
// Makes the file if it is missing (its folder must exist) and migrates an older one. The caller closes.
Store *store_open(const char *path, GError **error);
// No call on the store may be running or follow.
void store_close(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

typedef struct {
    char *uuid; // also the domain's UUID
    char *name;
    char *state; // installing ready failed deleting
    char *template_name, *disc, *edition, *architecture;
    char *request;                     // JSON text, secrets masked
    char *boot_disc;                   // cache key, or NULL
    char *agent;                       // last hello as JSON text without the nonce, or NULL
    char *error_code, *error_message;  // or NULL
    char *job;                         // id of the latest job; set by the store
    char *created;                     // RFC 3339; NULL on insertion: now
    char *warnings;                    // of preflight: JSON array of faults, or NULL
    char *image;                       // that its disk is based on, or NULL
    char *expires;                     // when it is deleted, RFC 3339 as time_now_text(); or NULL: never
    char *pool, *pool_state;           // that it belongs to: warming ready leased used broken; or NULL
    char *owner;                       // who asked for it: "uid=N" or "token NAME"; or NULL
    guint vcpus, memory_mib, disk_gib; // what it takes of quotas: the last two as its guest sees them
} StoreMachine;
void store_machine_free(StoreMachine *machine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreMachine, store_machine_free)

typedef struct {
    char *id, *kind, *machine_name, *machine_uuid;
    char *state;      // queued running succeeded failed cancelled
    char *phase;      // or NULL
    int progress;     // 0–100
    char *parameters; // JSON text or NULL
    gboolean cancel_requested;
    char *created, *started, *finished;             // RFC 3339 or NULL
    char *error_code, *error_message, *error_phase; // or NULL
    char *outcome;          // failed or cancelled once that is decided and the undo is due; else NULL
    gboolean evidence_kept; // the kind's failing() has run before that undo
    char *next;             // id of the job that goes on from this one, or NULL
    gboolean gated;         // it does not begin before it is admitted (store_quota_admit())
    gboolean admitted;
    char *waiting; // of one that is gated: why it is not admitted yet, or NULL
} StoreJob;
void store_job_free(StoreJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreJob, store_job_free)

typedef struct {
    char *phase;
    char *state;                       // pending running done failed undone skipped
    char *started, *finished, *detail; // or NULL
} StoreStep;
void store_step_free(StoreStep *step);

typedef struct {
    gint64 sequence;          // rises over all jobs; the SSE id
    char *time, *kind, *data; // data: JSON text
} StoreEvent;
void store_event_free(StoreEvent *event);

// -- machines. Lists are GPtrArrays with a free function, ordered by name; @after_name (exclusive) and @limit
// page.
gboolean store_machine_get(Store *store, const char *name, StoreMachine **ret_machine,
                           GError **error); // FALSE + NOT_FOUND
GPtrArray *store_machine_list(Store *store, const char *state_or_null, const char *after_name_or_null,
                              guint limit, GError **error);
gboolean store_machine_count(Store *store, guint *ret_count, GError **error);
gboolean store_machine_set_state(Store *store, const char *uuid, const char *state, const char *error_code,
                                 const char *error_message, GError **error);
gboolean store_machine_set_boot_disc(Store *store, const char *uuid, const char *key_or_null, GError **error);
// Its disk is going to be based on @image. NOT_FOUND if that is not there, or not ready, or the machine is
// gone.
gboolean store_machine_set_image(Store *store, const char *uuid, const char *image, GError **error);
gboolean store_machine_set_agent(Store *store, const char *uuid, const char *json, GError **error);
gboolean store_machine_set_expires(Store *store, const char *uuid, const char *time_or_null, GError **error);
// Names of those whose lifetime is over and that are not being deleted yet; g_strfreev().
char **store_machine_expired(Store *store, const char *now, GError **error);
// Its jobs and events stay. TRUE also if there is no such machine.
gboolean store_machine_delete(Store *store, const char *uuid, GError **error);
// Number of machines whose row names boot disc @key.
gboolean store_boot_disc_users(Store *store, const char *key, guint *ret_count, GError **error);

// -- images: machines that were sealed.
typedef struct {
    char *name;
    char *uuid;    // of the machine that it was: names its volume and its folder
    char *state;   // sealing importing ready deleting
    char *machine; // the name that it had
    char *parent;  // the image that it is based on itself, or NULL
    char *template_name, *disc, *edition, *architecture, *request, *agent; // as in StoreMachine
    char *job;     // that seals or imports it, or did; or NULL
    char *created; // RFC 3339
    char *recipe;  // what it was made of (install/recipe.h); NULL unless a request asked for the image
    char *expires; // when its machine was to be deleted as it was sealed, or NULL
} StoreImage;
void store_image_free(StoreImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreImage, store_image_free)

// Takes the name for @machine, whose disk will be the image. @recipe: NULL if nobody may take the image for
// an install. @job: that will seal it, or NULL if that is not known yet. EXISTS if the name is taken.
gboolean store_image_reserve(Store *store, const char *name, const StoreMachine *machine, const char *recipe,
                             const char *job, GError **error);
// The image with that recipe, the newest that is ready, else one that is being made; TRUE with NULL if there
// is none. @name: that one, if it has the recipe.
gboolean store_image_find_recipe(Store *store, const char *recipe, const char *name_or_null,
                                 StoreImage **ret_image, GError **error);
// Gives up a name whose image was not sealed; changes nothing else.
gboolean store_image_release(Store *store, const char *name, GError **error);
// The machine's row goes, and the image is there: in one transaction. May be repeated. IN_USE if the machine
// is not ready any more: it is being deleted.
gboolean store_image_seal(Store *store, const char *name, const char *job_id, GError **error);
// Takes the name for an image that comes from elsewhere; @uuid is what it is known by here. EXISTS if the
// name is taken.
gboolean store_image_begin_import(Store *store, const char *name, const char *uuid, GError **error);
// The image of that name and UUID is there, with what @image says of where it came from (its parent and state
// do not count). May be repeated. NOT_FOUND if its name was given up.
gboolean store_image_end_import(Store *store, const StoreImage *image, GError **error);
// Gives up the name of an image that is still on its way in; changes nothing else.
gboolean store_image_give_up_import(Store *store, const char *name, const char *uuid, GError **error);
gboolean store_image_get(Store *store, const char *name, StoreImage **ret_image, GError **error);
GPtrArray *store_image_list(Store *store, const char *after_name_or_null, guint limit, GError **error);
// No machine can be made of it any more. IN_USE while a machine, an image or a pool is based on it, or while
// it is being sealed or imported. May be repeated.
gboolean store_image_begin_delete(Store *store, const char *name, GError **error);
gboolean store_image_delete(Store *store, const char *name, GError **error);
// Names of the machines, and of the images, whose disk is based on it, and of the pools that are to be filled
// with clones of it; g_strfreev().
char **store_image_pools(Store *store, const char *name, GError **error);
char **store_image_clones(Store *store, const char *name, GError **error);
char **store_image_children(Store *store, const char *name, GError **error);

// -- pools: images of which some clones are always kept ready.
typedef struct {
    char *name, *image;
    char *state;      // active deleting
    guint ready, max; // machines that nobody holds, and machines in all
    char *hardware;   // of their requests, JSON text or NULL
    char *created;    // RFC 3339; NULL on insertion: now
} StorePool;
void store_pool_free(StorePool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StorePool, store_pool_free)

// Makes it, or changes one that is active. NOT_FOUND: its image is not there, or not ready. IN_USE: a pool of
// that name is being deleted.
gboolean store_pool_put(Store *store, const StorePool *pool, gboolean *ret_made, GError **error);
gboolean store_pool_get(Store *store, const char *name, StorePool **ret_pool, GError **error);
GPtrArray *store_pool_list(Store *store, GError **error); // of StorePool, by name
// Those that wait for a lease wait no longer. IN_USE while a lease is held. May be repeated.
gboolean store_pool_begin_delete(Store *store, const char *name, GError **error);
// IN_USE while it has machines.
gboolean store_pool_delete(Store *store, const char *name, GError **error);
// Its machines, the oldest first.
GPtrArray *store_pool_members(Store *store, const char *pool, GError **error);
// IN_USE if it is not @from (any more).
gboolean store_machine_move_in_pool(Store *store, const char *uuid, const char *from, const char *to,
                                    GError **error);

// -- leases: who has, or waits for, a machine of a pool. Ended ones are kept 24 hours.
typedef struct {
    char *id, *pool, *holder;
    char *state;                     // waiting held ended
    char *machine_uuid, *machine;    // or NULL
    gboolean runs;                   // held, and its machine was let run
    gint64 lifetime;                 // seconds from the grant on
    char *created;                   // RFC 3339
    char *granted, *expires, *ended; // or NULL
    char *reason;                    // why it ended, or NULL
} StoreLease;
void store_lease_free(StoreLease *lease);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreLease, store_lease_free)

// A new one, waiting: id, pool, holder, lifetime. NOT_FOUND if the pool is not there, or is being deleted.
gboolean store_lease_add(Store *store, const StoreLease *lease, GError **error);
gboolean store_lease_get(Store *store, const char *id, StoreLease **ret_lease, GError **error);
// Those that have not ended; waiting ones in the order in which they are served: whoever holds the fewest
// machines of the pool first, then who came first. @pool NULL: of all.
GPtrArray *store_lease_list(Store *store, const char *pool, GError **error);
// The machine is its holder's from now on, in one transaction. IN_USE if the lease does not wait any more, or
// the machine is not ready.
gboolean store_lease_grant(Store *store, const char *id, const StoreMachine *machine, GError **error);
gboolean store_lease_set_runs(Store *store, const char *id, GError **error);
gboolean store_lease_set_expires(Store *store, const char *id, const char *expires, GError **error);
// Back to waiting: the machine could not be let run, and is broken.
gboolean store_lease_take_back(Store *store, const char *id, GError **error);
// Its machine, if it has one, was used. May be repeated.
gboolean store_lease_end(Store *store, const char *id, const char *reason, GError **error);
// Ends those whose time is over, and those whose machine is gone; forgets old ones.
gboolean store_lease_sweep(Store *store, const char *now, const char *forget_before, GError **error);

// -- idempotency: what an accepted request was answered with. Kept 24 hours.
typedef struct {
    const char *key;         // NULL: none
    const char *fingerprint; // SHA-256 of the body
} StoreIdempotency;
// Looks @key up. TRUE with *ret_job_id NULL if unknown; with the id if known and the same fingerprint; FALSE
// + EXISTS if the body differs.
gboolean store_idempotency_find(Store *store, const StoreIdempotency *idempotency, char **ret_job_id,
                                GError **error);

// -- jobs
// Inserts machine (may be NULL), job (queued), its steps (pending) and the idempotency key in one
// transaction. NOT_FOUND if the machine's image is not there, or not ready. EXISTS if the machine's name is
// taken or the idempotency key known (store_idempotency_find tells which). Of @job: id, kind, machine,
// parameters, created (NULL: now), gated.
gboolean store_job_insert(Store *store, const StoreMachine *machine, const StoreJob *job,
                          const char *const *phases, const StoreIdempotency *idempotency, GError **error);
// As store_job_insert(), of a job that goes on from @before, for the same machine, whose latest job stays
// @before until then.
gboolean store_job_insert_next(Store *store, const char *before, const StoreJob *job,
                               const char *const *phases, GError **error);
gboolean store_job_get(Store *store, const char *id, StoreJob **ret_job, GError **error);
// Newest first; @before_id (exclusive) pages; an empty list if that job is unknown.
GPtrArray *store_job_list(Store *store, const char *machine_or_null, const char *state_or_null,
                          const char *before_id_or_null, guint limit, GError **error);
// Jobs that have not ended, oldest first: what the daemon must take up again at start.
GPtrArray *store_job_unfinished(Store *store, GError **error);
GPtrArray *store_step_list(Store *store, const char *job_id, GError **error);
// These four change nothing and return TRUE if the job has ended already.
gboolean store_job_start(Store *store, const char *id, GError **error);
gboolean store_job_request_cancel(Store *store, const char *id, GError **error);
// Steps that are still pending become skipped.
gboolean store_job_finish(Store *store, const char *id, const char *state, const char *error_code,
                          const char *error_message, const char *error_phase, GError **error);
// Records how the job will end (outcome: failed or cancelled) before its undo begins, so that a daemon that
// is killed in the undo goes on with it.
gboolean store_job_begin_undo(Store *store, const char *id, const char *outcome, const char *error_code,
                              const char *error_message, const char *error_phase, GError **error);
gboolean store_job_set_evidence_kept(Store *store, const char *id, GError **error);
// Sets the step's state, stamps started/finished, sets the job's phase when running; progress only ever
// rises. Detail NULL leaves the old one.
gboolean store_step_set(Store *store, const char *job_id, const char *phase, const char *state,
                        const char *detail_or_null, GError **error);
gboolean store_step_set_detail(Store *store, const char *job_id, const char *phase, const char *detail,
                               GError **error);
gboolean store_job_set_progress(Store *store, const char *id, int progress, GError **error);

// -- quotas: what is in use, by rows alone: there is no counter that could go wrong. A machine takes its
// place and its disk from the admission of its first job until its row is gone; its processors and memory
// while it runs or a job is about to let it. It counts for whoever holds it, else for its owner; a machine of
// a pool that nobody holds for "pool NAME".
typedef struct {
    gint64 machines, vcpus, memory_mib, disk_gib;
    gint64 installs; // at work
} StoreAmount;
typedef struct {
    char *user;
    gint64 running; // of the machines, those whose processors and memory count
    StoreAmount amount;
} StoreUse;
// A job that is not admitted yet, and what it takes beyond what its machine takes already.
typedef struct {
    char *job, *user, *waiting;
    gint64 number;    // rises in the order of creation
    gint64 overtaken; // jobs that came later and went first, while it was the first of its user's
    StoreAmount need;
    char *image,
        *maker; // of a clone whose image is still being made: its name, and the job that makes it; or NULL
} StoreWaiter;
// What is known of a machine's power; @busy: a job that was admitted is at work on it.
typedef struct {
    char *uuid;
    gboolean runs, busy;
} StorePower;

// Of StoreUse, a user each; @install_kind: the kind of job that counts as an install.
GPtrArray *store_quota_use(Store *store, const char *install_kind, GError **error);
// Of StoreWaiter, in order of creation, without those that are to be cancelled.
GPtrArray *store_quota_waiters(Store *store, const char *install_kind, GError **error);
// The job may begin, and its machine counts, in one transaction; each of @overtaken (NULL-terminated ids) was
// overtaken once more. *ret_admitted FALSE: it does not wait any more.
gboolean store_quota_admit(Store *store, const char *job_id, const char *const *overtaken,
                           gboolean *ret_admitted, GError **error);
// *ret_waits FALSE: it does not wait any more, and nothing was changed.
gboolean store_quota_set_waiting(Store *store, const char *job_id, const char *text, gboolean *ret_waits,
                                 GError **error);
// Of StorePower, all machines that count.
GPtrArray *store_quota_power(Store *store, GError **error);
gboolean store_quota_set_runs(Store *store, const char *uuid, gboolean runs, GError **error);

// -- events. At most 10,000 a job; the oldest "console" ones go first, then progress, log, phase, state.
gboolean store_event_add(Store *store, const char *job_id, const char *kind, const char *data_json,
                         gint64 *ret_sequence, GError **error);
GPtrArray *store_event_list(Store *store, const char *job_id, gint64 after_sequence, guint limit,
                            GError **error);
// The job's newest sequence, 0 if it has none.
gboolean store_event_last(Store *store, const char *job_id, gint64 *ret_sequence, GError **error);

// -- cached inspections: @identity is "dev:ino:size:mtime_ns" of the file. TRUE with *ret_json NULL if there
// is none.
gboolean store_inspection_get(Store *store, const char *path, const char *identity, char **ret_json,
                              GError **error);
gboolean store_inspection_set(Store *store, const char *path, const char *identity, const char *json,
                              GError **error);
