"""Tensors of torch's pickled files (`torch.save`), without torch and without running what the
pickle asks for: only the names that a list of tensors needs are let in.

Both formats are read: the zip archive of torch 1.6 and later, and the plain one before it. Nothing
but the pickle itself is held in memory; a tensor's bytes are read when they are asked for.
"""

import array
import collections
import contextlib
import dataclasses
import io
import pickle
import struct
import zipfile

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
# A state dict's pickle has about 150 bytes a tensor; this is some 400,000 tensors.
MAX_PICKLE_BYTES = 64 << 20
# A tensor may repeat numbers of its storage, but not so as to fill the memory.
MAX_REPEATED_NUMBERS = 1 << 24
CHUNK_BYTES = 8 << 20

# Storage class of torch: (safetensors' name of the number type, bytes of one).
STORAGES = {
    "DoubleStorage": ("F64", 8), "FloatStorage": ("F32", 4), "HalfStorage": ("F16", 2),
    "BFloat16Storage": ("BF16", 2), "LongStorage": ("I64", 8), "IntStorage": ("I32", 4),
    "ShortStorage": ("I16", 2), "CharStorage": ("I8", 1), "ByteStorage": ("U8", 1),
    "BoolStorage": ("BOOL", 1),
}


class Malformed(ValueError):
    """The file is no list of tensors as torch saves it; the message lacks the file's name."""


@dataclasses.dataclass
class Storage:
    """Numbers that lie in the file in one piece."""
    key: str
    dtype: str
    width: int
    count: int
    start: int = 0  # place in the file, legacy format only


@dataclasses.dataclass
class Tensor:
    storage: Storage
    offset: int  # in numbers
    shape: tuple
    stride: tuple
    name: str = ""

    @property
    def dtype(self):
        return self.storage.dtype

    @property
    def count(self):
        product = 1
        for side in self.shape:
            product *= side
        return product

    @property
    def byte_count(self):
        return self.count * self.storage.width

    def is_contiguous(self):
        step = 1
        for side, stride in zip(reversed(self.shape), reversed(self.stride)):
            if side != 1 and stride != step:
                return False
            step *= side
        return True


