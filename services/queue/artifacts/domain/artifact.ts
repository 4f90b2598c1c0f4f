import type { Artifact as PublicArtifact } from '@taskcluster/contracts';
import { type Static, Type } from 'typebox';

/** What names an artifact. */
export interface ArtifactKey {
  readonly taskId: string;
  readonly runId: number;
  readonly name: string;
}

const common = {
  taskId: Type.String(),
  runId: Type.Integer(),
  name: Type.String(),
  contentType: Type.String(),
  /** Bytes before any compression; null when whoever created the artifact did not say. */
  contentLength: Type.Union([Type.Integer(), Type.Null()]),
  /** Whether readers see it: an `object` artifact is not there until its upload is finished. */
  present: Type.Boolean(),
  expires: Type.String(),
} as const;

/** An artifact with what its storage type needs (artifacts.md, section 1). */
export const Artifact = Type.Union([
  Type.Object({
    ...common,
    storageType: Type.Literal('s3'),
    details: Type.Object({ bucket: Type.Union([Type.Literal('public'), Type.Literal('private')]), key: Type.String() }),
  }),
  Type.Object({ ...common, storageType: Type.Literal('object'), details: Type.Object({ uploadId: Type.Optional(Type.String()) }) }),
  Type.Object({ ...common, storageType: Type.Literal('reference'), details: Type.Object({ url: Type.String() }) }),
  Type.Object({ ...common, storageType: Type.Literal('link'), details: Type.Object({ artifact: Type.String() }) }),
  Type.Object({ ...common, storageType: Type.Literal('error'), details: Type.Object({ reason: Type.String(), message: Type.String() }) }),
]);
export type Artifact = Static<typeof Artifact>;

/** The bucket that an uploaded artifact goes to. Nothing else is special about the names that begin with `public/`. */
export const bucketOf = (name: string): 'public' | 'private' => (name.startsWith('public/') ? 'public' : 'private');

/** The key of an uploaded artifact in its bucket. */
export const keyOf = ({ taskId, runId, name }: ArtifactKey): string => `${taskId}/${runId}/${name}`;

/** The name of an artifact's data in the object service. */
export const objectNameOf = (artifact: ArtifactKey): string => `t/${keyOf(artifact)}`;

/** What everybody who may list artifacts is told about one. */
export const shown = ({ storageType, name, expires, contentType, contentLength }: Artifact): PublicArtifact => ({
  storageType,
  name,
  expires,
  contentType,
  ...(contentLength === null ? {} : { contentLength }),
});
