// What the clients for Node share: see measure.py, whose rules hold here too.
"use strict";
const fs = require("node:fs");
const net = require("node:net");

const asked = JSON.parse(process.argv[2]);
const measured = {};
let seen = 0;
let used;
let wall;

function peak() {
  const found = /^VmHWM:\s+(\d+)/m.exec(fs.readFileSync("/proc/self/status", "utf8"));
  return Number(found[1]);
}

function cpu() {
  const now = process.cpuUsage();
  return (now.user + now.system) / 1e6;
}

exports.asked = asked;

exports.begin = function (then) {
  const control = net.connect(asked.control, "127.0.0.1", () => {
    measured.before = peak();
    used = cpu();
    wall = process.hrtime.bigint();
    control.write("go\n");
  });
  control.once("data", () => {
    control.end();
    if (then) then();
  });
};

function end() {
  measured.cpu = cpu() - used;
  measured.wall = Number(process.hrtime.bigint() - wall) / 1e9;
  measured.peak = peak();
  const python = `Node ${process.versions.node}`;
  console.log(JSON.stringify({ ...measured, seen, python }));
  process.exit(0);
}

exports.end = end;

exports.event = function () {
  seen += 1;
  if (seen === asked.expected) end();
};
