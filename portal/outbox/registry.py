"""Which facts there are, and who wants to hear of each; filled at start from `facts.py` and `subscribers.py`."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

FactClass = TypeVar("FactClass", bound=type)


@dataclass(frozen=True)
class Envelope:
    """When a fact happened, who did it, and its row."""

    fact_id: int
    at: datetime
    by_id: int | None


Handler = Callable[[Any, Envelope], None]
# Does what is due by the clock alone; asks between two pieces of work whether it is enough; says how many it did.
Duty = Callable[[Callable[[], bool]], int]

_facts: dict[str, type] = {}
_subscribers: dict[str, dict[str, Handler]] = defaultdict(dict)
_duties: dict[str, Duty] = {}


class UnknownSubscriber(LookupError):
    """An errand names a subscriber that this process does not have: removed since, or added by newer code."""


def fact(name: str) -> Callable[[FactClass], FactClass]:
    """Register a frozen dataclass of plain values as a fact: `@fact("cases.CasePublished")`.

    Facts are kept: a field that is added later needs a default, or lists fail on the older ones.
    """

    def register(cls: FactClass) -> FactClass:
        if not dataclasses.is_dataclass(cls) or not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            msg = f"{name} must be a frozen dataclass."
            raise TypeError(msg)
        if name in _facts:
            msg = f"There is a fact called {name} already: {_facts[name]}."
            raise ValueError(msg)
        cls.fact_name = name  # type: ignore[attr-defined]
        _facts[name] = cls
        return cls

    return register


def subscribe(fact_class: type) -> Callable[[Handler], Handler]:
    """Call the decorated function for each such fact, once per fact and subscriber, at least once after a crash."""

    def register(handler: Handler) -> Handler:
        attach(fact_class, f"{handler.__module__}.{handler.__qualname__}", handler)
        return handler

    return register


def attach(fact_class: type, name: str, handler: Handler) -> None:
    """The same for a handler made at run time; `name` is stored with its work and must stay the same."""
    _subscribers[fact_class.fact_name][name] = handler  # type: ignore[attr-defined]


def duty(work: Duty) -> Duty:
    """Call the decorated function in every run of the drain: digests, exports, erasures. Due-ness lies in its rows."""
    _duties[f"{work.__module__}.{work.__qualname__}"] = work
    return work


def all_duties() -> list[tuple[str, Duty]]:
    """Every duty, by its name."""
    return sorted(_duties.items())


def subscribers_of(fact_name: str) -> list[str]:
    """The names of those who want to hear of a fact."""
    return sorted(_subscribers[fact_name])


def handler_for(fact_name: str, subscriber: str) -> Handler:
    """The handler; UnknownSubscriber when the code has none of this name."""
    try:
        return _subscribers[fact_name][subscriber]
    except KeyError as error:
        msg = f"Nobody here is called {subscriber}."
        raise UnknownSubscriber(msg) from error


def rebuild(fact_name: str, payload: dict[str, Any]) -> Any:
    """The fact from its stored payload; fields that the code no longer knows are dropped."""
    cls = _facts[fact_name]
    known = {each.name for each in dataclasses.fields(cls)}
    return cls(**{name: value for name, value in payload.items() if name in known})
