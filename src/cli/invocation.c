/* What commands ask of their command line. A wrong value is wrong usage: exit code 2. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES_MAX = 4096 };

const char *invocation_value(const struct invocation *invocation, const char *name)
{
    for (int v = invocation->value_count; v-- > 0;)
        if (strcmp(invocation->values[v].name, name) == 0)
            return invocation->values[v].value;
    return NULL;
}

size_t invocation_values(const struct invocation *invocation, const char *name,
                         struct text ret_values[OPTION_VALUES_MAX])
{
    size_t count = 0;

    for (int v = 0; v < invocation->value_count; v++)
        if (strcmp(invocation->values[v].name, name) == 0)
            ret_values[count++] = text_of(invocation->values[v].value);
    return count;
}

bool invocation_has(const struct invocation *invocation, const char *name)
{
    return invocation_value(invocation, name) != NULL;
}

enum berm_status invocation_int64(struct invocation *invocation, const char *name, int64_t low,
                                  int64_t high, int64_t fallback, int64_t *ret_value,
                                  struct berm_error *err)
{
    const char *value = invocation_value(invocation, name);

    *ret_value = fallback;
    if (!value)
        return BERM_OK;
    if (!text_parse_int64(text_of(value), ret_value) || *ret_value < low || *ret_value > high) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "--%s %s: it must be a whole number from %lld to %lld", name, value,
                         (long long)low, (long long)high);
    }
    return BERM_OK;
}

enum berm_status invocation_month(struct invocation *invocation, bool *ret_has,
                                  month_number *ret_month, struct berm_error *err)
{
    const char *value = invocation_value(invocation, "month");

    *ret_has = value != NULL;
    if (value && month_parse(text_of(value), ret_month, err) != BERM_OK) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_within(err, BERM_INVALID_INPUT, "--month");
    }
    return BERM_OK;
}

enum berm_status invocation_date(struct invocation *invocation, const char *name, bool *ret_has,
                                 date_days *ret_date, struct berm_error *err)
{
    const char *value = invocation_value(invocation, name);

    *ret_has = value != NULL;
    if (value && date_parse(text_of(value), ret_date, err) != BERM_OK) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_within(err, BERM_INVALID_INPUT, "--%s", name);
    }
    return BERM_OK;
}

/* The words that an option of the command takes, as its row writes them: "table|json". */
static const char *words_of(const struct command *command, const char *name)
{
    for (const struct option_spec *option = command->options; option->name; option++)
        if (strcmp(option->name, name) == 0)
            return option->value;
    assert(!"the command's row lists the option");
    return "";
}

static bool is_one_of(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = words; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strncmp(at, word, length) == 0 && (at[length] == '|' || at[length] == 0))
            return length > 0;
    return false;
}

/* The position of a value among words, of which the option may take some only; the first where
 * value is NULL. from is where it was given, such as "--format". */
static enum berm_status choose(struct invocation *invocation, const char *name, const char *from,
                               const char *value, const char *const *words, size_t count,
                               int *ret_choice, struct berm_error *err)
{
    const char *taken = words_of(invocation->command, name);

    *ret_choice = 0;
    if (!value)
        return BERM_OK;
    for (size_t w = 0; w < count; w++)
        if (strcmp(words[w], value) == 0 && is_one_of(taken, value)) {
            *ret_choice = (int)w;
            return BERM_OK;
        }
    invocation->exit_code = EXIT_CODE_USAGE;
    return fail_with(err, BERM_INVALID_INPUT, "%s %s: berm %s takes %s", from, value,
                     invocation->command->name, taken);
}

enum berm_status invocation_language(struct invocation *invocation, enum language *ret_language,
                                     struct berm_error *err)
{
    static const char *const WORDS[] = {"en", "zh"};
    const char *value = invocation_value(invocation, "lang");
    const char *from = value ? "--lang" : "BERM_LANG";
    int choice;

    TRY(choose(invocation, "lang", from, value ? value : getenv("BERM_LANG"), WORDS,
               ARRAY_COUNT(WORDS), &choice, err));
    *ret_language = (enum language)choice;
    return BERM_OK;
}

enum berm_status invocation_format(struct invocation *invocation, enum format *ret_format,
                                   struct berm_error *err)
{
    static const char *const WORDS[] = {"table", "json", "ndjson", "csv"};
    int choice;

    TRY(choose(invocation, "format", "--format", invocation_value(invocation, "format"), WORDS,
               ARRAY_COUNT(WORDS), &choice, err));
    *ret_format = (enum format)choice;
    return BERM_OK;
}

enum berm_status invocation_store(struct invocation *invocation, struct text *ret_url,
                                  struct berm_error *err)
{
    const char *value = invocation_value(invocation, "store");

    if (!value)
        value = getenv("BERM_STORE");
    if (!value || !*value) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "which register? Say --store sqlite:PATH or "
                         "postgresql://USER@HOST/DATABASE, or set BERM_STORE");
    }
    *ret_url = text_of(value);
    return BERM_OK;
}

