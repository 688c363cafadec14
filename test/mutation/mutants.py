# SPDX-License-Identifier: Apache-2.0
"""Finds the checks in C++ sources and writes copies in which each can be switched off (README.md).

The sources are formatted by clang-format, which this relies on: comparisons have blanks around their sign, template
brackets have none; conditions follow `if (`.
"""
import re

# A statement that refuses: the condition in front of it is a check.
REFUSES = re.compile(
    r"""(\[\[clang::musttail\]\]\s*)?(
    return\s+(::)?(ashlar::)?Fail\b
  | return\s+[\w:.]*(fail|refuse|failed|error|bad)\w*\(
  | return\s+(std::nullopt|false|nullptr|0|-1)\s*[;,]
  | return\s+(exit_with\()?(Status|Error|ErrorCode|VerifyError|VerifyCode)::(?!success)
  | return\s+failed_\s*=\s*true
  | return\s+"
  | continue;
  | throw\b
  | [\w.]*\bfail(ed)?\(
  | [\w.]*(ok|good)_?\s*=\s*false
  | [\w.]*failed_?\s*=\s*true
  | [\w.]*(status|failure|error)\s*=\s*
    )""",
    re.VERBOSE,
)
NOTHING = re.compile(r"(std::nullopt|nullptr|false|0)\s*;")
SIDE_EFFECT = re.compile(r"\+\+|--|[^=!<>]=[^=]")
STRIDE = 256
OPEN, CLOSE = "([{", ")]}"


class Mutant:
    """One change: `key` names it for good (no line number), `line` says where it is now."""

    def __init__(self, path, line, kind, text):
        self.path, self.line, self.kind = path, line, kind
        self.text = " ".join(text.split())
        self.id = 0
        self.key = ""


