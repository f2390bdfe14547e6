// The journey of a JavaScript client through a cluster: informer, server-side apply, watch, logs, exec and port-forward.
// Run by ClientNodeTests with CLIENT_NODE (where the package is) and KUBECONFIG; prints a line a step, ends with "done".
import assert from 'node:assert/strict';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

const k8s = await import(`${process.env.CLIENT_NODE}/node_modules/@kubernetes/client-node/dist/index.js`);
const config = new k8s.KubeConfig();
config.loadFromDefault();
const core = config.makeApiClient(k8s.CoreV1Api);
const objects = k8s.KubernetesObjectApi.makeApiClient(config);
const namespace = 'team';

async function until(condition, what) {
  for (let tries = 0; tries < 600; tries++) {
    if (await condition()) return;
    await pause(50);
  }
  throw new Error(`never: ${what}`);
}

async function read(stream, enough) {
  let text = '';
  stream.on('data', (part) => { text += part; });
  await until(() => enough(text), `enough output, but: ${text}`);
  return text;
}

// An informer sees what is there, what is added, changed and deleted, each once.
const seen = [];
const informer = k8s.makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, () => core.listNamespacedConfigMap({ namespace }));
for (const verb of ['add', 'update', 'delete']) informer.on(verb, (item) => seen.push(`${verb} ${item.metadata.name} ${item.data?.step}`));
informer.on('error', (error) => seen.push(`error ${error}`));
await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'before' }, data: { step: '0' } } });
await informer.start();
await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'during' }, data: { step: '1' } } });
await until(() => seen.includes('add during 1'), 'the addition');
const changed = await core.readNamespacedConfigMap({ name: 'during', namespace });
changed.data.step = '2';
await core.replaceNamespacedConfigMap({ name: 'during', namespace, body: changed });
await until(() => seen.includes('update during 2'), 'the change');
await core.deleteNamespacedConfigMap({ name: 'during', namespace });
await until(() => seen.includes('delete during 2'), 'the deletion');
assert.deepEqual(seen.filter((line) => line.includes('during')), ['add during 1', 'update during 2', 'delete during 2']);
assert.ok(seen.includes('add before 0'));
assert.equal(informer.list(namespace).length, informer.list().length);
await informer.stop();
console.log('informer');

// Two managers apply; the second meets a conflict, and takes the field only by force.
const applied = (value) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace }, data: { a: value } });
const apply = (value, manager, force) => objects.patch(applied(value), undefined, undefined, manager, force, k8s.PatchStrategy.ServerSideApply);
assert.equal((await apply('1', 'one', false)).data.a, '1');
await assert.rejects(apply('2', 'two', false), (error) => error.code === 409 && error.body.includes('conflict with \\"one\\"'));
assert.equal((await apply('2', 'two', true)).data.a, '2');
console.log('apply');

// A watch from a version gets what happened since; one from a version long gone ends with 410.
const since = (await core.listNamespacedConfigMap({ namespace })).metadata.resourceVersion;
await core.patchNamespacedConfigMap({ name: 'applied', namespace, body: [{ op: 'replace', path: '/data/a', value: '3' }] });
const events = [];
const stop = await new k8s.Watch(config).watch(`/api/v1/namespaces/${namespace}/configmaps`, { resourceVersion: since }, (type, item) => events.push(`${type} ${item.data.a}`), () => {});
await until(() => events.length > 0, 'the event');
stop.abort();
assert.deepEqual(events, ['MODIFIED 3']);
const gone = await new Promise((resolve, reject) => {
  new k8s.Watch(config).watch(`/api/v1/namespaces/${namespace}/configmaps`, { resourceVersion: '1' }, (type, item) => resolve(`${type} ${item.code}`), reject).catch(reject);
});
assert.equal(gone, 'ERROR 410');
console.log('watch');

// A pod that prints, answers on a port and lets programs in.
const server = 'import http.server,os\nprint("line 1");print("line 2")\n' +
  'class H(http.server.BaseHTTPRequestHandler):\n def do_GET(s):\n  s.send_response(200);s.send_header("Content-Length","12");s.end_headers();s.wfile.write(b"from the pod")\n' +
  'http.server.HTTPServer((os.environ["POD_IP"],8080),H).serve_forever()';
await core.createNamespacedPod({ namespace, body: { metadata: { name: 'server' }, spec: { terminationGracePeriodSeconds: 0, containers: [
  { name: 'main', image: 'localhost/python-sklearn:3', args: ['-c', server], readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 } }] } } });
await until(async () => (await core.readNamespacedPod({ name: 'server', namespace })).status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'), 'the pod is ready');

const log = new PassThrough();
const following = await new k8s.Log(config).log(namespace, 'server', 'main', log, { follow: true, tailLines: 10 });
assert.ok((await read(log, (text) => text.includes('line 2'))).startsWith('line 1\nline 2\n'));
following.abort();
console.log('logs');

const [output, errors] = [new PassThrough(), new PassThrough()];
const status = await new Promise((resolve, reject) => {
  new k8s.Exec(config).exec(namespace, 'server', 'main', ['sh', '-c', 'echo out; echo err >&2; exit 3'], output, errors, null, false, resolve).catch(reject);
});
assert.equal(status.status, 'Failure');
assert.equal(status.details.causes[0].message, '3');
assert.equal(output.read().toString(), 'out\n');
assert.equal(errors.read().toString(), 'err\n');
console.log('exec');

const forward = new k8s.PortForward(config);
const listener = net.createServer((socket) => { forward.portForward(namespace, 'server', [8080], socket, null, socket); });
await new Promise((resolve) => { listener.listen(0, '127.0.0.1', resolve); });
const answer = await fetch(`http://127.0.0.1:${listener.address().port}/`);
assert.equal(await answer.text(), 'from the pod');
listener.close();
console.log('port-forward');

console.log('done');
process.exit(0);
