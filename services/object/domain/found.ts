import { ApiError } from '@taskcluster/api';

/** 404 for a name that nobody uploaded, and for one whose upload is not finished: readers cannot tell them apart. */
export const notFound = (name: string) =>
  new ApiError('ResourceNotFound', 'There is no object {{name}}. It may have expired, or its upload may not be finished.', { name });

/** The backend that holds an object; 400 when it is not configured any more. */
export const backendOf = <B>(backends: ReadonlyMap<string, B>, { backendId }: { readonly backendId: string }): B => {
  const backend = backends.get(backendId);
  if (backend !== undefined) return backend;
  throw new ApiError(
    'NoMatchingBackend',
    'The object is in the backend {{backendId}}, which is not configured any more. Ask whoever runs the platform.',
    { backendId },
  );
};