def mask(source):
    """The source with comments, literals and code that is not compiled for the host blanked, at the same length."""
    out = list(source)

    def blank(begin, end):
        for i in range(begin, end):
            if out[i] != "\n":
                out[i] = " "

    literal = re.compile(r'//[^\n]*|/\*.*?\*/|R"\((.*?)\)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)
    for m in literal.finditer(source):
        if m.group().startswith("/"):
            blank(m.start(), m.end())
        else:
            blank(m.start() + 1, m.end() - 1)
    text = "".join(out)
    # Only `__riscv` is evaluated; the branches of other conditions are all looked at.
    live, at = [True], 0
    for line in text.splitlines(keepends=True):
        directive = re.match(r"\s*#\s*(ifdef|ifndef|if|else|elif|endif)\b\s*(.*)", line)
        if directive:
            word, rest = directive.group(1), directive.group(2).strip()
            if word in ("if", "ifdef", "ifndef"):
                live.append({"ifdef": False, "ifndef": True}[word] if rest == "__riscv" and word != "if" else None)
            elif word == "else" and live[-1] is not None:
                live[-1] = not live[-1]
            elif word == "endif":
                live.pop()
        elif False in live:
            blank(at, at + len(line))
        if line.lstrip().startswith("#include"):
            blank(at, at + len(line))
        at += len(line)
    return "".join(out)


def closing(text, at):
    """Index of the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        if text[i] in OPEN:
            depth += 1
        elif text[i] in CLOSE:
            depth -= 1
            if depth == 0:
                return i
    raise ValueError("unbalanced bracket")


def top_level(text, begin, end, signs):
    """(position, sign) of each of `signs` in [begin, end) outside brackets."""
    found, depth, i = [], 0, begin
    while i < end:
        c = text[i]
        if c in OPEN:
            depth += 1
        elif c in CLOSE:
            depth -= 1
        elif depth == 0:
            for sign in signs:
                if text.startswith(sign, i):
                    found.append((i, sign))
                    i += len(sign) - 1
                    break
        i += 1
    return found


def statement_end(text, at):
    """Index of the `;` that ends the statement at `at`, outside brackets."""
    found = top_level(text, at, len(text), [";"])
    return found[0][0] if found else len(text)


class Instrumenter:
    """Collects the mutants of one file and the edits that put their switches in."""

    def __init__(self, path, source):
        self.path, self.source, self.text = path, source, mask(source)
        self.mutants, self.edits = [], []

    def add(self, at, kind, begin, end):
        m = Mutant(self.path, self.source.count("\n", 0, at) + 1, kind, self.source[begin:end].replace("\\\n", " "))
        self.mutants.append(m)
        return m

    def trim(self, begin, end):
        blank = " \n\\"
        while begin < end and self.text[begin] in blank:
            begin += 1
        while end > begin and self.text[end - 1] in blank:
            end -= 1
        return begin, end

    def split(self, begin, end, sign):
        parts, at = [], begin
        for position, _ in top_level(self.text, begin, end, [sign]):
            parts.append(self.trim(at, position))
            at = position + len(sign)
        return parts + [self.trim(at, end)]

    # Each of these returns the instrumented text of [begin, end); numbers are filled in later: @k@ for mutant k here.
    def slot(self, mutant):
        return f"@{self.mutants.index(mutant)}@"

    def comparisons(self, begin, end):
        """The expression with each comparison by order also one off."""
        begin, end = self.trim(begin, end)
        raw = self.source[begin:end]
        if top_level(self.text, begin, end, ["?"]):
            return raw
        for sign in ("||", "&&"):
            parts = self.split(begin, end, sign)
            if len(parts) > 1:
                return f" {sign} ".join(f"({self.comparisons(b, e)})" for b, e in parts)
        if self.text[begin] == "!" and self.text[begin + 1 : begin + 2] == "(" and closing(self.text, begin + 1) == end - 1:
            return f"!({self.comparisons(begin + 2, end - 1)})"
        if self.text[begin] == "(" and closing(self.text, begin) == end - 1:
            return f"({self.comparisons(begin + 1, end - 1)})"
        signs = top_level(self.text, begin, end, [" <= ", " >= ", " < ", " > "])
        if len(signs) != 1 or SIDE_EFFECT.search(self.text[begin:end]):
            return raw
        position, sign = signs[0]
        left, right = self.source[begin:position], self.source[position + len(sign) : end]
        m = self.add(begin, "bound", begin, end)
        sign = sign.strip()
        # The operator itself with its sides exchanged: types need not have the other one.
        return (
            f"::ashlar::mutation::pick({self.slot(m)}, (({left}) {sign} ({right})), "
            f"!(({right}) {sign} ({left})))"
        )

    def refusing(self, begin, end, kind):
        """A condition that refuses: each operand of || can be taken away."""
        parts = self.split(begin, end, "||")
        out = []
        for b, e in parts:
            m = self.add(b, kind, b, e)
            out.append(f"(({self.comparisons(b, e)}) && !::ashlar::mutation::on({self.slot(m)}))")
        return " || ".join(out)

    def accepting(self, begin, end, kind):
        """A condition that accepts: each operand of && can be taken away."""
        out = []
        for b, e in self.split(begin, end, "&&"):
            m = self.add(b, kind, b, e)
            out.append(f"(({self.comparisons(b, e)}) || ::ashlar::mutation::on({self.slot(m)}))")
        return " && ".join(out)

    def replace(self, begin, end, text):
        self.edits.append((begin, end, text))

    def is_refusal(self, at):
        """Whether the statement (or block, by its last statement) at `at` refuses."""
        if self.text[at] != "{":
            return bool(REFUSES.match(self.text, at))
        end, i, last = closing(self.text, at), at + 1, at + 1
        while i < end:
            i, _ = self.trim(i, end)
            if i >= end:
                break
            last = i
            i = statement_end(self.text, i) + 1
        return bool(REFUSES.match(self.text, last))

    def find_conditions(self):
        for m in re.finditer(r"\bif \(", self.text):
            open_ = m.end() - 1
            close = closing(self.text, open_)
            begin = open_ + 1
            init = top_level(self.text, begin, close, [";"])
            if init:
                begin = init[-1][0] + 1
            begin, end = self.trim(begin, close)
            after = re.compile(r"(\s|\\\n|\[\[(un)?likely\]\])*").match(self.text, close + 1).end()
            if not self.is_refusal(after):
                continue
            if re.match(r"(const )?(auto|unsigned|[A-Z]\w*|\w+_t)\b[ &*]+\w+ = ", self.text[begin:end]):
                continue  # declares what it tests
            kind = "skip" if self.text.startswith("continue", after) else "check"
            self.replace(begin, end, self.refusing(begin, end, kind))

    def find_conjunctions(self):
        for m in re.finditer(r"(\breturn|\bconst bool \w+ =) ", self.text):
            begin, end = self.trim(m.end(), statement_end(self.text, m.end()))
            if top_level(self.text, begin, end, ["||", "?", ", "]) or "\n#" in self.text[begin:end]:
                continue
            if len(self.split(begin, end, "&&")) > 1 and "{" not in self.text[begin:end]:
                self.replace(begin, end, self.accepting(begin, end, "conjunct"))

    def find_choices(self):
        """`return CONDITION ? VALUE : NOTHING;`"""
        for m in re.finditer(r"\breturn ", self.text):
            end = statement_end(self.text, m.end())
            marks = top_level(self.text, m.end(), end, [" ? ", " : "])
            if len(marks) != 2 or not NOTHING.match(self.text, marks[1][0] + 3):
                continue
            begin, end = self.trim(m.end(), marks[0][0])
            if "\n" not in self.text[m.start() : m.start() + 7] and not top_level(self.text, begin, end, ["||"]):
                self.replace(begin, end, self.accepting(begin, end, "choice"))

    def find_propagations(self):
        for m in re.finditer(r"\bASHLAR_(TRY|ASSIGN)\(", self.text):
            if self.text.rfind("#define", self.text.rfind("\n", 0, m.start()) + 1, m.start()) >= 0:
                continue
            close = closing(self.text, m.end() - 1)
            kind = m.group(1).lower()
            mutant = self.add(m.start(), "error", m.end(), close)
            mutant.text = self.source[m.start() : close + 1]
            mutant.text = " ".join(mutant.text.split())
            self.replace(m.start(), m.end(), f"ASHLAR_MUTATION_{kind.upper()}({self.slot(mutant)}, ")

    def find(self):
        self.find_conditions()
        self.find_conjunctions()
        self.find_choices()
        self.find_propagations()
        self.edits.sort()
        for (_, end, _), (begin, _, text) in zip(self.edits, self.edits[1:]):
            if begin < end:
                raise ValueError(f"{self.path}: overlapping edits at: {text}")

    def instrumented(self):
        """The copy, with the numbers of the mutants in it."""
        out, at = ['#include "test/mutation/switch.hpp"\n'], 0
        for begin, end, text in self.edits:
            text = re.sub(r"@(\d+)@", lambda k: str(self.mutants[int(k.group(1))].id), text)
            # Inside a macro's definition the replacement stays on its line.
            line = self.source[self.source.rfind("\n", 0, begin) + 1 : begin]
            lines_before = self.source[:begin].rstrip("\n").rsplit("\n", 2)
            in_macro = line.lstrip().startswith("#define") or (len(lines_before) > 1 and lines_before[-2].endswith("\\"))
            if in_macro:
                text = text.replace("\\\n", " ").replace("\n", " ")
            out += [self.source[at:begin], text]
            at = end
        out.append(self.source[at:])
        return "".join(out)


def find_mutants(sources):
    """Instrumenters of {path: text}, mutants numbered in the order of paths and lines, 0 left out."""
    files, number = [], 0
    for path in sorted(sources):
        f = Instrumenter(path, sources[path])
        f.find()
        seen = {}
        number = (number // STRIDE + 1) * STRIDE  # a new mutant here seldom renumbers the files after this one
        for m in sorted(f.mutants, key=lambda m: m.line):
            number += 1
            m.id = number
            name = f"{path}: {m.kind}: {m.text}"
            seen[name] = seen.get(name, 0) + 1
            m.key = name if seen[name] == 1 else f"{name} #{seen[name]}"
        files.append(f)
    return files
