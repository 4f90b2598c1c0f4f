/** Walks the pages of a list. */
export async function* pages<P extends { readonly continuationToken?: string | undefined }>(
  fetchPage: (continuationToken: string | undefined) => Promise<P>,
): AsyncGenerator<P> {
  let token: string | undefined;
  do {
    const page = await fetchPage(token);
    yield page;
    token = page.continuationToken;
  } while (token !== undefined);
}
