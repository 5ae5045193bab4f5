/* Key files, and signing with what they hold. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/unit.h"
#include "service/key.h"

struct place {
    char folder[64];
    char path[96];
};

static int place_create(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    assert_non_null(place);
    snprintf(place->folder, sizeof place->folder, "/tmp/berm-test-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof place->path, "%s/berm.key", place->folder);
    *state = place;
    return 0;
}

static int place_remove(void **state)
{
    struct place *place = *state;

    unlink(place->path);
    rmdir(place->folder);
    free(place);
    return 0;
}

static void put(const char *path, const char *content)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static void a_key_file_that_was_made_reads_as_the_same_key(void **state)
{
    struct place *place = *state;
    CLEANUP(key_file_freep) struct key_file *made = NULL;
    CLEANUP(key_file_freep) struct key_file *again = NULL;
    CLEANUP(key_file_freep) struct key_file *none = NULL;
    struct berm_error err;

    assert_ok(key_file_create(place->path, &made, &err));
    assert_ok(key_file_read(place->path, true, &again, &err));
    assert_true(text_equal(key_newest_public(made), key_newest_public(again)));
    assert_fails(key_file_create(place->path, &none, &err), BERM_CONFLICT, "never overwritten");
}

static void a_key_file_that_others_may_read_is_refused(void **state)
{
    struct place *place = *state;
    CLEANUP(key_file_freep) struct key_file *made = NULL;
    CLEANUP(key_file_freep) struct key_file *again = NULL;
    struct berm_error err;

    assert_ok(key_file_create(place->path, &made, &err));
    assert_int_equal(chmod(place->path, 0640), 0);
    assert_fails(key_file_read(place->path, true, &again, &err), BERM_INVALID_INPUT, "chmod 600");
    assert_ok(key_file_read(place->path, false, &again, &err)); /* the system guards its folder */
}

static void what_is_no_key_file_is_refused(void **state)
{
    static const char *const contents[] = {
        "",
        "berm-key 1\n",
        "berm-key 2\nsign 00\n",
        "sign 0000000000000000000000000000000000000000000000000000000000000000\n",
        "berm-key 1\nsign 00000000000000000000000000000000000000000000000000000000000000\n",
        "berm-key 1\nsign zz00000000000000000000000000000000000000000000000000000000000000\n",
        "berm-key 1\nsign\n",
        ("berm-key 1\nsign 4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\n"
         "sign 4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\n"),
        "code,name\nA,one\n",
    };
    struct place *place = *state;
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    struct berm_error err;

    assert_fails(key_file_read(place->path, true, &key, &err), BERM_NOT_FOUND, "berm.key");
    for (size_t i = 0; i < ARRAY_COUNT(contents); i++) {
        put(place->path, contents[i]);
        assert_fails(key_file_read(place->path, true, &key, &err), BERM_INVALID_INPUT, "key file");
    }
}

static void the_newest_signing_key_stands_behind_the_older_ones(void **state)
{
    struct place *place = *state;
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    CLEANUP(key_file_freep) struct key_file *again = NULL;
    char older[PUBLIC_KEY_TEXT_MAX], signature[SIGNATURE_TEXT_MAX];
    struct berm_error err;

    assert_ok(key_file_create(place->path, &key, &err));
    snprintf(older, sizeof older, "%.*s", TEXT_ARG(key_newest_public(key)));
    for (int k = 1; k < 64; k++)
        assert_ok(key_file_add_sign(key, place->path, &err));
    assert_fails(key_file_add_sign(key, place->path, &err), BERM_LIMIT, "64 signing keys");
    assert_ok(key_file_read(place->path, true, &again, &err));
    assert_true(text_equal(key_newest_public(key), key_newest_public(again)));
    assert_false(text_equal(key_newest_public(again), text_of(older)));
    assert_true(key_has_public(again, text_of(older)));
    key_sign(again, text_of(older), TEXT("r"), signature);
    assert_true(key_verify(text_of(older), TEXT("r"), text_of(signature)));
    assert_false(key_verify(key_newest_public(again), TEXT("r"), text_of(signature)));
}

