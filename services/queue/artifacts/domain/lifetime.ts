/** The data of an artifact is deleted so many milliseconds after its expiry, at the earliest (artifacts.md, section 5). */
export const keptAfterExpiryMs = 30 * 60_000;

/** A URL for uploads works so many milliseconds longer than the uploader is told: a request may be on its way. */
export const graceMs = 10_000;

/**
 * When the URL for an upload ends, in milliseconds since 1970, as the uploader is told. It ends before the data is deleted: nobody would
 * delete what comes later.
 */
export const uploadUrlEnds = (about: { readonly nowMs: number; readonly lifetimeMs: number; readonly expires: string }): number =>
  Math.min(about.nowMs + about.lifetimeMs, Date.parse(about.expires) + keptAfterExpiryMs - graceMs);
