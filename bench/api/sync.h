/* What the disk itself costs: the floor under every durable write. */
#ifndef BENCH_API_SYNC_H
#define BENCH_API_SYNC_H

/** Print one line as for a kind, "sync": appending 8 KiB and waiting for the disk. 0: success. */
int measure_sync(const char *folder);

#endif
