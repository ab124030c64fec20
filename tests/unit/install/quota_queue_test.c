// SPDX-License-Identifier: GPL-3.0-or-later
// Who begins next when quotas are full: order, shares, passing, and that nobody waits for ever.
//
// Amounts are written "m1 v2 M4 d8 i1" (machines, processors, memory, disk, installs), joined by '+'. A
// waiter is JOB:AMOUNT or JOB:AMOUNT*N, overtaken N times; its user is the job's first letter.
#include <string.h>

#include "daemon/quota/queue.h"
#include "daemon/quota/text.h"

#define MOST 64

typedef struct {
    const char *name;
    const char *host, *user; // limits
    const char *uses;        // "a:M4 b:M2"
    const char *waiters;     // in order of creation
    const char *next;        // or "-"
    const char *rest;        // what is said of waiters: "a1=host b2=behind:a1", "a1=overtaken"
} Case;

static const Case cases[] = {
    { "empty", "M8", "", "", "", "-", "" },
    { "no-limit", "", "", "a:M99", "a1:m1+M99 b2:M1", "a1", "" },
    { "fits-exactly", "M8", "", "a:M4", "b1:M4", "b1", "" },
    { "host-full", "M8", "", "a:M6", "b1:M4", "-", "b1=host" },
    { "each-resource-counts", "m2+v9+M9+d9", "", "a:m2+v1", "b1:m1+v1", "-", "b1=host" },
    { "disk-full", "d100", "", "a:d90", "b1:d20", "-", "b1=host" },
    { "user-full", "M9", "M4", "a:M4", "a1:M1", "-", "a1=user" },
    { "user-full-lets-others-pass", "M9", "M4", "a:M4", "a1:M1 b2:M1", "b2", "" },
    { "small-passes-large", "M8", "", "c:M6", "a1:M4 b2:M2", "b2", "a1=overtaken" },
    { "smallest-share-first", "M16", "", "a:M4", "a1:M2 b2:M2", "b2", "a1=free" },
    { "smallest-share-takes-the-last", "M8", "", "a:M6", "a1:M2 b2:M2", "b2", "a1=overtaken" },
    { "share-is-of-the-scarcest", "v8+M8", "", "a:v6+M1 b:v1+M4", "a1:M1 b2:M1", "b2", "" },
    { "share-of-own-quota-without-hosts", "", "M8", "a:M4 b:M2", "a1:M1 b2:M1", "b2", "" },
    { "share-without-limits-is-none", "", "", "a:M400", "a1:M1 b2:M1", "a1", "" },
    { "equal-share-first-come", "M8", "", "a:M2 b:M2", "a1:M1 b2:M1", "a1", "" },
    { "passed-a-little-is-passed-still", "M8", "", "c:M6", "a1:M4*7 b2:M2", "b2", "a1=overtaken" },
    { "passed-enough-holds-the-front", "M8", "", "c:M6", "a1:M4*8 b2:M2", "-", "a1=host b2=behind:a1" },
    { "front-goes-before-share", "M8", "", "a:M4", "a1:M4*8 b2:M4", "a1", "" },
    { "front-holds-what-it-lacks-only", "M8+d8", "", "c:M6", "a1:M4*8 b2:d2", "b2", "" },
    { "front-leaves-what-it-does-not-need", "M8+v8", "", "c:M7", "a1:M4*8 b2:M1+v1 c3:v1", "c3", "" },
    { "front-of-a-full-user-holds-nobody-else", "M8", "M4", "a:M4", "a1:M2*99 b2:M2", "b2", "" },
    { "front-of-a-full-user-holds-its-own", "M8", "M4", "a:M3", "a1:M2*8 a2:M1", "-",
      "a1=user a2=behind:a1" },
    { "two-at-the-front-first-come", "M8", "", "c:M6", "a1:M4*8 b2:M3*20", "-", "a1=host b2=host" },
    { "two-fit-first-come", "M8", "", "", "a1:M8*8 b2:M3*20", "a1", "b2=free" },
    { "second-of-a-user-does-not-hold", "M8", "", "c:M5", "a1:M4 a2:M4*50 b3:M2", "b3", "a1=overtaken" },
    { "takes-nothing-goes-at-once", "M8", "", "c:M8", "a1:M4*8 b2:m0", "b2", "" },
    { "never-fits-the-host", "M8", "", "", "a1:M9*99 b2:M8", "b2", "a1=never" },
    { "never-fits-its-user", "M8", "M4", "", "a1:M5 b2:M4", "b2", "a1=never" },
    { "never-fits-and-alone", "M8", "M4", "", "a1:M5", "-", "a1=never" },
    { "never-fits-does-not-count-as-first", "M8", "", "c:M5", "a1:M9 a2:M4*8 b3:M2", "-",
      "a1=never a2=host b3=behind:a2" },
    { "install-at-work", "i1", "", "a:i1", "a1:i1 b2:i1", "-", "a1=host b2=host" },
    { "installs-go-round", "i2", "", "a:i1", "a1:i1 b2:i1", "b2", "a1=overtaken" },
    { "clone-passes-install", "i1+M8", "", "a:i1+M2", "a1:i1+M2 b2:M2", "b2", "" },
    { "quota-was-made-smaller", "M4", "", "a:M6", "b1:M1", "-", "b1=host" },
};

