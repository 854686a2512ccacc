#include "frontend/token_service.h"

#include <fstream>
#include <gtest/gtest.h>

#include "base/test_folder.h"

namespace dynamo::frontend {
namespace {

namespace fs = std::filesystem;

/// Words of a few letters; a beginning of text in front; a template that raises when it is told to.
constexpr std::string_view kTokenizer = R"({
  "version": "1.0",
  "added_tokens": [{"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true}],
  "pre_tokenizer": {"type": "Whitespace"},
  "post_processor": {"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
    "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}},
  "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"<s>": 0, "?": 1, "user": 2, "hi": 3, "there": 4}}
})";
constexpr std::string_view kConfig = R"({
  "bos_token": "<s>",
  "chat_template": "{{ bos_token }}{% for m in messages %}{% if m.content == 'no' %}{{ raise_exception('not so') }}{% endif %}{{ m.role }} {{ m.content }} {% endfor %}"
})";

class TokenServiceTest : public ::testing::Test {
 protected:
  TokenServiceTest() {
    write("tokenizer.json", kTokenizer);
    write("tokenizer_config.json", kConfig);
  }
  ~TokenServiceTest() override {
    if (service_) net::run(loop_, service_->settle());
  }

  void write(const std::string& name, std::string_view text) { std::ofstream(folder_ / name) << text; }

  Worker worker(std::string model, std::string source_path, std::uint64_t context_length = 8) {
    Worker out;
    out.instance_id = ++workers_;
    out.model = model;
    out.card.emplace();
    out.card->display_name = std::move(model);
    out.card->source_path = std::move(source_path);
    out.card->context_length = context_length;
    return out;
  }

  /// The service once it knows `workers` and has read their files.
  TokenService& with(std::vector<Worker> workers) {
    if (!service_) service_.emplace(loop_, options_, *metrics_, models_, telemetry::Logger::silent());
    service_->update(workers);
    models_.update(std::move(workers));
    net::run(loop_, service_->settle());
    return *service_;
  }
  TokenService& with_model() { return with({worker("m", folder_.string())}); }

  net::HttpResponse tokenize(std::string body) {
    return net::run(loop_, service_->tokenize(std::move(body)));
  }
  net::HttpResponse detokenize(std::string body) {
    return net::run(loop_, service_->detokenize(std::move(body)));
  }
  Result<std::optional<std::uint64_t>> examine(openai::Endpoint endpoint, std::string_view body) {
    const auto request = openai::parse_request(endpoint, body).value();
    const auto facts = net::run(loop_, service_->examine(&request, body.size()));
    if (!facts) return std::unexpected(facts.error());
    return facts->transform(&PromptFacts::tokens);
  }

  /// Whether a prompt of so many words is dealt with before the loop's next turn.
  bool counted_at_once(std::size_t words) {
    std::string prompt;
    for (std::size_t i = 0; i < words; ++i) prompt += "hi ";
    const auto body = fmt::format(R"({{"model":"m","prompt":"{}"}})", prompt);
    const auto request = openai::parse_request(openai::Endpoint::completions, body).value();
    std::uint64_t count = 0;
    net::TaskGroup group(loop_);
    group.spawn(count_into(&*service_, &request, body.size(), &count));
    const bool at_once = group.size() == 0;
    net::run(loop_, group.join());
    EXPECT_EQ(count, words + 1);
    return at_once;
  }
  static net::Task<void> count_into(TokenService* service, const openai::Request* request, std::size_t size,
                                    std::uint64_t* count) {
    const auto facts = co_await service->examine(request, size);
    if (facts && *facts) *count = (*facts)->tokens();
  }

