/*
 * The steps of a version's life. Whatever takes time (compiling, checks, cases) is done before the
 * transaction, on files that cannot change any more; what the step rests on is read again inside
 * it. The second person is told by name (caller_person).
 */
#include "service/policy/private.h"

#include <stdio.h>

enum { DETAILS_BYTES_MAX = 512, YEAR_LAST = 9999 };

/* The step's entry. What stands in details are numbers, months, digests and names of accounts. */
static enum berm_status journal_step(struct office *office, const struct caller *caller,
                                     const char *action, const struct pack_version *version,
                                     struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer details = {.cap_bytes = DETAILS_BYTES_MAX + 1024};
    struct json_writer json = {.out = &details};
    char subject[64];

    snprintf(subject, sizeof subject, "policy version %lld", (long long)version->pack_version_id);
    json_begin_object(&json);
    json_key_of_text(&json, "person", caller_person(caller, &office->actor));
    json_key_of_text(&json, "pack", version->pack);
    json_key_of_text(&json, "version", version->version);
    json_key_of_text(&json, "sha256", version->sha256);
    if (version->publication > 0) {
        json_key(&json, "from_month");
        json_month(&json, version->from_month);
    }
    json_end_object(&json);
    TRY(buffer_status(&details, err));
    return journal_write(office->store,
                         &(struct journal_entry){.actor = office->actor,
                                                 .action = text_of(action),
                                                 .subject = text_of(subject),
                                                 .details = buffer_text(&details)},
                         err);
}

/* ---- Storing --------------------------------------------------------------------------------- */

static enum berm_status insert_files(struct store *store, int64_t pack_version_id,
                                     const struct pack_bundle *bundle, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *contents = NULL;
    CLEANUP(statement_closep) struct statement *place = NULL;

    TRY(statement_prepare(store, STATEMENT_PACK_FILE_INSERT, &contents, err));
    TRY(statement_prepare(store, STATEMENT_PACK_VERSION_FILE_INSERT, &place, err));
    for (size_t i = 0; i < bundle->count; i++) {
        CLEANUP(digest_freep) struct digest *digest = NULL;
        char digits[DIGEST_TEXT_MAX];
        struct text sha256;

        TRY(digest_create(&digest, err));
        digest_add(digest, bundle->files[i].bytes.bytes, bundle->files[i].bytes.length);
        sha256 = digest_finish(digest, digits);
        statement_bind_text(contents, PACK_FILE_INSERT__SHA256, sha256);
        statement_bind_text(contents, PACK_FILE_INSERT__BYTES, bundle->files[i].bytes);
        TRY(statement_run(contents, err));
        statement_bind_int64(place, PACK_VERSION_FILE_INSERT__PACK_VERSION_ID, pack_version_id);
        statement_bind_text(place, PACK_VERSION_FILE_INSERT__PATH, bundle->files[i].path);
        statement_bind_text(place, PACK_VERSION_FILE_INSERT__SHA256, sha256);
        TRY(statement_run(place, err));
    }
    return BERM_OK;
}

enum berm_status version_insert(struct store *store, const struct pack *pack, struct text sha256,
                                const struct pack_bundle *bundle, struct text note,
                                struct text person, int64_t *ret_pack_version_id,
                                struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    int64_t pack_version_id;
    char now[32];

    TRY(id_take(store, "pack_version", 1, &pack_version_id, err));
    TRY(statement_prepare(store, STATEMENT_PACK_VERSION_INSERT, &insert, err));
    statement_bind_int64(insert, PACK_VERSION_INSERT__PACK_VERSION_ID, pack_version_id);
    statement_bind_text(insert, PACK_VERSION_INSERT__PACK, pack->name);
    statement_bind_text(insert, PACK_VERSION_INSERT__VERSION, pack->version);
    statement_bind_text(insert, PACK_VERSION_INSERT__SHA256, sha256);
    statement_bind_text(insert, PACK_VERSION_INSERT__NOTE, note);
    statement_bind_text(insert, PACK_VERSION_INSERT__PERSON, person);
    statement_bind_text(insert, PACK_VERSION_INSERT__AT, instant_now(now));
    TRY(statement_run(insert, err));
    TRY(insert_files(store, pack_version_id, bundle, err));
    *ret_pack_version_id = pack_version_id;
    return BERM_OK;
}

