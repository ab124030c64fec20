// SPDX-License-Identifier: GPL-3.0-or-later
// Argument vector to command line; the rules are in command_line.h.
#include "guest/agent/command_line.h"

#include <string.h>

struct line {
    char *buffer;
    size_t size;
    size_t length;
    bool overflow;
};

static void put(struct line *line, const char *text, size_t length)
{
    if (line->overflow || length >= line->size - line->length) {
        line->overflow = true;
        return;
    }
    memcpy(line->buffer + line->length, text, length);
    line->length += length;
    line->buffer[line->length] = '\0';
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

// Backslashes are literal unless a double quote follows them, then they are doubled (the C runtime's rule).
static void put_quoted(struct line *line, const char *arg)
{
    size_t backslashes = 0;

    put(line, "\"", 1);
    for (; *arg != '\0'; arg++) {
        if (*arg == '"')
            for (backslashes++; backslashes > 0; backslashes--)
                put(line, "\\", 1);
        backslashes = *arg == '\\' ? backslashes + 1 : 0;
        put(line, arg, 1);
    }
    for (; backslashes > 0; backslashes--)
        put(line, "\\", 1);
    put(line, "\"", 1);
}

static void put_argument(struct line *line, const char *arg)
{
    put(line, " ", 1);
    if (*arg == '\0' || strpbrk(arg, " \t\n\v\"") != NULL)
        put_quoted(line, arg);
    else
        put_text(line, arg);
}

// The program's name is parsed by another rule than arguments: quotes delimit, backslashes never escape.
static void put_program(struct line *line, const char *program)
{
    bool quote = *program == '\0' || strpbrk(program, " \t") != NULL;

    if (strchr(program, '"') != NULL)
        line->overflow = true;
    if (quote)
        put(line, "\"", 1);
    put_text(line, program);
    if (quote)
        put(line, "\"", 1);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_word(const char *a, const char *b)
{
    for (; *a != '\0' && lower(*a) == lower(*b); a++)
        b++;
    return lower(*a) == lower(*b);
}

static bool is_cmd(const char *program)
{
    const char *name = program;

    for (const char *at = program; *at != '\0'; at++)
        if (*at == '\\' || *at == '/' || *at == ':')
            name = at + 1;
    return same_word(name, "cmd") || same_word(name, "cmd.exe");
}

// Index of the first argument after /c or /k, or 0.
static size_t shell_command(const char *const *argv, size_t argc)
{
    if (!is_cmd(argv[0]))
        return 0;
    for (size_t i = 1; i + 1 < argc; i++)
        if (same_word(argv[i], "/c") || same_word(argv[i], "/k"))
            return i + 1;
    return 0;
}

static void put_shell_command(struct line *line, const char *const *args, size_t count)
{
    put(line, " \"", 2);
    for (size_t i = 0; i < count; i++) {
        bool blank = args[i][0] == '\0' || strpbrk(args[i], " \t") != NULL;
        bool quote = count > 1 && blank && strchr(args[i], '"') == NULL;
        if (i > 0)
            put(line, " ", 1);
        if (quote)
            put(line, "\"", 1);
        put_text(line, args[i]);
        if (quote)
            put(line, "\"", 1);
    }
    put(line, "\"", 1);
}

bool command_line_build(const char *const *argv, size_t argc, char *buffer, size_t size)
{
    struct line line = { .buffer = buffer, .size = size, .overflow = size == 0 };
    size_t shell = shell_command(argv, argc);

    put_program(&line, argv[0]);
    if (shell == 0) {
        for (size_t i = 1; i < argc; i++)
            put_argument(&line, argv[i]);
        return !line.overflow;
    }
    for (size_t i = 1; i < shell - 1; i++)
        put_argument(&line, argv[i]);
    put_text(&line, " /s ");
    put_text(&line, argv[shell - 1]);
    put_shell_command(&line, argv + shell, argc - shell);
    return !line.overflow;
}
