#include "commands/generation_flags.h"

namespace slava {

void GenerationFlags::declare(CLI::App& app) {
  const char* group = "Text (defaults: the checkpoint's generation_config.json)";
  app.add_option("--max-new-tokens", max_new_tokens, "Longest text, in tokens")
      ->type_name("N")
      ->check(CLI::Range(1, 1 << 20))
      ->group(group);
  app.add_option("--no-repeat-ngram", no_repeat_ngram,
                 "No N tokens in a row come twice; 0: they may")
      ->type_name("N")
      ->check(CLI::Range(0, 1 << 20))
      ->group(group);
  app.add_option("--temperature", temperature, "0: the likeliest token always; above: sampling")
      ->type_name("X")
      ->check(CLI::Range(0.0, 100.0))
      ->group(group);
  app.add_option("--top-p", top_p, "Sampling: only the likeliest tokens of this probability")
      ->type_name("X")
      ->check(CLI::Range(1e-6, 1.0))
      ->group(group);
  app.add_option("--seed", seed, "Sampling: the same seed gives the same text")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->group(group);
}

GenerationOptions GenerationFlags::over(const GenerationOptions& of_checkpoint) const {
  GenerationOptions options = of_checkpoint;
  options.max_new_tokens = max_new_tokens.value_or(options.max_new_tokens);
  options.no_repeat_ngram = no_repeat_ngram.value_or(options.no_repeat_ngram);
  options.temperature = temperature.value_or(options.temperature);
  options.top_p = top_p.value_or(options.top_p);
  options.seed = seed.value_or(options.seed);
  return options;
}

}  // namespace slava
