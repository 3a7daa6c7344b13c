// What each layout reads from config.json and from the names and shapes of the tensors.
#include "assistant/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

CheckpointConfig located(const json& config, const TensorMap& tensors) {
  auto parsed = parse_checkpoint_config(config.dump(), "config.json");
  EXPECT_TRUE(parsed) << parsed.error();
  (*layout_of(config, "config.json"))->locate(tensors, *parsed);
  return *parsed;
}

TensorMap clip_tensors(const std::string& scope) {
  return {{scope + ".embeddings.class_embedding", at::zeros({24})},
          {scope + ".embeddings.patch_embedding.weight", at::zeros({24, 3, 7, 7})},
          {scope + ".embeddings.position_embedding.weight", at::zeros({17, 24})},
          {scope + ".encoder.layers.0.mlp.fc1.weight", at::zeros({48, 24})}};
}

json llava_phi() {
  return {{"model_type", "llava_phi"},
          {"hidden_size", 40},
          {"image_aspect_ratio", "pad"},
          {"vision_config",
           {{"vision_tower", {{"hidden_size", 24}, {"num_attention_heads", 3}}},
            {"mm_projector", {{"mm_projector_type", "mlp2x_gelu"}}}}}};
}

TEST(LlavaPhiLayout, TakesTheTowerAndTheProjectorFromTheirNestedKeys) {
  TensorMap tensors = clip_tensors("model.vision_tower.vision_model");
  tensors["model.mm_projector.0.weight"] = at::zeros({40, 24});
  tensors["model.mm_projector.2.weight"] = at::zeros({40, 40});
  tensors["model.embed_tokens.weight"] = at::zeros({100, 40});
  const CheckpointConfig config = located(llava_phi(), tensors);
  EXPECT_EQ(config.layout, "llava_phi");
  EXPECT_EQ(config.vision_scope, "model.vision_tower.vision_model");
  EXPECT_EQ(config.projector.scope, "model.mm_projector");
  EXPECT_EQ(config.projector.type, "mlp2x_gelu");
  EXPECT_EQ(config.decoder_scopes.model, "model");
  EXPECT_EQ(config.text["model_type"], "phi");
  EXPECT_EQ(config.text["vocab_size"], 100);
  EXPECT_EQ(config.image_aspect_ratio, "pad");
  EXPECT_FALSE(config.image_token);
  EXPECT_FALSE(config.adds_begin_token);
}

TEST(LlavaPhiLayout, TheTensorsDecideWhereTheFileSaysSomethingElse) {
  json whole = llava_phi();
  whole["vision_config"]["vision_tower"]["image_size"] = 224;
  whole["vision_config"]["vision_tower"]["patch_size"] = 14;
  TensorMap tensors = clip_tensors("model.vision_tower.vision_model");
  tensors["model.mm_projector.weight"] = at::zeros({40, 24});
  const CheckpointConfig config = located(whole, tensors);
  EXPECT_EQ(config.vision["patch_size"], 7);
  EXPECT_EQ(config.vision["image_size"], 28);  // 17 positions: a class token and 4 x 4 patches
  EXPECT_EQ(config.vision["intermediate_size"], 48);
  EXPECT_EQ(config.projector.type, "linear");
}

TEST(LlavaPhiLayout, APictureThatIsNoMultipleOfThePatchKeepsItsSize) {
  json whole = llava_phi();
  whole["vision_config"]["vision_tower"]["image_size"] = 30;
  const CheckpointConfig config = located(whole, clip_tensors("model.vision_tower.vision_model"));
  EXPECT_EQ(config.vision["image_size"], 30);
}

TEST(LlavaPhiLayout, AsksAsUpstreamByteForByte) {
  const auto config = *parse_checkpoint_config(llava_phi().dump(), "config.json");
  EXPECT_EQ(prompt_text(config.prompt, {View::kFrontal}, {config.prompt.question}),
            "A chat between a curious user and an artificial intelligence assistant. The assistant "
            "gives helpful, detailed, and polite answers to the user's questions. USER: <image>\n"
            "Write a findings report of this image: ASSISTANT:");
  EXPECT_EQ(impression_question(config.prompt, "Clear lungs."),
            "Write a impression summary of this image and the findings report. \n"
            "##Findings: Clear lungs. \n##Impression:");
}

