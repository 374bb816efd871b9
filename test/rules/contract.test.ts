import path from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { root, sourceFiles } from './source-files.ts';

const inOtherTypes = 'the daemon hands on a value of a type of its own that has this member';
const forTests = 'the tests of the engine and of the memory plan measure with it';

/** Members that no code of the daemon names, each with its reason. */
const exceptions: Readonly<Record<string, string>> = {
  'NativeModelOptions.tensorPlacement.pattern': inOtherTypes,
  'NativeModelOptions.tensorPlacement.device': inOtherTypes,
  'NativeModel.tokenize': inOtherTypes,
  'NativeEngineOptions.yarn.factor': inOtherTypes,
  'NativeEngineOptions.yarn.originalContext': inOtherTypes,
  'NativeEngineInfo.computeBytes': forTests,
  'NativeEngine.saveSequenceFile': 'for a store of KV on disk',
  'NativeEngine.restoreSequenceFile': 'for a store of KV on disk',
  'NativeCounters.tokensPrefilled': forTests,
  'NativeCounters.tokensGenerated': forTests,
  'NativeSampling.logitBias.bias': inOtherTypes,
  'NativeDone.generated': forTests,
};

const contract = path.join(root, 'native/addon/contract.ts');

/** A property or function of one of the contract's types. */
interface Member {
  /** With its type, such as `NativeEngine.start`. */
  readonly path: string;
  readonly name: string;
  readonly declaration: ts.Node;
}

it('every option, function, event and fact of the addon is used by the daemon', { timeout: 120_000 }, () => {
  const daemonFiles = sourceFiles(/^native\/daemon\/.*\.ts$/).map((file) => path.join(root, file));
  const program = ts.createProgram([contract, ...daemonFiles], compilerOptions());
  const checker = program.getTypeChecker();
  const members = contractMembers(program);
  const names = new Set(members.map(({ name }) => name));
  const used = new Set<ts.Node>();
  for (const file of daemonFiles) {
    for (const symbol of namedProperties(program.getSourceFile(file), checker, names)) {
      for (const declaration of symbol.declarations ?? []) used.add(declaration);
    }
  }
  const unused = members.filter(({ declaration }) => !used.has(declaration)).map((member) => member.path);
  expect(members.length).toBeGreaterThan(80);
  expect(unused).toEqual(Object.keys(exceptions));
});

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options;
}

function contractMembers(program: ts.Program): Member[] {
  const members: Member[] = [];
  const visit = (node: ts.Node, owner: string): void => {
    let inner = owner;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) inner = node.name.text;
    if (ts.isPropertySignature(node) || ts.isMethodSignature(node)) {
      const name = node.name.getText();
      inner = `${owner}.${name}`;
      members.push({ path: inner, name, declaration: node });
    }
    ts.forEachChild(node, (child) => visit(child, inner));
  };
  ts.forEachChild(program.getSourceFile(contract) as ts.SourceFile, (node) => visit(node, ''));
  return members;
}

/** The properties with one of these names that a file reads, gives in an object or takes out of one. */
function namedProperties(
  source: ts.SourceFile | undefined,
  checker: ts.TypeChecker,
  names: ReadonlySet<string>,
): ts.Symbol[] {
  const found: (ts.Symbol | undefined)[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (ts.isPropertyAccessExpression(node) && names.has(node.name.text)) {
      found.push(checker.getSymbolAtLocation(node.name));
    } else if (ts.isObjectLiteralElementLike(node) && ts.isObjectLiteralExpression(node.parent)) {
      const name = node.name?.getText() ?? '';
      if (names.has(name)) found.push(checker.getContextualType(node.parent)?.getProperty(name));
    } else if (ts.isBindingElement(node)) {
      const name = (node.propertyName ?? node.name).getText();
      if (names.has(name)) found.push(checker.getTypeAtLocation(node.parent).getProperty(name));
    }
  };
  if (source !== undefined) visit(source);
  return found.filter((symbol) => symbol !== undefined);
}
