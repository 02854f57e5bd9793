#!/usr/bin/env python3
"""Uploads a file with tuspy, breaks off several times, resumes, and asks for the receipt.

usage: tus_upload.py URL FILE    (REQUESTS_CA_BUNDLE names the coordinator's certificate authority)
"""

import os
import sys
import urllib.parse

import requests
from tusclient import client
from tusclient.exceptions import TusCommunicationError

CHUNK = 400_000


class Interrupted(Exception):
    """The network is gone."""


class Cable:
    """A file that can be read so far and no further: whoever reads on loses the connection in the middle of a request."""

    def __init__(self, file, until):
        self.file, self.until = file, until

    def __len__(self):
        return os.fstat(self.file.fileno()).st_size

    def seek(self, *place):
        return self.file.seek(*place)

    def tell(self):
        return self.file.tell()

    def read(self, size=-1):
        if self.until is not None and self.file.tell() + max(size, 0) > self.until:
            raise Interrupted
        return self.file.read(size)


def offset_of(url):
    answer = requests.head(url, headers={"Tus-Resumable": "1.0.0"}, timeout=10)
    answer.raise_for_status()
    return int(answer.headers["Upload-Offset"])


def main():
    url, path = sys.argv[1:]
    endpoint, token = url.rsplit("/", 1)
    size = os.path.getsize(path)
    tus = client.TusClient(endpoint)
    with open(path, "rb") as file:
        # Creation leads to the address that is known already. tuspy ends a request after each chunk.
        first = tus.uploader(file_stream=file, chunk_size=CHUNK, metadata={"token": token})
        first.upload_chunk()
        assert urllib.parse.urlsplit(first.url).path == urllib.parse.urlsplit(url).path, first.url
        print(f"created; broken off at {offset_of(url)} of {size}")
        # A client that knows nothing but the address asks how far it is and goes on.
        for until in (CHUNK * 2, CHUNK * 3 + 1):
            second = tus.uploader(file_stream=Cable(file, until), url=url, chunk_size=CHUNK)
            assert second.offset == offset_of(url)
            try:
                second.upload()
                raise AssertionError("the cable held")
            except (Interrupted, TusCommunicationError):
                print(f"resumed; broken off at {offset_of(url)} of {size}")
        tus.uploader(file_stream=file, url=url, chunk_size=CHUNK).upload()
    assert offset_of(url) == size
    receipt = requests.get(url, timeout=10)
    assert receipt.status_code == 200, receipt.status_code
    assert receipt.headers["Content-Type"] == 'application/cose; cose-type="cose-sign1"', receipt.headers
    print(f"tuspy: {size} bytes are held, the receipt has {len(receipt.content)}")


main()
