"""The program's commands and options, as it tells them itself: what manual pages and completion are made of."""
import collections
import json
import os
import subprocess


def program_rows(program):
    """`berm help --json` as Python's lists and dictionaries."""
    told = subprocess.run([os.path.abspath(program), "help", "--json"], stdout=subprocess.PIPE, check=True)
    return json.loads(told.stdout)


def by_group(commands):
    """The commands by their first word, in their order: {"policy": [policy check, ...], "init": [init]}."""
    groups = collections.OrderedDict()
    for command in commands:
        groups.setdefault(command["name"].split()[0], []).append(command)
    return groups


def is_choice(value):
    """Does an option's value, such as "table|json", list all that it takes? Placeholders have capitals."""
    return value is not None and value == value.lower()
