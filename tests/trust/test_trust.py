"""What a person allows, and in which words the rest is refused."""

from __future__ import annotations

import pytest

from degrade.trust import NOTHING, Code, Trust, UntrustedCodeError, torchscript

MODULE = Code("a Python function", "study.yaml: models[0].path", "evil")


def test_nothing_is_allowed_by_default() -> None:
    with pytest.raises(UntrustedCodeError, match=r"a Python function.*--trust-code evil"):
        NOTHING.check(MODULE)


def test_what_is_named_is_allowed_and_nothing_beside_it() -> None:
    trust = Trust.of(["evil", "a" * 64])
    trust.check(MODULE)
    trust.check(torchscript("m.pt", "a" * 64))
    assert not trust.allows(torchscript("m.pt", "b" * 64))
    assert not trust.allows(Code("a Python function", "x", "evil.inner"))


def test_one_string_is_a_mistake_and_not_its_letters() -> None:
    with pytest.raises(TypeError, match="list"):
        Trust.of("evil")


def test_trusts_add_up() -> None:
    assert (Trust.of(["a"]) | Trust.of(["b"])).names == {"a", "b"}