static QuotaAmount amount_of(const char *text)
{
    static const char letters[] = "mvMdi";
    QuotaAmount amount = { { 0 } };
    g_auto(GStrv) parts = g_strsplit(text, "+", -1);
    for (char **part = parts; *part && **part; part++) {
        const char *letter = strchr(letters, **part);
        g_assert_nonnull(letter);
        amount.of[letter - letters] = g_ascii_strtoll(*part + 1, NULL, 10);
    }
    return amount;
}

typedef struct {
    QuotaLimits limits;
    QuotaUse uses[MOST];
    QuotaWaiter waiters[MOST];
    gsize use_count, waiter_count;
    char **kept[2]; // whose texts are borrowed
    char *names[MOST];
} Scene;

static void scene_clear(Scene *scene)
{
    g_strfreev(scene->kept[0]);
    g_strfreev(scene->kept[1]);
    for (gsize i = 0; i < MOST; i++)
        g_free(scene->names[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

// "NAME:REST" becomes NAME; returns REST.
static const char *cut(char *text)
{
    char *colon = strchr(text, ':');
    g_assert_nonnull(colon);
    *colon = '\0';
    return colon + 1;
}

static Scene scene_of(const Case *test)
{
    Scene scene = { .limits = { amount_of(test->host), amount_of(test->user) } };
    scene.kept[0] = g_strsplit(test->uses, " ", -1);
    scene.kept[1] = g_strsplit(test->waiters, " ", -1);
    for (char **use = scene.kept[0]; *use && **use; use++) {
        const QuotaAmount amount = amount_of(cut(*use));
        scene.uses[scene.use_count++] = (QuotaUse){ *use, amount, 1 };
    }
    for (char **waiter = scene.kept[1]; *waiter && **waiter; waiter++) {
        const gsize i = scene.waiter_count++;
        char *times = strchr(*waiter, '*');
        if (times)
            *times++ = '\0';
        const QuotaAmount need = amount_of(cut(*waiter));
        scene.names[i] = g_strndup(*waiter, 1);
        scene.waiters[i] = (QuotaWaiter){ .job = *waiter,
                                          .user = scene.names[i],
                                          .number = (gint64)i + 1,
                                          .overtaken = times ? g_ascii_strtoll(times, NULL, 10) : 0,
                                          .need = need };
    }
    return scene;
}

static const QuotaWaiter *find(const Scene *scene, const char *job)
{
    for (gsize i = 0; i < scene->waiter_count; i++)
        if (strcmp(scene->waiters[i].job, job) == 0)
            return &scene->waiters[i];
    g_error("no waiter %s", job);
}

static char *said_of(const QuotaWaiter *waiter, const char *what)
{
    static const char *const words[] = { "fits", "host", "user", "behind", "never" };
    if (strcmp(what, "overtaken") == 0 || strcmp(what, "free") == 0)
        return g_strdup(waiter->overtaken_now ? "overtaken" : "free");
    return waiter->verdict == QUOTA_BEHIND ? g_strdup_printf("behind:%s", waiter->behind)
                                           : g_strdup(words[waiter->verdict]);
}

static void test_case(gconstpointer data)
{
    const Case *test = data;
    g_auto(Scene) scene = scene_of(test);
    const gssize next =
        quota_queue_next(&scene.limits, scene.uses, scene.use_count, scene.waiters, scene.waiter_count);
    g_assert_cmpstr(next < 0 ? "-" : scene.waiters[next].job, ==, test->next);
    g_auto(GStrv) rest = g_strsplit(test->rest, " ", -1);
    for (char **part = rest; *part && **part; part++) {
        g_auto(GStrv) pair = g_strsplit(*part, "=", 2);
        g_autofree char *said = said_of(find(&scene, pair[0]), pair[1]);
        g_assert_cmpstr(said, ==, pair[1]);
    }
}

// ---- Over time ----

typedef struct {
    const char *user;
    gint64 need, left; // rounds until it ends
} Running;

// One resource; jobs run for some rounds.
typedef struct {
    QuotaLimits limits;
    GArray *waiting; // of QuotaWaiter
    GArray *running; // of Running
    gint64 number;
} Host;

static void host_clear(Host *host)
{
    g_array_unref(host->waiting);
    g_array_unref(host->running);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Host, host_clear)

static Host host_new(gint64 memory)
{
    return (Host){ .limits = { { { [QUOTA_MEMORY] = memory } }, { { 0 } } },
                   .waiting = g_array_new(FALSE, TRUE, sizeof(QuotaWaiter)),
                   .running = g_array_new(FALSE, TRUE, sizeof(Running)) };
}

static void submit(Host *host, const char *user, gint64 memory)
{
    const QuotaWaiter waiter = {
        .job = user, .user = user, .number = ++host->number, .need = { { [QUOTA_MEMORY] = memory } }
    };
    g_array_append_val(host->waiting, waiter);
}

static gsize uses_of(const Host *host, QuotaUse *uses)
{
    for (guint i = 0; i < host->running->len; i++) {
        const Running *job = &g_array_index(host->running, Running, i);
        uses[i] = (QuotaUse){ job->user, { { [QUOTA_MEMORY] = job->need } }, 1 };
    }
    return host->running->len;
}

// Returns the user whose job was admitted, or NULL; never more than there is.
static const char *admit_one(Host *host, gint64 rounds)
{
    QuotaUse uses[MOST];
    const gsize count = uses_of(host, uses);
    QuotaWaiter *waiters = (QuotaWaiter *)(void *)host->waiting->data;
    const gssize next = quota_queue_next(&host->limits, uses, count, waiters, host->waiting->len);
    if (next < 0)
        return NULL;
    for (guint i = 0; i < host->waiting->len; i++)
        waiters[i].overtaken += waiters[i].overtaken_now;
    const Running job = { waiters[next].user, waiters[next].need.of[QUOTA_MEMORY], rounds };
    g_array_append_val(host->running, job);
    g_array_remove_index(host->waiting, (guint)next);
    const gsize then = uses_of(host, uses);
    g_assert_cmpint(quota_sum(uses, then, NULL).amount.of[QUOTA_MEMORY], <=,
                    host->limits.host.of[QUOTA_MEMORY]);
    return job.user;
}

static void end_round(Host *host)
{
    for (guint i = host->running->len; i-- > 0;)
        if (--g_array_index(host->running, Running, i).left <= 0)
            g_array_remove_index(host->running, i);
}

// Small ones come faster than they end; the large one needs all there is.
static void test_large_one_does_not_starve(void)
{
    g_auto(Host) host = host_new(8);
    int small_before = 0, rounds = 0;
    gboolean begun = FALSE;
    for (int i = 0; i < 4; i++) {
        submit(&host, "b", 2);
        admit_one(&host, i + 1);
    }
    submit(&host, "a", 8);
    for (; !begun && rounds < 200; rounds++) {
        const char *user;
        submit(&host, "b", 2);
        submit(&host, "c", 2);
        while (!begun && (user = admit_one(&host, 3))) {
            begun = strcmp(user, "a") == 0;
            small_before += !begun;
        }
        end_round(&host);
    }
    g_assert_true(begun);
    g_assert_cmpint(small_before, >, 0); // no room lay idle from the first moment on
    g_assert_cmpint(small_before, <=, QUOTA_PATIENCE);
}

// One asks for a hundred at once, the other afterwards: they take turns.
static void test_flood_does_not_drown_others(void)
{
    g_auto(Host) host = host_new(4);
    int admitted[2] = { 0, 0 };
    for (int i = 0; i < 40; i++)
        submit(&host, "a", 1);
    for (int i = 0; i < 20; i++)
        submit(&host, "b", 1);
    for (int round = 0; round < 8; round++) {
        const char *user;
        while ((user = admit_one(&host, 1)))
            admitted[*user == 'b']++;
        end_round(&host);
    }
    g_assert_cmpint(admitted[0], ==, 16);
    g_assert_cmpint(admitted[1], ==, 16);
}

static void test_everybody_begins_in_the_end(void)
{
    static const char *const users[] = { "a", "b", "c", "d" };
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (int game = 0; game < 200; game++) {
        g_auto(Host) host = host_new(8);
        for (int i = 0; i < 40; i++)
            submit(&host, users[g_rand_int_range(random, 0, 4)], g_rand_int_range(random, 1, 9));
        int rounds = 0;
        for (; host.waiting->len > 0 && rounds < 1000; rounds++) {
            while (admit_one(&host, g_rand_int_range(random, 1, 4)))
                continue;
            end_round(&host);
        }
        g_assert_cmpuint(host.waiting->len, ==, 0);
    }
}

// ---- In words ----

static void assert_text(const char *host, const char *user, const char *uses, const char *waiters,
                        const char *job, const char *wanted)
{
    const Case test = { "", host, user, uses, waiters, "-", "" };
    g_auto(Scene) scene = scene_of(&test);
    quota_queue_next(&scene.limits, scene.uses, scene.use_count, scene.waiters, scene.waiter_count);
    g_autofree char *text = quota_waiting_text(&scene.limits, scene.uses, scene.use_count, find(&scene, job));
    g_assert_cmpstr(text, ==, wanted);
}

static void test_says_why(void)
{
    assert_text("M8192", "", "a:m1+M2048 b:m2+M4096", "c1:M4096", "c1",
                "waits for memory: 6144 of 8192 MiB are in use by 2 machines; 4096 are needed; position 1");
    assert_text("M9", "v2", "a:m1+v2", "a1:v1", "a1",
                "waits for processors: 2 of 2 processors of a are in use by 1 machine; position 1");
    assert_text("i1", "", "a:i1", "b1:i1", "b1",
                "waits for an install to end: 1 of 1 installs are in use; position 1");
    assert_text("m2", "", "a:m2", "b1:m1 c2:m1", "c2",
                "waits for a machine's place: 2 of 2 places are in use; position 2");
    assert_text("M8", "", "c:M6", "a1:M4*8 b2:M2", "b2",
                "waits behind job a1, which others have overtaken often enough; position 2");
    assert_text(
        "M8", "d4", "", "a1:d5", "a1",
        "cannot begin: it needs 5 GiB of disk, and the quota of a user is 4 GiB of disk; cancel it, or "
        "raise the quota");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat("/quota-queue/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    g_test_add_func("/quota-queue/large-one-does-not-starve", test_large_one_does_not_starve);
    g_test_add_func("/quota-queue/flood-does-not-drown-others", test_flood_does_not_drown_others);
    g_test_add_func("/quota-queue/everybody-begins-in-the-end", test_everybody_begins_in_the_end);
    g_test_add_func("/quota-queue/says-why", test_says_why);
    return g_test_run();
}
