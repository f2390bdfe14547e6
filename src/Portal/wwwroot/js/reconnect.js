const dialog = document.getElementById('components-reconnect-modal');

async function retry() {
  try {
    if (await Blazor.reconnect()) return;
    // The server is there and the circuit is gone: take up its kept state, or load the page anew.
    if (await Blazor.resumeCircuit()) dialog.close();
    else location.reload();
  } catch {
    document.addEventListener('visibilitychange', retryWhenSeen);
  }
}

async function retryWhenSeen() {
  if (document.visibilityState !== 'visible') return;
  document.removeEventListener('visibilitychange', retryWhenSeen);
  await retry();
}

dialog.addEventListener('components-reconnect-state-changed', event => {
  switch (event.detail.state) {
    case 'show': if (!dialog.open) dialog.showModal(); break;
    case 'hide': dialog.close(); break;
    case 'failed': document.addEventListener('visibilitychange', retryWhenSeen); break;
    case 'rejected': location.reload(); break;
  }
});
document.getElementById('reconnect-retry').addEventListener('click', retry);
document.getElementById('reconnect-resume').addEventListener('click', async () => {
  if (await Blazor.resumeCircuit()) dialog.close();
  else location.reload();
});
