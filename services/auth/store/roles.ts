import { type Queryable, sql } from '@taskcluster/db';
import { Type } from 'typebox';

const RoleRecord = Type.Object({
  roleId: Type.String(),
  description: Type.String(),
  scopes: Type.Array(Type.String()),
  created: Type.String(),
  lastModified: Type.String(),
});
export type RoleRecord = Type.Static<typeof RoleRecord>;

const columns = sql`role_id as "roleId", description, scopes, created, last_modified as "lastModified"`;

export const findRole = (db: Queryable, roleId: string) =>
  db.maybe(RoleRecord, sql`select ${columns} from auth.roles where role_id = ${roleId}`);

export interface Place {
  readonly offset: number;
  /** Absent: no limit. */
  readonly limit: number | null;
}

/** Roles in the order of their ids. */
export const listRoles = (db: Queryable, { offset, limit }: Place) =>
  db.many(RoleRecord, sql`select ${columns} from auth.roles order by role_id offset ${offset} limit ${limit}`);

const RoleId = Type.Object({ roleId: Type.String() });
export const listRoleIds = (db: Queryable, { offset, limit }: Place) =>
  db.many(RoleId, sql`select role_id as "roleId" from auth.roles order by role_id offset ${offset} limit ${limit}`);

export interface NewRole {
  readonly roleId: string;
  readonly description: string;
  readonly scopes: readonly string[];
}

export const insertRole = (db: Queryable, { roleId, description, scopes }: NewRole) =>
  db.maybe(
    RoleRecord,
    sql`
      insert into auth.roles (role_id, description, scopes) values (${roleId}, ${description}, ${scopes}) returning ${columns}`,
  );

export const updateRole = (db: Queryable, { roleId, description, scopes }: NewRole) =>
  db.maybe(
    RoleRecord,
    sql`
      update auth.roles set description = ${description}, scopes = ${scopes}, last_modified = platform.now()
      where role_id = ${roleId} returning ${columns}`,
  );

export const deleteRole = (db: Queryable, roleId: string) =>
  db.maybe(RoleRecord, sql`delete from auth.roles where role_id = ${roleId} returning ${columns}`);
