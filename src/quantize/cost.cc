#include "quantize/cost.h"

#include <algorithm>

#include "assistant/jobs.h"
#include "decoder/generate.h"
#include "findings/findings.h"

namespace slava {
namespace {

// [tokens, vocabulary] float32: log-likelihoods at each of `tokens`, as the beginning of the
// answer.
Result<Tensor> likelihoods(const LoadedCheckpoint& checkpoint, const DraftRequest& study,
                           const std::vector<int64_t>& tokens) {
  SLAVA_TRY(const SeenFilms seen, look_at_study(checkpoint, study));
  const PromptConfig& config = checkpoint.config.prompt;
  const std::string text =
      prompt_text(config, seen.views,
                  {config.question, study.indication, study.comparison, sign_tokens(seen.signs)});
  SLAVA_TRY(const Prompt prompt, prompt_about(checkpoint, seen, text, {}, {}));
  const Decoder& decoder = *checkpoint.model.decoder;
  const auto count = static_cast<int64_t>(tokens.size());
  const Tensor ids = at::tensor(tokens, at::kLong).to(checkpoint.device).unsqueeze(0);
  const Tensor whole = at::cat({prompt.embeddings, decoder.embed(ids)}, 1);
  const Tensor hidden = decoder.forward(whole, {}, Pass::kInference)[0];
  // The state before a token foretells it.
  const Tensor states = hidden.narrow(0, hidden.size(0) - count - 1, count);
  return at::log_softmax(decoder.logits(states), -1).cpu();
}

// Drafts of all studies; their first answers' tokens too.
Result<std::vector<StudyWitness>> drafts(const LoadedCheckpoint& checkpoint,
                                         const std::vector<DraftRequest>& studies) {
  std::vector<StudyWitness> written(studies.size());
  std::vector<Error> errors;
  size_t given = 0;
  const NextJob next_job = [&]() -> std::unique_ptr<GenerationJob> {
    if (given == studies.size()) return nullptr;
    StudyWitness& place = written[given];
    return std::make_unique<DraftJob>(checkpoint, studies[given++], checkpoint.info.generation,
                                      [&place, &errors](Result<Draft> draft) {
                                        if (!draft) return errors.push_back(draft.error());
                                        place.findings = std::move(draft->findings);
                                        place.impression = std::move(draft->impression);
                                        place.tokens = std::move(draft->tokens);
                                      });
  };
  generate_all(*checkpoint.model.decoder, next_job,
               {checkpoint.info.batch, checkpoint.end_tokens, nullptr});
  if (!errors.empty()) return fail(errors.front());
  return written;
}

std::array<LabelState, kLabelCount> labels_of(const StudyWitness& study) {
  auto findings = extract_findings(study.findings, ReportSection::kFindings);
  for (Finding& finding : extract_findings(study.impression, ReportSection::kImpression)) {
    findings.push_back(std::move(finding));
  }
  return chexpert_labels(findings);
}

bool affirmed(LabelState state) {
  return state == LabelState::kPositive || state == LabelState::kUncertain;
}

}  // namespace

Result<std::vector<StudyWitness>> witness(const LoadedCheckpoint& checkpoint,
                                          const std::vector<DraftRequest>& studies) {
  SLAVA_TRY(auto written, drafts(checkpoint, studies));
  for (size_t i = 0; i < studies.size(); ++i) {
    if (written[i].tokens.empty()) continue;
    SLAVA_TRY(const Tensor likely, likelihoods(checkpoint, studies[i], written[i].tokens));
    written[i].likelihoods = likely.to(at::kHalf);
  }
  return written;
}

Result<QuantizeCost> cost_against(const std::vector<StudyWitness>& source,
                                  const LoadedCheckpoint& checkpoint,
                                  const std::vector<DraftRequest>& studies) {
  SLAVA_TRY(const auto written, drafts(checkpoint, studies));
  QuantizeCost cost;
  cost.studies = studies.size();
  double divergence = 0;
  int64_t agreed = 0;
  size_t both = 0, either = 0;  // labels of the two drafts, counted as F1 does
  for (size_t i = 0; i < studies.size(); ++i) {
    const auto expected = labels_of(source[i]), found = labels_of(written[i]);
    for (size_t label = 0; label < kLabelCount; ++label) {
      const bool a = affirmed(expected[label]), b = affirmed(found[label]);
      both += a && b ? 2 : 0;
      either += static_cast<size_t>(a) + static_cast<size_t>(b);
    }
    cost.same_drafts +=
        source[i].findings == written[i].findings && source[i].impression == written[i].impression;
    if (source[i].tokens.empty()) continue;
    SLAVA_TRY(const Tensor q, likelihoods(checkpoint, studies[i], source[i].tokens));
    const Tensor p = source[i].likelihoods.to(at::kFloat);
    // float16 has no place for what is as good as impossible.
    const Tensor terms = at::where(p > -30, p.exp() * (p - q), at::zeros_like(p));
    divergence += terms.sum().item<double>();
    agreed += (p.argmax(-1) == q.argmax(-1)).sum().item<int64_t>();
    cost.tokens += source[i].tokens.size();
  }
  const auto tokens = static_cast<double>(std::max<size_t>(cost.tokens, 1));
  cost.kl_divergence = divergence / tokens;
  cost.greedy_agreement = static_cast<double>(agreed) / tokens;
  cost.label_f1 = either == 0 ? 1 : static_cast<double>(both) / static_cast<double>(either);
  return cost;
}

}  // namespace slava
