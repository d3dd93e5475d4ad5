"""Names of types that scripted code annotates with."""

from typing import Any, Dict, List, Optional, Tuple, Union  # noqa: F401

BroadcastingList1 = BroadcastingList2 = BroadcastingList3 = BroadcastingList4 = List
