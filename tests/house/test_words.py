"""Every code of the desk has its sentence in every language, with the same facts."""

import ast
import importlib
import pkgutil
import re
import unicodedata
from pathlib import Path

import pytest

import creditdesk
from creditdesk import errands, words, worklists
from creditdesk.engine.journal import Kind
from creditdesk.errors import DeskError

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "creditdesk"
INTAKE = [*sorted((PACKAGE / "intake").glob("*.py")), PACKAGE / "engine" / "replay.py"]
OTHERS = [language for language in words.LANGUAGES if language != "vi"]
FACTS = re.compile(r"{(\w+)}")
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# Calls whose last argument names a fault where it is a literal.
NAMING = {"fault", "doubt", "Unreadable", "Remark"}


def refusals(kind=DeskError):
    """Return every refusal below a kind, those of every module of the package."""
    return {kind, *(deeper for below in kind.__subclasses__() for deeper in refusals(below))}


def loaded():
    for module in pkgutil.walk_packages(creditdesk.__path__, "creditdesk."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return {kind for kind in refusals() if kind.__module__.startswith("creditdesk.")}


def tree(path):
    return ast.parse(path.read_text("utf-8"))


def named_in_calls(path):
    """Return the codes that a module hands to those who note faults, and those that say why."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            found |= texts(node.args[-1:]) if name in NAMING else set()
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("_why"):
            found |= texts(part for part in ast.walk(node) if isinstance(part, ast.Constant))
    return {code for code in found if CODE.fullmatch(code)}


def texts(nodes):
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def paired(function):
    """Return the codes of the (field, code, ...) pairs that a function of `loans` writes down."""
    body = next(
        node
        for node in ast.walk(tree(PACKAGE / "loans.py"))
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    return {
        node.elts[1].value
        for node in ast.walk(body)
        if isinstance(node, ast.Tuple)
        and len(node.elts) >= 2
        and all(isinstance(part, ast.Constant) for part in node.elts[:2])
    }


def asked_by_pages():
    """Return the texts that pages and their views ask for by a literal."""
    found = set()
    for path in (PACKAGE / "web").rglob("*"):
        if path.suffix in {".html", ".py"}:
            found |= set(re.findall(r"\.say\(f?\"([a-z0-9_-]+)\"[,)]", path.read_text("utf-8")))
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_codes(language):
    assert set(words.catalogue(language)) == set(words.catalogue("vi"))


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_tells_the_same_facts(language):
    other = words.catalogue(language)
    differ = {
        code
        for code, sentence in words.catalogue("vi").items()
        if sorted(FACTS.findall(sentence)) != sorted(FACTS.findall(other.get(code, "")))
    }

    assert not differ


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_refusal_has_a_sentence(language):
    codes = {kind.code for kind in loaded()}
    missing = {code for code in codes if f"refusal.{code}" not in words.catalogue(language)}

    assert len(codes) > 40
    assert not missing


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_fault_of_a_file_has_a_sentence(language):
    codes = {code for path in INTAKE for code in named_in_calls(path)}
    codes |= paired("problems") | paired("doubts")
    codes |= {kind.code for kind in loaded() if kind.__module__ == "creditdesk.engine.replay"}
    missing = {code for code in codes if f"intake.{code}" not in words.catalogue(language)}

    assert len(codes) > 30
    assert not missing


def test_every_contradiction_of_the_books_has_a_sentence_and_no_sentence_is_of_none():
    told = {"seal-broken", "demonstration"} | named_in_calls(PACKAGE / "audit.py")
    told |= set(re.findall(r'"why": "(access-[a-z-]+)"', (PACKAGE / "accesses.py").read_text()))

    known = {code for code in words.catalogue("vi") if code.startswith("contradiction.")}
    assert known == {f"contradiction.{code}" for code in told}


def test_every_view_that_the_journal_keeps_has_a_word():
    kept = {
        view
        for path in PACKAGE.rglob("*.py")
        for view in re.findall(r'View\(\s*"([a-z-]+)"', path.read_text("utf-8"))
    }
    known = words.catalogue("vi")

    assert len(kept) > 30
    assert {one for one in kept if not {f"view.{one}", f"act.{one}"} & known.keys()} == set()


def test_every_text_of_the_pages_is_there():
    known = words.catalogue("vi")
    kinds = {f"kind-{kind.value}" for kind in Kind}
    asked = asked_by_pages() | kinds | {f"job-kind-{kind}" for kind in errands.KINDS}

    assert len(asked) > 60
    assert {code for code in asked if f"page.{code}" not in known} == set()


def test_every_sentence_of_an_explanation_is_there():
    text = (PACKAGE / "narration.py").read_text("utf-8")
    said = set(re.findall(r"self\.say\(\"([a-z-]+)\"", text))
    known = {code for code in words.catalogue("vi") if code.startswith("explain.")}

    assert len(said) > 30
    assert {code for code in said if f"explain.{code}" not in known} == set()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_worklist_has_its_title_and_no_reason_is_told_by_nobody(language):
    known = words.catalogue(language)
    told = {
        text
        for path in (PACKAGE / "worklists").glob("*.py")
        for text in texts(ast.walk(tree(path)))
    }

    titles = {code for code in known if code.startswith("worklist.")}
    assert titles == {f"worklist.{name}" for name in worklists.WORKLISTS}
    assert {code for code in known if code.startswith("why.")} <= {f"why.{code}" for code in told}


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_no_sentence_is_empty_or_of_another_spelling(language):
    files = sorted((words.FOLDER / language).glob("*.toml"))
    text = "".join(file.read_text("utf-8") for file in files)

    assert text
    assert all(sentence.strip() for sentence in words.catalogue(language).values())
    assert text == unicodedata.normalize("NFC", text)
