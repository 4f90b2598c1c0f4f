import { patterns } from '@taskcluster/contracts';

/** The longest path, in characters: what the schemas of answers allow. */
export const longestPath = 255;

/** Where a path is stored: what is before its last dot (nothing for the root), and its last key. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

const indexPath = new RegExp(patterns.indexPath);

/** Whether something can be indexed under this text (index.md, section 1). */
export const isIndexPath = (text: string): boolean => text.length <= longestPath && indexPath.test(text);

export const splitPath = (path: string): Place => {
  const dot = path.lastIndexOf('.');
  return { namespace: path.slice(0, Math.max(dot, 0)), name: path.slice(dot + 1) };
};

export const joinPath = ({ namespace, name }: Place): string => (namespace === '' ? name : `${namespace}.${name}`);

/** The places of all namespaces that the paths are in, each once. For `a.b.c` these are `a` and `b` in `a`. */
export const namespacesOf = (paths: readonly string[]): readonly Place[] => {
  const prefixes = new Set<string>();
  for (const path of paths) {
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) prefixes.add(path.slice(0, dot));
  }
  return [...prefixes].map(splitPath);
};
