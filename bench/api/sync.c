/* Bare durable writes, as a write-ahead log makes them: append a page, wait until it is on disk. */
#include "sync.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"

enum { PAGE_BYTES = 8192, SYNCS = 1000 };

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int measure_sync(const char *folder)
{
    static struct histogram durations;
    char path[4096];
    char page[PAGE_BYTES];
    int file = -1;

    snprintf(path, sizeof path, "%s/sync.tmp", folder);
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0) {
        perror(path);
        return 1;
    }
    memset(page, 'b', sizeof page);
    for (int i = 0; i < SYNCS; i++) {
        int64_t begin = now_ns();

        if (write(file, page, sizeof page) != (ssize_t)sizeof page || fdatasync(file) != 0) {
            perror(path);
            return 1;
        }
        histogram_add(&durations, now_ns() - begin);
    }
    close(file);
    unlink(path);
    printf("sync\t%d\t0\t%.0f\t%.0f\t%.0f\t%.0f\n", SYNCS,
           (double)histogram_quantile(&durations, 0.5) / 1e3,
           (double)histogram_quantile(&durations, 0.99) / 1e3,
           (double)histogram_quantile(&durations, 0.999) / 1e3, (double)durations.max_ns / 1e3);
    return 0;
}
