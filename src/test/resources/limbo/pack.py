#!/usr/bin/env python3
"""Packs limbo.json, as the x509-limbo tool writes it, into cases.jsonl.gz beside this file: pack.py LIMBO_JSON

Lines are certificates (DER in Base64, numbered from 0 in order of appearance) and cases, which name certificates by number. Kept is
every case of server validation, but of the 9,491 of bettertls::nameconstraints only every seventh. Descriptions and keys are left out.
"""
import base64
import gzip
import json
import os
import sys

SAMPLE = 7


def der(pem):
    return "".join(line for line in pem.splitlines() if not line.startswith("-"))


def kept(case):
    number = case["id"].removeprefix("bettertls::nameconstraints::tc")
    return case["validation_kind"] == "SERVER" and (not number.isdigit() or int(number) % SAMPLE == 0)


def main():
    numbers = {}
    lines = []

    def number(pem):
        if pem not in numbers:
            numbers[pem] = len(numbers)
            lines.append({"certificate": der(pem)})
        return numbers[pem]

    with open(sys.argv[1]) as file:
        cases = sorted(filter(kept, json.load(file)["testcases"]), key=lambda case: case["id"])
    for case in cases:
        name = case["expected_peer_name"]
        lines.append({
            "id": case["id"], "expected": case["expected_result"], "time": case["validation_time"], "name": name and name["value"],
            "leaf": number(case["peer_certificate"]), "pool": [number(pem) for pem in case["untrusted_intermediates"]],
            "anchors": [number(pem) for pem in case["trusted_certs"]]})
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.jsonl.gz")
    with open(target, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as file:
        file.write("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode())
    print(f"{len(cases)} cases, {len(numbers)} certificates, {os.path.getsize(target)} bytes")


main()
