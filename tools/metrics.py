"""Print how large and how plain the product's code is, beside the goals.

Counts `bot` and `storage`. Code lines are those without docstrings, comments and blank lines; a function's length is
from `def` to its last line. Run with `make metrics`.
"""

import ast
import io
import re
import statistics
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
FOLDERS: Final = ("bot", "storage")
PRIVATE_WORDS: Final = re.compile(
    r"\b(knock|door|bell|ear|deed|verdict|doubt|nudge|shift|stir|stumble|vouch|curious|tell|told|whisper|shelf|letter"
    r"|whoever|nobody|somebody|anybody|everybody|who|let go|gives? way|stands?|wish|behind us|knows)(s|ed|ing)?\b",
    re.IGNORECASE,
)
"""Words that mean something here that they do not mean elsewhere, or that make a person of a program."""
_NO_CODE: Final = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> None:
    """Print one line a figure: what, now, goal."""
    files = {file: file.read_text() for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))}
    trees = {file: ast.parse(text) for file, text in files.items()}
    docstrings = [node for tree in trees.values() for node in _docstrings(tree)]
    private = [node for node in docstrings if PRIVATE_WORDS.search(str(node.value))]
    imports = [sum(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(tree)) for tree in trees.values()]
    functions = [_length(node) for tree in trees.values() for node in ast.walk(tree) if isinstance(node, _Function)]
    protocols = [node for tree in trees.values() for node in ast.walk(tree) if _is_protocol(node)]
    figures = [
        ("code lines", str(sum(_code_lines(files[file], trees[file]) for file in files)), "0.82 × the start"),
        ("files", str(len(files)), "–"),
        ("lines per file (median, 95 %, most)", _spread([text.count("\n") for text in files.values()]), "–, 250, 400"),
        ("lines per function (median, 95 %, most)", _spread(functions), "5, 20, 60"),
        ("imports per file (median, 95 %, most)", _spread(imports), "6, –, 30"),
        ("docstrings with a private word", f"{len(private)} of {len(docstrings)}", "0"),
        ("protocols (methods)", f"{len(protocols)} ({sum(map(_methods, protocols))})", "with a fake or a second class"),
        ("README", f"{(ROOT / 'README.md').stat().st_size / 1000:.1f} kB", "8 kB"),
    ]
    for what, now, goal in figures:
        print(f"{what:42}{now:>18}   goal {goal}")


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Those of modules, classes and functions, and the strings below a constant or a field."""
    for node in ast.walk(tree):
        body = getattr(node, "body", ())
        for each in body if isinstance(body, list) else ():
            match each:
                case ast.Expr(value=ast.Constant(value=str()) as docstring):
                    yield docstring


def _code_lines(text: str, tree: ast.AST) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    code = {line for one in tokens if one.type not in _NO_CODE for line in range(one.start[0], one.end[0] + 1)}
    return len(code - {line for one in _docstrings(tree) for line in range(one.lineno, (one.end_lineno or 0) + 1)})


def _length(node: _Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _is_protocol(node: ast.AST) -> bool:
    return any(isinstance(base, ast.Name) and base.id == "Protocol" for base in getattr(node, "bases", ()))


def _methods(node: ast.AST) -> int:
    return sum(isinstance(each, _Function) for each in getattr(node, "body", ()))


def _spread(values: Sequence[int]) -> str:
    ordered = sorted(values)
    return f"{statistics.median(ordered):.0f}, {ordered[int(len(ordered) * 0.95)]}, {ordered[-1]}"


if __name__ == "__main__":
    main()
