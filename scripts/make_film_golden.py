#!/usr/bin/env python3
"""Make small drawn DICOM films in every transfer syntax, and record what other decoders read in them.

  scripts/make_film_golden.py tests/golden/films [--real ../shared/data/dicom]

For tests/image. Encoders: DCMTK's tools, pydicom with OpenJPEG, OpenJPH (ojph_compress). Decoders
that have to agree before anything is recorded: pydicom (with pylibjpeg) and GDCM, and, where the
syntax is lossless, the drawing itself. Debian packages: dcmtk, openjph-tools; the Python packages
come into a venv under .deps that the script makes itself. With --real also one SHA-256 of each real
film's stored values, spread to other depths; no real film is stored.
"""

import argparse
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import pinned_python

PACKAGES = ["pydicom==3.0.1", "numpy==2.2.6", "pylibjpeg==2.1.0", "pylibjpeg-libjpeg==2.3.0",
            "pylibjpeg-openjpeg==2.5.0", "python-gdcm==3.0.26"]
ROWS, COLUMNS = 33, 36  # OpenJPEG wants 32; even columns for YBR_FULL_422
UIDS = {"implicit": "1.2.840.10008.1.2", "explicit": "1.2.840.10008.1.2.1",
        "deflated": "1.2.840.10008.1.2.1.99", "big-endian": "1.2.840.10008.1.2.2",
        "rle": "1.2.840.10008.1.2.5", "jpeg-baseline": "1.2.840.10008.1.2.4.50",
        "jpeg-extended": "1.2.840.10008.1.2.4.51", "jpeg-lossless": "1.2.840.10008.1.2.4.57",
        "jpeg-lossless-sv1": "1.2.840.10008.1.2.4.70", "jpeg-ls": "1.2.840.10008.1.2.4.80",
        "jpeg-ls-near": "1.2.840.10008.1.2.4.81", "jpeg2000-lossless": "1.2.840.10008.1.2.4.90",
        "jpeg2000": "1.2.840.10008.1.2.4.91", "htj2k-lossless": "1.2.840.10008.1.2.4.201",
        "htj2k-lossless-rpcl": "1.2.840.10008.1.2.4.202", "htj2k": "1.2.840.10008.1.2.4.203"}
LOSSY = {"jpeg-baseline", "jpeg-extended", "jpeg-ls-near", "jpeg2000", "htj2k"}
TOOLS = {"implicit": ["dcmconv", "+ti"], "explicit": ["dcmconv", "+te"],
         "deflated": ["dcmconv", "+td"], "big-endian": ["dcmconv", "+tb"],
         "rle": ["dcmcrle"], "jpeg-baseline": ["dcmcjpeg", "+eb", "+q", "95", "+un"],
         "jpeg-extended": ["dcmcjpeg", "+ee", "+q", "95", "+un"],
         "jpeg-lossless": ["dcmcjpeg", "+el"], "jpeg-lossless-sv1": ["dcmcjpeg", "+e1"],
         "jpeg-ls": ["dcmcjpls", "+el"], "jpeg-ls-near": ["dcmcjpls", "+en", "+md", "2", "+un"]}


def enter_venv():
    """Start again in the environment with the pinned packages."""
    pinned_python.enter(pinned_python.DEPS / "venv-films", PACKAGES)


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")


def draw(bits, signed=False, channels=1):
    """A ramp over the whole range with a fine pattern; the channels of colour differ slightly."""
    import numpy

    y, x = numpy.mgrid[0:ROWS, 0:COLUMNS]
    ramp = (y * COLUMNS + x) * ((1 << bits) - 1) // (ROWS * COLUMNS - 1)
    planes = [numpy.clip(ramp + ((x * 5 + y * 3 + 7 * c) % 3) - 1, 0, (1 << bits) - 1)
              for c in range(channels)]
    values = planes[0] if channels == 1 else numpy.stack(planes, axis=-1)
    return values - (1 << (bits - 1)) if signed else values


