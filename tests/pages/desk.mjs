// A coordinator with the data of the demonstration, a phone that can seal more, and a network in between that can fall asleep.
import { execFile, spawn } from "node:child_process";
import { copyFile, readdir, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import readline from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Serves a folder: where phones and desk are, and how it ends. */
async function serve(kuager, data) {
  const served = spawn(kuager, ["serve", "--data", data, "--listen", "127.0.0.1:0", "--desk", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = {};
  for await (const line of readline.createInterface({ input: served.stdout })) {
    const [name, value] = line.split(/\s+/);
    said[name] = value;
    if (said.phones && said.desk) {
      break;
    }
  }
  served.stdout.resume();
  return { ...said, stop: () => served.kill("SIGKILL") };
}

/** A desk in front of a whole day that never happened, with incidents, late jumps and forged sums. */
export async function night(kuager, folder) {
  const data = path.join(folder, "night");
  await run(kuager, ["simulate", "--data", data, "--stations", "80", "--each", "2"], { maxBuffer: 1 << 24 });
  const { desk, stop } = await serve(kuager, data);
  return { desk: new URL(desk), stop };
}

/** Serves what `kuager demo` left in a folder. */
export async function start(kuager, phone, folder) {
  const data = path.join(folder, "data");
  const out = path.join(folder, "out");
  await run(kuager, ["demo", "--once", "--data", data, "--out", out], { maxBuffer: 1 << 24 });
  // Before anybody has it open, for whoever needs one of their own.
  await run("cp", ["-a", data, path.join(folder, "untouched")]);
  const said = await serve(kuager, data);
  const { stdout } = await run(kuager, ["invite", "--data", data, "--server", said.phones]);
  await writeFile(path.join(folder, "invite"), stdout.match(/KUAGER:INVITE\/\S+/)[0]);
  // test-phone takes the photo that lies beside its pack.
  const pack = path.join(folder, "pack.cbor");
  for (const [from, wanted, to] of [[path.join(data, "packs"), /\.cbor$/, pack], [path.join(out, "media"), /./, path.join(folder, "photo.jpg")]]) {
    const name = (await readdir(from)).sort().find((name) => wanted.test(name));
    await copyFile(path.join(from, name), to);
  }
  let sealed = 0;
  let copies = 0;
  const notes = [];
  let other;
  return {
    desk: new URL(said.desk),
    kuager,
    /** The desk of [night], begun when it is first asked for. */
    night() {
      other ??= night(kuager, folder);
      return other;
    },
    /** The notes that were delivered: their records, the photo of the first, and the photos that it was asked for again. */
    notes,
    /** Another coordinator with the data of the demonstration, for acts that change who may come in. */
    async copy() {
      copies += 1;
      const own = path.join(folder, `copy-${copies}`);
      await run("cp", ["-a", path.join(folder, "untouched"), own]);
      const served = await serve(kuager, own);
      return { data: own, desk: new URL(served.desk), kuager, stop: served.stop };
    },
    /** Seals one note more at STATION and delivers it. The first has a photo. */
    async note() {
      sealed += 1;
      const { stdout } = await run(phone, [path.join(folder, "phone"), path.join(folder, "invite"), pack, `${sealed}`, "60"]);
      if (!/^completed$/m.test(stdout)) {
        throw new Error(`the phone did not deliver: ${stdout}`);
      }
      const said = (what) => [...stdout.matchAll(new RegExp(`^${what} (\\S+)$`, "gm"))].map((found) => found[1]);
      notes.push({ record: said("sealed").at(-1), photo: said("saved").at(-1), asked: said("asked") });
      return notes.at(-1);
    },
    /** Serves a whole day that never happened, made with these options. */
    async whole(options) {
      const data = path.join(folder, "whole");
      await run(kuager, ["simulate", "--data", data, ...options], { maxBuffer: 1 << 24 });
      const { desk, stop } = await serve(kuager, data);
      return { data, folder, desk: new URL(desk), kuager: (...command) => run(kuager, [...command, "--data", data]), stop };
    },
    async stop() {
      said.stop();
      (await other)?.stop();
    },
  };
}

/** Where test-phone observes. */
export const STATION = "710000000-99";

/** Passes connections on until it falls silent: then those that are open pass nothing any more, and nobody is told. */
export async function relay(to) {
  const open = new Set();
  const server = net.createServer((near) => {
    const far = net.connect(Number(to.port), to.hostname);
    const pair = { near, far };
    open.add(pair);
    for (const [from, other] of [[near, far], [far, near]]) {
      from.pipe(other);
      from.on("error", () => {});
      from.on("close", () => other.destroy());
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: new URL(`http://127.0.0.1:${server.address().port}/`),
    silence() {
      for (const { near, far } of open) {
        near.unpipe(far);
        far.unpipe(near);
      }
    },
    stop() {
      server.close();
      for (const { near, far } of open) {
        near.destroy();
        far.destroy();
      }
    },
  };
}
