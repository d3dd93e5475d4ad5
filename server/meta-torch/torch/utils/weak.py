"""Weak keys."""

import weakref

WeakIdKeyDictionary = WeakTensorKeyDictionary = weakref.WeakKeyDictionary
WeakIdRef = TensorWeakRef = weakref.ref
