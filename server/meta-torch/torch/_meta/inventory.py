"""What a model is made of, taken down in one walk: its modules, parameters and buffers by name."""

from __future__ import annotations

from typing import Any


class Inventory:
    """Each module, parameter and buffer once, under the first of its names."""

    def __init__(self, root: Any) -> None:
        self.modules: list[tuple[str, Any]] = list(root.named_modules())
        self.parameters: list[tuple[str, Any]] = []
        self.buffers: list[tuple[str, Any]] = []
        seen: set[int] = set()
        for path, module in self.modules:
            start = path + "." if path else ""
            for members, found in ((module._parameters, self.parameters), (module._buffers, self.buffers)):
                for name, member in members.items():
                    if member is not None and id(member) not in seen:
                        seen.add(id(member))
                        found.append((start + name, member))

    def state_names(self) -> list[str]:
        """Keys of its state dictionary, where no module says that it has others."""
        from ..nn.modules._state import StateMixin

        names = []
        for path, module in self.modules:
            kind = type(module)
            own = module.__dict__
            if (
                kind.state_dict is not StateMixin.state_dict
                or kind._save_to_state_dict is not StateMixin._save_to_state_dict
                or kind.get_extra_state is not StateMixin.get_extra_state
                or own.get("_state_dict_hooks")
                or own.get("_state_dict_pre_hooks")
            ):
                return list(self.modules[0][1].state_dict(keep_vars=True))
            start = path + "." if path else ""
            names += [start + name for name, member in module._parameters.items() if member is not None]
            hidden = module._non_persistent_buffers_set
            names += [start + name for name, member in module._buffers.items() if member is not None and name not in hidden]
        return names
