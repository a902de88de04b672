"""The literals of a Python module that read as words for people, outside a call of gettext."""

import ast
import re
from pathlib import Path

from symptoms.management.commands.makemessages import texts_of
from tests.house import tree

CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
WORDS = re.compile(r"[A-Z][a-z]|[^\W\d_] \w")
IN_A_SENTENCE = re.compile(r"[^\W\d_] | [^\W\d_]")  # beside a place of an f-string
CODE = re.compile(
    r"[a-z]+(?:[A-Z]+[a-z]*)+"  # a name in JSON
    r"|_*[A-Z]\w*(?:-\w+)+"  # of a header or a cookie
    r"|\w+(?:\.\w+)+"  # of a module
    r"|Etc/\w+"  # of a time zone
    r"|\s*(?:SELECT|LOCK TABLE) .*"
    r"|attachment; filename=.*"
    r"|unsent form\0|export ",  # what a sealed value is
    re.DOTALL,
)
NAMES = {
    "Mendline", "MedWatch", "Yellow Card", "iPhone", "iPad", "Android", "ETag", "Cookie", "Location", "Lax", "Vary",
    "To", "Subject", "Date", "input short", "Page[Any]", "Cf", "Pd", "AccountMail",
    "Urgency", "Judged", "Told",  # in the schema of the API
    "Factory", "Etc", "SystemV", "Canada", "Brazil", "Chile", "Mexico",  # regions of time zones that are not offered
    "Ask ",  # looked for in texts of `recovery`
    "Preferred-Languages: en",  # in security.txt
}  # fmt: skip
TOPICS = {*texts_of(tree.ROOT / "symptoms/recovery/aftercare.toml")}  # messages by themselves, and keys of tables
# The API's documentation is English.
FOR_PROGRAMMERS = {"operation", "OpenApiParameter", "Word", "Words", "Levels"}
FAULTS = {"ValueError", "ConnectionError"}  # of a program
EXPLAINED = {"What", "Why", "Kind"}  # choices of models whose labels no page shows


class Literals(ast.NodeVisitor):
    """Collects them in `texts`. Types, docstrings, keys, lines of the log and what explains a field are none of them;
    `explains_fields`: in this module `help_text` and `__str__` are for whoever reads the code."""

    def __init__(self, *, explains_fields: bool = False) -> None:
        self.explains_fields = explains_fields
        self.texts: list[str] = []

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        is_log = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "log"
        if name in CALLS | FOR_PROGRAMMERS or is_log:
            return
        skipped = {"bound"} | ({"help_text"} if self.explains_fields else set())  # "bound": what a sealed value is
        self._visit_all([node.func, *node.args, *(word.value for word in node.keywords if word.arg not in skipped)])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        is_enum = any(ast.unparse(base) == "Enum" for base in node.bases)
        if not is_enum and node.name not in EXPLAINED:
            self._visit_all(node.body)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if not (self.explains_fields and node.name == "__str__"):
            self._visit_all(
                [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults), *node.body]
            )

    def visit_Raise(self, node: ast.Raise) -> None:
        if not (isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) in FAULTS):
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if ast.unparse(node.targets[0]) not in ("__all__", "component"):
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit_all([node.value] if node.value else [])

    def visit_Dict(self, node: ast.Dict) -> None:
        self._visit_all(node.values)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._visit_all([node.value] if isinstance(node.slice, ast.Constant) else [node.value, node.slice])

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
        if not CODE.fullmatch("".join(parts)):
            self.texts += [part for part in parts if IN_A_SENTENCE.search(part)]
        self._visit_all([place.value for place in node.values if isinstance(place, ast.FormattedValue)])

    def visit_Constant(self, node: ast.Constant) -> None:
        text = node.value
        if isinstance(text, str) and WORDS.search(text) and text not in NAMES | TOPICS and not CODE.fullmatch(text):
            self.texts.append(text)

    def _visit_all(self, nodes: list[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)


def literals(path: Path, *, explains_fields: bool = False) -> list[str]:
    """What the module says that cannot be translated."""
    visitor = Literals(explains_fields=explains_fields)
    visitor.visit(ast.parse(path.read_text(encoding="utf-8")))
    return visitor.texts
