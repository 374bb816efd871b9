"""What vLLM's tests of its parsers import, without vLLM: records for its messages, and a parser whose replies are read
by the program on the other side of stdin and stdout. One line of JSON per question and per answer."""

import importlib.abc
import importlib.machinery
import json
import re
import sys
import types


class NotApplicable(Exception):
    """The test asks for something that only vLLM's own parsers have."""


def ask(question):
    sys.__stdout__.write(json.dumps(question) + "\n")
    sys.__stdout__.flush()
    answer = json.loads(sys.__stdin__.readline())
    if "refused" in answer:
        raise NotApplicable(answer["refused"])
    return answer


class Record:
    """A message of vLLM: what it was made with, None for the rest."""

    defaults = {}

    def __init__(self, *values, **fields):
        self.__dict__.update(self.defaults)
        for name, value in fields.items():
            self.__dict__[name] = Record(**value) if name == "function" and isinstance(value, dict) else value

    @classmethod
    def model_validate(cls, fields):
        return cls(**fields)

    def __getattr__(self, name):
        if name.startswith("__") or name.startswith("model_"):
            raise NotApplicable(f"asks for {name} of a message")
        return None

    def __eq__(self, other):
        return isinstance(other, Record) and self.__dict__ == other.__dict__

    def __repr__(self):
        return f"Record({self.__dict__})"

    __hash__ = None


function_default = {"type": "function"}
record_defaults = {
    "ToolCall": function_default,
    "DeltaToolCall": function_default,
    "ChatCompletionToolsParam": function_default,
    "FunctionTool": function_default,
    "DeltaMessage": {"content": None, "tool_calls": []},
}


def made(kind, /, **fields):
    return record(kind)(**fields)


def record(kind):
    """The class of the messages of one kind, the same in every module."""
    return records.setdefault(kind, type(kind, (Record,), {"defaults": record_defaults.get(kind, {})}))


class Text(str):
    """The text of a reply. White space at its ends is not judged: here it goes where a call follows."""

    def __eq__(self, other):
        return isinstance(other, str) and self.strip() == other.strip()

    def __add__(self, other):
        return Text(str.__add__(self, other))

    def __radd__(self, other):
        return Text(other + str(self))

    __hash__ = str.__hash__


class Tokenizer:
    """Cuts a text into marks, words and single characters."""

    def __init__(self):
        self.texts = []

    def encode(self, text, **_):
        pieces = re.findall(r"<[^<>\s]{1,40}>|\w+|\s|.", text, re.S)
        ids = []
        for piece in pieces:
            if piece not in self.texts:
                self.texts.append(piece)
            ids.append(self.texts.index(piece))
        return ids

    def decode(self, ids, **_):
        return "".join(self.texts[each] for each in ids)

    def tokenize(self, text):
        return [self.texts[each] for each in self.encode(text)]

    def get_vocab(self):
        return {text: at for at, text in enumerate(self.texts)}

    def __call__(self, text, **_):
        return Record(input_ids=self.encode(text))

    @classmethod
    def from_pretrained(cls, *_, **__):
        return cls()


def detokenize_incrementally(tokenizer, all_input_ids, prev_tokens, prefix_offset, read_offset, **_):
    text = tokenizer.decode(all_input_ids[-1:])
    return [text], text, prefix_offset, read_offset + 1


def described(tool):
    """A tool as name, description and schema, whichever of vLLM's shapes it has."""
    fields = tool if isinstance(tool, dict) else tool.__dict__
    inner = fields.get("function", fields)
    inner = inner if isinstance(inner, dict) else inner.__dict__
    return {
        "name": inner.get("name"),
        "description": inner.get("description") or "",
        "parameters": inner.get("parameters") or {"type": "object", "properties": {}},
    }


