// Training of a checkpoint on LLaVA-format data: options in, a run folder out. No libtorch here.
//
// The run folder:
//   train.json        the resolved options, and SHA-256 of the data and of the checkpoint behind it
//   metrics.jsonl     a line a step (step, epoch, loss, lr, grad_norm) and a line a validation
//   loss.png          training and validation loss
//   state.safetensors weights, optimizer moments and step: what --resume continues from
//   best/             the best checkpoint by validation, in Hugging Face form, with a model card
//                     (README.md) and training.json: how it came to be, earlier runs included
//   last/             the same after the last epoch
//   summary.json      written when the run is complete
// With adapters (lora_rank) best/ and last/ hold adapter/, the merged checkpoint, or both.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "nn/device_options.h"

namespace slava {

enum class Objective {
  kReport,       // next token of the answer, films and question given
  kLabels,       // yes or no per label, on the vision encoder alone
  kRecognition,  // the recognition head on the frozen encoder, with its thresholds
};

// A file of training items, and which share of the draws it gets relative to the others.
struct DataShare {
  std::filesystem::path file;
  double share = 1;
};

struct TrainOptions {
  // Data. JSON array of {id, image, views, conversations, reference, labels,
  // weight}.
  std::filesystem::path data;        // --data: training items
  std::filesystem::path validation;  // --validation: items that only measure
  std::filesystem::path image_root;  // --image-root: relative image paths start here

  // Model.
  std::filesystem::path config;  // --config-from: folder with config.json and its companions
  std::filesystem::path init;    // --init: checkpoint to start from; parts it lacks start random
  std::filesystem::path output;  // --output: the run folder
  Objective objective = Objective::kReport;
  std::vector<std::string> freeze;  // --freeze: parameters whose names begin so are not trained

  // Schedule.
  int epochs = 10;
  int batch = 16;                     // items a step
  double learning_rate = 1e-3;        // at the top of the schedule
  double final_learning_rate = 0.02;  // share of it that is left at the end
  double warmup = 0.03;               // share of the steps until the top
  double weight_decay = 0.01;         // of matrices; never of biases and norms
  double clip = 1.0;                  // largest norm of all gradients together
  double label_smoothing = 0.0;
  double label_weight = 0.0;  // of a label loss on the prompt's last state, beside the text's
  double side_weight = 0.3;   // labels: of a loss on told sides, on halves of frontal films
  double shrinkage = 3.0;     // recognition: half of it times the squared weights is in the loss
  int validation_drafts = 0;  // report: validation items that are drafted after each epoch
  double composed = 0.0;      // report: share of the draws that are put together of sentences
  bool weighted = false;      // draw items by their `weight` instead of each once an epoch

  // Augmentation. Films and sides are never mirrored.
  double rotate_deg = 8;       // largest rotation
  double shift = 0.06;         // largest shift, share of the side
  double scale = 0.10;         // largest change of size
  double contrast = 0.20;      // largest change of contrast and, halved, of brightness
  double view_dropout = 0.0;   // chance that one of two films of an item is left out
  double feature_noise = 0.0;  // dropout of image features when they are cached
  int feature_copies = 1;      // augmented copies a film when the encoder is frozen and cached
  // --feature-store: folder that keeps a frozen encoder's features for other runs; empty: none
  std::filesystem::path feature_store;

  // Running.
  NumberType dtype = NumberType::kAuto;  // bfloat16: autocast; auto: where the CPU computes in it
  std::string save_dtype = "bfloat16";   // of the checkpoints
  uint64_t seed = 1;
  int threads = 0;       // 0: all cores
  int save_every = 200;  // steps between two states
  bool resume = false;   // continue the run in `output`
  bool force = false;    // start over in an `output` that holds a run

  // --data given more than once: all of its files, `data` among them. Items are drawn, first the
  // file by its share, then the item in it (by its weight where `weighted`). Empty: `data` alone.
  std::vector<DataShare> mixture;

  // What is trained, and how it is asked.
  std::string stage;                     // --stage: whose defaults these were; "" for none
  std::vector<std::string> parts;        // --train: of kModelParts; empty: all of them
  std::string prompt_template = "chat";  // --template: "chat", or "plain": films, then the answer

  // Low-rank adapters (arXiv:2106.09685) on the decoder's blocks: all else is frozen then.
  int lora_rank = 0;                      // --lora-rank: inner width; 0: no adapters
  double lora_alpha = 16;                 // --lora-alpha: an adapter is scaled by alpha / rank
  double lora_dropout = 0.0;              // --lora-dropout: of an adapter's input, in training
  std::vector<std::string> lora_targets;  // --lora-targets: last names; empty: all linear layers
  std::string lora_save = "merged";       // --lora-save: "merged", "apart" or "both"

  // Large steps in little memory, and when to stop.
  int accumulate = 1;          // --accumulate: batches a step
  bool checkpointing = false;  // --checkpointing: decoder blocks are computed again in backward
  double ema = 0;              // --ema: decay of the weights' average, which is saved; 0: none
  int patience = 0;            // --patience: epochs without a better validation until the end
};

// Names that --train takes.
inline constexpr const char* kModelParts[] = {"vision", "projector", "decoder"};

struct TrainSummary {
  int64_t steps = 0;
  double best = 0;          // validation value of best/
  std::string best_metric;  // "f1", "auc" or "loss": the first that the objective measures
  int best_epoch = 0;
  bool stopped_early = false;  // patience ended it
};

// kUsage for options that do not fit together, kInput for defective data (file and item named),
// kModel for checkpoints, kInterrupted when a signal came: the state is saved then.
Result<TrainSummary> train(const TrainOptions& options);

// The summary of the complete run in `options.output`; nothing when there is none or it is not
// complete. kUsage when a run with other options or data lies there.
Result<std::optional<TrainSummary>> finished_run(const TrainOptions& options);

}  // namespace slava
