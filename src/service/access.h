/*
 * Access: the one place that decides what a caller may see and do. Part of the service's face; its
 * files are in access/.
 *
 * Who asks is a struct caller, resolved once for each request. Every service function that reads
 * takes one, and asks caller_scope for the ranges of area positions inside which the caller holds
 * the permission; lists, counts and look-ups all filter by those ranges, so they cannot disagree.
 * What lies outside is BERM_NOT_FOUND, in the words that are used for what does not exist.
 * BERM_FORBIDDEN tells only of the caller's own roles: the permission is held nowhere.
 *
 *   roles.def, permissions.def   who may what: the whole table
 *   caller.c      callers, scopes;   scope.c: ranges;   mask.c, mask_json.c: field classes
 *   account.c     accounts;  grant.c: their roles;  token.c: keys of programs
 *   password.c    Argon2id, one at a time;  login.c, session.c, throttle.c: logging in
 */
#ifndef SERVICE_ACCESS_H
#define SERVICE_ACCESS_H

#include "service/journal.h"
#include "store/store.h"

/* ---- Roles and permissions ------------------------------------------------------------------ */

enum role {
#define ROLE(id, name, letter, meaning) ROLE_##id,
#include "service/access/roles.def"
#undef ROLE
    ROLE_COUNT,
};

enum permission {
#define PERMISSION(id, name, roles, meaning) PERMISSION_##id,
#include "service/access/permissions.def"
#undef PERMISSION
    PERMISSION_COUNT,
};

enum {
    ACCOUNT_NAME_BYTES_MAX = 64,
    ACCOUNT_GRANTS_MAX = 256,
    PASSWORD_BYTES_MIN = 10,
    PASSWORD_BYTES_MAX = 1024,
    TOKEN_LABEL_BYTES_MAX = 100,
};

const char *role_name(enum role role);
const char *role_meaning(enum role role);
/** BERM_NOT_FOUND with the roles that there are. */
MUST_USE enum berm_status role_find(struct text name, enum role *ret_role, struct berm_error *err);
const char *permission_name(enum permission permission);
const char *permission_meaning(enum permission permission);
MUST_USE enum berm_status permission_find(struct text name, enum permission *ret_permission,
                                          struct berm_error *err);
bool role_holds(enum role role, enum permission permission);

/* ---- Areas that a caller may see ------------------------------------------------------------- */

/** Positions of areas, both ends included: a subtree is one range. */
struct area_range {
    int64_t low, high;
};

/** Ranges that neither meet nor overlap, ascending; never none. */
struct area_scope {
    const struct area_range *ranges;
    size_t count;
    bool is_everything;
    bool is_asked;         /* an area was asked for: it is the only range */
    struct text parameter; /* the ranges as the SQL parameter :ranges wants them */
};

bool area_scope_contains(const struct area_scope *scope, int64_t position);
/** Whether every position of inner is one of scope. */
bool area_scope_covers(const struct area_scope *scope, const struct area_scope *inner);
/** Sort and join ranges in place, and make a scope of them. Owner: scope in arena. */
MUST_USE enum berm_status area_scope_make(struct area_range *ranges, size_t count,
                                          struct arena *arena, struct area_scope *ret_scope,
                                          struct berm_error *err);

/* ---- Callers --------------------------------------------------------------------------------- */

struct caller_grant {
    enum role role;
    int64_t area_id; /* 0: the whole register */
    struct area_range range;
};

/** Who asks. Immutable; lives in the arena that it was resolved in. */
struct caller {
    bool is_local; /* who holds the register's file may do everything in it */
    int64_t account_id;
    struct text name;
    uint64_t scopes; /* a bit for each permission; an API token may hold fewer than its account */
    int64_t area_epoch; /* the positions in the grants are of this epoch */
    const struct caller_grant *grants;
    size_t grant_count;
};

