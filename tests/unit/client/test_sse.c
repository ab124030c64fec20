// SPDX-License-Identifier: GPL-3.0-or-later
// The event stream parser: whatever the pieces, the same events.
#include "client/sse.h"

#include <string.h>

static void record(const SseEvent *event, gpointer user_data)
{
    g_string_append_printf(user_data, "<%s|%s|%s>", event->id, event->kind, event->data);
}

static const char stream[] = "\xef\xbb\xbf: hello\n"
                             "id: 1\nevent: phase\ndata: {\"a\":1}\n\n"
                             "retry: 1500\r\n\r\n"
                             "id:2\rdata:first\rdata: second\rdata\r\r"
                             ": \n\n"
                             "event: only a name\n\n"
                             "data:  two spaces\r\nunknown: x\r\n\r\n"
                             "id: 9\ndata: never finished\n";
static const char expected[] = "<1|phase|{\"a\":1}><2|message|first\nsecond\n><2|message| two spaces>";

static void cut_anywhere_gives_the_same_events(void)
{
    for (gsize cut = 0; cut < sizeof stream; cut++) {
        g_autoptr(GString) events = g_string_new(NULL);
        g_autoptr(SseParser) parser = sse_parser_new(record, events);
        g_assert_true(sse_parser_feed(parser, stream, cut));
        g_assert_true(sse_parser_feed(parser, stream + cut, sizeof stream - 1 - MIN(cut, sizeof stream - 1)));
        g_assert_cmpstr(events->str, ==, expected);
        g_assert_cmpint(sse_parser_retry(parser), ==, 1500);
    }
}

static void byte_by_byte_gives_the_same_events(void)
{
    g_autoptr(GString) events = g_string_new(NULL);
    g_autoptr(SseParser) parser = sse_parser_new(record, events);
    for (gsize i = 0; i + 1 < sizeof stream; i++)
        g_assert_true(sse_parser_feed(parser, stream + i, 1));
    g_assert_cmpstr(events->str, ==, expected);
}

static void restart_forgets_the_half_event_and_its_id(void)
{
    g_autoptr(GString) events = g_string_new(NULL);
    g_autoptr(SseParser) parser = sse_parser_new(record, events);
    const char first[] = "id: 7\ndata: whole\n\nid: 8\ndata: ha";
    g_assert_true(sse_parser_feed(parser, first, strlen(first)));
    g_assert_cmpstr(sse_parser_last_id(parser), ==, "7");
    sse_parser_restart(parser);
    const char second[] = "id: 8\ndata: all of it\n\n";
    g_assert_true(sse_parser_feed(parser, second, strlen(second)));
    g_assert_cmpstr(events->str, ==, "<7|message|whole><8|message|all of it>");
    g_assert_cmpstr(sse_parser_last_id(parser), ==, "8");
}

static void endless_line_is_refused(void)
{
    g_autoptr(GString) events = g_string_new(NULL);
    g_autoptr(SseParser) parser = sse_parser_new(record, events);
    g_autofree char *block = g_strnfill(64 * 1024, 'x');
    gboolean taken = TRUE;
    guint blocks = 0;
    for (; taken && blocks < 100; blocks++)
        taken = sse_parser_feed(parser, block, 64 * 1024);
    g_assert_false(taken);
    g_assert_cmpuint(blocks, ==, 17);
}

static void endless_event_is_refused(void)
{
    g_autoptr(GString) events = g_string_new(NULL);
    g_autoptr(SseParser) parser = sse_parser_new(record, events);
    g_autofree char *text = g_strnfill(64 * 1024, 'x');
    g_autofree char *line = g_strconcat("data: ", text, "\n", NULL);
    gboolean taken = TRUE;
    for (guint i = 0; taken && i < 100; i++)
        taken = sse_parser_feed(parser, line, strlen(line));
    g_assert_false(taken);
    g_assert_cmpstr(events->str, ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/sse/cut-anywhere-gives-the-same-events", cut_anywhere_gives_the_same_events);
    g_test_add_func("/client/sse/byte-by-byte-gives-the-same-events", byte_by_byte_gives_the_same_events);
    g_test_add_func("/client/sse/restart-forgets-the-half-event-and-its-id",
                    restart_forgets_the_half_event_and_its_id);
    g_test_add_func("/client/sse/endless-line-is-refused", endless_line_is_refused);
    g_test_add_func("/client/sse/endless-event-is-refused", endless_event_is_refused);
    return g_test_run();
}
