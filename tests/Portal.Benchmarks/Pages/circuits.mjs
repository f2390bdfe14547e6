// Opens Blazor circuits as a signed-in browser does and keeps them until standard input ends.
//   node circuits.mjs ADDRESS PATH COUNT   with the Cookie header in the environment variable COOKIE
// Prints "open N" once all are drawn and quiet, then answers each line with "alive", or says which error ended a circuit.
import { createRequire } from 'node:module';
import readline from 'node:readline';

const require = createRequire(process.env.PACKAGES + '/');
const { HubConnectionBuilder, HttpTransportType, LogLevel } = require('@microsoft/signalr');
const { MessagePackHubProtocol } = require('@microsoft/signalr-protocol-msgpack');

// Blazor's protocol is MessagePack under a name of its own.
class BlazorPack extends MessagePackHubProtocol {
  constructor() { super(); Object.defineProperty(this, 'name', { value: 'blazorpack' }); }
}

const [address, path, count] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const headers = { Cookie: process.env.COOKIE, Origin: address, Accept: 'text/html' };
let batches = 0;
let trouble = null;

async function open() {
  const html = await (await fetch(address + path, { headers })).text();
  const markers = [...html.matchAll(/<!--Blazor:(\{.*?\})-->/g)].map(m => JSON.parse(m[1])).filter(m => m.type);
  const state = (html.match(/<!--Blazor-Server-Component-State:(.*?)-->/) ?? [])[1] ?? '';
  if (markers.length === 0) throw new Error(`no interactive component on ${path}`);
  const connection = new HubConnectionBuilder()
    .withUrl(address + '/_blazor', { skipNegotiation: true, transport: HttpTransportType.WebSockets, headers })
    .withHubProtocol(new BlazorPack()).configureLogging(LogLevel.None).build();
  connection.on('JS.RenderBatch', id => { batches++; connection.send('OnRenderCompleted', id, null).catch(() => {}); });
  connection.on('JS.BeginInvokeJS', handle => {
    if (handle) connection.send('EndInvokeJSFromDotNet', handle, true, `[${handle},true,null]`).catch(() => {});
  });
  connection.on('JS.Error', error => { trouble ??= error; });
  connection.onclose(error => { trouble ??= `closed: ${error}`; });
  for (const name of ['JS.AttachComponent', 'JS.EndInvokeDotNet', 'JS.EndUpdateRootComponents', 'JS.BeginTransmitStream', 'JS.ReceiveByteArray'])
    connection.on(name, () => {});
  await connection.start();
  if (!await connection.invoke('StartCircuit', address + '/', address + path, '[]', '')) throw new Error('no circuit');
  await connection.send('UpdateRootComponents', JSON.stringify({
    batchId: 1, operations: markers.map((marker, i) => ({ type: 'add', ssrComponentId: i + 1, marker })),
  }), state);
}

for (let i = 0; i < count; i += 10)
  await Promise.all(Array.from({ length: Math.min(10, count - i) }, open));
// Quiet when no batch has come for a second.
for (let before = -1; before !== batches; ) { before = batches; await new Promise(r => setTimeout(r, 1000)); }
console.log(trouble ?? `open ${count}`);
readline.createInterface({ input: process.stdin }).on('line', () => console.log(trouble ?? 'alive')).on('close', () => process.exit(0));
