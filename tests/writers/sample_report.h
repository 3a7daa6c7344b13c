// A made-up report that the writers' tests start from.
#pragma once

#include <string>

#include "report/report.h"

namespace slava {

inline Report sample_report() {
  Report report;
  report.study_id = "1.2.826.0.1.3680043.10.1.7";
  report.study_instance_uid = "1.2.826.0.1.3680043.10.1.7";
  report.indication = "Shortness of breath.";
  report.findings = {{"The heart is enlarged."},
                     {"The lungs are clear without focal consolidation, and no effusion larger "
                      "than 1.5 cm is seen "
                      "on either side."}};
  report.impression = {{"Cardiomegaly."}, {"No acute pulmonary disease."}};
  report.gate = {{"a.dcm", "rotated", "warn", "the film seems to lie on its side"}};
  report.remarks = {"The view of b.png is assumed."};

  FilmRecord frontal;
  frontal.file = "a.dcm";
  frontal.sop_instance_uid = "1.2.826.0.1.3680043.10.1.7.1";
  frontal.file_sha256 = std::string(64, 'a');
  frontal.view = "frontal";
  frontal.view_source = "tag";
  frontal.projection = "PA";
  frontal.read_by_model = true;
  frontal.model_input_sha256 = std::string(64, 'b');
  frontal.picture_jpeg = std::string("\xFF\xD8\xFF\xE0", 4);
  frontal.width = 3;
  frontal.height = 4;
  FilmRecord other;
  other.file = "b.png";
  other.file_sha256 = std::string(64, 'c');
  other.view = "frontal";
  other.view_source = "assumed";
  report.films = {frontal, other};

  Provenance& from = report.provenance;
  from.program_version = "0.1.0";
  from.checkpoint_name = "starter";
  from.checkpoint_family = "efficientnet-lite0 + mlp2x_gelu + phi";
  from.checkpoint_sha256 = std::string(64, 'd');
  from.checkpoint_notice = "DEMONSTRATION MODEL, NOT FOR PATIENTS";
  from.preprocessing_profile = "voi";
  from.preprocessing_fit = "pad";
  from.preprocessing_size = 224;
  from.device = "cpu";
  from.dtype = "float32";
  from.decoding = {{"max_new_tokens", "256"}, {"temperature", "0"}};
  report.timing = {"2026-01-02T03:04:05Z", 1.25};
  return report;
}

}  // namespace slava
