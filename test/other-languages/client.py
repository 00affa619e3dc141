"""A Muster client in Python's standard library and OpenSSL, written from the protocol's description alone.

Usage: client.py HOST-URL CATALOGUE APPLICATION PRODUCT REQUIRED MACHINES
Asks for so many machines, one after the other, and prints one line of JSON for each answer.
"""

import base64
import datetime
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import uuid

# The fixed head of an Ed25519 SubjectPublicKeyInfo (RFC 8410); the 32 bytes of the key follow.
SPKI_HEAD = bytes.fromhex("302a300506032b6570032100")


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify(token, jwk):
    """The claims of a JWS, once OpenSSL says that this key signed it."""
    head, payload, signature = token.strip().split(".")
    assert json.loads(decode(head))["alg"] == "EdDSA"
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, name) for name in ("key", "message", "signature")}
        contents = {
            "key": SPKI_HEAD + decode(jwk["x"]),
            "message": f"{head}.{payload}".encode(),
            "signature": decode(signature),
        }
        for name, content in contents.items():
            with open(paths[name], "wb") as file:
                file.write(content)
        subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths["key"], "-rawin",
             "-in", paths["message"], "-sigfile", paths["signature"]],
            check=True, capture_output=True,
        )
    return json.loads(decode(payload))


def ask(url, request):
    body = json.dumps(request).encode()
    call = urllib.request.Request(f"{url}/v1/activations", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(call, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def main(url, catalogue_file, application, product, required, machines):
    with open(catalogue_file, encoding="ascii") as file:
        catalogue = file.read()
    vendor_key = json.loads(decode(catalogue.split(".")[1]))["cnf"]["jwk"]
    verify(catalogue, vendor_key)
    for number in range(1, machines + 1):
        cmid = str(uuid.uuid4())
        nonce = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        name = f"py-{number}"
        status, answer = ask(url, {
            "version": 1, "application": application, "product": product, "cmid": cmid,
            "machine": {"name": name, "fingerprint": hashlib.sha256(name.encode()).hexdigest(), "virtual": True},
            "status": 2, "minutesLeft": 43200, "required": required,
            "time": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "nonce": nonce,
        })
        result = {"status": status, "code": answer["code"], "count": answer.get("count"), "leased": "lease" in answer}
        if "lease" in answer:
            license = verify(answer["hostLicense"], vendor_key)
            lease = verify(answer["lease"], license["cnf"]["jwk"])
            assert product in license["muster"]["products"]
            assert (lease["iss"], lease["sub"], lease["aud"]) == (license["sub"], cmid, product)
            assert lease["muster"]["nonce"] == nonce
            result["days"] = (lease["exp"] - lease["iat"]) / 86400
        print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:5], *map(int, sys.argv[5:7]))
