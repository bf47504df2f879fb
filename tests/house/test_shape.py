"""The limits that keep a module readable, and an engine that is nothing but law."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENGINE = sorted((ROOT / "creditdesk" / "engine").glob("*.py"))
# Where amounts are booked, none of which may pass through a float.
BOOKS = [
    path
    for name in (
        *("records/*", "ledger", "entering", "loans", "repayments"),
        *("arrears", "households", "communes"),
    )
    for path in sorted((ROOT / "creditdesk").glob(f"{name}.py"))
]
# Migrations stand aside: lists of columns, written once and never edited.
MODULES = sorted(
    path for folder in ("creditdesk", "reports", "tests") for path in (ROOT / folder).rglob("*.py")
)
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
DEEPEST_NESTING = 3

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match)


def named(path):
    return path.relative_to(ROOT).as_posix()


def parsed(path):
    return ast.parse(path.read_text("utf-8"))


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]


def depth(node, above=0):
    """Return how deep blocks stand within one another; an `elif` stands beside its `if`."""
    deepest = above
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTIONS):
            continue
        beside = isinstance(node, ast.If) and isinstance(child, ast.If) and [child] == node.orelse
        inside = isinstance(child, BLOCKS) and not beside
        deepest = max(deepest, depth(child, above + inside))
    return deepest


def is_float(node):
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float | complex)
    if isinstance(node, ast.Name):
        return node.id in {"float", "complex"}
    return isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_fits_in_the_head(path):
    lines = len(path.read_text("utf-8").splitlines())
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in functions(parsed(path))
        if node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    }
    deep = {
        node.name: depth(node) for node in functions(parsed(path)) if depth(node) > DEEPEST_NESTING
    }

    assert lines <= LONGEST_MODULE
    assert not long
    assert not deep


@pytest.mark.parametrize("path", [*ENGINE, *BOOKS], ids=named)
def test_no_amount_passes_through_a_float(path):
    floats = [node.lineno for node in ast.walk(parsed(path)) if is_float(node)]

    assert not floats


def test_the_engine_needs_only_the_standard_library():
    allowed = sys.stdlib_module_names | {"creditdesk"}
    imports = {
        name.split(".")[0]
        for path in ENGINE
        for node in ast.walk(parsed(path))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imports <= allowed
    assert not imports & {"io", "logging", "os", "pathlib", "random", "socket", "sqlite3", "time"}


def public(nodes):
    """Return what modules and classes offer: functions, classes and the methods of these."""
    for node in nodes:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


@pytest.mark.parametrize("path", ENGINE, ids=named)
def test_every_public_name_of_the_engine_says_what_it_does(path):
    tree = parsed(path)
    silent = [node.name for node in public(tree.body) if not ast.get_docstring(node)]

    assert ast.get_docstring(tree)
    assert not silent


# Written in pieces, so that this file is not found by its own search.
MACHINE = "|".join(
    (
        r"(?<![\w.~}])/" + r"(?:home|root|work|Users)/\w",
        r"[A-Z]:\\" + r"Users\\",
        "py" + r"pi\.org",
        "python" + r"hosted\.org",
        "npm" + r"js\.(?:org|com)",
        "deb" + r"ian\.org",
        "--find" + "-links",
        "file:" + "///",
    )
)


def test_nothing_kept_in_the_repository_names_a_machine_or_a_registry():
    kept = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    found = []
    for name in filter(None, kept):
        path = ROOT / name
        text = path.read_text("utf-8", errors="ignore") if path.is_file() else ""
        found += [(name, place.group()) for place in re.finditer(MACHINE, text)]

    assert not found


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_is_known_by_its_hash(lock):
    text = (ROOT / lock).read_text("utf-8")
    packages = re.findall(r"^[a-z0-9][^\n]*(?:\n {4}--hash=\S+(?: \\)?)*", text, re.MULTILINE)

    assert packages
    assert all("==" in package and "--hash=sha256:" in package for package in packages)
