"""Reports to the portal what a run has learned, by MLflow's tracking REST calls. Standard library only.

A program that uses the mlflow package needs none of this: the same addresses and token are in its environment.
"""
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

_BASE = os.environ.get("MLFLOW_TRACKING_URI", "").rstrip("/")
_TOKEN = os.environ.get("MLFLOW_TRACKING_TOKEN", "")
_RUN = os.environ.get("MLFLOW_RUN_ID", "")
_ATTEMPTS = 5


def metric(key, value, step=0):
    """One value of a metric at a step."""
    metrics([(key, value, step)])


def metrics(points):
    """Many values in one call: (key, value, step) each, at most 1000."""
    now = int(time.time() * 1000)
    _post("runs/log-batch", {"run_id": _RUN, "metrics": [
        {"key": key, "value": _number(value), "timestamp": now, "step": int(step)} for key, value, step in points]})


def parameter(key, value):
    """A setting of the run; written once."""
    _post("runs/log-parameter", {"run_id": _RUN, "key": key, "value": str(value)})


def artefact(path, name=None):
    """Keeps a file; it can be downloaded from the run's page."""
    name = urllib.parse.quote(name or os.path.basename(path))
    with open(path, "rb") as file:
        _send("PUT", "/api/2.0/mlflow-artifacts/artifacts/" + name, file, "application/octet-stream", os.path.getsize(path))


def _number(value):
    value = float(value)
    if value != value:
        return "NaN"
    return {float("inf"): "Infinity", float("-inf"): "-Infinity"}.get(value, value)


def _post(call, body):
    data = json.dumps(body).encode()
    _send("POST", "/api/2.0/mlflow/" + call, data, "application/json", len(data))


def _send(method, path, data, content_type, length):
    if not _BASE:
        return
    headers = {"Authorization": "Bearer " + _TOKEN, "Content-Type": content_type, "Content-Length": str(length)}
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            if hasattr(data, "seek"):
                data.seek(0)
            request = urllib.request.Request(_BASE + path, data=data, method=method, headers=headers)
            with urllib.request.urlopen(request, timeout=60) as response:
                response.read()
            return
        except urllib.error.HTTPError as error:
            # The portal understood and refused: trying again will not help, but a busy one will recover.
            if error.code < 500 and error.code != 429 or attempt == _ATTEMPTS:
                raise RuntimeError("the portal refused %s: %s %s" % (path, error.code, error.read()[:300])) from None
        except OSError:
            if attempt == _ATTEMPTS:
                raise
        time.sleep(2 ** attempt / 2)
