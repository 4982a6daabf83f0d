// ami-io, as its documentation uses it.
"use strict";
const AmiIo = require("ami-io");
const { asked, begin, end, event } = require(process.env.MEASURE);

const client = AmiIo.createClient({ port: asked.port, login: "bench", password: "secret" });
client.useLogger(new AmiIo.SilentLogger());
if (asked.case === "events") {
  if (asked.names && asked.names.length) {
    for (const name of asked.names) client.on(`rawEvent.${name}`, event);
  } else {
    client.on("event", event);
  }
}
client.on("connected", () => {
  begin(asked.case === "nothing" ? () => client.send(new AmiIo.Action.Ping(), end) : null);
});
client.connect();
