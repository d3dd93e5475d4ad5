import {
  addAffine,
  affineConstant,
  affineVariable,
  multiplyAffine,
  type Affine,
} from "../affine.js";
import { fieldOf, textOf, type CppNode } from "../cpp-tree.js";
import { applyOperator } from "./constant-text.js";
import { constantOf, type FileScope, type LocalScope } from "./scope.js";

/** An expression as an affine function of iterators and of scalars that never change; undefined where it is none. */
export function affineOf(file: FileScope, local: LocalScope, node: CppNode): Affine | undefined {
  switch (node.type) {
    case "identifier": {
      const name = textOf(file.file, node);
      const known = local.values.get(local.aliases.get(name) ?? local.prefix + name);
      if (known !== undefined) return known;
      const value = constantOf(file, node, local.constants);
      return value === undefined || !Number.isInteger(value) ? undefined : affineConstant(value);
    }
    case "parenthesized_expression": {
      const [inner] = node.children;
      return inner === undefined ? undefined : affineOf(file, local, inner);
    }
    case "cast_expression": {
      const value = fieldOf(node, "value");
      return value === undefined ? undefined : affineOf(file, local, value);
    }
    case "unary_expression": {
      const argument = fieldOf(node, "argument");
      if (argument === undefined || fieldOf(node, "operator")?.type !== "-") return undefined;
      const value = affineOf(file, local, argument);
      return value === undefined ? undefined : addAffine(affineConstant(0), value, -1);
    }
    case "binary_expression":
      return affineBinary(file, local, node);
    default: {
      const value = constantOf(file, node, local.constants);
      return value === undefined || !Number.isInteger(value) ? undefined : affineConstant(value);
    }
  }
}

function affineBinary(file: FileScope, local: LocalScope, node: CppNode): Affine | undefined {
  const [leftNode, rightNode] = [fieldOf(node, "left"), fieldOf(node, "right")];
  if (leftNode === undefined || rightNode === undefined) return undefined;
  const operator = fieldOf(node, "operator")?.type;
  if (!["+", "-", "*", "<<", "/", "%"].includes(operator ?? "")) return undefined;
  const left = affineOf(file, local, leftNode);
  const right = affineOf(file, local, rightNode);
  if (left === undefined || right === undefined) return undefined;
  switch (operator) {
    case "+":
      return addAffine(left, right);
    case "-":
      return addAffine(left, right, -1);
    case "*":
      return multiplyAffine(left, right);
    case "<<":
      return right.terms.size === 0
        ? multiplyAffine(left, affineConstant(2 ** right.constant))
        : undefined;
    default: {
      if (left.terms.size > 0 || right.terms.size > 0) return undefined;
      const value = applyOperator(operator ?? "", left.constant, right.constant);
      return value === undefined || !Number.isInteger(value) ? undefined : affineConstant(value);
    }
  }
}

export function iteratorAffine(name: string): Affine {
  return affineVariable(name);
}