const char *invocation_key_path(const struct invocation *invocation)
{
    const char *path = invocation_value(invocation, "key");

    if (path == NULL)
        path = getenv("BERM_KEY_FILE");
    return path != NULL && *path != 0 ? path : NULL;
}

enum berm_status invocation_key(struct invocation *invocation, struct key_file **ret_key,
                                struct berm_error *err)
{
    const char *path = invocation_key_path(invocation);
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    char credential[PATH_BYTES_MAX];

    *ret_key = NULL;
    if (path != NULL)
        return key_file_read(path, true, ret_key, err);
    if (folder == NULL ||
        snprintf(credential, sizeof credential, "%s/berm.key", folder) >= (int)sizeof credential)
        return BERM_OK;
    return access(credential, F_OK) == 0 ? key_file_read(credential, false, ret_key, err) : BERM_OK;
}

/* The key, for a command that may seal; one that the office has already stays. */
static enum berm_status take_key(struct invocation *invocation, struct office *office,
                                 struct berm_error *err)
{
    CLEANUP(key_file_freep) struct key_file *key = NULL;

    if (office->key != NULL)
        return BERM_OK;
    TRY(invocation_key(invocation, &key, err));
    return office_take_key(office, &key, err);
}

enum berm_status invocation_open_to_write(struct invocation *invocation, struct office **ret_office,
                                          struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;

    TRY(invocation_open(invocation, &office, err));
    TRY(take_key(invocation, office, err));
    *ret_office = office;
    office = NULL;
    return BERM_OK;
}

enum berm_status invocation_open(struct invocation *invocation, struct office **ret_office,
                                 struct berm_error *err)
{
    struct text url;

    TRY(invocation_store(invocation, &url, err));
    return office_open(url, STORE_READ_WRITE, ret_office, err);
}

enum berm_status invocation_open_month(struct invocation *invocation, struct office **ret_office,
                                       month_number *ret_month, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    month_number month;
    bool has_month;

    TRY(invocation_month(invocation, &has_month, &month, err));
    TRY(invocation_open(invocation, &office, err));
    if (!has_month)
        TRY(month_last_screened(office->store, &month, err));
    *ret_month = month;
    *ret_office = office;
    office = NULL;
    return BERM_OK;
}

enum berm_status invocation_caller(struct invocation *invocation, struct office *office,
                                   struct arena *arena, const struct caller **ret_caller,
                                   struct berm_error *err)
{
    const char *name = invocation_value(invocation, "as");
    struct caller *caller;

    *ret_caller = caller_local();
    if (!name)
        return BERM_OK;
    TRY(arena_new(arena, 1, sizeof *caller, &caller, err));
    TRY(caller_of_account(office->store, text_of(name), arena, caller, err));
    TRY(caller_fence(office->store, caller, err));
    *ret_caller = caller;
    return BERM_OK;
}

enum { DESK_BYTES_MAX = 16 << 20 };

enum berm_status desk_open(struct invocation *invocation, struct desk *ret_desk,
                           struct berm_error *err)
{
    TRY(invocation_open_to_write(invocation, &ret_desk->office, err));
    TRY(arena_create(DESK_BYTES_MAX, &ret_desk->arena, err));
    return invocation_caller(invocation, ret_desk->office, ret_desk->arena, &ret_desk->caller, err);
}

void desk_close(struct desk *desk)
{
    office_close(desk->office);
    arena_free(desk->arena);
    *desk = (struct desk){0};
}

struct text invocation_text(const struct invocation *invocation, const char *name,
                            const char *fallback)
{
    const char *value = invocation_value(invocation, name);

    return text_of(value != NULL ? value : fallback);
}

/* ---- Looks at sensitive values --------------------------------------------------------------- */

static enum berm_status end_note(struct invocation *invocation, struct office *office,
                                 enum berm_status status, struct berm_error *err)
{
    if (status == BERM_OK)
        status = take_key(invocation, office, err);
    if (status == BERM_OK)
        status = office_seal(office, err);
    if (status != BERM_OK)
        return fail_within(err, status,
                           "sensitive values are shown only when the journal tells who looked");
    return BERM_OK;
}

enum berm_status invocation_note_look(struct invocation *invocation, struct office *office,
                                      const struct look *looks, size_t count,
                                      struct berm_error *err)
{
    if (count == 0)
        return BERM_OK;
    return end_note(invocation, office, look_write(office, looks, count, err), err);
}

enum berm_status invocation_note_list(struct invocation *invocation, struct office *office,
                                      const struct caller *caller, const struct look_list *list,
                                      struct berm_error *err)
{
    if (!caller->is_local && !caller_holds(caller, PERMISSION_FIELDS_SENSITIVE))
        return BERM_OK;
    return end_note(invocation, office, look_write_list(office, list, err), err);
}