/* RFC 8032, section 7.1, test 2: the message is the byte 0x72. */
static void a_signature_is_that_of_the_standard(void **state)
{
    struct place *place = *state;
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    char signature[SIGNATURE_TEXT_MAX];
    struct berm_error err;

    put(place->path, "# a key for everybody\nberm-key 1\n"
                     "sign 4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\n");
    assert_ok(key_file_read(place->path, true, &key, &err));
    assert_text(key_newest_public(key),
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    key_sign(key, key_newest_public(key), TEXT("r"), signature);
    assert_string_equal(signature,
                        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    assert_true(key_verify(key_newest_public(key), TEXT("r"), text_of(signature)));
    assert_false(key_verify(key_newest_public(key), TEXT("s"), text_of(signature)));
    assert_false(key_verify(TEXT("00"), TEXT("r"), text_of(signature)));
    assert_false(key_verify(key_newest_public(key), TEXT("r"), TEXT("no signature")));
    signature[0] = '8';
    assert_false(key_verify(key_newest_public(key), TEXT("r"), text_of(signature)));
}

static void a_secret_opens_with_its_key_and_owner_only(void **state)
{
    struct place *place = *state;
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    char sealed[SEALED_TEXT_MAX], again[SEALED_TEXT_MAX], out[SECRET_BYTES_MAX];
    struct text id, secret;
    struct berm_error err;

    assert_ok(key_file_create(place->path, &key, &err));
    id = key_newest_protect_id(key);
    assert_ok(key_protect(key, id, TEXT("12345678"), TEXT("person 1"), sealed, &err));
    assert_ok(key_protect(key, id, TEXT("12345678"), TEXT("person 1"), again, &err));
    assert_string_not_equal(sealed, again);
    assert_ok(key_reveal(key, id, text_of(sealed), TEXT("person 1"), out, &secret, &err));
    assert_text(secret, "12345678");
    assert_fails(key_reveal(key, id, text_of(sealed), TEXT("person 2"), out, &secret, &err),
                 BERM_CORRUPT, "was changed");
    assert_fails(key_reveal(key, id, TEXT("00"), TEXT("person 1"), out, &secret, &err),
                 BERM_CORRUPT, "was changed");
    assert_fails(
        key_reveal(key, TEXT("none"), text_of(sealed), TEXT("person 1"), out, &secret, &err),
        BERM_NOT_FOUND, "lacks the protecting key none");
    sealed[60] = sealed[60] == '0' ? '1' : '0';
    assert_fails(key_reveal(key, id, text_of(sealed), TEXT("person 1"), out, &secret, &err),
                 BERM_CORRUPT, "was changed");
}

static void a_new_protecting_key_leaves_the_old_ones_in_the_file(void **state)
{
    struct place *place = *state;
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    CLEANUP(key_file_freep) struct key_file *again = NULL;
    char old_hash[LOOKUP_TEXT_MAX], new_hash[LOOKUP_TEXT_MAX], old_id[PROTECT_ID_TEXT_MAX];
    struct stat status;
    struct berm_error err;

    assert_ok(key_file_create(place->path, &key, &err));
    snprintf(old_id, sizeof old_id, "%.*s", TEXT_ARG(key_newest_protect_id(key)));
    assert_ok(key_lookup(key, text_of(old_id), TEXT("x"), old_hash, &err));
    assert_ok(key_file_add_protect(key, place->path, &err));
    assert_ok(key_file_read(place->path, true, &again, &err));
    assert_int_equal(stat(place->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_true(text_equal(key_newest_public(key), key_newest_public(again)));
    assert_true(text_equal(key_newest_protect_id(key), key_newest_protect_id(again)));
    assert_true(key_has_protect(again, text_of(old_id)));
    assert_ok(key_lookup(again, text_of(old_id), TEXT("x"), new_hash, &err));
    assert_string_equal(old_hash, new_hash);
    assert_ok(key_lookup(again, key_newest_protect_id(again), TEXT("x"), new_hash, &err));
    assert_string_not_equal(old_hash, new_hash);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, place_create, place_remove)
    const struct CMUnitTest tests[] = {
        TEST(a_key_file_that_was_made_reads_as_the_same_key),
        TEST(a_key_file_that_others_may_read_is_refused),
        TEST(what_is_no_key_file_is_refused),
        TEST(the_newest_signing_key_stands_behind_the_older_ones),
        TEST(a_signature_is_that_of_the_standard),
        TEST(a_secret_opens_with_its_key_and_owner_only),
        TEST(a_new_protecting_key_leaves_the_old_ones_in_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
