// SPDX-License-Identifier: GPL-3.0-or-later
// A recursive-descent checker of RFC 8259's grammar with I-JSON's extra rules (RFC 7493). It builds no tree
// and reads no locale. Depth is bounded, so recursion is.
#include "common/json_syntax.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

typedef struct {
    const char *start;
    const char *at;
    const char *end;
    guint depth;
    guint max_depth;
    GError **error;
} Checker;

static gboolean check_value(Checker *checker);

static gboolean fail_at(Checker *checker, const char *place, const char *what)
{
    gsize line = 1;
    const char *line_start = checker->start;
    for (const char *c = checker->start; c < place; c++) {
        if (*c == '\n') {
            line++;
            line_start = c + 1;
        }
    }
    g_set_error(checker->error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                "line %" G_GSIZE_FORMAT ", column %" G_GSIZE_FORMAT ": %s", line,
                (gsize)(place - line_start) + 1, what);
    return FALSE;
}

static gboolean fail_here(Checker *checker, const char *what)
{
    return fail_at(checker, checker->at, checker->at == checker->end ? "the text ends too early" : what);
}

static gboolean next_is(const Checker *checker, char wanted)
{
    return checker->at < checker->end && *checker->at == wanted;
}

static void skip_space(Checker *checker)
{
    while (next_is(checker, ' ') || next_is(checker, '\t') || next_is(checker, '\n') ||
           next_is(checker, '\r'))
        checker->at++;
}

static gboolean check_word(Checker *checker, const char *word)
{
    gsize length = strlen(word);
    if ((gsize)(checker->end - checker->at) < length || memcmp(checker->at, word, length) != 0)
        return fail_here(checker, "unknown word; a value was expected");
    checker->at += length;
    return TRUE;
}

static gsize skip_digits(Checker *checker)
{
    const char *begin = checker->at;
    while (checker->at < checker->end && g_ascii_isdigit(*checker->at))
        checker->at++;
    return (gsize)(checker->at - begin);
}

// Whole numbers beyond int64 would be clamped by json-c, others beyond double would become infinite.
static gboolean check_number_range(Checker *checker, const char *begin, gboolean whole)
{
    gsize length = (gsize)(checker->at - begin);
    char digits[64];
    if (length >= sizeof digits)
        return fail_at(checker, begin, "number with too many digits");
    memcpy(digits, begin, length);
    digits[length] = '\0';
    gint64 number;
    if (whole && !g_ascii_string_to_signed(digits, 10, G_MININT64, G_MAXINT64, &number, NULL))
        return fail_at(checker, begin, "whole number beyond 64 bits");
    if (!whole && !isfinite(g_ascii_strtod(digits, NULL)))
        return fail_at(checker, begin, "number too large");
    return TRUE;
}

static gboolean check_number(Checker *checker)
{
    const char *begin = checker->at;
    gboolean whole = TRUE;
    if (next_is(checker, '-'))
        checker->at++;
    const char *first = checker->at;
    gsize digits = skip_digits(checker);
    if (digits == 0)
        return fail_here(checker, "a digit was expected");
    if (digits > 1 && *first == '0')
        return fail_at(checker, first, "number with a leading zero");
    if (next_is(checker, '.')) {
        whole = FALSE;
        checker->at++;
        if (skip_digits(checker) == 0)
            return fail_here(checker, "a digit was expected after the point");
    }
    if (next_is(checker, 'e') || next_is(checker, 'E')) {
        whole = FALSE;
        checker->at++;
        if (next_is(checker, '+') || next_is(checker, '-'))
            checker->at++;
        if (skip_digits(checker) == 0)
            return fail_here(checker, "a digit was expected in the exponent");
    }
    return check_number_range(checker, begin, whole);
}

// Reads the four hex digits at checker->at.
static gboolean read_hex4(Checker *checker, gunichar *ret_unit)
{
    gunichar unit = 0;
    for (int i = 0; i < 4; i++) {
        if (checker->at == checker->end || !g_ascii_isxdigit(*checker->at))
            return fail_here(checker, "four hex digits were expected after \\u");
        unit = unit << 4 | (gunichar)g_ascii_xdigit_value(*checker->at);
        checker->at++;
    }
    *ret_unit = unit;
    return TRUE;
}

static gboolean check_unicode_escape(Checker *checker, const char *escape, GString *decoded)
{
    gunichar unit;
    gunichar low;
    if (!read_hex4(checker, &unit))
        return FALSE;
    if (unit == 0)
        return fail_at(checker, escape, "\\u0000 is not allowed");
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return fail_at(checker, escape, "lone surrogate");
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        if (checker->end - checker->at < 2 || checker->at[0] != '\\' || checker->at[1] != 'u')
            return fail_at(checker, escape, "lone surrogate");
        checker->at += 2;
        if (!read_hex4(checker, &low))
            return FALSE;
        if (low < 0xDC00 || low > 0xDFFF)
            return fail_at(checker, escape, "lone surrogate");
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    if (decoded != NULL)
        g_string_append_unichar(decoded, unit);
    return TRUE;
}