enum berm_status version_put_in_force(struct store *store, const struct pack *pack,
                                      int64_t pack_version_id, month_number from_month,
                                      struct text person, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *publish = NULL;
    char now[32];

    TRY(store_apply_dictionary(store, &pack->dictionary, err));
    TRY(statement_prepare(store, STATEMENT_PACK_VERSION_PUBLISH, &publish, err));
    statement_bind_text(publish, PACK_VERSION_PUBLISH__PERSON, person);
    statement_bind_text(publish, PACK_VERSION_PUBLISH__AT, instant_now(now));
    statement_bind_month(publish, PACK_VERSION_PUBLISH__FROM_MONTH, from_month);
    statement_bind_int64(publish, PACK_VERSION_PUBLISH__PACK_VERSION_ID, pack_version_id);
    return statement_run(publish, err);
}

/* ---- Draft ----------------------------------------------------------------------------------- */

/* A register keeps the pack that it was made with, and counts its money in one unit. */
enum berm_status check_same_pack(const struct pack *present, const struct pack *draft,
                                 struct berm_error *err)
{
    if (!text_equal(present->name, draft->name))
        return fail_with(err, BERM_INVALID_INPUT,
                         "pack.yaml: the register belongs to the pack '%.*s', this is '%.*s'; make "
                         "a register of its own for another pack",
                         TEXT_ARG(present->name), TEXT_ARG(draft->name));
    if (!text_equal(present->currency, draft->currency) ||
        present->dictionary.money_decimals != draft->dictionary.money_decimals)
        return fail_with(err, BERM_CONFLICT,
                         "pack.yaml: the register holds its money in %.*s with %d decimals; every "
                         "amount would be read wrongly with %.*s and %d",
                         TEXT_ARG(present->currency), present->dictionary.money_decimals,
                         TEXT_ARG(draft->currency), draft->dictionary.money_decimals);
    return BERM_OK;
}