def data_set(values, bits, signed, photometric, **tags):
    import numpy
    import pydicom

    ds = pydicom.Dataset()
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UIDS["explicit"]
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = "1.2.3.4.5"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.Modality = "1.2.3.4", "1.2.3.4.1", "DX"
    ds.Rows, ds.Columns = values.shape[:2]
    ds.SamplesPerPixel = 1 if values.ndim == 2 else 3
    ds.PhotometricInterpretation = photometric
    if values.ndim == 3:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated = 8 if bits <= 8 else 16
    ds.BitsStored, ds.HighBit, ds.PixelRepresentation = bits, bits - 1, int(signed)
    words = numpy.asarray(values & ((1 << bits) - 1)).astype(f"<u{ds.BitsAllocated // 8}")
    ds.PixelData = words.tobytes()
    for name, value in tags.items():
        setattr(ds, name, value)
    return ds


def save(ds, path):
    import pydicom

    pydicom.dcmwrite(path, ds, enforce_file_format=True)


def compress_htj2k(ds, values, syntax, folder):
    """The stream of OpenJPH as the only fragment behind an empty offset table."""
    import pydicom

    netpbm = folder / ("in.pgm" if values.ndim == 2 else "in.ppm")
    magic = b"P5" if values.ndim == 2 else b"P6"
    samples = values.astype(">u2" if ds.BitsStored > 8 else "u1").tobytes()
    netpbm.write_bytes(magic + f"\n{COLUMNS} {ROWS}\n{(1 << ds.BitsStored) - 1}\n".encode()
                       + samples)
    quality = ["-qstep", "0.002"] if syntax == "htj2k" else ["-reversible", "true"]
    order = ["-prog_order", "RPCL"] if syntax.endswith("rpcl") else []
    run("ojph_compress", "-i", netpbm, "-o", folder / "out.j2c", *quality, *order,
        "-num_decomps", "3")
    ds.PixelData = pydicom.encaps.encapsulate([(folder / "out.j2c").read_bytes()], has_bot=False)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    ds.file_meta.TransferSyntaxUID = UIDS[syntax]


def write_film(ds, values, syntax, path, options=()):
    import numpy

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if syntax.startswith("htj2k"):
            compress_htj2k(ds, values, syntax, folder)
            save(ds, path)
        elif syntax.startswith("jpeg2000"):
            lossy = {"j2k_cr": [4]} if syntax == "jpeg2000" else {}
            stored = values.astype(f"{'i' if ds.PixelRepresentation else 'u'}"
                                   f"{ds.BitsAllocated // 8}")
            if values.ndim == 3:
                ds.PhotometricInterpretation = "YBR_ICT" if lossy else "YBR_RCT"
            ds.compress(UIDS[syntax], numpy.ascontiguousarray(stored), generate_instance_uid=False,
                        **lossy)
            save(ds, path)
        else:
            save(ds, folder / "raw.dcm")
            run(*TOOLS[syntax], *options, folder / "raw.dcm", path)


def by_pydicom(path):
    """Stored values; colour as RGB."""
    import pydicom
    from pydicom.pixels import pixel_array

    ds = pydicom.dcmread(path)
    values = pixel_array(ds, raw=False).astype("int64")
    return cut(values, ds.BitsStored, ds.PixelRepresentation)


def cut(values, bits, signed):
    """PS3.5 8.1.1: the stored bits alone, the highest of them the sign."""
    sign = (1 << (bits - 1)) if signed else 0
    return ((values & ((1 << bits) - 1)) ^ sign) - sign


