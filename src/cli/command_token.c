/* berm token create, list, revoke */
#include "cli.h"

#include <string.h>

enum { DAYS_MAX = 366, DAY_S = 86400 };

/* "finding_list,summary_read" */
static enum berm_status read_scopes(const char *value, uint64_t *ret_scopes, struct berm_error *err)
{
    struct text rest = text_of(value);

    *ret_scopes = 0;
    while (rest.length > 0) {
        const char *comma = memchr(rest.bytes, ',', rest.length);
        size_t length = comma ? (size_t)(comma - rest.bytes) : rest.length;
        enum permission permission;

        TRY(permission_find(text_trimmed((struct text){rest.bytes, length}), &permission, err));
        *ret_scopes |= 1ull << permission;
        rest = text_from(rest, comma ? length + 1 : length);
    }
    return BERM_OK;
}

enum berm_status command_token_create(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    struct token_order order = {.account = text_of(invocation->arguments[0])};
    int64_t now_s = seconds_since_1970();
    const char *label = invocation_value(invocation, "label");
    const char *scopes = invocation_value(invocation, "scopes");
    char token[TOKEN_TEXT_MAX];
    int64_t days, api_token_id;

    TRY(invocation_int64(invocation, "days", 1, DAYS_MAX, 90, &days, err));
    if (!label || !scopes) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "what is the token for? Say --label TEXT and --scopes PERMISSION,...");
    }
    TRY(read_scopes(scopes, &order.scopes, err));
    order.label = text_of(label);
    order.expires_at_s = now_s + days * DAY_S;
    TRY(invocation_open(invocation, &office, err));
    TRY(token_create(office->store, caller_local(), &office->actor, &order, now_s, &api_token_id,
                     token, err));
    fprintf(stderr, "Token %lld, for %lld days; it is shown this once:\n", (long long)api_token_id,
            (long long)days);
    printf("%s\n", token);
    explicit_bzero(token, sizeof token);
    return BERM_OK;
}

enum berm_status command_token_revoke(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    int64_t api_token_id;

    if (!text_parse_int64(text_of(invocation->arguments[0]), &api_token_id)) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "%s is no token's number; berm token list shows them",
                         invocation->arguments[0]);
    }
    TRY(invocation_open(invocation, &office, err));
    return token_revoke(office->store, caller_local(), &office->actor, api_token_id,
                        seconds_since_1970(), err);
}

static enum berm_status write_token(void *context, const struct token_row *row,
                                    struct berm_error *err)
{
    struct output *output = context;
    int64_t now_s = seconds_since_1970();
    char number[24], created[DATE_TEXT_MAX], expires[DATE_TEXT_MAX];
    const struct text cells[] = {
        {number, (size_t)snprintf(number, sizeof number, "%lld", (long long)row->api_token_id)},
        row->account,
        row->label,
        row->scopes,
        date_format((date_days)(row->created_at_s / DAY_S), created),
        date_format((date_days)(row->expires_at_s / DAY_S), expires),
        row->is_revoked              ? TEXT("revoked")
        : row->expires_at_s <= now_s ? TEXT("expired")
                                     : TEXT("valid"),
    };

    (void)err;
    output_row(output, cells);
    return BERM_OK;
}

enum berm_status command_token_list(struct invocation *invocation, struct berm_error *err)
{
    static const struct output_column COLUMNS[] = {
        {"token", CELL_NUMBER}, {"account", CELL_TEXT}, {"label", CELL_TEXT}, {"scopes", CELL_TEXT},
        {"created", CELL_TEXT}, {"expires", CELL_TEXT}, {"state", CELL_TEXT}};
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(output_discard) struct output output = {0};
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_open(invocation, &office, err));
    output_begin(&output, stdout, format, COLUMNS, ARRAY_COUNT(COLUMNS));
    TRY(tokens_list(office->store, caller_local(), write_token, &output, err));
    return output_end(&output, err);
}
