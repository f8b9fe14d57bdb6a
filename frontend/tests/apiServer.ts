import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { vi } from "vitest";

type Answering = (request: { readonly path: string; readonly body: unknown }, answer: ServerResponse) => void;

/** An HTTP server that the page's own code reaches by its relative addresses, as in a browser. */
export async function startApiServer(answering: Answering) {
  const server = createServer((request, answer) => {
    void bodyOf(request).then((body) => answering({ path: request.url ?? "", body }, answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const NodeRequest = globalThis.Request;
  class PageRequest extends NodeRequest {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(typeof input === "string" ? new URL(input, origin) : input, init);
    }
  }
  vi.stubGlobal("Request", PageRequest);
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("document", { cookie: "csrftoken=token" });
  return async () => {
    vi.unstubAllGlobals();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length > 0 ? JSON.parse(Buffer.concat(parts).toString()) : null;
}

export function answerJson(answer: ServerResponse, body: unknown, status = 200): void {
  answer.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}
