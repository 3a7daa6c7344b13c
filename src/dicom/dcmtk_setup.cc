#include "dicom/dcmtk_setup.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdict.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>

#include <filesystem>
#include <mutex>

namespace slava {
namespace {

namespace fs = std::filesystem;

bool load_dictionary_beside_program() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return false;
  const fs::path folder = program.parent_path();
  for (const fs::path& file : {folder / "dicom.dic", folder / "../share/slava-cxr/dicom.dic"}) {
    if (!fs::is_regular_file(file, error)) continue;
    DcmDataDictionary& dictionary = dcmDataDict.wrlock();
    const bool loaded = dictionary.loadDictionary(file.c_str(), OFFalse);
    dcmDataDict.wrunlock();
    if (loaded) return true;
  }
  return false;
}

}  // namespace

Status prepare_dcmtk() {
  static std::once_flag once;
  static bool has_dictionary = false;
  std::call_once(once, [] {
    // First of all: the dictionary's own loading may complain.
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    DJDecoderRegistration::registerCodecs();
    DJLSDecoderRegistration::registerCodecs();
    DcmRLEDecoderRegistration::registerCodecs();
    has_dictionary = dcmDataDict.isDictionaryLoaded() || load_dictionary_beside_program();
  });
  if (!has_dictionary) {
    return fail(ErrorKind::kInput,
                "dicom.dic, DCMTK's data dictionary, was not found; expected it where Debian's "
                "libdcmtk puts it, in the environment's DCMDICTPATH, or beside the program");
  }
  return {};
}

}  // namespace slava
