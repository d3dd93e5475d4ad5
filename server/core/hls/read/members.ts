import type { Variable } from "../ir.js";
import type { FileScope } from "./scope.js";
import { fieldsOf, type ObjectType } from "./types.js";

/** Classes in classes in classes: beyond this nobody reads the numbers. */
const mostNested = 6;
const mostMembers = 500;

export interface Members {
  readonly variables: readonly Variable[];
  /** Of variables that are objects themselves: their class. */
  readonly objects: ReadonlyMap<string, ObjectType>;
}

/** What a variable of a class consists of, each member a variable of its own: `engine.buffer`, of arrays `pe.sum` for all elements. */
export function membersOf(scope: FileScope, variable: Variable, object: ObjectType): Members {
  const variables: Variable[] = [];
  const objects = new Map<string, ObjectType>();
  const visit = (holder: Variable, own: ObjectType, depth: number): void => {
    objects.set(holder.name, own);
    if (depth >= mostNested) return;
    for (const { name, info } of fieldsOf(scope, own)) {
      if (variables.length >= mostMembers) return;
      const member: Variable = {
        name: `${holder.name}.${name}`,
        type: info.type,
        dims: [...holder.dims, ...info.dims],
        kind: variable.kind,
        isStream: info.isStream,
        isConstant: false,
        span: variable.span,
      };
      variables.push(member);
      if (info.object !== undefined) visit(member, info.object, depth + 1);
    }
  };
  visit(variable, object, 0);
  return { variables, objects };
}
