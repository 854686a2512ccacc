#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "frontend/model_files.h"
#include "frontend/models.h"
#include "frontend/options.h"
#include "net/loop.h"
#include "telemetry/log.h"

namespace dynamo::frontend {

/// Where the files of the model that `worker` serves are: what the frontend was told, or what the model's
/// card says; nothing when neither names a file or folder of this machine. Pure but for looking whether it is
/// there.
std::optional<std::filesystem::path> path_of_files(const Worker& worker, const Options& options);

/// The files of the models that are served. They are read on a thread of their own once a model appears, and
/// forgotten when it goes; a model whose files are missing or cannot be read is passed through: the engine
/// tokenizes. Both are said in the log, once. Threads: its loop's.
class ModelLibrary {
 public:
  enum class State : std::uint8_t { reading, ready, passed_through };

  ModelLibrary(net::Loop& loop, const Options& options, telemetry::Logger log);

  /// Takes `workers` as all there are.
  void update(const std::vector<Worker>& workers);
  /// The files of a model; null while they are being read, and where there are none.
  std::shared_ptr<const ModelFiles> find(std::string_view model) const;
  State state(std::string_view model) const;
  /// Why a model is passed through.
  std::string_view reason(std::string_view model) const;
  /// Waits until nothing is being read.
  net::Task<void> settle();

 private:
  struct Entry {
    std::optional<std::filesystem::path> path;
    State state = State::reading;
    std::shared_ptr<const ModelFiles> files;
    std::string reason;
  };

  net::Task<void> read(std::string model, std::filesystem::path path);
  static void pass_through(Entry& entry, std::string reason);
  const Entry* entry(std::string_view model) const;

  net::Loop& loop_;
  const Options& options_;
  telemetry::Logger log_;
  std::map<std::string, Entry, std::less<>> entries_;
  net::TaskGroup reading_;
};

}  // namespace dynamo::frontend
