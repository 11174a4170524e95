"""The code as it lies in the tree: modules, what each imports, its functions and its classes. Nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHIPPED = ("degrade", "realsr")
PACKAGES = (*SHIPPED, "benchmarks", "tools")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, Path]:
    """Files by their dotted names; a package's name is its `__init__`'s."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def shipped() -> dict[str, Path]:
    """The modules that a user installs."""
    return {name: path for name, path in modules().items() if name.split(".")[0] in SHIPPED}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(name: str) -> set[str]:
    """The modules of the tree that one imports when it runs, those inside functions among them."""
    return {target for node in _run(tree(modules()[name])) for target in _targets(node)} - {name}


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for other in child.orelse:
                yield from _run(other)
            continue
        yield child
        yield from _run(child)


def _targets(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names):
            yield from (alias.name for alias in names if alias.name in modules())
        case ast.ImportFrom(str(package), names, 0):
            for alias in names:
                named = (f"{package}.{alias.name}", package)
                yield from [name for name in named if name in modules()][:1]
        case _:
            return


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file, inner ones among them."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def classes(path: Path) -> Iterator[str]:
    """The names of a file's classes."""
    return (node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef))