def by_gdcm(path):
    """Stored values, or None where GDCM cannot tell: HTJ2K."""
    import gdcm
    import numpy

    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    if not reader.Read():
        return None
    image = reader.GetImage()
    kind = image.GetPixelFormat()
    buffer = image.GetBuffer().encode("utf-8", "surrogateescape")
    sign = "i" if kind.GetPixelRepresentation() else "u"
    values = numpy.frombuffer(buffer, f"<{sign}{kind.GetBitsAllocated() // 8}")
    shape = (ROWS, COLUMNS) + ((3,) if kind.GetSamplesPerPixel() == 3 else ())
    if values.size != numpy.prod(shape):
        return None
    return cut(values.reshape(shape).astype("int64"), kind.GetBitsStored(),
               kind.GetPixelRepresentation())


def luminance(rgb):
    return (299 * rgb[..., 0] + 587 * rgb[..., 1] + 114 * rgb[..., 2] + 500) // 1000


def sha256(values):
    import numpy

    return hashlib.sha256(numpy.ascontiguousarray(values).astype("<i4").tobytes()).hexdigest()


def record(path, syntax, drawn, gdcm=True):
    """What the decoders read; ends the script where they differ on what has to be equal."""
    import numpy

    read = by_pydicom(path)
    other = by_gdcm(path) if gdcm else None
    if syntax in LOSSY:
        # Decoders of lossy streams may differ by rounding: libjpeg's is what DCMTK and GDCM use.
        if other is not None:
            if numpy.abs(other - read).max() > 2:
                sys.exit(f"{path}: pydicom and GDCM differ by {numpy.abs(other - read).max()}")
            read = other
    else:
        if not numpy.array_equal(read, drawn):
            sys.exit(f"{path}: pydicom reads other values than were drawn")
        if other is not None and not numpy.array_equal(other, drawn):
            sys.exit(f"{path}: GDCM reads other values than were drawn")
    return read, "pydicom, GDCM" if other is not None else "pydicom"


def grey_films(folder):
    for syntax in UIDS:
        depths = [(8, False), (10, False), (12, False), (14, False), (16, False), (12, True),
                  (16, True)]
        if syntax == "jpeg-baseline":
            depths = [(8, False)]
        elif syntax == "jpeg-extended":
            depths = [(12, False)]
        elif syntax.startswith("htj2k") or syntax == "jpeg-ls-near":
            depths = [depth for depth in depths if not depth[1]]
        for bits, signed in depths:
            for photometric in ["MONOCHROME1", "MONOCHROME2"]:
                name = f"{syntax}-{photometric[-1]}-{bits}{'s' if signed else ''}.dcm"
                drawn = draw(bits, signed)
                write_film(data_set(drawn, bits, signed, photometric), drawn, syntax,
                           folder / name)
                read, decoders = record(folder / name, syntax, drawn)
                yield name, syntax, photometric, bits, signed, read, decoders


def colour_films(folder):
    import numpy
    from pydicom.pixels import convert_color_space

    drawn = draw(8, channels=3)
    for syntax in UIDS:
        if syntax == "jpeg-extended":
            continue
        name = f"{syntax}-rgb-8.dcm"
        options = ["+cn"] if syntax.startswith("jpeg-lossless") else []
        write_film(data_set(drawn, 8, False, "RGB"), drawn, syntax, folder / name, options)
        read, decoders = record(folder / name, syntax, drawn, gdcm=syntax != "jpeg-baseline")
        yield name, syntax, "RGB", 8, False, luminance(read), decoders
    ybr = convert_color_space(drawn.astype("u1"), "RGB", "YBR_FULL").astype("int64")
    for syntax in ["explicit", "implicit", "big-endian", "deflated", "rle"]:
        name = f"{syntax}-ybr-8.dcm"
        write_film(data_set(ybr, 8, False, "YBR_FULL"), ybr, syntax, folder / name)
        yield name, syntax, "YBR_FULL", 8, False, ybr[..., 0], "drawn"
    planar = data_set(drawn, 8, False, "RGB", PlanarConfiguration=1)
    planar.PixelData = numpy.moveaxis(drawn, -1, 0).astype("u1").tobytes()
    save(planar, folder / "explicit-rgb-planar-8.dcm")
    read, decoders = record(folder / "explicit-rgb-planar-8.dcm", "explicit", drawn, gdcm=False)
    yield "explicit-rgb-planar-8.dcm", "explicit", "RGB", 8, False, luminance(read), decoders
    half = data_set(ybr, 8, False, "YBR_FULL_422")
    pairs = numpy.stack([ybr[:, 0::2, 0], ybr[:, 1::2, 0], ybr[:, 0::2, 1], ybr[:, 0::2, 2]], -1)
    half.PixelData = pairs.astype("u1").tobytes()
    save(half, folder / "explicit-ybr422-8.dcm")
    yield "explicit-ybr422-8.dcm", "explicit", "YBR_FULL_422", 8, False, ybr[..., 0], "drawn"


