/** Server-sent events read from a fetch body, because EventSource cannot carry the token in a header. */

import { ApiError } from "./api.js";

/** @typedef {{name: string, data: string}} ServerEvent */

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {() => void} onBytes called for every piece that arrives, heartbeats included
 * @returns {AsyncGenerator<ServerEvent>} ends when the server closes; throws ApiError when the line breaks
 */
export async function* events(body, onBytes) {
  const reader = body.getReader();
  const decoder = new TextDecoder(); // keeps half a character for the next piece
  let rest = "";
  let name = "message";
  /** @type {string[]} */
  let data = [];
  for (;;) {
    const { value, done } = await reader.read().catch((error) => {
      throw new ApiError(0, String(error));
    });
    if (done) return;
    onBytes();
    rest += decoder.decode(value, { stream: true });
    // A CR at the very end may be half of a CRLF: it waits for the next piece.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length) yield { name, data: data.join("\n") };
        name = "message";
        data = [];
        continue;
      }
      const [, field, content] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (field === "event") name = content;
      if (field === "data") data.push(content);
    }
  }
}
