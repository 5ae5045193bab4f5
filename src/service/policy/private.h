/* What the files of policy/ share with each other and with the office. Private to service. */
#ifndef SERVICE_POLICY_PRIVATE_H
#define SERVICE_POLICY_PRIVATE_H

#include "service/service.h"

enum { PACK_ARENA_BYTES_MAX = 256 << 20 };

/* ---- version.c: reading, without asking who asks --------------------------------------------- */

/** Owner: texts in arena. BERM_NOT_FOUND. */
MUST_USE enum berm_status version_read(struct store *store, int64_t pack_version_id,
                                       struct arena *arena, struct pack_version *ret_version,
                                       struct berm_error *err);
/** The version that decides a month; *ret_has_any is false where nothing was ever published. */
MUST_USE enum berm_status version_in_force(struct store *store, month_number month,
                                           struct arena *arena, bool *ret_has_any,
                                           struct pack_version *ret_version,
                                           struct berm_error *err);
MUST_USE enum berm_status version_files_read(struct store *store, int64_t pack_version_id,
                                             struct arena *arena, struct pack_bundle *ret_bundle,
                                             struct berm_error *err);

/* ---- life.c ---------------------------------------------------------------------------------- */

/** Store a version and its files inside the writing transaction, as a draft. */
MUST_USE enum berm_status version_insert(struct store *store, const struct pack *pack,
                                         struct text sha256, const struct pack_bundle *bundle,
                                         struct text note, struct text person,
                                         int64_t *ret_pack_version_id, struct berm_error *err);
/** Let a version decide from a month on: its columns and its row. In the writing transaction. */
MUST_USE enum berm_status version_put_in_force(struct store *store, const struct pack *pack,
                                               int64_t pack_version_id, month_number from_month,
                                               struct text person, struct berm_error *err);

/** Whether a pack's facts and money are the register's. BERM_INVALID_INPUT, BERM_CONFLICT. */
MUST_USE enum berm_status check_same_pack(const struct pack *present, const struct pack *draft,
                                          struct berm_error *err);

/* ---- policy.c and policy_test.c, of a pack that is read already -------------------------------
 */

MUST_USE enum berm_status policy_check_model(const struct dmn_model *model, policy_report *report,
                                             void *context, int64_t *ret_errors,
                                             struct berm_error *err);
MUST_USE enum berm_status policy_test_bundle(const struct pack_bundle *bundle,
                                             const struct pack *pack, policy_report *report,
                                             void *context, int64_t *ret_passed,
                                             int64_t *ret_failed, struct berm_error *err);

/* ---- packs.c --------------------------------------------------------------------------------- */

/**
 * A pack by the name of a version, or for a local caller a pack's own name or folder.
 * Owner   a version's is the office's, as office_pack_at; another lives in arena. label in arena.
 * Errors  BERM_FORBIDDEN, BERM_NOT_FOUND; those of a pack; BERM_CONFLICT (types, money).
 */
MUST_USE enum berm_status office_pack_named(struct office *office, const struct caller *caller,
                                            struct text name, month_number month,
                                            struct arena *arena, const struct pack **ret_pack,
                                            struct text *ret_label, struct berm_error *err);
/** The month from which a register's first version decides. */
month_number month_of_beginning(void);
/** The fingerprint over the files that decide, as runs and versions name it. */
MUST_USE enum berm_status pack_fingerprint(const struct pack *pack, char out[DIGEST_TEXT_MAX],
                                           struct berm_error *err);
/**
 * Make the pack of that name the register's first version, which decides from the beginning, as one
 * recorded change inside the writing transaction; and open it.
 */
MUST_USE enum berm_status office_adopt_pack(struct office *office, struct text pack_name,
                                            struct berm_error *err);
/** Open the pack in force; a register without versions adopts the pack that it was made with. */
MUST_USE enum berm_status office_open_pack(struct office *office, enum store_mode mode,
                                           struct berm_error *err);
void pack_shelf_free(struct pack_shelf *shelf);

#endif
