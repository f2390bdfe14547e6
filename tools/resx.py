#!/usr/bin/python3
"""Adds or replaces texts in a pair of resource files, keeping keys sorted.

    tools/resx.py Errors <<'TEXT'
    quota.exceeded | It asks for {requested} and {free} are free. | 申请 {requested} 个，目前空闲 {free} 个。
    TEXT

Each line: key | English | Simplified Chinese. A pair that does not exist yet is made.
"""
import pathlib, sys
import xml.etree.ElementTree as ET

HEAD = {"resmimetype": "text/microsoft-resx", "version": "2.0",
        "reader": "System.Resources.ResXResourceReader, System.Windows.Forms",
        "writer": "System.Resources.ResXResourceWriter, System.Windows.Forms"}
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "src/Portal/Resources"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def load(path):
    if not path.exists():
        return {}
    return {d.get("name"): d.findtext("value") or "" for d in ET.parse(path).getroot().findall("data")}


def save(path, texts):
    root = ET.Element("root")
    for name, value in HEAD.items():
        ET.SubElement(ET.SubElement(root, "resheader", name=name), "value").text = value
    for key in sorted(texts):
        ET.SubElement(ET.SubElement(root, "data", {"name": key, SPACE: "preserve"}), "value").text = texts[key]
    ET.indent(root)
    path.write_text('<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n", encoding="utf-8")


def main():
    name = sys.argv[1]
    paths = FOLDER / f"{name}.resx", FOLDER / f"{name}.zh-Hans.resx"
    english, chinese = map(load, paths)
    for line in sys.stdin:
        if not line.strip():
            continue
        parts = [p.strip() for p in line.split(" | ")]
        if len(parts) != 3:
            sys.exit(f"not 'key | English | Chinese': {line.strip()}")
        english[parts[0]], chinese[parts[0]] = parts[1:]
    save(paths[0], english)
    save(paths[1], chinese)


main()
