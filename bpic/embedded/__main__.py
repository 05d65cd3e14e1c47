import sys

from bpic.embedded import portal
from bpic.embedded.processes import Trouble, in_words

COMMANDS = {"run": portal.run, "reset": portal.reset}


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        print("Usage: python -m bpic.embedded run|reset", file=sys.stderr)
        return 2
    try:
        COMMANDS[sys.argv[1]]()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except OSError as error:
        print(in_words(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