json llava() {
  return {{"architectures", {"LlavaForConditionalGeneration"}},
          {"image_token_index", 90},
          {"vision_feature_layer", {-3, -1}},
          {"vision_feature_select_strategy", "full"},
          {"multimodal_projector_bias", false},
          {"vision_config", {{"model_type", "clip_vision_model"}}},
          {"text_config", {{"eos_token_id", {2, 7}}, {"tie_word_embeddings", true}}}};
}

TEST(LlavaLayout, FindsItsPartsUnderOldNamesAndNew) {
  struct Names {
    std::string vision, projector, decoder, head;
  };
  for (const Names& names : {Names{"vision_tower.vision_model", "multi_modal_projector",
                                   "language_model.model", "language_model.lm_head"},
                             Names{"model.vision_tower.vision_model", "model.multi_modal_projector",
                                   "model.language_model", "lm_head"},
                             Names{"model.vision_tower", "model.multi_modal_projector",
                                   "model.language_model", "lm_head"}}) {
    TensorMap tensors = clip_tensors(names.vision);
    tensors[names.projector + ".linear_1.weight"] = at::zeros({40, 48});
    tensors[names.decoder + ".embed_tokens.weight"] = at::zeros({100, 40});
    tensors[names.head + ".weight"] = at::zeros({100, 40});
    const CheckpointConfig config = located(llava(), tensors);
    EXPECT_EQ(config.vision_scope, names.vision);
    EXPECT_EQ(config.projector.scope, names.projector);
    EXPECT_EQ(config.decoder_scopes.model, names.decoder);
    EXPECT_EQ(config.decoder_scopes.head, names.head);
  }
}

TEST(LlavaLayout, ReadsWhatTransformersWritesIntoItsConfiguration) {
  const auto config = *parse_checkpoint_config(llava().dump(), "config.json");
  EXPECT_EQ(config.image_token, 90);
  EXPECT_TRUE(config.adds_begin_token);
  EXPECT_THAT(config.end_tokens, ElementsAre(2, 7));
  EXPECT_EQ(config.vision["feature_layers"], json({-3, -1}));
  EXPECT_EQ(config.vision["feature_select"], "full");
  EXPECT_EQ(config.projector.bias, Bias::kNone);
  EXPECT_THAT(config.projector.layers, ElementsAre("linear_1", "linear_2"));
  EXPECT_EQ(config.text["model_type"], "llama");
}

TEST(LlavaLayout, TheHeadIsTheEmbeddingWhereTheFileSaysSoAndHoldsNone) {
  json whole = llava();
  EXPECT_EQ(located(whole, {}).text["tie_word_embeddings"], true);
  whole["text_config"].erase("tie_word_embeddings");
  EXPECT_EQ(located(whole, {}).text["tie_word_embeddings"], false);
  whole["tie_word_embeddings"] = true;
  EXPECT_EQ(located(whole, {}).text["tie_word_embeddings"], true);
  whole["text_config"]["tie_word_embeddings"] = true;
  whole["tie_word_embeddings"] = false;
  EXPECT_EQ(located(whole, {{"lm_head.weight", at::zeros({1})}}).text["tie_word_embeddings"],
            false);
}

TEST(LlavaLayout, OtherVisionTowersAndProjectorsAreRefused) {
  json whole = llava();
  whole["vision_config"]["model_type"] = "siglip_vision_model";
  auto config = parse_checkpoint_config(whole.dump(), "config.json");
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message, HasSubstr("clip_vision_model"));
  whole = llava();
  whole["projector_hidden_act"] = "relu";
  config = parse_checkpoint_config(whole.dump(), "config.json");
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().message, HasSubstr("projector_hidden_act"));
}

TensorMap siglip_tensors(const std::string& scope, int64_t layers) {
  TensorMap tensors = {{scope + ".embeddings.patch_embedding.weight", at::zeros({32, 3, 14, 14})},
                       {scope + ".embeddings.position_embedding.weight", at::zeros({729, 32})}};
  for (int64_t i = 0; i < layers; ++i) {
    tensors[cat(scope, ".encoder.layers.", i, ".mlp.fc1.weight")] = at::zeros({48, 32});
  }
  return tensors;
}