/** Who sits at the register's own machine, as whose file it is: no account, no limits. */
const struct caller *caller_local(void);
/**
 * The caller that an account's log-in would give now, without its password: for administrators, and
 * for what has been authenticated otherwise.
 * Errors  BERM_NOT_FOUND, BERM_FORBIDDEN (switched off).
 */
MUST_USE enum berm_status caller_of_account(struct store *store, struct text name,
                                            struct arena *arena, struct caller *ret_caller,
                                            struct berm_error *err);
/** A copy that lives in arena. */
MUST_USE enum berm_status caller_copy(struct arena *arena, const struct caller *caller,
                                      struct caller *ret_caller, struct berm_error *err);
/**
 * Who does a step that wants another person than the one before: the account's name, or at the
 * machine itself that of the operating system's user. Names of accounts are never given twice, and
 * a user who has an account of the same name is taken for the same person. What one person with two
 * names could do stands in the journal, which names the user who sat there as well as the account.
 */
struct text caller_person(const struct caller *caller, const struct actor *actor);
/** Whether the caller holds the permission anywhere. */
bool caller_holds(const struct caller *caller, enum permission permission);
/** BERM_FORBIDDEN, in a sentence that names the permission, where the caller holds it nowhere. */
MUST_USE enum berm_status caller_check(const struct caller *caller, enum permission permission,
                                       struct berm_error *err);
enum { ROLE_NAMES_BYTES_MAX = 160 };
/** The names of the caller's roles that hold the permission (negative: all of them), once each, a
 * blank between. */
struct text caller_role_names(const struct caller *caller, int permission,
                              char out[ROLE_NAMES_BYTES_MAX]);
/**
 * The caller's areas for a permission, and inside them the area with this code where it is not
 * empty. Positions are those of the present transaction, also where areas moved since the caller
 * was resolved: call it inside the transaction that reads.
 * Errors  BERM_FORBIDDEN (held nowhere), BERM_NOT_FOUND (no such area, or not the caller's).
 */
MUST_USE enum berm_status caller_scope(struct store *store, const struct caller *caller,
                                       enum permission permission, struct text area_code,
                                       struct arena *arena, struct area_scope *ret_scope,
                                       struct berm_error *err);
/**
 * Let the store's reading see what is the caller's (store_see): the areas of all grants by which
 * anything is shown of households, whatever is asked for, so that it never narrows what the
 * services' own filters let pass. Where the caller is known and reading begins; for one who sits at
 * the machine there is no fence.
 */
MUST_USE enum berm_status caller_fence(struct store *store, const struct caller *caller,
                                       struct berm_error *err);
/** The same for a caller who was resolved in the present transaction: nothing is read. */
MUST_USE enum berm_status caller_fence_fresh(struct store *store, const struct caller *caller,
                                             struct berm_error *err);
/**
 * Whether the caller holds this very role where the position lies, as a step of a workflow asks:
 * who holds a higher one does not do a lower one's work unnoticed. Inside the transaction. Who sits
 * at the machine holds all of them.
 */
MUST_USE enum berm_status caller_has_role_at(struct store *store, const struct caller *caller,
                                             enum role role, int64_t position, struct arena *arena,
                                             bool *ret_has, struct berm_error *err);
/** For what touches the whole register. BERM_FORBIDDEN where some area is not the caller's. */
MUST_USE enum berm_status caller_check_everywhere(struct store *store, const struct caller *caller,
                                                  enum permission permission,
                                                  struct berm_error *err);

/* ---- Field classes --------------------------------------------------------------------------- */

/** What stands where a value may not be seen. */
#define HIDDEN_VALUE "(hidden)"

/** The areas in which a caller sees each class. One for each request. */
struct field_sight {
    struct area_scope scopes[FIELD_CLASS_COUNT];
    bool has_scope[FIELD_CLASS_COUNT];
};
MUST_USE enum berm_status field_sight_read(struct store *store, const struct caller *caller,
                                           struct arena *arena, struct field_sight *ret_sight,
                                           struct berm_error *err);
/** The highest class that is seen of what lies at this position. */
enum field_class field_sight_at(const struct field_sight *sight, int64_t position);

