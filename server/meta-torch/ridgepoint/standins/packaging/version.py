"""Versions that compare as PEP 440 says, as far as releases, pre-releases and local parts go."""

from __future__ import annotations

import re
from typing import Any

_PRE = {"dev": -3, "a": -2, "alpha": -2, "b": -1, "beta": -1, "rc": -0.5, "c": -0.5, "post": 1}


class InvalidVersion(ValueError):
    pass


class Version:
    def __init__(self, version: str) -> None:
        text = str(version).strip().lstrip("v")
        self.public, _, self.local = text.partition("+")
        found = re.match(r"(?:(\d+)!)?(\d+(?:\.\d+)*)(.*)", self.public)
        if found is None:
            raise InvalidVersion(f"Invalid version: '{version}'")
        self.epoch = int(found.group(1) or 0)
        self.release = tuple(int(part) for part in found.group(2).split("."))
        self.base_version = found.group(2)
        tail = re.findall(r"(dev|alpha|a|beta|b|rc|c|post)[.\-_]?(\d*)", found.group(3))
        self._tail = tuple((_PRE[word], int(number or 0)) for word, number in tail)
        self.is_prerelease = any(word < 0 for word, _ in self._tail)
        self.is_devrelease = any(word == -3 for word, _ in self._tail)
        self.is_postrelease = any(word == 1 for word, _ in self._tail)

    major = property(lambda self: self.release[0])
    minor = property(lambda self: self.release[1] if len(self.release) > 1 else 0)
    micro = property(lambda self: self.release[2] if len(self.release) > 2 else 0)

    def _key(self) -> tuple:
        release = list(self.release)
        while len(release) > 1 and release[-1] == 0:
            release.pop()
        return (self.epoch, tuple(release), self._tail or ((0, 0),))

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Version) and self._key() == other._key()

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def __le__(self, other: Version) -> bool:
        return self._key() <= other._key()

    def __gt__(self, other: Version) -> bool:
        return self._key() > other._key()

    def __ge__(self, other: Version) -> bool:
        return self._key() >= other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        return self.public + (f"+{self.local}" if self.local else "")

    def __repr__(self) -> str:
        return f"<Version('{self}')>"


LegacyVersion = Version


def parse(version: str) -> Version:
    return Version(version)
