// A chat completions endpoint inside the test.
#pragma once

#include <httplib.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

namespace slava::radex {

class ChatServer {
 public:
  // Answers each user's message with `reply` of it.
  explicit ChatServer(std::function<std::string(const std::string&)> reply) {
    server_.Post("/v1/chat/completions", [this, reply](const httplib::Request& request,
                                                       httplib::Response& response) {
      requests.push_back(nlohmann::json::parse(request.body));
      authorizations.push_back(request.get_header_value("Authorization"));
      const std::string user = requests.back()["messages"][1]["content"];
      const nlohmann::json answer = {
          {"choices", {{{"message", {{"role", "assistant"}, {"content", reply(user)}}}}}}};
      response.set_content(answer.dump(), "application/json");
    });
    server_.Post("/broken/chat/completions",
                 [](const httplib::Request&, httplib::Response& response) {
                   response.set_content("{\"choices\": []}", "application/json");
                 });
    server_.Post("/slow/chat/completions", [](const httplib::Request&, httplib::Response&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2500));
    });
    server_.Post("/endless/chat/completions",
                 [](const httplib::Request&, httplib::Response& response) {
                   response.set_content(std::string(size_t{3} << 20, 'x'), "text/plain");
                 });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~ChatServer() {
    server_.stop();
    thread_.join();
  }
  ChatServer(const ChatServer&) = delete;
  ChatServer& operator=(const ChatServer&) = delete;

  std::string url(const std::string& path = "/v1") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

  // In order; read when no question is on its way.
  std::vector<nlohmann::json> requests;
  std::vector<std::string> authorizations;

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace slava::radex
