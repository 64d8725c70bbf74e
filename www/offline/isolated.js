// Cross-origin isolation, without which the engine's threads cannot share memory. Few static hosts can send these
// headers; the service worker, which answers in their place, can.

const HEADERS = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** A Workbox plugin that adds the headers to every answer. */
export const isolated = {
  handlerWillRespond: async ({ response }) => {
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  },
};