class Parser:
    """Reads replies with the parser of the other side that has this class's name."""

    used = False
    # Identifiers in the file of the test: any of them may be a tool that it does not offer. vLLM does not ask.
    names = []
    # Texts that came since the test began, and what was read.
    seen = []

    def __init__(self, tokenizer=None, tools=None, **_):
        self.model_tokenizer = tokenizer if isinstance(tokenizer, Tokenizer) else Tokenizer()
        self.tools = tools
        self.opened = None
        self.ids = []

    @property
    def vocab(self):
        return {}

    def __getattr__(self, name):
        raise NotApplicable(f"asks the parser for {name}")

    def open(self, request):
        tools = getattr(request, "tools", None)
        listed = tools if isinstance(tools, list) and tools else self.tools
        offered = [described(tool) for tool in (listed if isinstance(listed, list) else [])]
        known = {tool["name"] for tool in offered}
        others = [name for name in Parser.names if name not in known and (known == set() or "." not in name)]
        offered += [described({"name": name}) for name in others]
        question = {"do": "open", "parser": type(self).__name__, "tools": offered}
        Parser.used = True
        return ask(question)["opened"]

    def extract_tool_calls(self, model_output, request=None):
        read = self.read({"do": "read", "opened": self.open(request), "text": model_output})
        calls = [made("ToolCall", id=call["id"], function=made("FunctionCall", name=call["name"],
                 arguments=call["arguments"])) for call in read["calls"]]
        return made("ExtractedToolCallInformation", tools_called=calls != [], tool_calls=calls,
                    content=text_of(read))

    def extract_tool_calls_streaming(self, previous_text, current_text, delta_text, previous_token_ids=(),
                                     current_token_ids=(), delta_token_ids=(), request=None):
        if self.opened is None or (previous_text == "" and current_text == delta_text):
            self.opened = self.open(request)
        return self.delta(self.read({"do": "push", "opened": self.opened, "text": delta_text}))

    def finish(self):
        return None if self.opened is None else self.delta(self.read({"do": "end", "opened": self.opened}))

    @staticmethod
    def read(question):
        answer = ask(question)
        Parser.seen.append((question.get("text", ""), answer))
        return answer

    def delta(self, read):
        calls = []
        for part in read["parts"]:
            function = made("DeltaFunctionCall", name=part.get("name"), arguments=part["arguments"])
            calls.append(made("DeltaToolCall", index=part["index"], id=part.get("id"), function=function,
                              type="function" if "id" in part else None))
        if read["text"] == "" and calls == []:
            return None
        return made("DeltaMessage", content=text_of(read), tool_calls=calls)


def text_of(read):
    return Text(read["text"]) if read["text"] else None


class Missing:
    """Something of another package. Any use of it ends the test."""

    def __init__(self, name):
        self.__dict__["name"] = name

    def refuse(self, *_, **__):
        raise NotApplicable(f"uses {self.name}")

    __call__ = __getattr__ = __getitem__ = __iter__ = __len__ = __contains__ = __str__ = __format__ = __add__ = refuse


class Parsers:
    @staticmethod
    def get_tool_parser(name):
        return type(name, (Parser,), {})


class StandIn(types.ModuleType):
    """A module that has every name asked of it."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = self.make(name)
        setattr(self, name, value)
        return value

    def make(self, name):
        if name == "ToolParserManager":
            return Parsers
        if name.endswith("ToolParser"):
            return type(name, (Parser,), {})
        if name in ("get_tokenizer", "AutoTokenizer"):
            return Tokenizer if name == "AutoTokenizer" else Tokenizer.from_pretrained
        if name == "detokenize_incrementally":
            return detokenize_incrementally
        if re.fullmatch(r"[A-Z]\w*[a-z]\w*", name):
            return record(name)
        return Missing(name)


records = {}


class StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds every module of the packages that are not installed for this."""

    packages = {"vllm", "openai", "transformers", "xgrammar", "partial_json_parser", "huggingface_hub",
                "mistral_common", "torch", "pydantic", "regex", "openai_harmony", "jsonschema", "fastapi"}

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in self.packages:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        return StandIn(spec.name)

    def exec_module(self, module):
        module.__path__ = []
