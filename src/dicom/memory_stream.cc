#include "dicom/memory_stream.h"

#include <dcmtk/dcmdata/dcerror.h>

#include <algorithm>
#include <cstring>

namespace slava {
namespace {

class MemoryStreamFactory : public DcmInputStreamFactory {
 public:
  MemoryStreamFactory(std::string_view bytes, size_t at) : bytes_(bytes), at_(at) {}

  DcmInputStream* create() const override { return new MemoryStream(bytes_, at_); }
  DcmInputStreamFactory* clone() const override { return new MemoryStreamFactory(*this); }
  // DCMTK tells temporary files from others, which it deletes; nothing else is in its list.
  DcmInputStreamFactoryType ident() const override { return DFT_DcmInputFileStreamFactory; }

 private:
  std::string_view bytes_;
  size_t at_;
};

}  // namespace

offile_off_t MemoryProducer::read(void* to, offile_off_t size) {
  if (size <= 0) return 0;
  const size_t part = std::min(static_cast<size_t>(size), bytes_.size() - at_);
  if (part > 0) std::memcpy(to, bytes_.data() + at_, part);
  at_ += part;
  return static_cast<offile_off_t>(part);
}

offile_off_t MemoryProducer::skip(offile_off_t size) {
  if (size <= 0) return 0;
  const size_t part = std::min(static_cast<size_t>(size), bytes_.size() - at_);
  at_ += part;
  return static_cast<offile_off_t>(part);
}

void MemoryProducer::putback(offile_off_t size) {
  at_ -= std::min(at_, static_cast<size_t>(std::max<offile_off_t>(size, 0)));
}

OFCondition MemoryStream::installCompressionFilter(E_StreamCompression) {
  return EC_UnsupportedEncoding;
}

DcmInputStreamFactory* MemoryStream::newFactory() const {
  return new MemoryStreamFactory(bytes_, start_ + static_cast<size_t>(tell()));
}

}  // namespace slava
