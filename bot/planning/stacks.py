"""How credentials stack: the edges between those of one catalogue, each with the field that says so. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.catalog.catalog import Catalog
from bot.catalog.credential import Credential, Requirement
from bot.catalog.fields import sourced
from bot.catalog.sourced import Sourced

Relation = Literal["requires", "one_of", "recommended", "leads_to", "counts_towards", "credit", "renews", "replaced_by"]
StackField = Literal["prerequisites", "stacks_into", "renewed_by", "replaced_by", "replaces"]
# What brings a learner further up; a renewal leads back and a replacement leads nowhere.
UPWARDS: frozenset[Relation] = frozenset({"requires", "one_of", "recommended", "leads_to", "counts_towards", "credit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`lower` leads to `upper` in some way: ids of the catalogue, or a name of what is not in it.

    `told_by` says so in its field `said_in`; `condition` limits it ("if admitted"). Edges of one `requires` or `one_of`
    group of a credential have the same `group`.
    """

    lower: str
    upper: str
    relation: Relation
    told_by: Credential = field(compare=False)
    said_in: StackField
    condition: str | None = None
    group: int | None = None

    @property
    def source(self) -> Sourced[Any]:
        value = sourced(self.told_by, self.said_in)
        if value is None:
            raise AssertionError("an edge is made of a field's value")
        return value


StackPath = tuple[Edge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One group of what a credential requires that nothing held meets: one of `options` is needed.

    Options that have retired and are not held are left out. A requirement told in words is an option like any other:
    only the learner knows whether it is met.
    """

    for_: Credential
    options: tuple[Requirement, ...]
    source: Sourced[Any]


class Stacks:
    """The graph over one catalogue. Circles in it do no harm: a path never meets the same credential twice."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.edges = tuple(edge for credential in catalog for edge in _edges(credential, catalog))
        self._up: dict[str, list[Edge]] = {}
        self._down: dict[str, list[Edge]] = {}
        for edge in self.edges:
            self._up.setdefault(edge.lower, []).append(edge)
            self._down.setdefault(edge.upper, []).append(edge)

    def between(self, lower: str, upper: str) -> list[Edge]:
        return [edge for edge in self._up.get(lower, ()) if edge.upper == upper]

    def stacks_into(self, identity: str, relations: Collection[Relation] = UPWARDS) -> list[StackPath]:
        """A shortest path to everything that a credential leads to, nearest first; each begins at the credential."""
        return _reached(identity, lambda at: self._up.get(at, ()), lambda edge: edge.upper, relations)

    def leading_to(self, identity: str, relations: Collection[Relation] = UPWARDS) -> list[StackPath]:
        """A shortest path from everything that leads to a credential, nearest first; each ends at the credential."""
        found = _reached(identity, lambda at: self._down.get(at, ()), lambda edge: edge.lower, relations)
        return [tuple(reversed(path)) for path in found]

    def missing(self, identity: str, held: Collection[str] = ()) -> list[Missing]:
        """What is required and not held, first for the credential, then for what it requires, and so on."""
        found: list[Missing] = []
        open_, seen = [identity], {identity}
        while open_:
            credential = self._catalog.get(open_.pop(0))
            field = credential.prerequisites if credential else None
            if credential is None or field is None or field.value is None:
                continue
            for group in field.value.required:
                if any(item.credential in held for item in group):
                    continue
                options = tuple(item for item in group if self._can_be_had(item))
                found.append(Missing(for_=credential, options=options, source=field))
                below = [item.credential for item in options if item.credential and item.credential not in seen]
                open_ += below
                seen.update(below)
        return found

    def towards_degrees(self, degree: str | None = None) -> list[StackPath]:
        """Which small steps lead to credit for a degree: paths whose last step counts there, shortest first.

        Without `degree` towards any: a degree of the catalogue, or credit that its source tells by name.
        """
        last = [edge for edge in self.edges if self._counts_for_degree(edge, degree)]
        paths = [
            (*path, edge)
            for edge in last
            for path in [(), *self.leading_to(edge.lower)]
            if edge.upper not in {step.lower for step in path}
        ]
        return sorted(paths, key=len)

    def _counts_for_degree(self, edge: Edge, degree: str | None) -> bool:
        if degree is not None:
            return edge.upper == degree and edge.relation in UPWARDS
        upper = self._catalog.get(edge.upper)
        return edge.relation in UPWARDS and (upper.kind == "degree" if upper else edge.relation == "credit")

    def _can_be_had(self, item: Requirement) -> bool:
        credential = self._catalog.get(item.credential) if item.credential else None
        return credential is None or self._catalog.status(credential) != "retired"


def _reached(
    start: str,
    edges: Callable[[str], Iterable[Edge]],
    further: Callable[[Edge], str],
    relations: Collection[Relation],
) -> list[StackPath]:
    """Breadth first, so that each is reached by a shortest path and a circle ends where it began."""
    paths: dict[str, StackPath] = {start: ()}
    open_ = [start]
    while open_:
        at = open_.pop(0)
        for edge in edges(at):
            if edge.relation in relations and further(edge) not in paths:
                paths[further(edge)] = (*paths[at], edge)
                open_.append(further(edge))
    return [path for path in paths.values() if path]


def _edges(credential: Credential, catalog: Catalog) -> Iterator[Edge]:
    yield from _of_prerequisites(credential)
    for link in (credential.stacks_into.value if credential.stacks_into else None) or ():
        yield Edge(
            lower=credential.id,
            upper=link.credential or link.name or "",
            relation=link.relation,
            told_by=credential,
            said_in="stacks_into",
            condition=link.condition,
        )
    for other in (credential.renewed_by.value if credential.renewed_by else None) or ():
        yield Edge(lower=other, upper=credential.id, relation="renews", told_by=credential, said_in="renewed_by")
    successor = credential.replaced_by.value if credential.replaced_by else None
    if successor:
        yield _replacement(credential.id, successor, credential, "replaced_by")
    former = credential.replaces.value if credential.replaces else None
    if former and former in catalog:
        yield _replacement(former, credential.id, credential, "replaces")


def _replacement(old: str, new: str, told_by: Credential, said_in: StackField) -> Edge:
    return Edge(lower=old, upper=new, relation="replaced_by", told_by=told_by, said_in=said_in)


def _of_prerequisites(credential: Credential) -> Iterator[Edge]:
    needed = credential.prerequisites.value if credential.prerequisites else None
    if needed is None:
        return
    for number, group in enumerate(needed.required):
        relation: Relation = "requires" if len(group) == 1 else "one_of"
        yield from (_below(credential, item, relation, number) for item in group if item.credential)
    yield from (_below(credential, item, "recommended", None) for item in needed.recommended if item.credential)


def _below(credential: Credential, item: Requirement, relation: Relation, group: int | None) -> Edge:
    return Edge(
        lower=item.credential or "",
        upper=credential.id,
        relation=relation,
        told_by=credential,
        said_in="prerequisites",
        group=group,
    )
