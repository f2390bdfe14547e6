"""Runs a training's program and hands the files of its output folder to the portal. Standard library only."""
import json
import os
import signal
import site
import subprocess
import sys

import portal_report


def main(words):
    output = os.environ["PORTAL_OUTPUT_DIR"]
    os.makedirs(output, exist_ok=True)
    if words[:1] == ["--words"]:
        with open(words[1], encoding="utf-8") as file:
            words = json.load(file)
    if words and words[0] == "--python":
        words = [sys.executable, "-u"] + words[1:]
    # Where the image is read-only pip installs here, and Python looks here only if the folder is there when it starts.
    os.makedirs(site.getusersitepackages(), exist_ok=True)
    child = subprocess.Popen(words)
    # Asked to stop: the program may finish what it does, and what it has written is still handed over.
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    code = child.wait()
    # Several nodes share the folder: the first one hands it over.
    if os.environ.get("PORTAL_NODE_RANK", "") in ("", "0"):
        keep(output)
    return code if code >= 0 else 128 - code


def keep(output):
    for folder, _, names in os.walk(output):
        for name in sorted(names):
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, output).replace(os.sep, "/")
            try:
                portal_report.artefact(path, relative)
            except Exception as error:  # The file stays in the project's storage; the run itself has not failed.
                print("portal: %s was not handed over: %s" % (relative, error), file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
