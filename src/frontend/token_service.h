#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "frontend/metrics.h"
#include "frontend/model_library.h"
#include "frontend/models.h"
#include "frontend/prompt_tokens.h"
#include "frontend/side_threads.h"
#include "net/http_server.h"
#include "net/loop.h"

namespace dynamo::frontend {

/// Everything that the frontend does with token ids itself: POST /tokenize and /detokenize, the length of
/// prompts, and whether they fit. Bodies up to kShortBody (kShortSearchedBody where the tokenizer searches
/// patterns) are dealt with on the loop's thread, which costs it a few milliseconds at most; longer ones on a
/// few threads beside it, and likewise templates that take more than kShortSteps. Threads: its loop's.
class TokenService {
 public:
  static constexpr std::size_t kShortBody = std::size_t{64} << 10;
  static constexpr std::size_t kShortSearchedBody = std::size_t{1} << 10;
  static constexpr std::uint64_t kShortSteps = 100'000;  // five messages with tools take some hundreds

  TokenService(net::Loop& loop, const Options& options, Metrics& metrics, const Models& models,
               telemetry::Logger log);

  void update(const std::vector<Worker>& workers) { library_.update(workers); }
  const ModelLibrary& library() const noexcept { return library_; }
  /// Waits until no model is being read.
  net::Task<void> settle() { return library_.settle(); }

  net::Task<net::HttpResponse> tokenize(std::string body);
  net::Task<net::HttpResponse> detokenize(std::string body);

  /// The request's prompts; nothing when only the engine can tell. `request` outlives the task. Errors:
  /// invalid, when the model's template refuses the chat, or a prompt does not fit.
  net::Task<Result<std::optional<PromptFacts>>> examine(const openai::Request* request,
                                                        std::size_t body_size);

 private:
  struct Chosen {
    std::shared_ptr<Model> model;
    std::shared_ptr<const ModelFiles> files;
  };
  /// The model of that name, or the only one. Errors: not_found, unavailable (its files are being read),
  /// unsupported.
  Result<Chosen> choose(const std::string& model) const;
  /// Where work is done: on the loop's thread, or on one beside it.
  enum class Place { here, beside };
  static Place place_for(std::size_t body_size);
  static Place place_for(std::size_t body_size, const ModelFiles& files);
  net::Task<void> run(Place place, std::move_only_function<void()> work);
  net::Task<void> run_timed(Place place, std::string_view operation, std::move_only_function<void()> work);
  /// Sets `out` to render(options), which is a function of this. `out` and `render` outlive the task.
  template <class T, class Render>
  net::Task<void> render_timed(Place place, Result<T>& out, const Render& render);

  Metrics& metrics_;
  const Models& models_;
  ModelLibrary library_;
  SideThreads side_;
};

/// The longest sequence that the model's card allows; 0 when it does not say.
std::uint64_t context_length(const Model& model);

}  // namespace dynamo::frontend
