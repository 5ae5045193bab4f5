/* berm journal list, verify, seal, checkpoint */
#include "cli.h"

static const struct output_column ENTRY_COLUMNS[] = {
    {"entry", CELL_NUMBER}, {"seal", CELL_NUMBER},   {"at", CELL_TEXT},    {"actor", CELL_TEXT},
    {"via", CELL_TEXT},     {"address", CELL_TEXT},  {"role", CELL_TEXT},  {"action", CELL_TEXT},
    {"subject", CELL_TEXT}, {"change", CELL_NUMBER}, {"run", CELL_NUMBER}, {"details", CELL_JSON},
};

enum { DIGITS_MAX = 24 };

static struct text digits_of(int64_t number, char out[DIGITS_MAX])
{
    snprintf(out, DIGITS_MAX, "%lld", (long long)number);
    return number == 0 ? TEXT("") : text_of(out);
}

static enum berm_status show_entry(void *context, const struct journal_entry *entry,
                                   int64_t sequence, struct berm_error *err)
{
    char digits[4][DIGITS_MAX];
    const struct text cells[ARRAY_COUNT(ENTRY_COLUMNS)] = {
        digits_of(entry->journal_id, digits[0]),
        digits_of(sequence, digits[1]),
        entry->at,
        entry->actor.name,
        entry->actor.via,
        entry->actor.address,
        entry->actor.role,
        entry->action,
        entry->subject,
        digits_of(entry->change_id, digits[2]),
        digits_of(entry->run_id, digits[3]),
        entry->details,
    };

    (void)err;
    output_row(context, cells);
    return BERM_OK;
}

enum berm_status command_journal_list(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    CLEANUP(output_discard) struct output output = {0};
    struct journal_filter filter = {
        .actor = text_of(invocation_value(invocation, "by")),
        .action = text_of(invocation_value(invocation, "action")),
        .subject = text_of(invocation_value(invocation, "about")),
        .from = text_of(invocation_value(invocation, "since")),
        .to = text_of(invocation_value(invocation, "until")),
        .is_newest_first = invocation_has(invocation, "newest"),
    };
    const struct caller *caller;
    enum format format;
    int64_t first;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_int64(invocation, "from", 1, INT64_MAX, 1, &first, err));
    TRY(invocation_int64(invocation, "limit", 1, INT64_MAX, 0, &filter.limit, err));
    filter.after_id = first - 1;
    TRY(invocation_open(invocation, &office, err));
    TRY(arena_create(1 << 20, &arena, err));
    TRY(invocation_caller(invocation, office, arena, &caller, err));
    output_begin(&output, stdout, format, ENTRY_COLUMNS, ARRAY_COUNT(ENTRY_COLUMNS));
    TRY(journal_list(office->store, caller, &filter, show_entry, &output, err));
    return output_end(&output, err);
}

/* ---- verify ---------------------------------------------------------------------------------- */

static const struct output_column FAULT_COLUMNS[] = {
    {"fault", CELL_TEXT}, {"entry", CELL_NUMBER}, {"what", CELL_TEXT}};

static void show_fault(void *context, const struct journal_fault *fault)
{
    char digits[DIGITS_MAX];
    const struct text cells[ARRAY_COUNT(FAULT_COLUMNS)] = {
        text_of(fault->kind), digits_of(fault->journal_id, digits), fault->what};

    output_row(context, cells);
}

static void tell_verdict(const struct journal_verdict *verdict)
{
    fprintf(stderr, "%lld entries, %lld sealed, %lld not sealed yet; ", (long long)verdict->entries,
            (long long)verdict->sealed, (long long)verdict->unsealed);
    if (verdict->faults > 0)
        fprintf(stderr, "%lld faults: the journal was tampered with.\n",
                (long long)verdict->faults);
    else if (verdict->sealed == 0)
        fprintf(stderr, "nothing is sealed, so nothing is proven; give a key and run berm journal "
                        "seal.\n");
    else if (!verdict->is_key_trusted)
        fprintf(stderr,
                "no fault, by the key %s that the register itself names; give the key file or a "
                "checkpoint to be sure of the key.\n",
                verdict->key_id);
    else
        fprintf(stderr, "no fault, sealed with the key %s%s.\n", verdict->key_id,
                verdict->is_key_old
                    ? ", which is not the newest of the key file: either this register never "
                      "changed its key, or its end was cut off (a checkpoint tells)"
                : verdict->rotations > 0 ? " and those before it"
                                         : "");
}

enum berm_status command_journal_verify(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    CLEANUP(output_discard) struct output output = {0};
    struct journal_verify_options options = {
        .caller = caller_local(),
        .checkpoint_path = invocation_value(invocation, "checkpoint"),
        .report = show_fault,
        .context = &output,
    };
    struct journal_verdict verdict;
    enum berm_status status = BERM_OK;
    enum format format;

    TRY(invocation_format(invocation, &format, err));
    TRY(invocation_key(invocation, &key, err));
    options.key = key;
    TRY(invocation_open(invocation, &office, err));
    output_begin(&output, stdout, format, FAULT_COLUMNS, ARRAY_COUNT(FAULT_COLUMNS));
    TRY(journal_verify(office->store, &options, &verdict, err));
    /* Set before anything is written: a reader that goes away must not make faults a success. */
    invocation->exit_code = verdict.faults > 0 ? EXIT_CODE_FAILURE : EXIT_CODE_OK;
    if (verdict.faults > 0 || format != FORMAT_TABLE)
        status = output_end(&output, err);
    tell_verdict(&verdict);
    return status;
}

/* ---- seal, checkpoint ------------------------------------------------------------------------ */

/* A register and its key, without which there is nothing to do. */
static enum berm_status open_with_key(struct invocation *invocation, struct office **ret_office,
                                      struct berm_error *err)
{
    TRY(invocation_open_to_write(invocation, ret_office, err));
    if ((*ret_office)->key != NULL)
        return BERM_OK;
    invocation->exit_code = EXIT_CODE_USAGE;
    return fail_with(err, BERM_INVALID_INPUT,
                     "which key? Say --key FILE or set BERM_KEY_FILE; berm key create FILE makes "
                     "one");
}

enum berm_status command_journal_seal(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    int64_t sealed;

    TRY(open_with_key(invocation, &office, err));
    TRY(journal_seal(office->store, office->key, &office->actor, &sealed, err));
    printf("%lld entries sealed\n", (long long)sealed);
    return BERM_OK;
}

enum berm_status command_journal_checkpoint(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    int64_t sequence;

    TRY(open_with_key(invocation, &office, err));
    TRY(office_seal(office, err));
    TRY(journal_checkpoint(office->store, caller_local(), office->key, invocation->arguments[0],
                           &sequence, err));
    printf("%s: the chain up to seal %lld; keep it where the register is not\n",
           invocation->arguments[0], (long long)sequence);
    return BERM_OK;
}
