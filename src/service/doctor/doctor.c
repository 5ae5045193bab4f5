/*
 * The doctor's round. The register is opened as it is, also when its schema is older or its pack
 * changed, because a sick register must not be written to before somebody knows what is wrong. A
 * check that cannot be done is a fault like any other, and the round goes on.
 */
#include "service/doctor/private.h"

#include <stdarg.h>
#include <stdio.h>

enum { FREE_BYTES_MIN = 64 << 20, FREE_PART_OF_USED = 10 };

void doctor_tell(struct examination *examination, const char *check, enum doctor_state state,
                 const char *format, ...)
{
    char sentence[BERM_ERROR_MESSAGE_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    examination->faults += state == DOCTOR_FAULT;
    examination->options->report(examination->options->context, check, state, text_of(sentence));
}

/* ---- The database ---------------------------------------------------------------------------- */

static enum berm_status examine_integrity(struct examination *examination, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *check = NULL;
    bool has_row;
    int64_t count = 0;

    TRY(statement_prepare(examination->store, STATEMENT_DOCTOR_INTEGRITY, &check, err));
    TRY(statement_step(check, &has_row, err));
    while (has_row) {
        bool is_ok = text_equal(statement_text(check, 0), TEXT("ok"));

        if (is_ok)
            doctor_tell(examination, "integrity", DOCTOR_OK, "the database's own check is passed");
        else if (++count <= DOCTOR_TOLD_MAX)
            doctor_tell(examination, "integrity", DOCTOR_FAULT, "%.*s; restore a backup",
                        TEXT_ARG(statement_text(check, 0)));
        TRY(statement_step(check, &has_row, err));
    }
    return BERM_OK;
}

static enum berm_status examine_references(struct examination *examination, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *check = NULL;
    bool has_row;

    TRY(statement_prepare(examination->store, STATEMENT_DOCTOR_FOREIGN_KEY, &check, err));
    TRY(statement_step(check, &has_row, err));
    if (!has_row)
        doctor_tell(examination, "references", DOCTOR_OK, "every row refers to something there is");
    while (has_row) {
        doctor_tell(examination, "references", DOCTOR_FAULT,
                    "%lld rows of %.*s refer to rows of %.*s that are not there; restore a backup",
                    (long long)statement_int64(check, 2), TEXT_ARG(statement_text(check, 0)),
                    TEXT_ARG(statement_text(check, 1)));
        TRY(statement_step(check, &has_row, err));
    }
    return BERM_OK;
}

/* Of a register in a file there is nothing to tell. */
static enum berm_status examine_fence(struct examination *examination, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *check = NULL;
    bool has_row;

    if (!store_has_fence(examination->store))
        return BERM_OK;
    TRY(statement_prepare(examination->store, STATEMENT_DOCTOR_FENCE, &check, err));
    TRY(statement_step(check, &has_row, err));
    if (!has_row)
        doctor_tell(examination, "fence", DOCTOR_OK,
                    "the database shows callers only the rows of their areas");
    while (has_row) {
        doctor_tell(examination, "fence", statement_int64(check, 1) ? DOCTOR_FAULT : DOCTOR_NOTE,
                    "%.*s", TEXT_ARG(statement_text(check, 0)));
        TRY(statement_step(check, &has_row, err));
    }
    return BERM_OK;
}

static enum berm_status examine_space(struct examination *examination, struct berm_error *err)
{
    int64_t used_bytes, free_bytes;
    bool is_short;

    TRY(store_space(examination->store, &used_bytes, &free_bytes, err));
    if (free_bytes < 0) {
        doctor_tell(examination, "space", DOCTOR_OK,
                    "the register takes %lld MiB; the room left is the server's to tell",
                    (long long)(used_bytes >> 20));
        return BERM_OK;
    }
    is_short = free_bytes < FREE_BYTES_MIN || free_bytes < used_bytes / FREE_PART_OF_USED;
    doctor_tell(examination, "space", is_short ? DOCTOR_FAULT : DOCTOR_OK,
                "the register takes %lld MiB, %lld MiB are free%s", (long long)(used_bytes >> 20),
                (long long)(free_bytes >> 20), is_short ? "; make room on the disk" : "");
    return BERM_OK;
}

static enum berm_status examine_contents(struct examination *examination, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *count = NULL;

    TRY(statement_prepare(examination->store, STATEMENT_DOCTOR_CONTENTS, &count, err));
    TRY(statement_step_to_row(count, err));
    doctor_tell(examination, "contents", DOCTOR_OK,
                "%lld areas, %lld households, %lld persons, %lld monthly amounts, %lld findings, "
                "%lld changes, %lld runs",
                (long long)statement_int64(count, 0), (long long)statement_int64(count, 1),
                (long long)statement_int64(count, 2), (long long)statement_int64(count, 3),
                (long long)statement_int64(count, 4), (long long)statement_int64(count, 5),
                (long long)statement_int64(count, 6));
    return BERM_OK;
}

/* ---- The journal ----------------------------------------------------------------------------- */

static void tell_journal_fault(void *context, const struct journal_fault *fault)
{
    doctor_tell(context, "journal", DOCTOR_FAULT, "%s: %.*s", fault->kind, TEXT_ARG(fault->what));
}

static enum berm_status examine_journal(struct examination *examination, struct berm_error *err)
{
    struct journal_verify_options options = {.caller = caller_local(),
                                             .key = examination->options->key,
                                             .checkpoint_path =
                                                 examination->options->checkpoint_path,
                                             .report = tell_journal_fault,
                                             .context = examination};
    struct journal_verdict verdict;

    TRY(journal_verify(examination->store, &options, &verdict, err));
    if (verdict.faults == 0)
        doctor_tell(examination, "journal",
                    verdict.unsealed > 0 || !verdict.is_key_trusted || verdict.is_key_old
                        ? DOCTOR_NOTE
                        : DOCTOR_OK,
                    "%lld entries, %lld not sealed yet%s", (long long)verdict.entries,
                    (long long)verdict.unsealed,
                    !verdict.is_key_trusted ? "; without the key file its key is not proven"
                    : verdict.is_key_old
                        ? "; sealed with an older key of the key file, berm key rotate --signing "
                          "takes the newest"
                        : "");
    return BERM_OK;
}

/* ---- Secrets --------------------------------------------------------------------------------- */

/* Whether every id number is found by its hash, and nothing else is. */
static enum berm_status examine_lookups(struct examination *examination, bool *ret_is_sound,
                                        struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *compare = NULL;
    int64_t lost, left;

    TRY(statement_prepare(examination->store, STATEMENT_DOCTOR_ID_LOOKUP, &compare, err));
    TRY(statement_step_to_row(compare, err));
    lost = statement_int64(compare, 0);
    left = statement_int64(compare, 1);
    *ret_is_sound = lost + left == 0;
    if (!*ret_is_sound)
        doctor_tell(examination, "secrets", DOCTOR_FAULT,
                    "%lld id numbers are not found by their hash, and %lld hashes have no number; "
                    "berm key rotate enters all of them anew",
                    (long long)lost, (long long)left);
    return BERM_OK;
}

static enum berm_status examine_secrets(struct examination *examination, struct berm_error *err)
{
    const struct key_file *key = examination->options->key;
    int64_t count, bad;
    bool is_sound;

    TRY(examine_lookups(examination, &is_sound, err));
    TRY(vault_examine(examination->store, key, &count, &bad, err));
    if (bad > 0)
        doctor_tell(examination, "secrets", DOCTOR_FAULT,
                    "%lld of %lld protected numbers do not open or are not found with this key "
                    "file; give the register's own, or restore a backup",
                    (long long)bad, (long long)count);
    else if (is_sound)
        doctor_tell(examination, "secrets", key == NULL && count > 0 ? DOCTOR_NOTE : DOCTOR_OK,
                    "%lld protected numbers%s", (long long)count,
                    key == NULL && count > 0 ? "; without the key file they cannot be looked into"
                                             : "");
    return BERM_OK;
}

/* ---- The round ------------------------------------------------------------------------------- */

static enum berm_status examine_version(struct examination *examination, bool *ret_is_present,
                                        struct berm_error *err)
{
    int version;

    TRY(store_version(examination->store, &version, err));
    *ret_is_present = version == store_version_known();
    if (*ret_is_present)
        doctor_tell(examination, "version", DOCTOR_OK, "berm %s, schema %d", berm_version(),
                    version);
    else if (examination->options->is_backup)
        doctor_tell(examination, "version", DOCTOR_NOTE,
                    "berm %s, schema %d is older than this berm: numbers, flows and journal are "
                    "looked at once it is restored and migrated",
                    berm_version(), version);
    else
        doctor_tell(examination, "version", DOCTOR_FAULT,
                    "berm %s, schema %d is older than this berm; run berm migrate", berm_version(),
                    version);
    return BERM_OK;
}

enum berm_status doctor_examine(struct text store_url, const struct doctor_options *options,
                                int64_t *ret_faults, struct berm_error *err)
{
    static const struct {
        const char *name;
        enum berm_status (*run)(struct examination *examination, struct berm_error *err);
        bool needs_present_schema;
        bool is_of_the_place; /* of the machine more than of the register */
    } CHECKS[] = {
        {"integrity", examine_integrity, false, false},
        {"references", examine_references, false, false},
        {"fence", examine_fence, true, false},
        {"contents", examine_contents, false, false},
        {"areas", doctor_areas, false, false},
        {"monthly flows", doctor_monthly_flows, true, false},
        {"secrets", examine_secrets, true, false},
        {"journal", examine_journal, true, false},
        {"space", examine_space, false, true},
    };
    CLEANUP(store_closep) struct store *store = NULL;
    struct examination examination = {.options = options};
    bool is_present = false;

    TRY(store_open(store_url, STORE_AS_IT_IS, &store, err));
    examination.store = store;
    TRY(examine_version(&examination, &is_present, err));
    for (size_t c = 0; c < ARRAY_COUNT(CHECKS); c++) {
        struct berm_error error = {0};

        if ((CHECKS[c].needs_present_schema && !is_present) ||
            (CHECKS[c].is_of_the_place && options->is_backup))
            continue;
        if (CHECKS[c].run(&examination, &error) != BERM_OK)
            doctor_tell(&examination, CHECKS[c].name, DOCTOR_FAULT, "%s", error.message);
    }
    *ret_faults = examination.faults;
    return BERM_OK;
}
