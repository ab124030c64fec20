// SPDX-License-Identifier: GPL-3.0-or-later
// A server on sockets of its own over the fake service, and a client that sends whatever bytes a test wants
// and takes answers apart. Every wait is bounded; a test that would hang fails.
#pragma once

#include "daemon/http/server_state.h"
#include "tests/unit/http/fake_service.h"

typedef struct {
    char *folder;
    Config config;
    HttpTimes times;
    Daemon *daemon;
    HttpServer *server;
} Fixture;

// The configuration is filled in, nothing is started: tests change it first.
Fixture *fixture_new(void);
void fixture_start(Fixture *fixture);
Fixture *fixture_new_started(void); // both
// FALSE-expecting start: returns the error, which the caller frees.
GError *fixture_start_fails(Fixture *fixture);
void fixture_stop(Fixture *fixture);
void fixture_free(Fixture *fixture);
char *fixture_path(const Fixture *fixture, const char *name); // in its folder; the caller frees
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

typedef struct {
    int fd;
    GString *buffer; // received, not yet taken
    gboolean ended;
} Client;

Client *client_unix(const Fixture *fixture);
Client *client_tcp(const Fixture *fixture);
void client_free(Client *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Client, client_free)
// FALSE if the server has closed the connection.
gboolean client_try_send(Client *client, const char *bytes, gsize length);
void client_send(Client *client, const char *text);
// Waits until @text has come and removes everything up to and with it. FALSE if the connection ends first.
gboolean client_wait_for(Client *client, const char *text);
// TRUE once the server has closed the connection; what came before that is dropped.
gboolean client_wait_for_end(Client *client);

typedef struct {
    guint status;
    GHashTable *headers; // lower-case name → value
    GString *body;       // with the chunks put together
} Answer;
// NULL if the connection ends before an answer.
Answer *client_read(Client *client);
Answer *client_read_head(Client *client); // of an answer to HEAD
void answer_free(Answer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)
const char *answer_header(const Answer *answer, const char *name); // NULL if absent
// The body parsed; the caller frees.
json_object *answer_json(const Answer *answer);
// Fails the test unless the answer is a problem document of this status and code.
void assert_problem(const Answer *answer, guint status, const char *code);

// Fails the test if the service was called, or the server does not go on.
void assert_untouched(const Fixture *fixture);

// One request on a connection of its own. @headers: "Name: value\r\n…" or "". @body: NULL = none.
Answer *fixture_request(const Fixture *fixture, const char *method, const char *target, const char *headers,
                        const char *body);
Answer *fixture_get(const Fixture *fixture, const char *target);
// POST with Content-Type: application/json.
Answer *fixture_post(const Fixture *fixture, const char *target, const char *body);
