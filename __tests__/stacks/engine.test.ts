import { canonicalEngine } from "../../stacks/engine";

it.each([
  ["unix:///run/docker.sock", "unix:///var/run/docker.sock"],
  ["unix:///run/docker.sock", "unix:///run//x/../docker.sock"],
  ["ssh://a.cern.ch", "ssh://a.cern.ch:22"],
  ["ssh://a.cern.ch", "ssh://A.CERN.ch"],
  ["ssh://root@a.cern.ch:022", "ssh://root@A.cern.ch"],
  ["ssh://[2001:DB8::1]", "ssh://[2001:db8::1]:22"],
])("%s is %s", (one, other) => expect(canonicalEngine(one)).toBe(canonicalEngine(other)));

it.each([
  ["unix:///run/docker.sock", "unix:///srv/docker.sock"],
  ["unix:///run/docker.sock", "unix:///var/runs/docker.sock"],
  ["unix:///run/A", "unix:///run/a"],
  ["ssh://a.cern.ch", "ssh://b.cern.ch"],
  ["ssh://a.cern.ch", "ssh://a.cern.ch:2222"],
  // Each account may have an engine of its own; and names of accounts have both cases.
  ["ssh://root@a.cern.ch", "ssh://alice@a.cern.ch"],
  ["ssh://alice@a.cern.ch", "ssh://Alice@a.cern.ch"],
  ["ssh://[2001:db8::1]", "ssh://[2001:db8::2]"],
])("%s is not %s", (one, other) => expect(canonicalEngine(one)).not.toBe(canonicalEngine(other)));

it("leaves what is neither as it is", () => expect(canonicalEngine("x")).toBe("x"));
