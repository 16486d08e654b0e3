import type { IncomingHttpHeaders } from "node:http";

/** A request whose body was read. */
export interface HttpRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** The JSON object of the body; empty where there is none. */
  body: Record<string, unknown>;
}

/** What a request is answered with. */
export interface HttpAnswer {
  status: number;
  body: object;
  headers?: Record<string, string>;
}

/** Does what a request asks for. `values` are what the path has in place of each `:name`. */
export type Serve = (request: HttpRequest, values: Record<string, string>) => Promise<HttpAnswer>;

export interface Route {
  method: "GET" | "POST";
  /** As in `/sessions/:visitId/pay`. */
  path: string;
  serve: Serve;
}

const VALUE = "([A-Za-z0-9._~-]{1,64})";

/**
 * Finds the route of a path.
 *
 * @returns `known` tells whether the path is served under another method.
 */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; values: Record<string, string> } | { known: string[] } {
  const known: string[] = [];
  for (const route of routes) {
    const names: string[] = [];
    const pattern = route.path.replace(/:([A-Za-z]+)/g, (_, name: string) => {
      names.push(name);
      return VALUE;
    });
    const match = new RegExp(`^${pattern}$`).exec(path);
    if (!match) continue;
    if (route.method !== method) known.push(route.method);
    else return { route, values: Object.fromEntries(names.map((name, i) => [name, match[i + 1] ?? ""])) };
  }
  return { known };
}
