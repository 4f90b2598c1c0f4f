/**
 * Whether a text may stand in a header as a content type: printable ASCII, no line breaks, at most 255 characters.
 * Lenient on purpose: S3 stores any such text, and workers send what their tasks told them.
 */
export const isHeaderSafe = (text: string): boolean => /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(text);

const essence = /^\s*([!#$%&'*+.^_`|~0-9a-z-]{1,127}\/[!#$%&'*+.^_`|~0-9a-z-]{1,127})\s*(?:;|$)/;

/** `type/subtype` in lower case without parameters; undefined when the text is not a media type. */
export const mediaTypeOf = (contentType: string): string | undefined => essence.exec(contentType.toLowerCase())?.[1];

/**
 * What a browser may show instead of saving it. It shows text, pictures without script, and HTML: that last one only because
 * the sandbox of `servingHeaders` takes scripts, forms and the origin away from it. SVG, XML, XHTML and PDF are documents
 * that run or fetch things, and their viewers do not work inside a sandbox anyway: they are saved.
 */
const inline = new Set([
  'text/plain',
  'text/html',
  'text/csv',
  'text/markdown',
  'application/json',
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'image/x-icon',
]);

export const mayBeShown = (contentType: string): boolean => inline.has(mediaTypeOf(contentType) ?? '');
