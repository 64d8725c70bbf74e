// The page names its program by a name that only its build has. Kept with another build's files it would ask for a
// program that no longer exists, so a page whose program is not in the list is not kept.

/** A Workbox plugin for the controller's strategy. */
export function sameBuild(controller) {
  return {
    async fetchDidSucceed({ event, request, response }) {
      if (event.type !== 'install' || !new URL(request.url).pathname.endsWith('.html')) return response;
      const page = await response.clone().text();
      const program = page.match(/data-program="([^"]+)"/)?.[1];
      if (program && !controller.getCacheKeyForURL(program)) {
        throw new Error(`${request.url} is the page of another build`);
      }
      return response;
    },
  };
}
