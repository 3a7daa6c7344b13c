#include "radex/chat_client.h"

#include <gmock/gmock.h>

#include "chat_server.h"

namespace slava::radex {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ChatClient, AsksAndReadsTheAnswer) {
  ChatServer server([](const std::string& text) { return "said: " + text; });
  const auto client =
      ChatClient::make({.url = server.url("/v1/"), .model = "tiny", .key = "secret"});
  ASSERT_TRUE(client) << client.error();
  const auto answer = client->ask("be short", "hello", 7);
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(*answer, "said: hello");
  ASSERT_EQ(server.requests.size(), 1u);
  EXPECT_EQ(server.requests[0]["model"], "tiny");
  EXPECT_EQ(server.requests[0]["temperature"], 0);
  EXPECT_EQ(server.requests[0]["seed"], 7);
  EXPECT_EQ(server.requests[0]["messages"][0]["content"], "be short");
  EXPECT_EQ(server.authorizations[0], "Bearer secret");
}

std::string error_of(const ChatOptions& options) {
  const auto client = ChatClient::make(options);
  if (!client) return client.error().message;
  const auto answer = client->ask("s", "u", 1);
  return answer ? "an answer: " + *answer : answer.error().message;
}

TEST(ChatClient, TellsWhatWentWrong) {
  ChatServer server([](const std::string& text) { return text; });
  EXPECT_THAT(error_of({.url = server.url("/broken")}), HasSubstr("choices[0].message.content"));
  EXPECT_THAT(error_of({.url = server.url("/none")}), HasSubstr("status 404"));
  EXPECT_THAT(error_of({.url = server.url("/endless")}), HasSubstr("more than 1 MiB"));
  EXPECT_THAT(error_of({.url = server.url("/slow"), .timeout_s = 1}),
              HasSubstr("no answer within 1 s"));
  EXPECT_THAT(error_of({.url = "http://127.0.0.1:1/v1", .timeout_s = 1, .key = "secret"}),
              testing::AllOf(HasSubstr("is the server running?"), Not(HasSubstr("secret"))));
}

TEST(ChatClient, RefusesWhatIsNoUrl) {
  for (const char* url : {"localhost:8080", "ftp://host/v1", "http://", "http://me:pw@host/v1"}) {
    const auto client = ChatClient::make({.url = url});
    ASSERT_FALSE(client) << url;
    EXPECT_EQ(client.error().kind, ErrorKind::kUsage);
    EXPECT_THAT(client.error().message, HasSubstr("http://127.0.0.1:8080/v1"));
  }
}

TEST(ChatClient, KnowsThisMachine) {
  const auto is_local = [](const char* url) { return ChatClient::make({.url = url})->is_local(); };
  EXPECT_TRUE(is_local("http://127.0.0.1:8080/v1"));
  EXPECT_TRUE(is_local("http://localhost/v1"));
  EXPECT_TRUE(is_local("http://[::1]:8080/v1"));
  EXPECT_FALSE(is_local("https://api.example.com/v1"));
  EXPECT_FALSE(is_local("http://127.example.com/v1"));
  EXPECT_FALSE(is_local("http://10.0.0.5:8080/v1"));
}

}  // namespace
}  // namespace slava::radex
