// Cross-origin isolation, which a browser wants before it lets the engine's threads share memory. Few static hosts can
// send these headers; the service worker, which the browser asks in their place, can.

const HEADERS = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** For Workbox's strategies: what they answer has the headers. */
export const isolated = {
  handlerWillRespond: async ({ response }) => {
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  },
};
