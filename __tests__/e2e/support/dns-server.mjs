// A DNS server that knows one name. Usage: dns-server.mjs ADDRESS NAME ANSWER
// It answers NAME with the IPv4 address ANSWER, and every other name with "no such name".
import { createSocket } from "node:dgram";

const [address, known, answer] = process.argv.slice(2);
const headerBytes = 12;
const typeAddress = 1;

const socket = createSocket("udp4");
socket.on("message", (query, client) => {
  const { name, type, end } = readQuestion(query);
  const found = name === known;
  const record = found && type === typeAddress ? renderRecord() : Buffer.alloc(0);
  const reply = Buffer.concat([query.subarray(0, end), record]);
  // An answer, authoritative, recursion as asked for; NXDOMAIN is code 3 (RFC 1035, 4.1.1).
  reply.writeUInt16BE(0x8480 | (query.readUInt16BE(2) & 0x0100) | (found ? 0 : 3), 2);
  reply.writeUInt16BE(1, 4);
  reply.writeUInt16BE(record.length > 0 ? 1 : 0, 6);
  reply.writeUInt32BE(0, 8);
  socket.send(reply, client.port, client.address);
});
socket.bind(53, address, () => console.log("listening"));

function readQuestion(query) {
  const labels = [];
  let place = headerBytes;
  while (query[place] > 0) {
    labels.push(query.toString("latin1", place + 1, place + 1 + query[place]));
    place += 1 + query[place];
  }
  return { name: labels.join("."), type: query.readUInt16BE(place + 1), end: place + 5 };
}

/** The question's name by reference, type A, class IN, not to be kept. */
function renderRecord() {
  const record = Buffer.from([0xc0, headerBytes, 0, typeAddress, 0, 1, 0, 0, 0, 0, 0, 4]);
  return Buffer.concat([record, Buffer.from(answer.split(".").map(Number))]);
}