enum berm_status policy_draft(struct office *office, const struct caller *caller,
                              const struct pack_bundle *bundle, struct text note,
                              int64_t *ret_pack_version_id, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct pack_version version = {0};
    char sha256[DIGEST_TEXT_MAX];
    const struct pack *pack;
    const struct pack_case *cases;
    size_t case_count;

    TRY(caller_check(caller, PERMISSION_POLICY_WRITE, err));
    if (note.length > POLICY_NOTE_BYTES_MAX || !text_is_utf8(note, NULL))
        return fail_with(err, BERM_INVALID_INPUT, "the note must be UTF-8 text of at most %d bytes",
                         POLICY_NOTE_BYTES_MAX);
    TRY(arena_create(PACK_ARENA_BYTES_MAX, &arena, err));
    TRY(bundle_check(bundle, err));
    TRY(bundle_read(arena, bundle, &pack, err));
    TRY(bundle_read_cases(arena, bundle, pack, &cases, &case_count, err));
    TRY(pack_fingerprint(pack, sha256, err));
    TRY(check_same_pack(office->pack, pack, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(store_check_dictionary(office->store, &pack->dictionary, err));
    TRY(version_insert(office->store, pack, text_of(sha256), bundle, note,
                       caller_person(caller, &office->actor), &version.pack_version_id, err));
    version.pack = pack->name;
    version.version = pack->version;
    version.sha256 = text_of(sha256);
    TRY(journal_step(office, caller, "draft_policy", &version, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    *ret_pack_version_id = version.pack_version_id;
    return BERM_OK;
}

/* ---- Check ----------------------------------------------------------------------------------- */

static enum berm_status refuse_state(const struct pack_version *version, const char *wanted,
                                     struct berm_error *err)
{
    return fail_with(err, BERM_CONFLICT, "version %lld is %s; %s",
                     (long long)version->pack_version_id, pack_state_name(version->state), wanted);
}

struct counted_report {
    policy_report *report;
    void *context;
    struct policy_verdict verdict;
};

static void count_report(void *context, const char *severity, const char *line)
{
    struct counted_report *counted = context;

    counted->verdict.warnings += !text_equal(text_of(severity), TEXT("error"));
    counted->report(counted->context, severity, line);
}

static enum berm_status store_check(struct office *office, const struct caller *caller,
                                    int64_t pack_version_id, const struct policy_verdict *verdict,
                                    struct arena *arena, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(statement_closep) struct statement *check = NULL;
    struct pack_version version;
    char now[32];

    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(version_read(office->store, pack_version_id, arena, &version, err));
    if (version.state != PACK_DRAFT && version.state != PACK_CHECKED)
        return refuse_state(&version, "only a draft is checked", err);
    TRY(statement_prepare(office->store, STATEMENT_PACK_VERSION_CHECK, &check, err));
    statement_bind_text(check, PACK_VERSION_CHECK__PERSON, caller_person(caller, &office->actor));
    statement_bind_text(check, PACK_VERSION_CHECK__AT, instant_now(now));
    statement_bind_int64(check, PACK_VERSION_CHECK__CASES_PASSED, verdict->passed);
    statement_bind_int64(check, PACK_VERSION_CHECK__WARNINGS, verdict->warnings);
    statement_bind_int64(check, PACK_VERSION_CHECK__PACK_VERSION_ID, pack_version_id);
    TRY(statement_run(check, err));
    TRY(journal_step(office, caller, "check_policy", &version, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    return BERM_OK;
}

enum berm_status policy_version_check(struct office *office, const struct caller *caller,
                                      int64_t pack_version_id, policy_report *report, void *context,
                                      struct policy_verdict *ret_verdict, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct counted_report counted = {.report = report, .context = context};
    struct policy_verdict *verdict = &counted.verdict;
    struct pack_version version;
    struct pack_bundle bundle;
    const struct pack *pack;

    TRY(caller_check(caller, PERMISSION_POLICY_WRITE, err));
    TRY(arena_create(PACK_ARENA_BYTES_MAX, &arena, err));
    TRY(version_read(office->store, pack_version_id, arena, &version, err));
    if (version.state != PACK_DRAFT && version.state != PACK_CHECKED)
        return refuse_state(&version, "only a draft is checked", err);
    TRY(version_files_read(office->store, pack_version_id, arena, &bundle, err));
    TRY(bundle_read(arena, &bundle, &pack, err));
    TRY(policy_check_model(pack->model, count_report, &counted, &verdict->errors, err));
    TRY(policy_test_bundle(&bundle, pack, report, context, &verdict->passed, &verdict->failed,
                           err));
    if (verdict->passed + verdict->failed == 0)
        report(context, "error",
               "the pack has no cases: nothing would show what its rules do; add cases/*.yaml");
    verdict->is_checked = verdict->errors == 0 && verdict->failed == 0 && verdict->passed > 0;
    if (verdict->is_checked)
        TRY(store_check(office, caller, pack_version_id, verdict, arena, err));
    *ret_verdict = *verdict;
    return BERM_OK;
}

/* ---- Publish and withdraw -------------------------------------------------------------------- */

/* Months that were screened keep the rules that they were screened by. */
static enum berm_status check_month_is_free(struct store *store, month_number month,
                                            const char *remedy, struct berm_error *err)
{
    char wanted[MONTH_TEXT_MAX], screened[MONTH_TEXT_MAX];
    month_number last;
    enum berm_status status = month_last_screened(store, &last, err);

    if (status == BERM_NOT_FOUND)
        return BERM_OK;
    TRY(status);
    if (month > last)
        return BERM_OK;
    return fail_with(err, BERM_INVALID_INPUT,
                     "a version cannot begin or end in %.*s: months up to %.*s have been screened "
                     "and keep their rules; %s",
                     TEXT_ARG(month_format(month, wanted)), TEXT_ARG(month_format(last, screened)),
                     remedy);
}

/* The evidence of findings names a version by its label. */
static enum berm_status check_label(struct store *store, const struct pack_version *version,
                                    struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    bool has_row;

    TRY(statement_prepare(store, STATEMENT_PACK_VERSION_OF_LABEL, &find, err));
    statement_bind_text(find, PACK_VERSION_OF_LABEL__PACK, version->pack);
    statement_bind_text(find, PACK_VERSION_OF_LABEL__VERSION, version->version);
    statement_bind_text(find, PACK_VERSION_OF_LABEL__SHA256, version->sha256);
    TRY(statement_step(find, &has_row, err));
    if (!has_row)
        return BERM_OK;
    return fail_with(err, BERM_CONFLICT,
                     "version %lld has other rules and is published as '%.*s' too: reasons name "
                     "their rules by it; raise 'version' in pack.yaml and draft it again",
                     (long long)statement_int64(find, 0), TEXT_ARG(version->version));
}

/* The version that begins last is the register's present pack; the cases go its way from now on. */
static enum berm_status check_cases_go_on(struct office *office, struct berm_error *err)
{
    const struct pack *present;

    TRY(office_pack_at(office, month_from_civil(YEAR_LAST, 12), &present, err));
    return case_check_states(office->store, present, err);
}

static enum berm_status publish_in_transaction(struct office *office, const struct caller *caller,
                                               const struct pack *pack, month_number from_month,
                                               struct pack_version *version, struct berm_error *err)
{
    struct text person = caller_person(caller, &office->actor);

    TRY(caller_check_everywhere(office->store, caller, PERMISSION_POLICY_PUBLISH, err));
    if (text_equal(version->drafted.by, person))
        return fail_with(err, BERM_FORBIDDEN,
                         "version %lld was drafted by %.*s; rules are published by a second person",
                         (long long)version->pack_version_id, TEXT_ARG(person));
    if (version->state != PACK_CHECKED)
        return refuse_state(version, "only a checked version is published", err);
    TRY(check_month_is_free(office->store, from_month, "publish it from a later month", err));
    TRY(check_label(office->store, version, err));
    TRY(version_put_in_force(office->store, pack, version->pack_version_id, from_month, person,
                             err));
    TRY(check_cases_go_on(office, err));
    version->publication = 1; /* whatever its place: it has a first month now */
    version->from_month = from_month;
    return journal_step(office, caller, "publish_policy", version, err);
}

enum berm_status policy_publish(struct office *office, const struct caller *caller,
                                int64_t pack_version_id, month_number from_month,
                                struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct pack_version version;
    const struct pack *pack;

    TRY(caller_check(caller, PERMISSION_POLICY_PUBLISH, err));
    TRY(arena_create(1 << 20, &arena, err));
    TRY(office_pack_of_version(office, pack_version_id, &pack, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(version_read(office->store, pack_version_id, arena, &version, err));
    TRY(publish_in_transaction(office, caller, pack, from_month, &version, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    return office_refresh(office, err);
}

static enum berm_status withdraw_in_transaction(struct office *office, const struct caller *caller,
                                                const struct pack_version *version,
                                                struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *withdraw = NULL;
    char now[32];

    if (version->state == PACK_WITHDRAWN)
        return refuse_state(version, "there is nothing to take back", err);
    if (version->state == PACK_PUBLISHED)
        TRY(caller_check_everywhere(office->store, caller, PERMISSION_POLICY_PUBLISH, err));
    else
        TRY(caller_check(caller, PERMISSION_POLICY_WRITE, err));
    if (version->is_from_beginning)
        return refuse_state(version, "a register cannot be without its first version", err);
    if (version->state == PACK_PUBLISHED)
        TRY(check_month_is_free(office->store, version->from_month,
                                "publish another version from a later month", err));
    TRY(statement_prepare(office->store, STATEMENT_PACK_VERSION_WITHDRAW, &withdraw, err));
    statement_bind_text(withdraw, PACK_VERSION_WITHDRAW__PERSON,
                        caller_person(caller, &office->actor));
    statement_bind_text(withdraw, PACK_VERSION_WITHDRAW__AT, instant_now(now));
    statement_bind_int64(withdraw, PACK_VERSION_WITHDRAW__PACK_VERSION_ID,
                         version->pack_version_id);
    TRY(statement_run(withdraw, err));
    if (version->state == PACK_PUBLISHED)
        TRY(check_cases_go_on(office, err));
    return journal_step(office, caller, "withdraw_policy", version, err);
}

enum berm_status policy_withdraw(struct office *office, const struct caller *caller,
                                 int64_t pack_version_id, struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    struct pack_version version;

    if (!caller_holds(caller, PERMISSION_POLICY_PUBLISH))
        TRY(caller_check(caller, PERMISSION_POLICY_WRITE, err));
    TRY(arena_create(1 << 20, &arena, err));
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(version_read(office->store, pack_version_id, arena, &version, err));
    TRY(withdraw_in_transaction(office, caller, &version, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    return office_refresh(office, err);
}
