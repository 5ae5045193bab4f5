/* A register of two counties for the tests of access: what lies in the second has a Z in every
 * word, so that one look tells whether anything of it shows in the first. */
#ifndef TESTS_ACCESS_FIXTURE_H
#define TESTS_ACCESS_FIXTURE_H

#include "exchange/exchange.h"
#include "unit/pack/pack_folder.h"

static const struct actor TESTER = {.name = {"tester", 6}, .via = {"test", 4}};

struct access_register {
    struct pack_folder *folder;
    struct office *office;
    struct arena *arena;
};

static const char CLASSED_DICTIONARY[] = "name,entity,type,class\n"
                                         "housing_grade,household,select_one grade,\n"
                                         "rooms,household,integer,public\n"
                                         "note,household,text,sensitive\n"
                                         "able_to_work,person,boolean,sensitive\n"
                                         "wage_income,flow,money,personal\n"
                                         "medical_cost,flow,money,sensitive\n";

static const char TWO_COUNTIES[] = "code,name,parent\n"
                                   "C,Country,\n"
                                   "A,Near,C\nA1,Near east,A\nA2,Near west,A\n"
                                   "Z,Zed county,C\nZ1,Zed east,Z\nZ2,Zed west,Z\n";

static inline void register_import(struct access_register *made, enum import_kind kind,
                                   const char *csv)
{
    struct import_options options = {
        .kind = kind, .caller = caller_local(), .actor.name = TEXT("tester")};
    struct import_result result;
    struct berm_error err;
    char path[128];

    folder_write(made->folder, "import.csv", csv);
    snprintf(path, sizeof path, "%s/import.csv", made->folder->path);
    options.path = path;
    assert_ok(exchange_import(made->office->store, &made->office->pack->dictionary, &options,
                              &result, &err));
    assert_int_equal(result.rejected, 0);
}

static inline void register_add_flows(struct access_register *made, const char *const *codes,
                                      size_t count)
{
    CLEANUP(buffer_free) struct buffer csv = {0};

    buffer_append_text(&csv, TEXT("household,month,wage_income,medical_cost\n"));
    for (size_t c = 0; c < count; c++)
        for (int month = 1; month <= 12; month++)
            buffer_append_format(&csv, "%s,2020-%02d,100,77\n", codes[c], month);
    buffer_append_char(&csv, '\0');
    register_import(made, IMPORT_FLOWS, csv.bytes);
}

static inline int register_set_up(void **state)
{
    static struct access_register made;
    static const char *const CODES[] = {"A-1", "A-2", "Z-1", "Z-2"};
    struct screen_options options = {.month = month_from_civil(2020, 12), .thread_count = 1};
    struct screen_result result;
    struct berm_error err;
    char url[128];

    if (folder_set_up_pack(state) != 0)
        return -1;
    setenv("BERM_BUSY_TIMEOUT_MS", "200", 1);
    made.folder = *state;
    made.arena = made.folder->arena;
    folder_write(made.folder, "dictionary.csv", CLASSED_DICTIONARY);
    snprintf(url, sizeof url, "sqlite:%s/register.berm", made.folder->path);
    assert_ok(office_create(text_of(url), text_of(made.folder->path), &made.office, &err));
    register_import(&made, IMPORT_AREAS, TWO_COUNTIES);
    register_import(&made, IMPORT_HOUSEHOLDS,
                    "code,area,housing_grade,rooms,note\n"
                    "A-1,A1,D,2,near secret\nA-2,A2,A,3,near secret\n"
                    "Z-1,Z1,D,4,Zed secret\nZ-2,Z2,A,5,Zed secret\n");
    register_import(&made, IMPORT_PERSONS,
                    "code,household,name,sex,birth_date,relation,able_to_work,from_date\n"
                    "PA1,A-1,Near One,female,1980-01-01,head,yes,2010-01-01\n"
                    "PA2,A-2,Near Two,male,1970-02-02,head,no,2010-01-01\n"
                    "PZ1,Z-1,Zed One,female,1961-03-03,head,yes,2010-01-01\n"
                    "PZ2,Z-2,Zed Two,male,1952-04-04,head,no,2010-01-01\n");
    register_add_flows(&made, CODES, ARRAY_COUNT(CODES));
    assert_ok(screen_month(made.office, caller_local(), &options, &result, &err));
    *state = &made;
    return 0;
}

static inline int register_tear_down(void **state)
{
    struct access_register *made = *state;
    void *folder = made->folder;

    office_close(made->office);
    return folder_tear_down(&folder);
}

/* An account without a password that anybody knows; the hash is not one. */
static inline void register_add_account(struct access_register *made, const char *name)
{
    CLEANUP(statement_closep) struct statement *insert = NULL;
    struct store *store = made->office->store;
    struct berm_error err;
    int64_t account_id;

    assert_ok(store_begin(store, &err));
    assert_ok(id_take(store, "account", 1, &account_id, &err));
    assert_ok(statement_prepare(store, STATEMENT_ACCOUNT_INSERT, &insert, &err));
    statement_bind_int64(insert, ACCOUNT_INSERT__ACCOUNT_ID, account_id);
    statement_bind_text(insert, ACCOUNT_INSERT__NAME, text_of(name));
    statement_bind_text(insert, ACCOUNT_INSERT__PASSWORD_HASH, TEXT("none"));
    statement_bind_int64(insert, ACCOUNT_INSERT__NOW_S, 0);
    assert_ok(statement_run(insert, &err));
    assert_ok(store_commit(store, &err));
}

static inline void register_grant(struct access_register *made, const char *name, enum role role,
                                  const char *area)
{
    struct berm_error err;

    assert_ok(account_grant(made->office->store, caller_local(), &TESTER, text_of(name), role,
                            text_of(area), &err));
}

static inline struct caller register_caller(struct access_register *made, const char *name)
{
    struct caller caller;
    struct berm_error err;

    assert_ok(caller_of_account(made->office->store, text_of(name), made->arena, &caller, &err));
    return caller;
}

/* A new account that holds one role in one area. */
static inline struct caller register_new_caller(struct access_register *made, const char *name,
                                                enum role role, const char *area)
{
    register_add_account(made, name);
    register_grant(made, name, role, area);
    return register_caller(made, name);
}

#define REGISTER_TEST(name)                                                                        \
    cmocka_unit_test_setup_teardown(name, register_set_up, register_tear_down)

#endif
