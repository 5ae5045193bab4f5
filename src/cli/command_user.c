/* berm user add, list, password, disable, enable, grant, revoke */
#include "prompt.h"

#include <string.h>

/* ---- Accounts -------------------------------------------------------------------------------- */

typedef enum berm_status password_setter(struct store *store, const struct caller *caller,
                                         const struct actor *actor, struct password_queue *queue,
                                         struct text name, struct text password,
                                         struct berm_error *err);

static enum berm_status set_password(struct invocation *invocation, password_setter *set,
                                     const char *done, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(password_queue_freep) struct password_queue *queue = NULL;
    struct text name = text_of(invocation->arguments[0]);
    char password[PASSWORD_LINE_MAX];
    enum berm_status status;

    TRY(invocation_open(invocation, &office, err));
    TRY(prompt_password(password, err));
    TRY(password_queue_create(1, &queue, err));
    status =
        set(office->store, caller_local(), &office->actor, queue, name, text_of(password), err);
    explicit_bzero(password, sizeof password);
    TRY(status);
    fprintf(stderr, "%.*s: %s\n", TEXT_ARG(name), done);
    return BERM_OK;
}

enum berm_status command_user_add(struct invocation *invocation, struct berm_error *err)
{
    return set_password(invocation, account_add,
                        "the account is there; berm user grant gives it a role", err);
}

enum berm_status command_user_password(struct invocation *invocation, struct berm_error *err)
{
    return set_password(invocation, account_set_password,
                        "the new password holds, and all sessions are over", err);
}

static enum berm_status set_active(struct invocation *invocation, bool is_active,
                                   struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;

    TRY(invocation_open(invocation, &office, err));
    return account_set_active(office->store, caller_local(), &office->actor,
                              text_of(invocation->arguments[0]), is_active, err);
}

enum berm_status command_user_disable(struct invocation *invocation, struct berm_error *err)
{
    return set_active(invocation, false, err);
}

enum berm_status command_user_enable(struct invocation *invocation, struct berm_error *err)
{
    return set_active(invocation, true, err);
}

/* ---- Roles ----------------------------------------------------------------------------------- */

typedef enum berm_status role_changer(struct store *store, const struct caller *caller,
                                      const struct actor *actor, struct text name, enum role role,
                                      struct text area_code, struct berm_error *err);

static enum berm_status change_role(struct invocation *invocation, role_changer *change,
                                    struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    const char *area = invocation_value(invocation, "area");
    bool is_everywhere = invocation_has(invocation, "everywhere");
    enum role role;

    if ((area != NULL) == is_everywhere) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "where? Say --area CODE, or --everywhere for the whole register");
    }
    TRY(role_find(text_of(invocation->arguments[1]), &role, err));
    TRY(invocation_open(invocation, &office, err));
    return change(office->store, caller_local(), &office->actor, text_of(invocation->arguments[0]),
                  role, text_of(area), err);
}

enum berm_status command_user_grant(struct invocation *invocation, struct berm_error *err)
{
    return change_role(invocation, account_grant, err);
}

enum berm_status command_user_revoke(struct invocation *invocation, struct berm_error *err)
{
    return change_role(invocation, account_revoke, err);
}

/* ---- List ------------------------------------------------------------------------------------ */

enum { LIST_BYTES_MAX = 64 << 20, ACCOUNTS_MAX = 100000 };

struct user_list {
    struct arena *arena;
    struct account_row *accounts;
    size_t count;
    struct output *output;
    size_t at; /* the account whose grants are written; both lists are in the order of names */
    bool has_written;
};

static enum berm_status keep_account(void *context, const struct account_row *row,
                                     struct berm_error *err)
{
    struct user_list *list = context;

    if (list->count == ACCOUNTS_MAX)
        return fail_with(err, BERM_LIMIT, "there are more than %d accounts", (int)ACCOUNTS_MAX);
    list->accounts[list->count] = *row;
    return text_copy(list->arena, row->name, &list->accounts[list->count++].name, err);
}

static void write_user(struct user_list *list, struct text role, struct text area,
                       struct text area_name)
{
    const struct account_row *account = &list->accounts[list->at];
    const struct text cells[] = {account->name, account->is_active ? TEXT("true") : TEXT("false"),
                                 role, area, area_name};

    output_row(list->output, cells);
    list->has_written = true;
}

/* Accounts without a role get one line too. */
static void go_to_account(struct user_list *list, struct text name)
{
    for (; list->at < list->count && !text_equal(list->accounts[list->at].name, name); list->at++) {
        if (!list->has_written)
            write_user(list, (struct text){0}, (struct text){0}, (struct text){0});
        list->has_written = false;
    }
}

static enum berm_status write_grant(void *context, const struct grant_row *row,
                                    struct berm_error *err)
{
    struct user_list *list = context;

    (void)err;
    go_to_account(list, row->account);
    if (list->at < list->count)
        write_user(list, row->role, row->area.length ? row->area : TEXT("*"),
                   row->area.length ? row->area_name : TEXT("everywhere"));
    return BERM_OK;
}

enum berm_status command_user_list(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {{"account", CELL_TEXT},
                                                   {"active", CELL_JSON},
                                                   {"role", CELL_TEXT},
                                                   {"area", CELL_TEXT},
                                                   {"area_name", CELL_TEXT}};
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct user_list list = {0};
    CLEANUP(output_discard) struct output output = {0};
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create(LIST_BYTES_MAX, &arena, err));
    list.arena = arena;
    TRY(arena_new(arena, ACCOUNTS_MAX, sizeof *list.accounts, &list.accounts, err));
    TRY(accounts_list(office->store, caller_local(), keep_account, &list, err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    list.output = &output;
    TRY(grants_list(office->store, caller_local(), (struct text){0}, write_grant, &list, err));
    go_to_account(&list, (struct text){0}); /* no account has this name: to the end */
    return output_end(&output, err);
}
