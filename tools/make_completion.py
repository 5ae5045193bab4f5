#!/usr/bin/env python3
"""Write bash's completion of berm.

  make_completion.py BERM OUTPUT

Everything comes from what the program tells of itself (`berm help --json`). The script needs nothing
but bash: the package bash-completion only finds it.
"""
import pathlib
import sys

from program_rows import by_group, is_choice, program_rows

FILES = {"FILE", "FILE.dmn", "BACKUP"}
FOLDERS = {"FOLDER"}

HEAD = """# bash completion for berm. Made by tools/make_completion.py.

# Words that begin with what was typed.
_berm_words()
{
    COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

# Files (f) or folders (d); a name with spaces is one word.
_berm_paths()
{
    local IFS=$'\\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -"$1" -- "$cur"))
}

# The part of a register's address behind "sqlite:"; before it there is only that word.
_berm_store()
{
    if [[ $prev == ":" ]]; then
        _berm_paths f
    else
        compopt -o nospace 2>/dev/null
        _berm_words "sqlite:"
    fi
}

"""

FUNCTION_HEAD = """_berm()
{
    local cur prev option command position word at=1 count=0
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()

    if ((COMP_CWORD == 1)); then
        _berm_words "$_berm_first"
        return
    fi
    command=${COMP_WORDS[1]}
    case $command in
"""

FUNCTION_TAIL = """    esac

    # bash takes "--format=json" and "sqlite:x" apart at "=" and ":".
    option=$prev
    [[ $cur == "=" || $cur == ":" ]] && { prev=$cur; cur=""; }
    if [[ $prev == "=" ]]; then
        option=${COMP_WORDS[COMP_CWORD - 1]}
        [[ $option == "=" ]] && option=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $prev == ":" ]]; then
        for ((at = COMP_CWORD; at > 1; at--)); do
            [[ ${COMP_WORDS[at]} == --* ]] && option=${COMP_WORDS[at]} && break
        done
        at=1
    fi
    [[ $option == --* ]] && _berm_value "$command" "$option" && return
    if [[ $cur == -* ]]; then
        _berm_options "$command"
        return
    fi

    # Which argument is it? Options and their values are none.
    position=$(_berm_position "$command")
    _berm_argument "$command" "$position"
}

complete -F _berm berm
"""

POSITION = """# How many arguments stand before the word that is typed.
_berm_position()
{
    local at word count=0 is_value="" first
    [[ $1 == *" "* ]] && first=3 || first=2
    for ((at = first; at < COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        if [[ $word == "=" || $word == ":" ]]; then
            ((at++))
            continue
        fi
        if [[ -n $is_value ]]; then
            is_value=""
        elif [[ $word == --* ]]; then
            [[ " $_berm_flags " == *" $word "* || ${COMP_WORDS[at + 1]} == "=" ]] || is_value=yes
        else
            ((count++))
        fi
    done
    echo "$count"
}

"""


def call_for(value, words):
    """What completes a value or argument such as "table|json", "FILE", "PACK|FILE.dmn"; None: nothing can."""
    if is_choice(value):
        return f'_berm_words "{value.replace("|", " ")}"'
    parts = value.split(",")[0].split("|")
    if "URL" in parts:
        return "_berm_store"
    if any(part in FILES for part in parts):
        return "_berm_paths f"
    if any(part in FOLDERS for part in parts):
        return "_berm_paths d"
    known = [word for part in parts for word in words.get(part, [])]
    return f'_berm_words "{" ".join(known)}"' if known else None


def value_function(commands, words):
    """_berm_value COMMAND --OPTION: fails where the option takes no value."""
    lines = ["_berm_value()", "{", '    case "$1 $2" in']
    for command in commands:
        for option in command["options"]:
            if option["value"] is not None:
                call = call_for(option["value"], words) or ":"
                lines.append(f'        "{command["name"]} --{option["name"]}") {call} ;;')
    return "\n".join(lines + ["        *) return 1 ;;", "    esac", "}", "", ""])


def options_function(commands):
    lines = ["_berm_options()", "{", "    case $1 in"]
    for command in commands:
        names = " ".join(f"--{option['name']}" for option in command["options"])
        lines.append(f'        "{command["name"]}") _berm_words "{names} --help" ;;')
    return "\n".join(lines + ["    esac", "}", "", ""])


def argument_function(commands, words):
    lines = ["_berm_argument()", "{", '    case "$1 $2" in']
    for command in commands:
        for at, argument in enumerate(command["arguments"].split()):
            call = call_for(argument, words)
            if argument == "PACK" or argument.startswith("PACK|"):
                call = '_berm_paths f; COMPREPLY+=($(compgen -W "%s" -- "$cur"))' % " ".join(words["PACK"])
            if call:
                lines.append(f'        "{command["name"]} {at}") {call} ;;')
    return "\n".join(lines + ["        *) : ;;", "    esac", "}", "", ""])


def group_cases(groups):
    """The second word of groups such as "policy"."""
    lines = []
    for name, commands in groups.items():
        if commands[0]["name"] != name:
            seconds = " ".join(command["name"].split()[1] for command in commands)
            lines += [f"        {name})", "            if ((COMP_CWORD == 2)); then",
                      f'                _berm_words "{seconds} --help"', "                return", "            fi",
                      '            command="$command ${COMP_WORDS[2]}"', "            ;;"]
    return "\n".join([*lines, "        help)", '            ((COMP_CWORD == 2)) && _berm_words "$_berm_first"',
                      "            return", "            ;;", ""])


def main(program, output):
    rows = program_rows(program)
    groups = by_group(rows["commands"])
    flags = sorted({f"--{option['name']}" for command in rows["commands"] for option in command["options"]
                    if option["value"] is None} | {"--help"})
    text = HEAD + f'_berm_first="{" ".join(groups)} help --help --version"\n' + f'_berm_flags="{" ".join(flags)}"\n\n'
    text += value_function(rows["commands"], rows["words"]) + options_function(rows["commands"])
    text += argument_function(rows["commands"], rows["words"]) + POSITION
    text += FUNCTION_HEAD + group_cases(groups) + FUNCTION_TAIL
    pathlib.Path(output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
