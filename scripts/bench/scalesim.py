"""Compute cycles of SCALE-Sim v2 for layers given on standard input, by the simulator's own demand matrices.

    python3 scripts/bench/scalesim.py FOLDER    with one JSON object a line:
    {"dataflow": "ws", "rows": 32, "columns": 32, "layer": [ifmap h, ifmap w, filter h, filter w, channels, filters, stride]}

Memory is left out, so that stalls are not simulated. Prints one JSON object a line.
"""

import json
import sys

sys.path.insert(0, sys.argv[1])
try:
    import tqdm  # noqa: F401
except ImportError:
    import types

    class Silent:
        def __init__(self, *_, **__):
            pass

        def update(self, *_):
            pass

        def close(self):
            pass

    module = types.ModuleType("tqdm")
    module.tqdm = Silent
    sys.modules["tqdm"] = module

from scalesim.compute.operand_matrix import operand_matrix  # noqa: E402
from scalesim.compute.systolic_compute_is import systolic_compute_is  # noqa: E402
from scalesim.compute.systolic_compute_os import systolic_compute_os  # noqa: E402
from scalesim.compute.systolic_compute_ws import systolic_compute_ws  # noqa: E402
from scalesim.scale_config import scale_config  # noqa: E402
from scalesim.topology_utils import topologies  # noqa: E402

systems = {"os": systolic_compute_os, "ws": systolic_compute_ws, "is": systolic_compute_is}

for line in sys.stdin:
    ask = json.loads(line)
    config = scale_config()
    config.array_rows, config.array_cols, config.df = ask["rows"], ask["columns"], ask["dataflow"]
    config.valid_conf_flag = True
    topology = topologies()
    topology.append_topo_entry_from_list(["layer", *ask["layer"]])
    matrices = operand_matrix()
    matrices.set_params(config_obj=config, topoutil_obj=topology, layer_id=0)
    system = systems[ask["dataflow"]]()
    system.set_params(
        config_obj=config,
        ifmap_op_mat=matrices.get_ifmap_matrix()[1],
        filter_op_mat=matrices.get_filter_matrix()[1],
        ofmap_op_mat=matrices.get_ofmap_matrix()[1],
    )
    _, _, outputs = system.get_demand_matrices()
    # The simulator reports the number of the last cycle.
    print(
        json.dumps(
            {
                "cycles": int(outputs.shape[0]) - 1,
                "mapping": system.get_avg_mapping_efficiency(),
                "compute": system.get_avg_compute_utilization(),
                "inputs": int(system.get_ifmap_requests()),
                "weights": int(system.get_filter_requests()),
            }
        ),
        flush=True,
    )
