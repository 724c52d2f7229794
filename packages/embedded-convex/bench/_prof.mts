import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import fs from "node:fs";
import { httpClients, measure, SyncClient } from "./load.ts";
import { runConvexCli } from "../test/support/launch.ts";
const target = {
  cloudUrl: "http://127.0.0.1:33310",
  siteUrl: "http://127.0.0.1:33311",
  adminKey: fs.readFileSync("/tmp/emb/key", "utf8").trim(),
};
await runConvexCli(target, ["deploy", "--typecheck", "disable", "--codegen", "disable"]);
const http = new ConvexHttpClient(target.cloudUrl, { logger: false });
const channel = await http.mutation(anyApi.messages!.createChannel!, { name: "bench" });
const pid = process.argv[2]!;
const cpu = () => {
  let out: any = {};
  for (const t of fs.readdirSync(`/proc/${pid}/task`)) {
    const s = fs.readFileSync(`/proc/${pid}/task/${t}/stat`, "utf8").split(") ")[1]!.split(" ");
    out[t] = (+s[11]! + +s[12]!) * 10;
  }
  return out;
};
const mode = process.argv[3];
for (let i = 0; i < 2; i++) {
  const a = cpu();
  const me = process.cpuUsage();
  let r: any;
  if (mode === "ws") {
    const cs = await Promise.all(Array.from({ length: 50 }, () => SyncClient.connect(target.cloudUrl)));
    r = await measure(
      cs.map((c) => () => c.mutation("messages:send", { channel, author: "b", body: "x".repeat(100) })),
      4000,
    );
    cs.forEach((c) => c.close());
  } else {
    const { requests, close } = httpClients(
      50,
      target.siteUrl,
      "/hook",
      JSON.stringify({ channel, body: "x".repeat(100) }),
    );
    r = await measure(requests, 4000);
    await close();
  }
  const b = cpu();
  const m2 = process.cpuUsage(me);
  const per: any = {};
  for (const k in b) {
    const d = b[k] - (a[k] ?? 0);
    if (d > 100) per[k] = +((d / r.completed) * 1000).toFixed(1);
  }
  console.log(
    r.perSecond,
    "p50",
    r.p50Ms,
    "cpu us/req per thread",
    per,
    "generator",
    ((m2.user + m2.system) / r.completed).toFixed(0),
  );
}
