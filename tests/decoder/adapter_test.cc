// Low-rank adapters on whole decoders, and their files.
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "decoder/decoder.h"
#include "nn/adapter_files.h"
#include "nn/safetensors.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using nlohmann::json;

json config_of(const std::string& family) {
  json config = {{"model_type", family},   {"hidden_size", 32},        {"intermediate_size", 48},
                 {"num_hidden_layers", 2}, {"num_attention_heads", 4}, {"vocab_size", 40}};
  if (family == "phi") config["hidden_act"] = "gelu_new";
  return config;
}

struct Built {
  std::unique_ptr<ParameterBinder> binder;
  std::unique_ptr<Decoder> decoder;
};

Built build(const std::string& family, const AdapterPlan& plan, at::ScalarType dtype = at::kFloat) {
  Built built;
  built.binder =
      std::make_unique<ParameterBinder>(TensorMap{}, Missing::kIsInitialised, 5, at::kCPU, dtype);
  built.binder->adapt(plan);
  built.decoder = *make_decoder(config_of(family), *built.binder);
  return built;
}

AdapterPlan plan(std::vector<std::string> targets = {}) {
  return {.rank = 4, .alpha = 8, .scope = "model.layers.", .targets = std::move(targets)};
}

// Numbers into the adapters' second halves, which begin at zero.
void fill_adapters(const Built& built) {
  const at::NoGradGuard no_grad;
  at::manual_seed(9);
  for (const Parameter& parameter : built.binder->parameters()) {
    Tensor tensor = parameter.tensor;
    if (parameter.role == Role::kAdapter) tensor.normal_(0, 0.1);
  }
}

Tensor logits(const Decoder& decoder, Pass pass = Pass::kInference) {
  const Tensor ids = at::arange(1, 8, at::kLong).unsqueeze(0);
  return decoder.logits(decoder.forward(decoder.embed(ids), {}, pass));
}

class Adapters : public testing::TestWithParam<std::string> {};

TEST_P(Adapters, AtTheStartNothingChanges) {
  const at::NoGradGuard no_grad;
  EXPECT_TRUE(at::equal(logits(*build(GetParam(), {}).decoder),
                        logits(*build(GetParam(), plan()).decoder)));
}

TEST_P(Adapters, EveryLinearLayerOfTheBlocksHasOne) {
  const Built built = build(GetParam(), plan());
  size_t layers = 0, halves = 0;
  for (const Parameter& parameter : built.binder->parameters()) {
    halves += parameter.role == Role::kAdapter ? 1 : 0;
    layers += parameter.role == Role::kTrained && parameter.tensor.dim() == 2 ? 1 : 0;
  }
  EXPECT_EQ(halves, 2 * (layers - 2)) << "all but the embedding and the head";
}

TEST_P(Adapters, MergedWeightsGiveWhatBaseAndAdapterGive) {
  const at::NoGradGuard no_grad;
  const Built built = build(GetParam(), plan());
  const Tensor before = logits(*built.decoder);
  fill_adapters(built);
  const Tensor adapted = logits(*built.decoder);
  ASSERT_FALSE(at::allclose(before, adapted, 1e-3, 1e-3));
  TensorMap weights;
  for (const Parameter& parameter : merged(built.binder->parameters(), plan().alpha)) {
    weights[parameter.name] = parameter.tensor;
  }
  ParameterBinder plain(std::move(weights), Missing::kIsError, 0, at::kCPU, at::kFloat);
  const auto decoder = *make_decoder(config_of(GetParam()), plain);
  ASSERT_TRUE(plain.finish("merged")) << plain.finish("merged").error();
  EXPECT_TRUE(at::allclose(logits(*decoder), adapted, 1e-4, 1e-5));
}

TEST_P(Adapters, AnAdapterFolderGoesRoundByPeftsNames) {
  const at::NoGradGuard no_grad;
  const TemporaryFolder folder;
  const Built built = build(GetParam(), plan());
  fill_adapters(built);
  const Tensor adapted = logits(*built.decoder);
  ASSERT_TRUE(write_adapter(folder / "adapter", {.alpha = plan().alpha, .base = "somewhere"},
                            built.binder->parameters()));
  const auto tensors = read_safetensors(folder / "adapter/adapter_model.safetensors");
  ASSERT_TRUE(tensors) << tensors.error();
  EXPECT_TRUE(tensors->contains("base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight"));
  std::ifstream in(folder / "adapter/adapter_config.json");
  const json config = json::parse(in);
  EXPECT_EQ(config["peft_type"], "LORA");
  EXPECT_EQ(config["r"], 4);
  EXPECT_EQ(config["lora_alpha"], 8);
  EXPECT_NE(config["target_modules"].get<std::string>().find("q_proj"), std::string::npos);

  const Built plain = build(GetParam(), {});
  ASSERT_TRUE(add_adapter(folder / "adapter", plain.binder->parameters()));
  EXPECT_TRUE(at::allclose(logits(*plain.decoder), adapted, 1e-4, 1e-5));
}