/** The class of what a rule reads, such as "household.wage_12m" or "members[2].birth_date". */
enum field_class field_class_of_read(const struct dictionary *dictionary, struct text name);

/* ---- Accounts -------------------------------------------------------------------------------- */

struct account_row {
    int64_t account_id;
    struct text name;
    bool is_active;
    int64_t created_at_s;
};
typedef enum berm_status account_visitor(void *context, const struct account_row *row,
                                         struct berm_error *err);
struct grant_row {
    struct text account, role, area, area_name; /* area empty: the whole register */
};
typedef enum berm_status grant_visitor(void *context, const struct grant_row *row,
                                       struct berm_error *err);

/** Hashes of passwords, one at a time: 19 MiB each would else exhaust the memory. Thread-safe. */
struct password_queue;
enum { PASSWORD_HASH_MAX = 128, PASSWORD_QUEUE_LENGTH = 32 };

/** length: how many may wait. Errors: BERM_NO_MEMORY. */
MUST_USE enum berm_status password_queue_create(size_t length, struct password_queue **ret_queue,
                                                struct berm_error *err);
void password_queue_free(struct password_queue *queue); /* nobody may wait in it any more */
void password_queue_freep(struct password_queue **queue);
/** Errors: BERM_BUSY (the queue is full), BERM_NO_MEMORY. */
MUST_USE enum berm_status password_hash(struct password_queue *queue, struct text password,
                                        char ret_hash[PASSWORD_HASH_MAX], struct berm_error *err);
/** hash empty: there is no such account; it takes as long as a wrong password and is wrong. */
MUST_USE enum berm_status password_verify(struct password_queue *queue, struct text hash,
                                          struct text password, bool *ret_is_right,
                                          struct berm_error *err);
/** BERM_INVALID_INPUT with what is wanted. */
MUST_USE enum berm_status password_check(struct text account, struct text password,
                                         struct berm_error *err);

/*
 * Each is one transaction, needs PERMISSION_ACCOUNT_MANAGE over the whole register (granting and
 * revoking: over the area), and leaves a row in the log of changes. actor is who is noted there.
 * Errors  BERM_FORBIDDEN, BERM_INVALID_INPUT, BERM_NOT_FOUND, BERM_CONFLICT (the name is taken).
 */
MUST_USE enum berm_status account_add(struct store *store, const struct caller *caller,
                                      const struct actor *actor, struct password_queue *queue,
                                      struct text name, struct text password,
                                      struct berm_error *err);
MUST_USE enum berm_status account_set_password(struct store *store, const struct caller *caller,
                                               const struct actor *actor,
                                               struct password_queue *queue, struct text name,
                                               struct text password, struct berm_error *err);
/**
 * Everybody may change their own, who knows the present one; all their sessions end.
 * Errors  BERM_FORBIDDEN (it is wrong), BERM_BUSY (too many failures), those of password_check.
 */
MUST_USE enum berm_status account_change_password(struct store *store, const struct caller *caller,
                                                  const struct actor *actor,
                                                  struct password_queue *queue,
                                                  struct text old_password, struct text password,
                                                  struct berm_error *err);
/** Switching off ends all sessions and revokes all tokens. */
MUST_USE enum berm_status account_set_active(struct store *store, const struct caller *caller,
                                             const struct actor *actor, struct text name,
                                             bool is_active, struct berm_error *err);
/** area_code empty: the whole register. Granting twice, or revoking what is not, changes nothing
 * but the latter is BERM_NOT_FOUND. */
MUST_USE enum berm_status account_grant(struct store *store, const struct caller *caller,
                                        const struct actor *actor, struct text name, enum role role,
                                        struct text area_code, struct berm_error *err);
MUST_USE enum berm_status account_revoke(struct store *store, const struct caller *caller,
                                         const struct actor *actor, struct text name,
                                         enum role role, struct text area_code,
                                         struct berm_error *err);
