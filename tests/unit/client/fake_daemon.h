// SPDX-License-Identifier: GPL-3.0-or-later
// A sevend that says what a test tells it to: canned answers a route, event streams in pieces, and a record
// of what it was asked. HTTP just enough for libcurl; a thread a connection.
#pragma once

#include <glib.h>

typedef struct FakeDaemon FakeDaemon;

// Listens on a Unix socket in a new temporary folder and on a port of 127.0.0.1.
FakeDaemon *fake_daemon_new(void);
void fake_daemon_free(FakeDaemon *fake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeDaemon, fake_daemon_free)

const char *fake_daemon_folder(const FakeDaemon *fake);
const char *fake_daemon_socket(const FakeDaemon *fake);
guint fake_daemon_port(const FakeDaemon *fake);

// @route: "GET /v1/vms", without the query unless the answer is for one query only. Answers to the same route
// are used up in order; the last one stays.
void fake_daemon_answer(FakeDaemon *fake, const char *route, int status, const char *body);
void fake_daemon_answer_bytes(FakeDaemon *fake, const char *route, int status, const char *content_type,
                              const void *bytes, gsize length);
// One more "Name: value" to the answer that was added last; of a stream it comes behind the body.
void fake_daemon_add_header(FakeDaemon *fake, const char *header);
// A 200 answer of type text/event-stream, each piece sent on its own. Pieces with a meaning:
#define FAKE_WAIT  "\001wait"  // go on after fake_daemon_release()
#define FAKE_BREAK "\001break" // hang up in the middle (else the stream ends in order)
#define FAKE_STOP  "\001stop"  // hang up and take nobody in any more, until fake_daemon_listen()
void fake_daemon_stream(FakeDaemon *fake, const char *route, ...) G_GNUC_NULL_TERMINATED;
void fake_daemon_release(FakeDaemon *fake);
// Takes connections (again).
void fake_daemon_listen(FakeDaemon *fake);
// Removes the socket and refuses everybody.
void fake_daemon_stop(FakeDaemon *fake);

// Waits until @count requests have been received.
void fake_daemon_wait_for(FakeDaemon *fake, guint count);
guint fake_daemon_request_count(FakeDaemon *fake);
// The request of that number: "POST /v1/vms?x=y", its header's value (NULL if absent), its body. The caller
// frees.
char *fake_daemon_request_line(FakeDaemon *fake, guint number);
char *fake_daemon_request_header(FakeDaemon *fake, guint number, const char *name);
char *fake_daemon_request_body(FakeDaemon *fake, guint number);
