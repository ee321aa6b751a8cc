"""How long files and functions are. A function's lines run from its `def` to its end, its docstring with them."""

import ast
from collections.abc import Iterable
from pathlib import Path

from tools.house.rooms import ROOT, files

SHOWN = 15
Sizes = dict[str, int]


def file_sizes(paths: Iterable[Path]) -> Sizes:
    """Lines by path."""
    return {str(path): len((ROOT / path).read_text().splitlines()) for path in paths}


def function_sizes(paths: Iterable[Path]) -> Sizes:
    """Lines by `path:name`, where a method bears its class's name and an inner function its outer one's."""
    sizes: Sizes = {}
    for path in paths:
        _measure(ast.parse((ROOT / path).read_text()), f"{path}:", sizes)
    return sizes


def print_longest() -> None:
    """The longest files and functions of our rooms."""
    for title, sizes in (("files", file_sizes(files())), ("functions", function_sizes(files()))):
        lengths = sorted(sizes.values())
        print(f"{len(sizes)} {title}, {sum(lengths)} lines, the median has {lengths[len(lengths) // 2]}; the longest:")
        for name, lines in sorted(sizes.items(), key=lambda item: -item[1])[:SHOWN]:
            print(f"{lines:6} {name}")


def _measure(node: ast.AST, prefix: str, sizes: Sizes) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}{child.name}"
            if not isinstance(child, ast.ClassDef):
                sizes[name] = (child.end_lineno or child.lineno) - child.lineno + 1
            _measure(child, f"{name}.", sizes)
        else:
            _measure(child, prefix, sizes)
