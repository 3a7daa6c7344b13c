"""Reads and writes safetensors files with Python's standard library, a piece at a time."""

import contextlib
import dataclasses
import json
import os
import struct

CHUNK_BYTES = 8 << 20
MAX_HEADER_BYTES = 100 << 20
WIDTHS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1,
          "BOOL": 1}


@dataclasses.dataclass
class Tensor:
    name: str
    dtype: str
    shape: tuple
    byte_count: int
    start: int = 0  # place in the file


class SafetensorsFile(contextlib.AbstractContextManager):
    """An open file: `tensors` by name, and their bytes. ValueError, without the file's name, when
    its header does not fit the file."""

    def __init__(self, path):
        self.file = open(path, "rb")
        try:
            self.tensors = self._header(os.fstat(self.file.fileno()).st_size)
        except BaseException:
            self.file.close()
            raise

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.file.close()

    def _header(self, size):
        head = self.file.read(8)
        length = struct.unpack("<Q", head)[0] if len(head) == 8 else MAX_HEADER_BYTES
        if length > min(size - 8, MAX_HEADER_BYTES):
            raise ValueError(f"its header does not fit into its {size} bytes")
        try:
            entries = json.loads(self.file.read(length))
            entries.pop("__metadata__", None)
            tensors = {}
            for name, entry in entries.items():
                begin, end = entry["data_offsets"]
                count = WIDTHS[entry["dtype"]]
                for side in entry["shape"]:
                    count *= side
                if min(begin, count, *entry["shape"]) < 0 or end - begin != count or \
                        8 + length + end > size:
                    raise ValueError(f"{name} has offsets {begin} to {end}, expected {count} "
                                     f"bytes within the file")
                tensors[name] = Tensor(name, entry["dtype"], tuple(entry["shape"]), count,
                                       8 + length + begin)
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
            raise ValueError(f"its header is broken ({type(error).__name__}: {error})") from error
        return tensors

    def chunks(self, tensor):
        """The tensor's bytes in pieces of at most CHUNK_BYTES."""
        self.file.seek(tensor.start)
        left = tensor.byte_count
        while left:
            data = self.file.read(min(left, CHUNK_BYTES))
            if not data:
                raise ValueError(f"it ends within {tensor.name}")
            left -= len(data)
            yield data


def write_safetensors(path, tensors):
    """Writes `tensors`: (name, dtype, shape, byte count, iterable of bytes), in this order."""
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, dtype, shape, byte_count, _ in tensors:
        header[name] = {"dtype": dtype, "shape": list(shape),
                        "data_offsets": [offset, offset + byte_count]}
        offset += byte_count
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for name, _, _, byte_count, chunks in tensors:
            written = sum(out.write(chunk) for chunk in chunks)
            if written != byte_count:
                raise ValueError(f"{name} gave {written} bytes, expected {byte_count}")
        out.flush()
        os.fsync(out.fileno())
