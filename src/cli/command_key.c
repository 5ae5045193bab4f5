/* berm key create, show, rotate */
#include "cli.h"

static void print_key(const char *path, const struct key_file *key)
{
    char key_id[KEY_ID_TEXT_MAX];
    struct text public_key = key_newest_public(key);

    printf("%s: key %.*s, public key %.*s\n", path, TEXT_ARG(key_id_of(public_key, key_id)),
           TEXT_ARG(public_key));
}

enum berm_status command_key_create(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(key_file_freep) struct key_file *key = NULL;

    TRY(key_file_create(invocation->arguments[0], &key, err));
    print_key(invocation->arguments[0], key);
    return BERM_OK;
}

enum berm_status command_key_show(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(key_file_freep) struct key_file *key = NULL;

    TRY(key_file_read(invocation->arguments[0], true, &key, err));
    print_key(invocation->arguments[0], key);
    return BERM_OK;
}

static enum berm_status rotate_signing(struct office *office, const char *path,
                                       struct berm_error *err)
{
    char key_id[KEY_ID_TEXT_MAX];

    TRY(journal_rotate_key(office->store, office->key, path, &office->actor, key_id, err));
    printf("%s: the journal is sealed with the new key %s from now on; keep a new copy of the "
           "file, and write a checkpoint\n",
           path, key_id);
    return BERM_OK;
}

enum berm_status command_key_rotate(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    const char *path = invocation_key_path(invocation);
    int64_t count;

    if (path == NULL) {
        invocation->exit_code = EXIT_CODE_USAGE;
        return fail_with(err, BERM_INVALID_INPUT,
                         "which key file? Say --key FILE or set BERM_KEY_FILE; the new key is "
                         "added to it");
    }
    TRY(invocation_open_to_write(invocation, &office, err));
    if (invocation_has(invocation, "signing"))
        return rotate_signing(office, path, err);
    TRY(vault_rotate(office->store, office->key, path, &office->actor, &count, err));
    TRY(office_seal(office, err));
    printf("%s: %lld numbers are protected with the new key %.*s; keep a new copy of the file\n",
           path, (long long)count, TEXT_ARG(key_newest_protect_id(office->key)));
    return BERM_OK;
}
