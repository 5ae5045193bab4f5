/*
 * Reading a password: from the terminal without showing it, or the first line of standard input
 * where that is no terminal. Never from arguments: other users see those in the list of processes.
 */
#include "prompt.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

/* One line without its end. false: nothing came. */
static bool read_line(FILE *file, char *line, size_t size, bool *ret_is_too_long)
{
    size_t length = 0;
    int c;

    *ret_is_too_long = false;
    while ((c = getc(file)) != EOF && c != '\n') {
        if (length + 1 < size)
            line[length++] = (char)c;
        else
            *ret_is_too_long = true;
    }
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = 0;
    return c != EOF || length > 0;
}

static enum berm_status ask(const char *question, char *line, size_t size, struct berm_error *err)
{
    bool is_terminal = isatty(STDIN_FILENO);
    bool is_too_long;
    struct termios before = {0};
    bool has_line;

    if (is_terminal) {
        bool is_known = tcgetattr(STDIN_FILENO, &before) == 0;
        struct termios hidden = before;

        hidden.c_lflag &= ~(tcflag_t)ECHO;
        if (!is_known || tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) != 0)
            return fail_with(err, BERM_IO,
                             "the terminal would show the password; give it on "
                             "standard input instead");
        fprintf(stderr, "%s: ", question);
    }
    has_line = read_line(stdin, line, size, &is_too_long);
    if (is_terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    if (!has_line)
        return fail_with(err, BERM_INVALID_INPUT,
                         "no password came; type it, or give it as a line on standard input");
    if (is_too_long)
        return fail_with(err, BERM_LIMIT, "the password has more than %d bytes; shorten it",
                         (int)PASSWORD_BYTES_MAX);
    return BERM_OK;
}

enum berm_status prompt_password(char ret_password[PASSWORD_LINE_MAX], struct berm_error *err)
{
    char again[PASSWORD_LINE_MAX];

    TRY(ask("New password", ret_password, PASSWORD_LINE_MAX, err));
    if (!isatty(STDIN_FILENO))
        return BERM_OK;
    TRY(ask("The same again", again, sizeof again, err));
    if (strcmp(ret_password, again) != 0)
        return fail_with(err, BERM_INVALID_INPUT, "the two passwords differ; try again");
    explicit_bzero(again, sizeof again);
    return BERM_OK;
}
