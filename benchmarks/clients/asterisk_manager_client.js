// asterisk-manager, as its documentation uses it.
"use strict";
const AsteriskManager = require("asterisk-manager");
const { asked, begin, end, event } = require(process.env.MEASURE);

const ami = new AsteriskManager(null, "127.0.0.1", "bench", "secret", true);
if (asked.case === "events") {
  if (asked.names && asked.names.length) {
    for (const name of asked.names) ami.on(name.toLowerCase(), event);
  } else {
    ami.on("managerevent", event);
  }
}
ami.connect(asked.port, "127.0.0.1", () => {
  ami.login((error) => {
    if (error) throw error;
    begin(asked.case === "nothing" ? () => ami.action({ action: "ping" }, end) : null);
  });
});
