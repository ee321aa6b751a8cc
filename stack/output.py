"""Where the lines of child processes go: a bounded log file each, and the terminal when somebody watches."""

import threading
import zlib
from pathlib import Path
from typing import IO

LOG_BYTES_MAX = 20_000_000  # then the file before it is forgotten: at most twice this per process on disk
LINE_BYTES_MAX = 64_000  # a longer line is cut in parts; nothing of ours writes one
COLOURS = (31, 32, 33, 34, 35, 36, 91, 92, 93, 94, 95, 96)


class LogFile:
    """`NAME.log` of this run; `NAME.log.1` is the run before, or this one's earlier part when it grew large."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rotate()

    def write(self, line: bytes) -> None:
        """Append a line that ends in a line break."""
        if self._size + len(line) > LOG_BYTES_MAX:
            self._file.close()
            self._rotate()
        self._file.write(line)
        self._size += len(line)

    def close(self) -> None:
        """Nothing is written after this."""
        self._file.close()

    def _rotate(self) -> None:
        if self._path.exists():
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._file: IO[bytes] = self._path.open("wb", buffering=0)
        self._size = 0


class Output:
    """Collects the lines of all processes of a stack. Safe to use from several threads."""

    def __init__(self, log_folder: Path, terminal: IO[str] | None) -> None:
        self._log_folder = log_folder
        self._terminal = terminal
        self._logs: dict[str, LogFile] = {}
        self._last_words: dict[str, str] = {}
        self._is_closed = False
        self._lock = threading.Lock()

    def write(self, name: str, line: bytes, to_terminal: bool = True) -> None:
        """Keep a line under the name of its process, and show it when wanted."""
        ended = line if line.endswith(b"\n") else line + b"\n"
        with self._lock:
            if self._is_closed:
                # the last words of a process that was ended: its log would be opened anew, and never closed
                return
            self._log(name).write(ended)
            if to_terminal and self._terminal is not None:
                self._terminal.write(self._prefixed(name, ended.decode(errors="replace")))
                self._terminal.flush()

    def last_words(self, name: str) -> str:
        """The last line that a process has written; empty when there is none."""
        return self._last_words.get(name, "")

    def say(self, text: str) -> None:
        """A line of the supervisor's own."""
        self.write("supervisor", text.encode())

    def follow(self, name: str, stream: IO[bytes], to_terminal: bool) -> threading.Thread:
        """Copy a process's output until its end, in a thread of its own."""
        thread = threading.Thread(
            target=self._copy, args=(name, stream, to_terminal), name=f"output-{name}", daemon=True
        )
        thread.start()
        return thread

    def close(self) -> None:
        """Close the log files; what is written after this is lost."""
        with self._lock:
            self._is_closed = True
            for log in self._logs.values():
                log.close()
            self._logs.clear()

    def _copy(self, name: str, stream: IO[bytes], to_terminal: bool) -> None:
        with stream:
            while line := stream.readline(LINE_BYTES_MAX):
                self._last_words[name] = line.decode(errors="replace").strip() or self.last_words(name)
                self.write(name, line, to_terminal)

    def _log(self, name: str) -> LogFile:
        if name not in self._logs:
            self._logs[name] = LogFile(self._log_folder / f"{name}.log")
        return self._logs[name]

    def _prefixed(self, name: str, text: str) -> str:
        label = f"{name:<18} | "
        if self._terminal is not None and self._terminal.isatty():
            colour = COLOURS[zlib.crc32(name.encode()) % len(COLOURS)]
            label = f"\x1b[{colour}m{label}\x1b[0m"
        return label + text
