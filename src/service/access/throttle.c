/*
 * Slowing guesses down without locking anybody out. Failures are counted for three things, and each
 * blocks for longer the more there are:
 *
 *   pair     a name from an address: somebody who mistypes, or guesses at one account
 *   address  whatever the name: one machine that tries many names
 *   account  whatever the address: many machines that guess at one account
 *
 * Whoever logged in from an address before is stopped by the first only. So guessing at an account
 * from everywhere does not keep its owner out, and one colleague's machine gone wild does not keep
 * out the others behind the same address. Names that do not exist are counted like those that do.
 * Keys are hashed, because people type passwords where names belong. Blocks end by themselves.
 */
#include "service/access/caller.h"

enum {
    BLOCK_S_MAX = 15 * 60,
    FORGET_FAILURES_S = 60 * 60, /* without a failure: the count begins anew */
    FORGET_KNOWN_S = 90 * 86400, /* without a log-in: the pair is not known any more */
};

enum throttle_kind { THROTTLE_PAIR, THROTTLE_ADDRESS, THROTTLE_ACCOUNT, THROTTLE_KNOWN };

static const struct {
    const char *name;
    int64_t free; /* failures without a block */
} KINDS[] = {
    [THROTTLE_PAIR] = {"pair", 5},
    [THROTTLE_ADDRESS] = {"address", 50},
    [THROTTLE_ACCOUNT] = {"account", 100},
    [THROTTLE_KNOWN] = {"known", 0},
};

struct throttle_state {
    int64_t failures, last_at_s, blocked_until_s;
    bool is_there;
};

static enum berm_status hash_key(enum throttle_kind kind, struct text name, struct text address,
                                 char ret_hash[DIGEST_TEXT_MAX], struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer key = {0};

    buffer_append_text(&key, kind == THROTTLE_ADDRESS ? (struct text){0} : name);
    buffer_append_char(&key, '\0');
    buffer_append_text(&key, kind == THROTTLE_ACCOUNT ? (struct text){0} : address);
    TRY(buffer_status(&key, err));
    return secret_hash(buffer_text(&key), ret_hash, err);
}

static enum berm_status read_state(struct store *store, enum throttle_kind kind, struct text name,
                                   struct text address, int64_t now_s,
                                   struct throttle_state *ret_state, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *read = NULL;
    char hash[DIGEST_TEXT_MAX];
    bool has_row;

    *ret_state = (struct throttle_state){0};
    TRY(hash_key(kind, name, address, hash, err));
    TRY(statement_prepare(store, STATEMENT_THROTTLE_READ, &read, err));
    statement_bind_text(read, THROTTLE_READ__KIND, text_of(KINDS[kind].name));
    statement_bind_text(read, THROTTLE_READ__KEY_HASH, text_of(hash));
    TRY(statement_step(read, &has_row, err));
    if (!has_row)
        return BERM_OK;
    *ret_state = (struct throttle_state){statement_int64(read, 0), statement_int64(read, 1),
                                         statement_int64(read, 2), true};
    if (ret_state->last_at_s + (kind == THROTTLE_KNOWN ? FORGET_KNOWN_S : FORGET_FAILURES_S) <
        now_s)
        *ret_state = (struct throttle_state){0};
    return BERM_OK;
}

static enum berm_status write_state(struct store *store, enum throttle_kind kind, struct text name,
                                    struct text address, int64_t failures, int64_t blocked_until_s,
                                    int64_t now_s, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *write = NULL;
    char hash[DIGEST_TEXT_MAX];

    TRY(hash_key(kind, name, address, hash, err));
    TRY(statement_prepare(store, STATEMENT_THROTTLE_WRITE, &write, err));
    statement_bind_text(write, THROTTLE_WRITE__KIND, text_of(KINDS[kind].name));
    statement_bind_text(write, THROTTLE_WRITE__KEY_HASH, text_of(hash));
    statement_bind_int64(write, THROTTLE_WRITE__FAILURES, failures);
    statement_bind_int64(write, THROTTLE_WRITE__NOW_S, now_s);
    statement_bind_int64(write, THROTTLE_WRITE__BLOCKED_UNTIL_S, blocked_until_s);
    return statement_run(write, err);
}

enum berm_status throttle_check(struct store *store, struct text name, struct text address,
                                int64_t now_s, struct berm_error *err)
{
    struct throttle_state known, state;

    TRY(read_state(store, THROTTLE_KNOWN, name, address, now_s, &known, err));
    for (int kind = THROTTLE_PAIR; kind <= (known.is_there ? THROTTLE_PAIR : THROTTLE_ACCOUNT);
         kind++) {
        TRY(read_state(store, (enum throttle_kind)kind, name, address, now_s, &state, err));
        if (state.blocked_until_s > now_s)
            return fail_with(err, BERM_BUSY,
                             "too many failed log-ins; wait %lld seconds and try again",
                             (long long)(state.blocked_until_s - now_s));
    }
    return BERM_OK;
}

/* 1, 2, 4, ... seconds for each failure beyond the free ones. */
static int64_t block_seconds(int64_t failures, int64_t free)
{
    int64_t beyond = failures - free;

    if (beyond < 0)
        return 0;
    return beyond >= 10 || 1ll << beyond > BLOCK_S_MAX ? BLOCK_S_MAX : 1ll << beyond;
}

static enum berm_status sweep(struct store *store, int64_t now_s, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *remove = NULL;

    TRY(statement_prepare(store, STATEMENT_THROTTLE_SWEEP, &remove, err));
    statement_bind_int64(remove, THROTTLE_SWEEP__KNOWN_SINCE_S, now_s - FORGET_KNOWN_S);
    statement_bind_int64(remove, THROTTLE_SWEEP__FAILED_SINCE_S, now_s - FORGET_FAILURES_S);
    return statement_run(remove, err);
}

enum berm_status throttle_note_failure(struct store *store, struct text name, struct text address,
                                       int64_t now_s, struct berm_error *err)
{
    struct throttle_state state;

    TRY(sweep(store, now_s, err)); /* so the table is never larger than an hour's failures */
    for (int kind = THROTTLE_PAIR; kind <= THROTTLE_ACCOUNT; kind++) {
        int64_t failures, block_s;

        TRY(read_state(store, (enum throttle_kind)kind, name, address, now_s, &state, err));
        failures = state.failures + 1;
        block_s = block_seconds(failures, KINDS[kind].free);
        TRY(write_state(store, (enum throttle_kind)kind, name, address, failures,
                        block_s > 0 ? now_s + block_s : 0, now_s, err));
    }
    return BERM_OK;
}

enum berm_status throttle_note_success(struct store *store, struct text name, struct text address,
                                       int64_t now_s, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *forget = NULL;
    char hash[DIGEST_TEXT_MAX];

    TRY(hash_key(THROTTLE_PAIR, name, address, hash, err));
    TRY(statement_prepare(store, STATEMENT_THROTTLE_DELETE, &forget, err));
    statement_bind_text(forget, THROTTLE_DELETE__KIND, text_of(KINDS[THROTTLE_PAIR].name));
    statement_bind_text(forget, THROTTLE_DELETE__KEY_HASH, text_of(hash));
    TRY(statement_run(forget, err));
    return write_state(store, THROTTLE_KNOWN, name, address, 0, 0, now_s, err);
}
