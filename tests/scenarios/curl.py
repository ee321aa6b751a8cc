"""So much of curl as the documentation's examples use, for machines that have none: `python curl.py [options] URL`."""

import argparse
import re
import sys
from pathlib import Path

import requests

NAMED = re.compile(r'filename="?([^";]+)')


def main() -> int:
    """Answers go to standard output or into a file, as curl does; redirects are not followed."""
    asked = _arguments().parse_args()
    headers = dict(header.split(": ", 1) for header in asked.header)
    if asked.data is not None:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    method = asked.request or ("GET" if asked.data is None else "POST")
    body = asked.data.encode() if asked.data is not None else None
    answer = requests.request(method, asked.url, headers=headers, data=body, timeout=60, allow_redirects=False)
    named = NAMED.search(answer.headers.get("Content-Disposition", "")) if asked.remote_name else None
    target = named[1] if named else asked.output
    if target:
        Path(target).write_bytes(answer.content)
    else:
        sys.stdout.buffer.write(answer.content)
    sys.stdout.write(asked.write_out.replace("\\n", "\n").replace("%{http_code}", str(answer.status_code)))
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    for flag in (("-s", "--silent"), ("-S", "--show-error"), ("-O", "--remote-name"), ("-J", "--remote-header-name")):
        parser.add_argument(*flag, action="store_true")
    parser.add_argument("-H", "--header", action="append", default=[])
    for option in (("-d", "--data"), ("-X", "--request"), ("-o", "--output")):
        parser.add_argument(*option)
    parser.add_argument("-w", "--write-out", default="")
    parser.add_argument("url")
    return parser


if __name__ == "__main__":
    sys.exit(main())
