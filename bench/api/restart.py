"""The database is restarted under load: what clients were told, and whether it is true."""
import collections
import json
import threading


def load_with_restart(register, service, plan, log, rate, seconds):
    """The generator's log: a row for each request that was sent; and how long the database was gone."""
    gone = []
    timer = threading.Timer(seconds / 2, lambda: gone.append(register.restart()))
    timer.start()
    service.load(plan, "--rate", rate, "--seconds", seconds, "--log", log)
    timer.join()
    with open(log, encoding="utf-8") as file:
        rows = [line.split("\t") for line in file]
    return [(kind, int(serial), int(status), int(retry), int(us)) for kind, serial, status, retry, us in rows], gone[0]


def amounts_written(register):
    """How often each amount was set, by the history."""
    times = collections.Counter()
    for (fields,) in register.rows("SELECT fields FROM change_row WHERE entity = 'household'"
                                   " AND fields LIKE '%unsold_produce_value%'"):
        times[int(float(json.loads(fields)["unsold_produce_value"][1]))] += 1
    return times


def report_restart(register, rows, gone_seconds, say):
    """Whether nobody saw an error and nothing that was told as done is lost or there twice."""
    by_status = collections.Counter((kind, status) for kind, _, status, _, _ in rows)
    kinds = sorted({kind for kind, *_ in rows})
    statuses = sorted({status for _, _, status, _, _ in rows})
    say(f"\n{register.name} restarted in the middle, gone for {gone_seconds:.1f} s; answers by status (0: none came)")
    say(f"{'':12}" + "".join(f"{status:>10}" for status in statuses) + f"{'longest ms':>12}")
    for kind in kinds:
        longest = max(us for k, *_, us in rows if k == kind)
        say(f"{kind:12}" + "".join(f"{by_status[kind, status]:>10}" for status in statuses) + f"{longest / 1e3:>12.0f}")
    written = amounts_written(register)
    busy = [row for row in rows if row[2] == 503]
    silent = sum(retry < 0 for *_, retry, _ in busy)
    wrong = sum(status not in (200, 503) for _, _, status, *_ in rows)
    told = [serial for kind, serial, status, *_ in rows if kind == "write" and status == 200]
    refused = [serial for kind, serial, status, *_ in rows if kind == "write" and status == 503]
    lost = sum(written[serial] == 0 for serial in told)
    twice = sum(written[serial] > 1 for _, serial, *_ in rows)
    kept = sum(written[serial] > 0 for serial in refused)
    say(f"503: {len(busy)}, {silent} of them without Retry-After; neither 200 nor 503: {wrong}")
    say(f"writes told as done: {len(told)}, {lost} of them lost; written twice: {twice}; refused and yet there: {kept} of {len(refused)}")
    return silent == wrong == lost == twice == 0
