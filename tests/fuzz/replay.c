/*
 * Run a fuzz target over files and folders of them, in a build without libFuzzer: the committed
 * corpus is a regression test that every build runs.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* How many files ran; -1 where one cannot be read. */
static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    size_t length = 0;
    size_t count;

    if (file == NULL)
        return -1;
    do {
        uint8_t *grown = realloc(bytes, length + 65536);

        if (grown == NULL)
            abort();
        bytes = grown;
        count = fread(bytes + length, 1, 65536, file);
        length += count;
    } while (count > 0);
    fclose(file);
    bytes = realloc(bytes, length == 0 ? 1 : length); /* exact, for the address sanitizer */
    LLVMFuzzerTestOneInput(bytes, length);
    free(bytes);
    return 1;
}

static int replay(const char *path)
{
    struct stat status;
    struct dirent *entry;
    DIR *folder;
    int total = 0;

    if (stat(path, &status) != 0)
        return -1;
    if (!S_ISDIR(status.st_mode))
        return replay_file(path);
    folder = opendir(path);
    if (folder == NULL)
        return -1;
    while ((entry = readdir(folder)) != NULL) {
        char inner[4096];
        int count;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        count = replay(inner);
        if (count < 0) {
            closedir(folder);
            return -1;
        }
        total += count;
    }
    closedir(folder);
    return total;
}

int main(int argument_count, char **arguments)
{
    int total = 0;

    for (int i = 1; i < argument_count; i++) {
        int count = replay(arguments[i]);

        if (count < 0) {
            fprintf(stderr, "cannot read %s\n", arguments[i]);
            return 1;
        }
        total += count;
    }
    printf("ok %d files replayed\n", total);
    return total > 0 ? 0 : 1;
}
