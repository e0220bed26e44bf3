import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSocketPath } from "../thrum/socket-path.js";

test("the path comes from two variables and the uid, and an empty variable is none", () => {
  const last = `/run/user/${process.getuid?.()}/hum/thrum.sock`;
  assert.equal(defaultSocketPath({ HUM_THRUM_SOCK: "/a", XDG_RUNTIME_DIR: "/x" }), "/a");
  assert.equal(defaultSocketPath({ HUM_THRUM_SOCK: "", XDG_RUNTIME_DIR: "/x" }), "/x/hum/thrum.sock");
  assert.equal(defaultSocketPath({ XDG_RUNTIME_DIR: "", HUM_SOCKET: "/no" }), last);
  assert.equal(defaultSocketPath({}), last);
});