MUST_USE enum berm_status accounts_list(struct store *store, const struct caller *caller,
                                        account_visitor *visit, void *context,
                                        struct berm_error *err);
/** name empty: those of all accounts. One's own need no permission. */
MUST_USE enum berm_status grants_list(struct store *store, const struct caller *caller,
                                      struct text name, grant_visitor *visit, void *context,
                                      struct berm_error *err);

/* ---- Sessions -------------------------------------------------------------------------------- */

enum {
    TOKEN_TEXT_MAX = 72, /* 256 bits in hexadecimal with a prefix, ended by 0 */
    SESSION_IDLE_S = 30 * 60,
    SESSION_ABSOLUTE_S = 12 * 60 * 60,
    SESSION_TOUCH_S = 60,
};

struct session_tokens {
    char token[TOKEN_TEXT_MAX]; /* for the cookie */
    char csrf[TOKEN_TEXT_MAX];  /* for the pages; follows from the token */
};

/**
 * Log in. address: from where, as the server sees it (of IPv6 the first 64 bits).
 * Errors  BERM_UNAUTHENTICATED (name or password is wrong, or the account is switched off: one
 *         sentence for all), BERM_BUSY (too many failures: wait; or the password queue is full).
 */
MUST_USE enum berm_status session_begin(struct store *store, struct password_queue *queue,
                                        struct text name, struct text password, struct text address,
                                        int64_t now_s, struct session_tokens *ret_tokens,
                                        struct berm_error *err);
/** Only reads; where *ret_touch_is_due, session_touch should be called. BERM_UNAUTHENTICATED. */
MUST_USE enum berm_status session_resolve(struct store *store, struct text token, int64_t now_s,
                                          struct arena *arena, struct caller *ret_caller,
                                          bool *ret_touch_is_due, struct berm_error *err);
MUST_USE enum berm_status session_touch(struct store *store, struct text token, int64_t now_s,
                                        struct berm_error *err);
/** Log out. Nothing where there is no such session. */
MUST_USE enum berm_status session_end(struct store *store, struct text token,
                                      struct berm_error *err);
/** The CSRF token that belongs to a session token. */
void session_csrf(struct text token, char ret_csrf[TOKEN_TEXT_MAX]);
/** Compared in constant time. */
bool session_csrf_matches(struct text token, struct text csrf);
/** Remove what is over; *ret_count tells how many. */
MUST_USE enum berm_status sessions_sweep(struct store *store, int64_t now_s, int64_t *ret_count,
                                         struct berm_error *err);

/* ---- API tokens ------------------------------------------------------------------------------ */

struct token_order {
    struct text account, label;
    uint64_t scopes; /* a bit for each permission; not 0 */
    int64_t expires_at_s;
};
struct token_row {
    int64_t api_token_id;
    struct text account, label, scopes;
    int64_t created_at_s, expires_at_s;
    bool is_revoked;
};
typedef enum berm_status token_visitor(void *context, const struct token_row *row,
                                       struct berm_error *err);

/** *ret_token is told once and stored nowhere. Errors as those of account_add. */
MUST_USE enum berm_status token_create(struct store *store, const struct caller *caller,
                                       const struct actor *actor, const struct token_order *order,
                                       int64_t now_s, int64_t *ret_api_token_id,
                                       char ret_token[TOKEN_TEXT_MAX], struct berm_error *err);
MUST_USE enum berm_status token_revoke(struct store *store, const struct caller *caller,
                                       const struct actor *actor, int64_t api_token_id,
                                       int64_t now_s, struct berm_error *err);
MUST_USE enum berm_status tokens_list(struct store *store, const struct caller *caller,
                                      token_visitor *visit, void *context, struct berm_error *err);
/** The caller behind a token: its account's grants, only the token's scopes. BERM_UNAUTHENTICATED.
 */
MUST_USE enum berm_status token_resolve(struct store *store, struct text token, int64_t now_s,
                                        struct arena *arena, struct caller *ret_caller,
                                        struct berm_error *err);

#endif
