#include "radex/chat_client.h"

#include <httplib.h>

#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace slava::radex {
namespace {

constexpr size_t kLongestAnswer = size_t{1} << 20;

}  // namespace

Result<ChatClient> ChatClient::make(const ChatOptions& options) {
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorKind::kUsage, cat("--llm ", options.url, ": ", what,
                                       "; expected for example http://127.0.0.1:8080/v1"));
  };
  const size_t scheme = options.url.find("://");
  const std::string name = options.url.substr(0, scheme);
  if (scheme == std::string::npos || (name != "http" && name != "https")) {
    return wrong("no http:// or https:// URL");
  }
  const size_t begin = scheme + 3;
  const size_t slash = std::min(options.url.find('/', begin), options.url.size());
  std::string host = options.url.substr(begin, slash - begin);
  if (host.find('@') != std::string::npos) return wrong("no user and password in the URL");
  ChatClient client;
  client.options_ = options;
  client.origin_ = options.url.substr(0, slash);
  const size_t colon = host.rfind(':');
  const bool bracket = !host.empty() && host.front() == '[';
  if (bracket) {
    host = host.substr(1, host.find(']') == std::string::npos ? 0 : host.find(']') - 1);
  } else if (colon != std::string::npos) {
    host = host.substr(0, colon);
  }
  if (host.empty()) return wrong("no host");
  client.host_ = host;
  std::string path = options.url.substr(slash);
  while (!path.empty() && path.back() == '/') path.pop_back();
  client.path_ = path + "/chat/completions";
  return client;
}

bool ChatClient::is_local() const {
  const bool loopback =
      host_.starts_with("127.") && host_.find_first_not_of("0123456789.") == std::string::npos;
  return host_ == "localhost" || host_ == "::1" || loopback;
}

Result<std::string> ChatClient::ask(const std::string& system, const std::string& user,
                                    uint64_t seed) const {
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorKind::kInput, cat("--llm ", options_.url, ": ", what));
  };
  httplib::Client client(origin_);
  client.set_connection_timeout(options_.timeout_s);
  client.set_read_timeout(options_.timeout_s);
  client.set_write_timeout(options_.timeout_s);
  if (!options_.key.empty()) client.set_bearer_token_auth(options_.key);
  const nlohmann::json request = {
      {"model", options_.model},
      {"temperature", 0},
      {"seed", seed & 0x7fffffff},
      {"messages",
       {{{"role", "system"}, {"content", system}}, {{"role", "user"}, {"content", user}}}}};
  std::string body;
  bool too_long = false;
  httplib::Request post;
  post.method = "POST";
  post.path = path_;
  post.body = request.dump();
  post.set_header("Content-Type", "application/json");
  post.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t) {
    too_long = body.size() + size > kLongestAnswer;
    if (!too_long) body.append(data, size);
    return !too_long;
  };
  const auto response = client.send(post);
  if (too_long) return wrong("an answer of more than 1 MiB");
  if (!response) {
    return wrong(cat("no answer within ", options_.timeout_s, " s (",
                     httplib::to_string(response.error()), "); is the server running?"));
  }
  if (response->status != 200) {
    return wrong(cat("status ", response->status, "; expected 200 from ", path_));
  }
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  const auto pointer = nlohmann::json::json_pointer("/choices/0/message/content");
  if (json.is_discarded() || !json.contains(pointer) || !json.at(pointer).is_string()) {
    return wrong("an answer without choices[0].message.content; expected a chat completion");
  }
  return json.at(pointer).get<std::string>();
}

}  // namespace slava::radex