TEST_P(Adapters, ADefectiveFolderIsRefusedWithTheLayer) {
  const TemporaryFolder folder;
  const Built built = build(GetParam(), plan());
  ASSERT_TRUE(write_adapter(folder / "adapter", {}, built.binder->parameters()));
  ParameterBinder other({}, Missing::kIsInitialised, 5, at::kCPU, at::kFloat);
  json wider = config_of(GetParam());
  wider["hidden_size"] = 64;
  const auto decoder = *make_decoder(wider, other);
  const auto misshapen = add_adapter(folder / "adapter", other.parameters());
  ASSERT_FALSE(misshapen);
  EXPECT_NE(misshapen.error().message.find("model.layers.0.self_attn.q_proj has another shape"),
            std::string::npos)
      << misshapen.error();
  const auto missing = add_adapter(folder / "none", built.binder->parameters());
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("adapter_config.json"), std::string::npos);
  std::ofstream(folder / "adapter/adapter_config.json")
      << R"({"peft_type": "LORA", "r": 4, "use_dora": true})";
  const auto dora = add_adapter(folder / "adapter", built.binder->parameters());
  ASSERT_FALSE(dora);
  EXPECT_NE(dora.error().message.find("use_dora"), std::string::npos);
}

TEST_P(Adapters, CheckpointingChangesNeitherValuesNorGradients) {
  const auto gradients = [](bool checkpointing) {
    const Built built = build(GetParam(), plan());
    fill_adapters(built);
    if (checkpointing) built.decoder->use_checkpointing();
    TensorMap gradients;
    for (const Parameter& parameter : built.binder->parameters()) {
      if (parameter.role == Role::kAdapter) parameter.tensor.requires_grad_(true);
    }
    const Tensor values = logits(*built.decoder, Pass::kTraining);
    values.square().sum().backward();
    for (const Parameter& parameter : built.binder->parameters()) {
      EXPECT_EQ(parameter.tensor.grad().defined(), parameter.role == Role::kAdapter)
          << parameter.name;
      if (parameter.tensor.grad().defined()) gradients[parameter.name] = parameter.tensor.grad();
    }
    gradients["values"] = values.detach();
    return gradients;
  };
  const TensorMap kept = gradients(false), again = gradients(true);
  ASSERT_EQ(kept.size(), again.size());
  for (const auto& [name, gradient] : kept) {
    EXPECT_TRUE(at::allclose(gradient, again.at(name), 1e-4, 1e-5)) << name;
  }
}

TEST_P(Adapters, ABaseInBfloat16KeepsItsTypeAndTheAdapterFloat32) {
  const Built built = build(GetParam(), plan(), at::kBFloat16);
  for (const Parameter& parameter : built.binder->parameters()) {
    EXPECT_EQ(parameter.tensor.scalar_type(),
              parameter.role == Role::kAdapter ? at::kFloat : at::kBFloat16)
        << parameter.name;
    if (parameter.role == Role::kAdapter) parameter.tensor.requires_grad_(true);
  }
  logits(*built.decoder, Pass::kTraining).sum().backward();
  EXPECT_TRUE(logits(*built.decoder).isfinite().all().item<bool>());
}

INSTANTIATE_TEST_SUITE_P(Families, Adapters, testing::Values("phi", "llama"),
                         [](const auto& info) { return info.param; });

TEST(AdapterTargets, OnlyNamedLayersGetOneAndUnknownNamesAreTold) {
  const Built built = build("phi", plan({"q_proj", "v_proj", "o_proj"}));
  for (const Parameter& parameter : built.binder->parameters()) {
    if (parameter.role != Role::kAdapter) continue;
    EXPECT_TRUE(parameter.name.find(".q_proj.") != std::string::npos ||
                parameter.name.find(".v_proj.") != std::string::npos)
        << parameter.name;
  }
  EXPECT_EQ(built.binder->unmatched_targets(), std::vector<std::string>{"o_proj"});
}

}  // namespace
}  // namespace slava
