"""What a test asks of an installed ccp4i2: run by its own Python, with a home of its own.

    python ccp4i2_side.py '[["manage", COMMAND, …], ["i2run", TASK, …], …]'

Commands of its Django, and tasks that are run to their end, one after the other. On the last line stands what each
printed, as a list in JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys


def main(commands: list[list[str]]) -> int:
    import django

    django.setup()
    answers = []
    for words in commands:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            if words[0] == "manage":
                from django.core.management import call_command

                call_command(*words[1:], stdout=said)
            else:
                run(words)
        answers.append(said.getvalue())
    sys.stdout.write(json.dumps(answers))
    return 0


def run(words: list[str]) -> None:
    from ccp4i2.cli.i2run.CCP4i2RunnerDjango import CCP4i2RunnerDjango

    sys.argv = ["manage.py", *words]  # it looks there, too
    runner = CCP4i2RunnerDjango(the_args=words[1:], parser=argparse.ArgumentParser())
    runner.parseArgs()
    _, exit_code = runner.execute()
    if exit_code:
        raise SystemExit(f"{words}: {exit_code}")


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
