// Bytes in memory as a stream that DCMTK reads. Unlike DCMTK's own it lets the parser skip large
// values and read them later, so that a length that is only claimed allocates nothing.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrma.h>

#include <string_view>

namespace slava {

class MemoryProducer : public DcmProducer {
 public:
  MemoryProducer(std::string_view bytes, size_t at) : bytes_(bytes), at_(at) {}

  OFBool good() const override { return OFTrue; }
  OFCondition status() const override { return EC_Normal; }
  OFBool eos() override { return at_ >= bytes_.size(); }
  offile_off_t avail() override { return static_cast<offile_off_t>(bytes_.size() - at_); }
  offile_off_t read(void* to, offile_off_t size) override;
  offile_off_t skip(offile_off_t size) override;
  void putback(offile_off_t size) override;

 private:
  std::string_view bytes_;
  size_t at_;
};

// `bytes` must outlive the stream and every value that was not loaded yet.
class MemoryStream : public DcmInputStream {
 public:
  explicit MemoryStream(std::string_view bytes, size_t at = 0)
      : DcmInputStream(&producer_), producer_(bytes, at), bytes_(bytes), start_(at) {}

  DcmInputStreamFactory* newFactory() const override;
  // Refused: deflated data sets come inflated (dicom/deflated.h).
  OFCondition installCompressionFilter(E_StreamCompression filter) override;

 private:
  MemoryProducer producer_;
  std::string_view bytes_;
  size_t start_;
};

}  // namespace slava
