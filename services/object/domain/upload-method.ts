import { ApiError } from '@taskcluster/api';
import type { CreateUploadRequest } from '@taskcluster/contracts';
import { isHeaderSafe } from './media-type.ts';

/** The way of uploading that was chosen, with what was checked about it. */
export type UploadMethod =
  | { readonly name: 'dataInline'; readonly contentType: string; readonly data: Buffer }
  | { readonly name: 'putUrl'; readonly contentType: string; readonly contentLength: number };

/** Picks one of the proposed methods, data inline first; undefined when there is none, which only reserves the name. */
export const chooseUploadMethod = ({ dataInline, putUrl }: CreateUploadRequest['proposedUploadMethods']): UploadMethod | undefined => {
  if (dataInline) return { name: 'dataInline', contentType: safe(dataInline.contentType), data: decode(dataInline.objectData) };
  if (!putUrl) return undefined;
  if (putUrl.contentLength < 0) throw new ApiError('InputError', 'The content length is negative. Give the size of the data in bytes.');
  return { name: 'putUrl', contentType: safe(putUrl.contentType), contentLength: putUrl.contentLength };
};

/** Refuses a content type that cannot stand in a header. */
export const safe = (contentType: string): string => {
  if (isHeaderSafe(contentType)) return contentType;
  throw new ApiError('InputError', 'The content type {{given}} cannot be sent in a header. Use something like text/plain; charset=utf-8.', {
    given: JSON.stringify(contentType.slice(0, 100)),
  });
};

// Node skips characters that are not base64; what it would skip is a mistake that must not be stored as data.
const decode = (text: string): Buffer => {
  const data = Buffer.from(text, 'base64');
  if (data.toString('base64') === text) return data;
  throw new ApiError('InputError', 'objectData is not base64. Encode the data in standard base64 with padding.');
};
