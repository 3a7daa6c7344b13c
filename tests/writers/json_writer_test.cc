// The schema's library uses std::regex, in which GCC 12 with sanitizers sees what is not there.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

#include "writers/json_writer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "writers/sample_report.h"

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Report& report) {
  const auto text = writers_from("json")->front().write(report, {});
  return text ? *text : text.error().message;
}

// What the schema has against the document; empty: nothing.
std::string faults(const std::string& document_text) {
  const auto schema_json = nlohmann::json::parse(report_json_schema());
  const auto document = nlohmann::json::parse(document_text);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_json), schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document), &results);
  std::string all;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    for (const std::string& place : error.context) all += place;
    all += ": " + error.description + "\n";
  }
  return all;
}

TEST(JsonWriter, KeepsThePublishedSchema) { EXPECT_EQ(faults(text_of(sample_report())), ""); }

TEST(JsonWriter, KeepsTheSchemaWithoutTextAndWithPicturesOnly) {
  Report report = sample_report();
  report.study_instance_uid.clear();
  report.findings.clear();
  report.impression.clear();
  report.remarks.clear();
  report.complete = false;
  report.films[0].sop_instance_uid.clear();
  report.provenance.checkpoint_notice.clear();
  report.provenance.decoding.clear();
  EXPECT_EQ(faults(text_of(report)), "");
}

TEST(Schema, RefusesADocumentThatLacksAnyOfTheRequiredKeys) {
  const Json document = Json::parse(text_of(sample_report()));
  for (const auto& [key, value] : document.items()) {
    Json broken = document;
    broken.erase(key);
    EXPECT_NE(faults(broken.dump()), "") << "without " << key;
  }
}

TEST(Schema, RefusesWrongValues) {
  const Json document = Json::parse(text_of(sample_report()));
  const auto refused = [&](const std::string& pointer, const Json& value) {
    Json broken = document;
    broken[Json::json_pointer(pointer)] = value;
    return !faults(broken.dump()).empty();
  };
  EXPECT_TRUE(refused("/draft", "A report"));
  EXPECT_TRUE(refused("/schema", "slava-cxr-report/2"));
  EXPECT_TRUE(refused("/status/verified", true));
  EXPECT_TRUE(refused("/status/complete", "yes"));
  EXPECT_TRUE(refused("/findings", "The heart is enlarged."));
  EXPECT_TRUE(refused("/findings/0", "The heart is enlarged."));
  EXPECT_TRUE(refused("/findings/0/text", ""));
  EXPECT_TRUE(refused("/impression/0/text", 7));
  EXPECT_TRUE(refused("/gate/0/reason", "ugly"));
  EXPECT_TRUE(refused("/gate/0/action", "off"));
  EXPECT_TRUE(refused("/films/0/view", "oblique"));
  EXPECT_TRUE(refused("/films/0/view_source", "guess"));
  EXPECT_TRUE(refused("/films/0/model_input_sha256", "abc"));
  EXPECT_TRUE(refused("/provenance/checkpoint/sha256", ""));
  EXPECT_TRUE(refused("/provenance/preprocessing/size", 0));
  EXPECT_TRUE(refused("/timing/seconds", -1));
  EXPECT_FALSE(refused("/comparison", "None.")) << "the check itself refuses everything";
}

// The schema lets readers meet new keys; the writer must not have a key that it does not describe.
void expect_described(const Json& schema, const Json& value, const std::string& place) {
  const Json* type = &schema;
  if (type->contains("$ref")) return;
  if (value.is_object() && type->contains("properties")) {
    for (const auto& [key, item] : value.items()) {
      ASSERT_TRUE((*type)["properties"].contains(key)) << place << "/" << key;
      expect_described((*type)["properties"][key], item, place + "/" + key);
    }
  }
}

TEST(Schema, DescribesEveryKey) {
  const Json schema = Json::parse(report_json_schema());
  const Json document = Json::parse(text_of(sample_report()));
  expect_described(schema, document, "");
  for (const auto& film : document["films"]) {
    expect_described(schema["definitions"]["film"], film, "/films");
  }
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_TRUE(schema.contains("$id"));
  EXPECT_TRUE(schema.contains("title"));
}

TEST(JsonWriter, SaysFirstThatItIsADraft) {
  const Json document = Json::parse(text_of(sample_report()));
  auto item = document.items().begin();
  EXPECT_EQ(item.key(), "draft");
  EXPECT_EQ(item.value(), kDraftBanner);
  ++item;
  EXPECT_EQ(item.key(), "notice");
  EXPECT_EQ(item.value(), "DEMONSTRATION MODEL, NOT FOR PATIENTS");
}

TEST(JsonWriter, IsTheSameByteForByteButForTheTiming) {
  Report later = sample_report();
  later.timing = {"2027-07-07T07:07:07Z", 99.5};
  const std::string first = text_of(sample_report());
  const std::string second = text_of(later);
  EXPECT_EQ(first, text_of(sample_report()));
  EXPECT_NE(first, second);
  const size_t timing = first.find("  \"timing\"");
  ASSERT_NE(timing, std::string::npos);
  EXPECT_EQ(first.substr(0, timing), second.substr(0, timing));
  const Json last = Json::parse(first.substr(0, timing).append("\"end\": 0}"));
  EXPECT_EQ(last.size(), Json::parse(first).size()) << "a key stands behind timing";
}

TEST(JsonWriter, HasTheWholeReport) {
  const Json document = Json::parse(text_of(sample_report()));
  EXPECT_EQ(document["schema"], "slava-cxr-report/1");
  EXPECT_EQ(document["study_id"], "1.2.826.0.1.3680043.10.1.7");
  EXPECT_EQ(document["indication"], "Shortness of breath.");
  EXPECT_EQ(document["findings"].size(), 2u);
  EXPECT_EQ(document["impression"][1]["text"], "No acute pulmonary disease.");
  EXPECT_EQ(document["gate"][0]["reason"], "rotated");
  EXPECT_EQ(document["remarks"][0], "The view of b.png is assumed.");
  EXPECT_EQ(document["films"][0]["sop_instance_uid"], "1.2.826.0.1.3680043.10.1.7.1");
  EXPECT_EQ(document["films"][0]["model_input_sha256"], std::string(64, 'b'));
  EXPECT_EQ(document["films"][1]["read_by_model"], false);
  EXPECT_EQ(document["provenance"]["version"], "0.1.0");
  EXPECT_EQ(document["provenance"]["checkpoint"]["sha256"], std::string(64, 'd'));
  EXPECT_EQ(document["provenance"]["preprocessing"]["profile"], "voi");
  EXPECT_EQ(document["provenance"]["decoding"]["max_new_tokens"], "256");
  EXPECT_EQ(document["timing"]["seconds"], 1.25);
}

TEST(JsonWriter, KeepsUtf8AndSurvivesForeignBytes) {
  Report report = sample_report();
  report.findings = {{"Herz groß \xFF \"quoted\" \\ \x01"}};
  const std::string text = text_of(report);
  EXPECT_NE(text.find("Herz groß \uFFFD \\\"quoted\\\" \\\\ \uFFFD"), std::string::npos) << text;
  EXPECT_EQ(text.substr(text.size() - 2), "}\n");
  // Without the cleaning of the table as well.
  EXPECT_TRUE(write_json(report, {}).has_value());
}

}  // namespace
}  // namespace slava
