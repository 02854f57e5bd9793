// Uploads a file with tus-js-client over a cable that is cut several times in the middle of a request, resumes, and asks
// for the receipt.
//
// usage: node upload.mjs URL FILE    (NODE_EXTRA_CA_CERTS names the coordinator's certificate authority)

import { createReadStream, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { strict as assert } from "node:assert";
import * as tus from "tus-js-client";

const [url, path] = process.argv.slice(2);
const size = statSync(path).size;
const { hostname, port, pathname } = new URL(url);
const token = pathname.slice(pathname.lastIndexOf("/") + 1);

const offset = async () => {
  const answer = await fetch(url, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } });
  assert.equal(answer.status, 200);
  return Number(answer.headers.get("Upload-Offset"));
};

// Leads to the coordinator and is torn after `bytes`.
const cable = (bytes) =>
  new Promise((resolve) => {
    let left = bytes;
    const server = createServer((near) => {
      const far = connect(Number(port), hostname);
      const tear = () => [near, far].forEach((end) => end.destroy());
      [near, far].forEach((end) => end.on("error", tear).on("close", tear));
      far.pipe(near);
      near.on("data", (data) => {
        left -= data.length;
        if (left < 0) { tear(); } else if (!far.write(data)) {
          near.pause();
          far.once("drain", () => near.resume());
        }
      });
    });
    server.listen(0, hostname, () => resolve(server));
  });

// One attempt over a cable that holds for `bytes`; says whether it came to its end.
const send = async (options, bytes) => {
  const server = await cable(bytes);
  const base = `https://${hostname}:${server.address().port}`;
  const done = await new Promise((resolve) => {
    const upload = new tus.Upload(createReadStream(path), {
      uploadSize: size,
      chunkSize: 16 * 1024 * 1024,
      retryDelays: null,
      ...options(base),
      onError: () => resolve(false),
      onSuccess: () => resolve(true),
    });
    upload.start();
  });
  server.close();
  return done;
};

const create = (base) => ({ endpoint: `${base}/v1/media`, metadata: { token } });
const resume = (base) => ({ uploadUrl: base + pathname });
let before = 0;
for (const [name, options] of [["created", create], ["resumed", resume], ["resumed", resume]]) {
  assert.equal(await send(options, size * 0.25), false);
  const at = await offset();
  assert(at > before && at < size, `${at} of ${size}`);
  before = at;
  console.log(`${name}; torn at ${at} of ${size}`);
}
// Creating again keeps what is there: the client is told where the upload is and goes on from there.
assert.equal(await send((base) => ({ ...create(base), retryDelays: [0, 0, 0] }), Infinity), true);
assert.equal(await offset(), size);
const receipt = await fetch(url);
assert.equal(receipt.status, 200);
assert.equal(receipt.headers.get("Content-Type"), 'application/cose; cose-type="cose-sign1"');
console.log(`tus-js-client: ${size} bytes are held, the receipt has ${(await receipt.arrayBuffer()).byteLength}`);