def _is_size(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62


def _rebuild_tensor(storage, offset, shape, stride, *_):
    if not isinstance(storage, Storage) or not _is_size(offset) or \
            not all(isinstance(sides, tuple) and all(map(_is_size, sides))
                    for sides in (shape, stride)) or len(shape) != len(stride):
        raise Malformed("a tensor of it is described in a way that torch does not")
    tensor = Tensor(storage, offset, shape, stride)
    last = offset + sum((side - 1) * step for side, step in zip(shape, stride))
    if tensor.count and last >= storage.count:
        raise Malformed(f"a tensor reaches number {last} of a storage of {storage.count}")
    if tensor.count > max(storage.count, MAX_REPEATED_NUMBERS):
        raise Malformed(f"a tensor repeats {storage.count} numbers up to {tensor.count}")
    return tensor


class _Unpickler(pickle._Unpickler):
    """Builds dictionaries of Tensor and nothing else.

    Python's own unpickler rather than C's, which makes room for whatever memo number it is told.
    """

    ALLOWED = {
        ("collections", "OrderedDict"): collections.OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
        ("torch._utils", "_rebuild_parameter"): lambda tensor, *_: tensor,
        **{("torch", name): name for name in STORAGES},
    }

    def __init__(self, stream, storages):
        super().__init__(stream)
        self.storages = storages

    def find_class(self, module, name):
        if (module, name) not in self.ALLOWED:
            raise Malformed(f"its pickle wants {module}.{name}, which no list of tensors needs; "
                            "nothing of it was run")
        return self.ALLOWED[module, name]

    def persistent_load(self, pid):
        if not isinstance(pid, tuple) or len(pid) < 5 or pid[0] != "storage" or \
                not isinstance(pid[1], str) or not isinstance(pid[2], str) or \
                not _is_size(pid[4]) or any(view is not None for view in pid[5:]):
            raise Malformed("it refers to something other than a storage of numbers")
        kind, key, count = pid[1], pid[2], pid[4]
        storage = self.storages.setdefault(key, Storage(key, *STORAGES[kind], count))
        if (storage.dtype, storage.count) != (STORAGES[kind][0], count):
            raise Malformed(f"storage {key} is described twice, differently")
        return storage


def _load(stream, storages):
    try:
        return _Unpickler(stream, storages).load()
    except Malformed:
        raise
    # A broken pickle raises whatever the opcode at that place trips over.
    except Exception as error:
        raise Malformed(f"its pickle is broken ({type(error).__name__}: {error})") from error


def _named_tensors(loaded):
    """{name: Tensor} of what was unpickled."""
    if not isinstance(loaded, dict):
        raise Malformed(f"it holds a {type(loaded).__name__}, expected tensors by name")
    named = {}
    for name, tensor in loaded.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise Malformed(f"its entry {str(name)[:80]!r} is a {type(tensor).__name__}, "
                            "expected a tensor")
        tensor = dataclasses.replace(tensor, name=name)
        named[name] = tensor
    return named


class TorchFile(contextlib.AbstractContextManager):
    """An open file of torch's: `tensors` by name, and their bytes."""

    def __init__(self, path):
        self.file = open(path, "rb")
        self.archive = None
        try:
            if self.file.read(4) == b"PK\x03\x04":
                self._open_archive()
            else:
                self._open_legacy()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.archive:
            self.archive.close()
        self.file.close()

    def _open_archive(self):
        try:
            self.archive = zipfile.ZipFile(self.file)
        except zipfile.BadZipFile as error:
            raise Malformed(f"its zip archive is broken ({error})") from error
        pickles = [name for name in self.archive.namelist() if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise Malformed(f"it has {len(pickles)} members data.pkl, expected one")
        self.prefix = pickles[0].removesuffix("data.pkl")
        order = self.prefix + "byteorder"
        if order in self.archive.namelist() and self.archive.read(order) != b"little":
            raise Malformed("its numbers are big-endian, expected little-endian")
        if self.archive.getinfo(pickles[0]).file_size > MAX_PICKLE_BYTES:
            raise Malformed(f"its pickle is longer than {MAX_PICKLE_BYTES} bytes")
        storages = {}
        try:
            stream = io.BytesIO(self.archive.read(pickles[0]))
        except (zipfile.BadZipFile, EOFError) as error:
            raise Malformed(f"its pickle is broken ({error})") from error
        self.tensors = _named_tensors(_load(stream, storages))
        for storage in storages.values():
            try:
                size = self.archive.getinfo(f"{self.prefix}data/{storage.key}").file_size
            except KeyError:
                raise Malformed(f"the numbers of storage {storage.key} are missing") from None
            if size != storage.count * storage.width:
                raise Malformed(f"storage {storage.key} has {size} bytes, expected "
                                f"{storage.count * storage.width}")

    def _open_legacy(self):
        self.file.seek(0)
        storages = {}
        magic = _load(self.file, storages)
        if not isinstance(magic, int) or magic != LEGACY_MAGIC:
            raise Malformed("it is no file of torch.save")
        _load(self.file, storages)  # protocol version
        machine = _load(self.file, storages)
        if isinstance(machine, dict) and machine.get("little_endian") is False:
            raise Malformed("its numbers are big-endian, expected little-endian")
        self.tensors = _named_tensors(_load(self.file, storages))
        keys = _load(self.file, storages)
        if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(storages):
            raise Malformed("its list of storages does not match its tensors")
        place = self.file.tell()
        end = self.file.seek(0, io.SEEK_END)
        for key in keys:
            storage = storages[key]
            self.file.seek(place)
            head = self.file.read(8)
            if len(head) != 8 or struct.unpack("<q", head)[0] != storage.count:
                raise Malformed(f"storage {key} does not hold the {storage.count} numbers that "
                                "it should")
            storage.start = place + 8
            place = storage.start + storage.count * storage.width
            if place > end:
                raise Malformed(f"it ends within storage {key}")

    def _read(self, stream, count):
        data = stream.read(count)
        if len(data) != count:
            raise Malformed("it ends within its numbers")
        return data

    def chunks(self, tensor):
        """The tensor's numbers in row-major order, in pieces of at most CHUNK_BYTES unless its
        numbers lie strided in the file."""
        storage = tensor.storage
        try:
            if self.archive:
                stream = self.archive.open(f"{self.prefix}data/{storage.key}")
                start = 0
            else:
                stream, start = self.file, storage.start
            if not tensor.count:
                return
            if not tensor.is_contiguous():
                stream.seek(start)
                yield _gathered(self._read(stream, storage.count * storage.width), tensor)
                return
            stream.seek(start + tensor.offset * storage.width)
            left = tensor.byte_count
            while left:
                data = self._read(stream, min(left, CHUNK_BYTES))
                left -= len(data)
                yield data
        except (zipfile.BadZipFile, EOFError) as error:
            raise Malformed(f"the numbers of storage {storage.key} are broken ({error})") from error


def _gathered(data, tensor):
    """Row-major bytes of a tensor whose numbers lie apart in `data`."""
    numbers = array.array({1: "B", 2: "H", 4: "I", 8: "Q"}[tensor.storage.width])
    numbers.frombytes(data)
    shape, stride = tensor.shape or (1,), tensor.stride or (1,)
    places = [tensor.offset]
    for side, step in zip(shape[:-1], stride[:-1]):
        places = [place + i * step for place in places for i in range(side)]
    out = array.array(numbers.typecode)
    side, step = shape[-1], stride[-1]
    for place in places:
        if step:
            out.extend(numbers[place:place + (side - 1) * step + 1:step])
        else:
            out.extend(numbers[place:place + 1] * side)
    return out.tobytes()
