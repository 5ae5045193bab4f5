/* The writing thread: what is in a batch, and what of it stays. */
#include "unit/service/register_fixture.h"

static enum berm_status open_office(void *context, struct office **ret_office,
                                    struct berm_error *err)
{
    const struct pack_folder *folder = context;
    char url[256];

    snprintf(url, sizeof url, "sqlite:%s/register", folder->path);
    return office_open(text_of(url), STORE_READ_WRITE, ret_office, err);
}

static enum berm_status set(struct office *office, const char *name, struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;

    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(setting_write(office->store, name, TEXT("set"), err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    return BERM_OK;
}

static enum berm_status set_and_succeed(void *context, struct office *office,
                                        struct berm_error *err)
{
    office->actor.name = TEXT("somebody");
    return set(office, context, err);
}

/* As a handler does whose change is made and whose answer cannot be written. */
static enum berm_status set_and_fail(void *context, struct office *office, struct berm_error *err)
{
    TRY(set(office, context, err));
    return fail_with(err, BERM_LIMIT, "the answer is too long");
}

static bool is_set(struct office *office, const char *name)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct berm_error err;
    struct text value;

    assert_ok(arena_create(1 << 16, &arena, &err));
    assert_ok(setting_read(office->store, name, arena, &value, &err));
    return value.length > 0;
}

static void work_that_fails_leaves_nothing_of_what_it_committed(void **state)
{
    struct pack_folder *folder = *state;
    CLEANUP(office_closep) struct office *office = register_make(folder, "register");
    CLEANUP(writer_freep) struct writer *writer = NULL;
    const struct writer_options options = {.open = open_office, .open_context = folder};
    char first[] = "first", second[] = "second", third[] = "third";
    struct berm_error err;

    assert_ok(writer_create(&options, &writer, &err));
    assert_ok(writer_run(writer, set_and_succeed, first, &err));
    assert_fails(writer_run(writer, set_and_fail, second, &err), BERM_LIMIT, "too long");
    assert_ok(writer_run(writer, set_and_succeed, third, &err));
    assert_true(is_set(office, first));
    assert_false(is_set(office, second));
    assert_true(is_set(office, third));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACK_TEST(work_that_fails_leaves_nothing_of_what_it_committed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
