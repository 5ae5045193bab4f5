/* The journal for people: filters, pages, and who reads what. */
#include "unit/service/access_fixture.h"

static void write_entry(struct access_register *made, const char *name, const char *via,
                        const char *subject)
{
    const struct journal_entry entry = {.actor = {text_of(name), text_of(via), TEXT(""), TEXT("")},
                                        .action = TEXT("look"),
                                        .subject = text_of(subject)};
    struct berm_error err;

    assert_ok(store_begin(made->office->store, &err));
    assert_ok(journal_write(made->office->store, &entry, &err));
    assert_ok(store_commit(made->office->store, &err));
}

static enum berm_status note(void *context, const struct journal_entry *entry, int64_t sequence,
                             struct berm_error *err)
{
    (void)sequence;
    (void)err;
    buffer_append_format(context, "%.*s %.*s;", TEXT_ARG(entry->actor.name),
                         TEXT_ARG(entry->subject));
    return BERM_OK;
}

/* The entries that are listed, "who what;" each. */
static const char *listed(struct access_register *made, const struct caller *caller,
                          struct journal_filter filter, struct buffer *out)
{
    struct berm_error err;

    filter.action = TEXT("look");
    buffer_clear(out);
    assert_ok(journal_list(made->office->store, caller, &filter, note, out, &err));
    buffer_append_char(out, '\0');
    return out->bytes;
}

static void write_four(struct access_register *made)
{
    write_entry(made, "anna", "api", "household A-1");
    write_entry(made, "bert", "api", "household Z-1");
    write_entry(made, "anna", "api", "household Z-1");
    write_entry(made, "anna", "cli", "household A-2");
}

static void filters_and_pages_agree_in_both_orders(void **state)
{
    struct access_register *made = *state;
    const struct caller *all = caller_local();
    CLEANUP(buffer_free) struct buffer out = {0};

    write_four(made);
    assert_string_equal(listed(made, all, (struct journal_filter){0}, &out),
                        "anna household A-1;bert household Z-1;anna household Z-1;"
                        "anna household A-2;");
    assert_string_equal(listed(made, all, (struct journal_filter){.is_newest_first = true}, &out),
                        "anna household A-2;anna household Z-1;bert household Z-1;"
                        "anna household A-1;");
    for (int newest = 0; newest <= 1; newest++) {
        const bool is_newest = newest != 0;

        assert_string_equal(
            listed(made, all,
                   (struct journal_filter){.is_newest_first = is_newest, .actor = TEXT("bert")},
                   &out),
            "bert household Z-1;");
        assert_string_equal(listed(made, all,
                                   (struct journal_filter){.is_newest_first = is_newest,
                                                           .actor = TEXT("anna"),
                                                           .subject = TEXT("household Z-1")},
                                   &out),
                            "anna household Z-1;");
        assert_string_equal(
            listed(made, all,
                   (struct journal_filter){.is_newest_first = is_newest, .to = TEXT("2001")}, &out),
            "");
        assert_string_equal(listed(made, all,
                                   (struct journal_filter){.is_newest_first = is_newest,
                                                           .from = TEXT("2001"),
                                                           .limit = 1},
                                   &out),
                            is_newest ? "anna household A-2;" : "anna household A-1;");
        assert_string_equal(
            listed(made, all, (struct journal_filter){.is_newest_first = is_newest, .before_id = 2},
                   &out),
            "");
    }
}

static void who_reads_for_an_area_only_sees_what_they_did_themselves(void **state)
{
    struct access_register *made = *state;
    struct caller anna = register_new_caller(made, "anna", ROLE_SUPERVISOR, "A");
    struct caller bert = register_new_caller(made, "bert", ROLE_FIELD_WORKER, "Z1");
    struct caller chief = register_new_caller(made, "chief", ROLE_SUPERVISOR, "C");
    CLEANUP(buffer_free) struct buffer out = {0};

    write_four(made);
    assert_string_equal(listed(made, &anna, (struct journal_filter){0}, &out),
                        "anna household A-1;anna household Z-1;");
    assert_string_equal(listed(made, &anna, (struct journal_filter){.is_newest_first = true}, &out),
                        "anna household Z-1;anna household A-1;");
    assert_string_equal(listed(made, &bert, (struct journal_filter){0}, &out),
                        "bert household Z-1;");
    assert_string_equal(listed(made, &bert, (struct journal_filter){.actor = TEXT("anna")}, &out),
                        "");
    assert_string_equal(listed(made, &chief, (struct journal_filter){.actor = TEXT("bert")}, &out),
                        "bert household Z-1;");
}

static void verifying_and_checkpoints_are_for_who_reads_all(void **state)
{
    struct access_register *made = *state;
    struct caller anna = register_new_caller(made, "anna", ROLE_SUPERVISOR, "A");
    struct caller chief = register_new_caller(made, "chief", ROLE_SUPERVISOR, "C");
    struct journal_verify_options options = {.caller = &anna};
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    CLEANUP(buffer_free) struct buffer out = {0};
    struct journal_verdict verdict;
    struct berm_error err;
    int64_t sequence;
    char path[160];

    snprintf(path, sizeof path, "%s/key", made->folder->path);
    assert_ok(key_file_create(path, &key, &err));
    assert_fails(journal_verify(made->office->store, &options, &verdict, &err), BERM_FORBIDDEN,
                 "whole register");
    options.caller = &chief;
    assert_ok(journal_verify(made->office->store, &options, &verdict, &err));
    assert_int_equal(verdict.faults, 0);
    assert_ok(journal_seal(made->office->store, key, &TESTER, &sequence, &err));
    assert_fails(journal_checkpoint_text(made->office->store, &anna, key, &out, &sequence, &err),
                 BERM_FORBIDDEN, "whole register");
    assert_int_equal(out.length, 0);
    assert_ok(journal_checkpoint_text(made->office->store, &chief, key, &out, &sequence, &err));
    assert_true(text_starts_with(buffer_text(&out), TEXT("berm-checkpoint 1\nregister ")));
    assert_true(sequence > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REGISTER_TEST(filters_and_pages_agree_in_both_orders),
        REGISTER_TEST(who_reads_for_an_area_only_sees_what_they_did_themselves),
        REGISTER_TEST(verifying_and_checkpoints_are_for_who_reads_all),
    };

    return cmocka_run_group_tests_name("service/journal_list", tests, NULL, NULL);
}
