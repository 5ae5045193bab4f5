/* berm backup, restore, verify, doctor, migrate */
#include "cli.h"

#include <string.h>

/* A file's path as a store's URL. */
static enum berm_status url_of_path(struct arena *arena, const char *path, struct text *ret_url,
                                    struct berm_error *err)
{
    if (text_starts_with(text_of(path), TEXT("postgresql:"))) /* and may hold a password */
        return fail_with(err, BERM_INVALID_INPUT,
                         "a backup is a file, and this is the address of a database: berm doctor "
                         "--store looks at a register there, and pg_dump makes a copy of it");
    return text_format(arena, ret_url, err, "sqlite:%s", path);
}

enum berm_status command_backup(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_closep) struct store *store = NULL;
    struct text from, to;

    TRY(arena_create(STORE_URL_BYTES_MAX * 4, &arena, err));
    TRY(invocation_store(invocation, &from, err));
    TRY(url_of_path(arena, invocation->arguments[0], &to, err));
    TRY(store_open(from, STORE_AS_IT_IS, &store, err));
    TRY(store_copy_to(store, to, err));
    printf("%s: a backup of %.*s; the key file is not in it\n", invocation->arguments[0],
           TEXT_ARG(from));
    return BERM_OK;
}

enum berm_status command_restore(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_closep) struct store *backup = NULL;
    struct text from, to;

    TRY(arena_create(STORE_URL_BYTES_MAX * 4, &arena, err));
    TRY(invocation_store(invocation, &to, err));
    TRY(url_of_path(arena, invocation->arguments[0], &from, err));
    TRY(store_open(from, STORE_AS_IT_IS, &backup, err));
    TRY(store_copy_to(backup, to, err));
    printf("%.*s: restored from %s; look at it with berm doctor\n", TEXT_ARG(to),
           invocation->arguments[0]);
    return BERM_OK;
}

enum berm_status command_migrate(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(office_closep) struct office *office = NULL;
    struct text url;
    int before, after = store_version_known();

    TRY(invocation_store(invocation, &url, err));
    TRY(store_open(url, STORE_AS_IT_IS, &store, err));
    TRY(store_version(store, &before, err));
    store_closep(&store);
    TRY(invocation_open_to_write(invocation, &office, err));
    TRY(office_seal(office, err));
    if (before == after)
        printf("%.*s: schema %d already, nothing to do\n", TEXT_ARG(url), after);
    else
        printf("%.*s: from schema %d to %d\n", TEXT_ARG(url), before, after);
    return BERM_OK;
}

/* ---- doctor ---------------------------------------------------------------------------------- */

static const struct output_column CHECK_COLUMNS[] = {
    {"check", CELL_TEXT}, {"state", CELL_TEXT}, {"what", CELL_TEXT}};

static void show_check(void *context, const char *check, enum doctor_state state, struct text what)
{
    static const char *const STATES[] = {
        [DOCTOR_OK] = "ok", [DOCTOR_NOTE] = "note", [DOCTOR_FAULT] = "fault"};
    const struct text cells[ARRAY_COUNT(CHECK_COLUMNS)] = {text_of(check), text_of(STATES[state]),
                                                           what};

    output_row(context, cells);
}

static enum berm_status examine(struct invocation *invocation, struct text url, bool is_backup,
                                struct berm_error *err)
{
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    CLEANUP(output_discard) struct output output = {0};
    struct doctor_options options = {
        .checkpoint_path = invocation_value(invocation, "checkpoint"),
        .is_backup = is_backup,
        .report = show_check,
        .context = &output,
    };
    enum format format;
    int64_t faults;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_key(invocation, &key, err));
    options.key = key;
    output_begin(&output, stdout, format, CHECK_COLUMNS, ARRAY_COUNT(CHECK_COLUMNS));
    TRY(doctor_examine(url, &options, &faults, err));
    invocation->exit_code = faults > 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
    return output_end(&output, err);
}

enum berm_status command_doctor(struct invocation *invocation, struct berm_error *err)
{
    struct text url;

    TRY(invocation_store(invocation, &url, err));
    return examine(invocation, url, false, err);
}

enum berm_status command_verify(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct text url;

    TRY(arena_create(STORE_URL_BYTES_MAX * 4, &arena, err));
    TRY(url_of_path(arena, invocation->arguments[0], &url, err));
    return examine(invocation, url, true, err);
}
