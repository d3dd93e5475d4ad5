/** Constructs that Yosys' reader does not take, by the grammar's node types, innermost first. */
const names: Readonly<Record<string, string>> = {
  unpacked_dimension: "an array of unpacked elements at a port",
  class_declaration: "a class",
  covergroup_declaration: "a covergroup",
  property_declaration: "a property",
  sequence_declaration: "a sequence",
  concurrent_assertion_item: "a concurrent assertion",
  assert_property_statement: "a concurrent assertion",
  program_declaration: "a program",
  checker_declaration: "a checker",
  clocking_declaration: "a clocking block",
  constraint_declaration: "a constraint",
  interface_port_header: "an interface at a port",
  modport_declaration: "a modport",
  interface_declaration: "an interface",
  queue_dimension: "a queue",
  associative_dimension: "an associative array",
  unsized_dimension: "a dynamic array",
  assignment_pattern: "an assignment pattern",
  assignment_pattern_expression: "an assignment pattern",
  inside_expression: "`inside`",
  streaming_concatenation: "a streaming operator",
  let_declaration: "`let`",
  bind_directive: "`bind`",
  randcase_statement: "`randcase`",
  wait_statement: "`wait`",
  par_block: "`fork`",
  dpi_import_export: "an import of foreign functions",
  tagged_union_expression: "a tagged union",
  foreach_statement: "`foreach`",
  parameter_port_list: "a list of parameters",
  list_of_port_declarations: "a list of ports",
  ansi_port_declaration: "a port",
  generate_region: "a generate region",
  loop_generate_construct: "a generate loop",
  case_statement: "a case statement",
  data_declaration: "a declaration",
  net_declaration: "a declaration",
  function_declaration: "a function",
  task_declaration: "a task",
  always_construct: "an always block",
  module_instantiation: "an instance",
  continuous_assign: "an assignment",
};

/** `an array of unpacked elements at a port`; undefined when nothing on the way says more than the line itself. */
export function constructName(types: readonly string[]): string | undefined {
  const isPort = types.some((type) => /port/.test(type));
  for (const type of [...types].reverse()) {
    if (type === "ERROR" || (type === "unpacked_dimension" && !isPort)) continue;
    const name = names[type];
    if (name !== undefined) return name;
  }
  return undefined;
}
