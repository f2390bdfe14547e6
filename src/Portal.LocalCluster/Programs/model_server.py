"""Serves one scikit-learn model by the Open Inference Protocol v2, over HTTP.

The image localhost/sklearn-server:1 of the embedded cluster. The model is a joblib or pickle file, or a folder with one of
them; a file that cannot be loaded ends the program, so that the pod says why.
"""
import argparse
import json
import os
import pathlib
import pickle
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import joblib
import numpy
import sklearn

TYPES = {"BOOL": "bool", "INT8": "int8", "INT16": "int16", "INT32": "int32", "INT64": "int64", "UINT8": "uint8",
         "UINT16": "uint16", "UINT32": "uint32", "UINT64": "uint64", "FP16": "float16", "FP32": "float32", "FP64": "float64"}
NAMES = {name: kind for kind, name in TYPES.items()}
SUFFIXES = (".joblib", ".pkl", ".pickle")


class BadRequest(Exception):
    """What the client sent cannot be answered; its text says why."""


def load(place):
    path = pathlib.Path(place)
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)
        if len(files) != 1:
            raise SystemExit(f"{len(files)} model files with the endings {', '.join(SUFFIXES)} are in the model's folder; there has to be one")
        path = files[0]
    if path.suffix == ".joblib":
        return joblib.load(path)
    with path.open("rb") as file:
        return pickle.load(file)


def array(tensor):
    try:
        kind, shape, data = tensor["datatype"], tensor["shape"], tensor["data"]
        if kind not in TYPES:
            raise BadRequest(f"datatype {kind} is not supported")
        return numpy.asarray(data, dtype=TYPES[kind]).reshape(shape)
    except KeyError as missing:
        raise BadRequest(f"an input lacks {missing}") from missing
    except (TypeError, ValueError) as wrong:
        raise BadRequest(f"input {tensor.get('name', '')}: {wrong}") from wrong


def tensor(name, values):
    values = numpy.asarray(values)
    kind = NAMES.get(values.dtype.name, "BYTES")
    data = values if kind != "BYTES" else values.astype(str)
    return {"name": name, "datatype": kind, "shape": list(values.shape), "data": data.ravel().tolist()}


def infer(model, request):
    inputs = request.get("inputs") or []
    if len(inputs) != 1:
        raise BadRequest(f"the model takes one input, and {len(inputs)} were sent")
    asked = [output.get("name") for output in request.get("outputs") or []] or ["predict"]
    known = [name for name in ("predict", "predict_proba") if hasattr(model, name)]
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise BadRequest(f"there is no output {unknown[0]}; there are {', '.join(known)}")
    values = array(inputs[0])
    try:
        return [tensor(name, getattr(model, name)(values)) for name in asked]
    except ValueError as wrong:
        raise BadRequest(str(wrong)) from wrong


def handler(name, model):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.answer(*self.find())

        def do_POST(self):
            body = self.body()
            if self.path != f"/v2/models/{name}/infer":
                self.answer(404, {"error": f"there is no {self.path} here"})
                return
            try:
                request = json.loads(body)
                outputs = infer(model, request)
            except (BadRequest, json.JSONDecodeError, AttributeError) as wrong:
                self.answer(400, {"error": str(wrong)})
                return
            answer = {"model_name": name, "outputs": outputs}
            if request.get("id"):
                answer["id"] = request["id"]
            self.answer(200, answer)

        def body(self):
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            # Trailers, up to the empty line.
            while self.rfile.readline().strip():
                pass
            return b"".join(chunks)

        def find(self):
            inputs = getattr(model, "n_features_in_", -1)
            known = {
                "/v2": {"name": "sklearn-server", "version": sklearn.__version__, "extensions": []},
                "/v2/health/live": {"live": True},
                "/v2/health/ready": {"ready": True},
                f"/v2/models/{name}/ready": {"name": name, "ready": True},
                f"/v2/models/{name}": {
                    "name": name, "platform": "sklearn", "versions": [],
                    "inputs": [{"name": "input", "datatype": "FP64", "shape": [-1, int(inputs)]}],
                    "outputs": [{"name": "predict", "datatype": "FP64", "shape": [-1]}]},
            }
            return (200, known[self.path]) if self.path in known else (404, {"error": f"there is no {self.path} here"})

        def answer(self, code, body):
            data = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format, *args):
            if not self.path.startswith("/v2/health"):
                print(f"{self.command} {self.path} {args[1] if len(args) > 1 else ''}", flush=True)

    return Handler


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--model_name", default="model")
    options.add_argument("--model_dir", default="/mnt/models")
    options.add_argument("--http_port", type=int, default=8080)
    given = options.parse_args()
    model = load(given.model_dir)
    server = ThreadingHTTPServer((os.environ.get("POD_IP", "127.0.0.1"), given.http_port), handler(given.model_name, model))
    print(f"serves {given.model_name}, a {type(model).__name__}, on port {given.http_port}", flush=True)
    server.serve_forever()


main()
