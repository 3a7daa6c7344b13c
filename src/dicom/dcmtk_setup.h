// Makes DCMTK ready once: silence, codecs, data dictionary. Nothing of DCMTK shows through here.
#pragma once

#include "base/result.h"

namespace slava {

// Before any other use of DCMTK; cheap and safe to call again and from several threads. Turns its
// log off (it quotes tag values, which may name a patient), registers the JPEG, JPEG-LS and RLE
// decoders, and finds the data dictionary: where the system has it, else in DCMDICTPATH, else
// `dicom.dic` beside the program or in its ../share/slava-cxr. kInput when there is none.
Status prepare_dcmtk();

}  // namespace slava