def palette_films(folder):
    import numpy
    from pydicom.pixels import apply_color_lut

    index = draw(8)
    for bits in [8, 16]:
        tables = {}
        for shift, colour in enumerate(["Red", "Green", "Blue"]):
            table = numpy.clip(255 - numpy.arange(256) + shift, 0, 255) * (257 if bits == 16 else 1)
            tables[f"{colour}PaletteColorLookupTableDescriptor"] = [256, 0, bits]
            tables[f"{colour}PaletteColorLookupTableData"] = table.astype(
                f"<u{bits // 8}").tobytes()
        for syntax in ["explicit", "implicit", "big-endian", "rle", "jpeg-lossless-sv1",
                       "jpeg2000-lossless"]:
            if syntax == "big-endian" and bits == 8:
                continue  # dcmconv and readers disagree on the order of packed bytes
            name = f"{syntax}-palette-{bits}.dcm"
            ds = data_set(index, 8, False, "PALETTE COLOR", **tables)
            write_film(ds, index, syntax, folder / name)
            import pydicom

            read = by_pydicom(folder / name)
            rgb = apply_color_lut(read.astype("u1"), pydicom.dcmread(folder / name))
            yield (name, syntax, "PALETTE COLOR", bits, False, luminance(rgb.astype("int64")),
                   "pydicom")


def table_item(first, entries, bits, vr):
    import pydicom

    item = pydicom.Dataset()
    item.add_new("LUTDescriptor", vr, [len(entries) % 65536, first, bits])
    item.add_new("LUTData", "US", [int(entry) for entry in entries])
    return pydicom.Sequence([item])