  const TestFolder test_folder_;
  const fs::path folder_ = test_folder_.path();
  net::Loop loop_;
  Options options_;
  std::unique_ptr<Metrics> metrics_ = Metrics::make("dynamo_frontend", {}).value();
  Models models_{router::Mode::round_robin, 0};
  std::optional<TokenService> service_;
  std::uint64_t workers_ = 0;
};

TEST_F(TokenServiceTest, AnswersAsVllmDoes) {
  with_model();
  EXPECT_EQ(tokenize(R"({"model":"m","prompt":"hi there"})").body,
            R"({"count":3,"max_model_len":8,"tokens":[0,3,4],"token_strs":null})");
  EXPECT_EQ(
      tokenize(R"({"model":"m","prompt":"hi","add_special_tokens":false,"return_token_strs":true})").body,
      R"({"count":1,"max_model_len":8,"tokens":[3],"token_strs":["hi"]})");
  EXPECT_EQ(tokenize(R"({"messages":[{"role":"user","content":"hi"}]})").body,
            R"({"count":3,"max_model_len":8,"tokens":[0,2,3],"token_strs":null})");
  EXPECT_EQ(detokenize(R"({"model":"m","tokens":[0,3,4]})").body, R"({"prompt":"<s> hi there"})");
}

struct Refusal {
  std::string_view name, body;
  int status;
  std::string_view says;
};
class TokenizeRefusalTest : public TokenServiceTest, public ::testing::WithParamInterface<Refusal> {};

TEST_P(TokenizeRefusalTest, SaysWhatIsWrong) {
  with({worker("m", folder_.string()), worker("elsewhere", "/nowhere")});
  const bool is_ids = GetParam().body.find("tokens") != std::string_view::npos;
  const auto answer =
      is_ids ? detokenize(std::string(GetParam().body)) : tokenize(std::string(GetParam().body));
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_NE(answer.body.find(GetParam().says), std::string::npos) << answer.body;
}

INSTANTIATE_TEST_SUITE_P(
    Requests, TokenizeRefusalTest,
    ::testing::Values(Refusal{"not_json", "{", 400, "JSON"},
                      Refusal{"not_an_object", "[]", 400, "JSON object"},
                      Refusal{"no_prompt", R"({"model":"m"})", 400, "`prompt`"},
                      Refusal{"both", R"({"model":"m","prompt":"a","messages":[]})", 400, "either"},
                      Refusal{"prompt_of_ids", R"({"model":"m","prompt":[1]})", 400, "`prompt`"},
                      Refusal{"unknown_model", R"({"model":"x","prompt":"a"})", 404, "Model not found"},
                      Refusal{"which_model", R"({"prompt":"a"})", 400, "`model` is required: there are 2"},
                      Refusal{"no_files", R"({"model":"elsewhere","prompt":"a"})", 501, "--model-path"},
                      Refusal{"template_raises",
                              R"({"model":"m","messages":[{"role":"user","content":"no"}]})", 400, "not so"},
                      Refusal{"tokens_missing", R"({"model":"m","tokens":"x"})", 400, "`tokens`"},
                      Refusal{"tokens_of_text", R"({"model":"m","tokens":["x"]})", 400, "whole numbers"},
                      Refusal{"token_unknown", R"({"model":"m","tokens":[99]})", 400, "token 99"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(TokenServiceTest, CountsWhatTheEngineWillCount) {
  with_model();
  EXPECT_EQ(examine(openai::Endpoint::completions, R"({"model":"m","prompt":"hi there"})").value(), 3);
  EXPECT_EQ(examine(openai::Endpoint::completions, R"({"model":"m","prompt":["hi",[5,6]]})").value(), 4);
  EXPECT_EQ(examine(openai::Endpoint::completions, R"({"model":"m","prompt":[1,2,3]})").value(), 3);
  EXPECT_EQ(
      examine(openai::Endpoint::chat, R"({"model":"m","messages":[{"role":"user","content":"hi"}]})").value(),
      3);
}

TEST_F(TokenServiceTest, RefusesWhatDoesNotFit) {
  with_model();
  EXPECT_TRUE(
      examine(openai::Endpoint::completions, R"({"model":"m","prompt":"a a a a a a a"})").has_value());
  const auto prompt = examine(openai::Endpoint::completions, R"({"model":"m","prompt":"a a a a a a a a"})");
  ASSERT_FALSE(prompt.has_value());
  EXPECT_EQ(prompt.error().code, Errc::invalid);
  EXPECT_NE(prompt.error().message.find("maximum context length is 8 tokens, but `prompt` has 9"),
            std::string::npos)
      << prompt.error().message;
  const auto chat = examine(openai::Endpoint::chat,
                            R"({"model":"m","messages":[{"role":"user","content":"a a a a a a a"}]})");
  ASSERT_FALSE(chat.has_value());
  EXPECT_NE(chat.error().message.find("`messages` has 9"), std::string::npos) << chat.error().message;
}

TEST_F(TokenServiceTest, AChatThatItsTemplateRefusesIsTheClientsMistake) {
  with_model();
  const auto refused =
      examine(openai::Endpoint::chat, R"({"model":"m","messages":[{"role":"user","content":"no"}]})");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::invalid);
  EXPECT_NE(refused.error().message.find("not so"), std::string::npos);
}

TEST_F(TokenServiceTest, LongTextsAreDealtWithBesideTheLoop) {
  with({worker("m", folder_.string(), 0)});
  EXPECT_TRUE(counted_at_once(TokenService::kShortBody / 3 - 100));
  EXPECT_FALSE(counted_at_once(TokenService::kShortBody / 3));
  EXPECT_NE(metrics_->expose().find(R"(dynamo_frontend_tokenizer_latency_ms_count{operation="tokenize"} 2)"),
            std::string::npos);
}

/// They may take microseconds a byte.
TEST_F(TokenServiceTest, PatternsAreSearchedBesideTheLoopEarlier) {
  std::string tokenizer(kTokenizer);
  const std::string_view whitespace = R"({"type": "Whitespace"})";
  tokenizer.replace(
      tokenizer.find(whitespace), whitespace.size(),
      R"({"type": "Split", "pattern": {"Regex": " +"}, "behavior": "Removed", "invert": false})");
  write("tokenizer.json", tokenizer);
  with({worker("m", folder_.string(), 0)});
  EXPECT_TRUE(counted_at_once(TokenService::kShortSearchedBody / 3 - 100));
  EXPECT_FALSE(counted_at_once(TokenService::kShortSearchedBody / 3));
}

TEST_F(TokenServiceTest, AModelWithoutFilesIsPassedThrough) {
  const TokenService& service = with({worker("m", "/nowhere")});
  EXPECT_EQ(service.library().state("m"), ModelLibrary::State::passed_through);
  EXPECT_EQ(examine(openai::Endpoint::completions, R"({"model":"m","prompt":"a a a a a a a a a"})").value(),
            std::nullopt);
}

TEST_F(TokenServiceTest, FilesThatCannotBeReadAreNamed) {
  write("tokenizer.json", R"({"version":"1.0","model":{"type":"Riddle"}})");
  const TokenService& service = with_model();
  EXPECT_EQ(service.library().state("m"), ModelLibrary::State::passed_through);
  EXPECT_NE(service.library().reason("m").find("Riddle"), std::string_view::npos)
      << service.library().reason("m");
}

TEST_F(TokenServiceTest, WithoutATemplateOnlyChatsArePassedThrough) {
  fs::remove(folder_ / "tokenizer_config.json");
  with_model();
  EXPECT_EQ(examine(openai::Endpoint::completions, R"({"model":"m","prompt":"hi"})").value(), 2);
  EXPECT_EQ(
      examine(openai::Endpoint::chat, R"({"model":"m","messages":[{"role":"user","content":"hi"}]})").value(),
      std::nullopt);
  EXPECT_EQ(tokenize(R"({"messages":[{"role":"user","content":"hi"}]})").status, 501);
}

TEST_F(TokenServiceTest, APathOnTheCommandLineWinsForTheModelItIsMeantFor) {
  options_.model_path = folder_.string();
  options_.model_name = "m";
  const TokenService& service = with({worker("m", "/nowhere"), worker("n", "/nowhere")});
  EXPECT_EQ(service.library().state("m"), ModelLibrary::State::ready);
  EXPECT_EQ(service.library().state("n"), ModelLibrary::State::passed_through);
}

TEST_F(TokenServiceTest, FilesGoWithTheirModel) {
  with_model();
  const TokenService& service = with({});
  EXPECT_EQ(service.library().find("m"), nullptr);
}

}  // namespace
}  // namespace dynamo::frontend