static gboolean check_escape(Checker *checker, GString *decoded)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *escape = checker->at;
    checker->at++;
    if (next_is(checker, 'u')) {
        checker->at++;
        return check_unicode_escape(checker, escape, decoded);
    }
    const char *letter =
        checker->at < checker->end && *checker->at != '\0' ? strchr(letters, *checker->at) : NULL;
    if (letter == NULL)
        return fail_here(checker, "unknown escape in a string");
    if (decoded != NULL)
        g_string_append_c(decoded, meanings[letter - letters]);
    checker->at++;
    return TRUE;
}

// Appends the meaning of the string to @decoded unless that is NULL.
static gboolean check_string(Checker *checker, GString *decoded)
{
    if (!next_is(checker, '"'))
        return fail_here(checker, "a string in double quotes was expected");
    checker->at++;
    while (checker->at < checker->end) {
        char c = *checker->at;
        if (c == '"') {
            checker->at++;
            return TRUE;
        }
        if ((guchar)c < 0x20)
            return fail_here(checker, "control character in a string");
        if (c == '\\') {
            if (!check_escape(checker, decoded))
                return FALSE;
            continue;
        }
        if (decoded != NULL)
            g_string_append_c(decoded, c);
        checker->at++;
    }
    return fail_here(checker, "unended string");
}

typedef struct {
    char *name;
    const char *place;
} Member;

static void member_clear(gpointer data)
{
    g_free(((Member *)data)->name);
}

static gint member_compare(gconstpointer a, gconstpointer b)
{
    const Member *left = a;
    const Member *right = b;
    int order = strcmp(left->name, right->name);
    if (order != 0)
        return order;
    return left->place < right->place ? -1 : left->place > right->place;
}

// Sorting, not hashing: a body full of chosen names cannot make it slow.
static gboolean check_names_differ(Checker *checker, GArray *members)
{
    g_array_sort(members, member_compare);
    for (guint i = 1; i < members->len; i++) {
        const Member *before = &g_array_index(members, Member, i - 1);
        const Member *member = &g_array_index(members, Member, i);
        if (strcmp(before->name, member->name) == 0)
            return fail_at(checker, member->place, "repeated name in an object");
    }
    return TRUE;
}

static gboolean check_member(Checker *checker, GArray *members)
{
    g_autoptr(GString) name = g_string_new(NULL);
    Member member = { .place = checker->at };
    if (!check_string(checker, name))
        return FALSE;
    member.name = g_string_free(g_steal_pointer(&name), FALSE);
    g_array_append_val(members, member);
    skip_space(checker);
    if (!next_is(checker, ':'))
        return fail_here(checker, "':' was expected");
    checker->at++;
    skip_space(checker);
    return check_value(checker);
}

static gboolean check_object(Checker *checker)
{
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(Member));
    g_array_set_clear_func(members, member_clear);
    checker->at++;
    skip_space(checker);
    if (next_is(checker, '}')) {
        checker->at++;
        return TRUE;
    }
    for (;;) {
        if (!check_member(checker, members))
            return FALSE;
        skip_space(checker);
        if (next_is(checker, '}')) {
            checker->at++;
            return check_names_differ(checker, members);
        }
        if (!next_is(checker, ','))
            return fail_here(checker, "',' or '}' was expected");
        checker->at++;
        skip_space(checker);
    }
}

static gboolean check_array(Checker *checker)
{
    checker->at++;
    skip_space(checker);
    if (next_is(checker, ']')) {
        checker->at++;
        return TRUE;
    }
    for (;;) {
        if (!check_value(checker))
            return FALSE;
        skip_space(checker);
        if (next_is(checker, ']')) {
            checker->at++;
            return TRUE;
        }
        if (!next_is(checker, ','))
            return fail_here(checker, "',' or ']' was expected");
        checker->at++;
        skip_space(checker);
    }
}

static gboolean check_nested(Checker *checker, gboolean (*check)(Checker *))
{
    if (checker->depth == checker->max_depth)
        return fail_here(checker, "nested too deeply");
    checker->depth++;
    gboolean ok = check(checker);
    checker->depth--;
    return ok;
}

static gboolean check_value(Checker *checker)
{
    if (checker->at == checker->end)
        return fail_here(checker, NULL);
    switch (*checker->at) {
    case '{':
        return check_nested(checker, check_object);
    case '[':
        return check_nested(checker, check_array);
    case '"':
        return check_string(checker, NULL);
    case 't':
        return check_word(checker, "true");
    case 'f':
        return check_word(checker, "false");
    case 'n':
        return check_word(checker, "null");
    default:
        if (*checker->at == '-' || g_ascii_isdigit(*checker->at))
            return check_number(checker);
        return fail_here(checker, "a value was expected");
    }
}

gboolean json_syntax_check(const char *text, gsize length, guint max_depth, GError **error)
{
    Checker checker = {
        .start = text, .at = text, .end = text + length, .max_depth = max_depth, .error = error
    };
    const char *valid_end = text;
    if (!g_utf8_validate_len(text, length, &valid_end))
        return fail_at(&checker, valid_end, "not UTF-8, or a zero byte");
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        return fail_here(&checker, "byte order mark");
    skip_space(&checker);
    if (!check_value(&checker))
        return FALSE;
    skip_space(&checker);
    if (checker.at != checker.end)
        return fail_here(&checker, "something follows the JSON text");
    return TRUE;
}
