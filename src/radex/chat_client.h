// A question for a language model goes out over HTTP to any endpoint that speaks OpenAI's chat
// completions; its answer comes back. Never here: what is asked, and whether the answer is used.
#pragma once

#include <string>

#include "base/result.h"

namespace slava::radex {

struct ChatOptions {
  // "http://127.0.0.1:8080/v1"; "/chat/completions" is added.
  std::string url;
  std::string model = "default";
  int timeout_s = 60;
  // Sent as a bearer token when not empty; never logged.
  std::string key{};
};

class ChatClient {
 public:
  // kUsage for a URL without http:// or https:// and a host.
  static Result<ChatClient> make(const ChatOptions& options);

  // Whether the host is this machine: what is sent stays in the house.
  bool is_local() const;
  const std::string& host() const { return host_; }

  // The model's answer at temperature 0 with `seed`. kInput, naming the URL: no connection, a time
  // out, another status than 200, or an answer of another form.
  Result<std::string> ask(const std::string& system, const std::string& user, uint64_t seed) const;

 private:
  ChatOptions options_;
  std::string origin_;  // "http://127.0.0.1:8080"
  std::string host_;
  std::string path_;
};

}  // namespace slava::radex