def windowed_films(folder):
    """Name, 8-bit picture by pydicom's VOI transformation."""
    import numpy
    from pydicom.pixels import apply_modality_lut, apply_voi_lut

    curve = [int(4095 * (i / 4095) ** 0.6) for i in range(4096)]
    short = [int(1023 * (i / 599) ** 2) for i in range(600)]
    squares = [i * i for i in range(256)]
    cases = {
        "linear": (12, False, {"WindowCenter": 1500, "WindowWidth": 1000}),
        "linear-fraction": (12, False, {"WindowCenter": "1500.25", "WindowWidth": "333.5"}),
        "linear-narrow": (8, False, {"WindowCenter": 100, "WindowWidth": 1}),
        "exact": (12, False, {"WindowCenter": 100, "WindowWidth": 9,
                              "VOILUTFunction": "LINEAR_EXACT"}),
        "sigmoid": (12, False, {"WindowCenter": 2000, "WindowWidth": 1500,
                                "VOILUTFunction": "SIGMOID"}),
        "several": (12, False, {"WindowCenter": [1800, 100], "WindowWidth": [2500, 60]}),
        "signed": (12, True, {"WindowCenter": -200, "WindowWidth": 1800}),
        "rescale": (12, False, {"WindowCenter": 600, "WindowWidth": 900, "RescaleSlope": "0.5",
                                "RescaleIntercept": "-100"}),
        "rescale-falling": (12, False, {"WindowCenter": 2000, "WindowWidth": 3000,
                                        "RescaleSlope": "-1", "RescaleIntercept": "4095"}),
        "voi-lut": (12, False, {"VOILUTSequence": table_item(0, curve, 12, "US")}),
        "voi-lut-short": (12, False, {"VOILUTSequence": table_item(1000, short, 10, "US")}),
        "voi-lut-signed": (12, True, {"VOILUTSequence": table_item(-300, short, 10, "SS")}),
        "voi-lut-and-window": (12, False, {"VOILUTSequence": table_item(0, curve, 12, "US"),
                                           "WindowCenter": 100, "WindowWidth": 60}),
        "modality-lut": (8, False, {"ModalityLUTSequence": table_item(0, squares, 16, "US"),
                                    "WindowCenter": 20000, "WindowWidth": 30000}),
    }
    for case, (bits, signed, tags) in cases.items():
        for photometric in ["MONOCHROME1", "MONOCHROME2"]:
            name = f"window-{case}-{photometric[-1]}.dcm"
            drawn = draw(bits, signed)
            ds = data_set(drawn, bits, signed, photometric, **tags)
            save(ds, folder / name)
            values = apply_modality_lut(drawn.astype("i2" if signed else "u2"), ds)
            shown = numpy.asarray(apply_voi_lut(values, ds), dtype=float)
            low, high = -(1 << (bits - 1)) if signed else 0, (1 << (bits - signed)) - 1
            if "VOILUTSequence" in ds:
                low, high = 0, (1 << ds.VOILUTSequence[0].LUTDescriptor[2]) - 1
            elif "ModalityLUTSequence" in ds:
                low, high = 0, 65535
            elif "RescaleSlope" in ds:
                ends = sorted(end * ds.RescaleSlope + ds.RescaleIntercept for end in (low, high))
                low, high = float(ends[0]), float(ends[1])
                if float(ds.RescaleSlope) < 0:
                    # pydicom maps to its range from the other end where the slope falls.
                    shown = low + high - shown
            grey = numpy.clip((shown - low) / (high - low), 0, 1) * 255
            if photometric == "MONOCHROME1":
                grey = 255 - grey
            yield name, [round(float(value), 2) for value in grey.ravel()]


def real_hashes(folder):
    """SHA-256 of real films' values spread over a depth by v * (2^bits - 1) / 255, rounded down."""
    hashes = {}
    for path in sorted(folder.glob("*.dcm")):
        values = by_pydicom(path)
        hashes[path.name] = {}
        for bits, signed in [(8, False), (10, False), (12, False), (14, False), (16, False),
                             (12, True), (16, True)]:
            spread = values * ((1 << bits) - 1) // 255 - ((1 << (bits - 1)) if signed else 0)
            hashes[path.name][f"{bits}{'s' if signed else ''}"] = sha256(spread)
    return hashes


def main():
    enter_venv()
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--real", type=pathlib.Path)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    recorded = {"packages": PACKAGES, "films": [], "windowed": [], "real": {}}
    for films in [grey_films, colour_films, palette_films]:
        for name, syntax, photometric, bits, signed, values, decoders in films(given.out):
            film = {"file": name, "syntax": syntax, "photometric": photometric, "bits": bits,
                    "signed": signed, "decoders": decoders, "sha256": sha256(values)}
            if syntax in LOSSY:
                film["values"] = [int(value) for value in values.ravel()]
            recorded["films"].append(film)
    for name, grey in windowed_films(given.out):
        recorded["windowed"].append({"file": name, "display": grey})
    if given.real:
        recorded["real"] = real_hashes(given.real)
    text = json.dumps(recorded, separators=(",", ":"))
    text = text.replace('{"file"', '\n{"file"')
    (given.out / "expected.json").write_text(text + "\n")
    print(f"{len(recorded['films'])} films, {len(recorded['windowed'])} windowed ones")


if __name__ == "__main__":
    main()