TEST(TinyLlavaLayout, ReadsTheFactorysNames) {
  TensorMap tensors = siglip_tensors("vision_tower._vision_tower.vision_model", 3);
  tensors["connector._connector.0.weight"] = at::zeros({40, 32});
  tensors["connector._connector.2.weight"] = at::zeros({40, 40});
  tensors["language_model.model.embed_tokens.weight"] = at::zeros({100, 40});
  tensors["language_model.lm_head.weight"] = at::zeros({100, 40});
  const json whole = {
      {"model_type", "tinyllava"},
      {"connector_type", "mlp2x_gelu"},
      {"image_aspect_ratio", "square"},
      {"text_config", {{"model_type", "phi"}, {"vocab_size", 51200}}},
      {"vision_config", {{"image_size", 384}, {"patch_size", 14}, {"num_hidden_layers", 3}}}};
  const CheckpointConfig config = located(whole, tensors);
  EXPECT_EQ(config.vision["model_type"], "siglip_vision_model");
  EXPECT_EQ(config.vision["image_size"], 384) << "384 is no multiple of 14, and still right";
  EXPECT_EQ(config.vision["feature_select"], "patch");
  EXPECT_EQ(config.projector.scope, "connector._connector");
  EXPECT_EQ(config.projector.type, "mlp2x_gelu");
  EXPECT_EQ(config.decoder_scopes.model, "language_model.model");
  EXPECT_EQ(config.decoder_scopes.head, "language_model.lm_head");
  EXPECT_EQ(config.text["vocab_size"], 100);
  EXPECT_FALSE(config.adds_begin_token);
  EXPECT_THAT(config.prompt.conversation, HasSubstr("USER: {films}{question} ASSISTANT:"));
}

TEST(TinyLlavaLayout, FormerCheckpointsKeepEveryPatchOfATowerWithoutItsLastLayer) {
  TensorMap tensors = siglip_tensors("model.vision_tower.vision_tower.vision_model", 26);
  tensors["model.mm_projector.0.weight"] = at::zeros({40, 32});
  tensors["model.mm_projector.2.weight"] = at::zeros({40, 40});
  tensors["model.embed_tokens.weight"] = at::zeros({100, 40});
  tensors["lm_head.weight"] = at::zeros({100, 40});
  const json whole = {{"model_type", "tiny_llava_phi"},
                      {"hidden_size", 40},
                      {"mm_projector_type", "mlp2x_gelu"},
                      {"mm_vision_select_layer", -2}};
  const CheckpointConfig config = located(whole, tensors);
  EXPECT_EQ(config.vision["num_hidden_layers"], 26);
  EXPECT_EQ(config.vision["num_attention_heads"], 16);
  EXPECT_EQ(config.vision["image_size"], 384);
  EXPECT_EQ(config.vision["feature_layers"], -1);
  EXPECT_EQ(config.vision["feature_select"], "cls_patch");
  EXPECT_EQ(config.text["lm_head_bias"], false);
  EXPECT_EQ(config.projector.scope, "model.mm_projector");
}

TEST(MobileVlmLayout, TakesTheTowersSizesFromItsTensors) {
  TensorMap tensors;
  const std::string scope = "model.vision_tower.vision_tower.vision_model";
  tensors[scope + ".embeddings.patch_embedding.weight"] = at::zeros({128, 3, 14, 14});
  tensors[scope + ".embeddings.position_embedding.weight"] = at::zeros({577, 128});
  tensors[scope + ".embeddings.class_embedding"] = at::zeros({128});
  for (int64_t i = 0; i < 4; ++i) {
    tensors[cat(scope, ".encoder.layers.", i, ".mlp.fc1.weight")] = at::zeros({256, 128});
  }
  tensors["model.embed_tokens.weight"] = at::zeros({100, 40});
  const json whole = {{"model_type", "mobilevlm"},
                      {"mm_projector_type", "ldpnetv2"},
                      {"mm_vision_select_layer", -2},
                      {"image_aspect_ratio", "pad"},
                      {"eos_token_id", 2}};
  const CheckpointConfig config = located(whole, tensors);
  EXPECT_EQ(config.vision["model_type"], "clip_vision_model");
  EXPECT_EQ(config.vision["num_hidden_layers"], 4);
  EXPECT_EQ(config.vision["num_attention_heads"], 2) << "CLIP's heads are 64 wide";
  EXPECT_EQ(config.vision["image_size"], 336);
  EXPECT_EQ(config.projector.type, "ldpnetv2");
  EXPECT_EQ(config.projector.scope, "model.mm_projector");
  EXPECT_EQ(config.text["model_type"], "llama");
  EXPECT_TRUE(config.adds_begin_token);
  EXPECT_THAT(config.end_tokens, ElementsAre(2));
}

}  // namespace
}  // namespace slava
