#pragma once

#include <cstdint>
#include <ctime>
#include <string>

#include "base/error.h"

namespace dynamo::kube {

/// Where the bearer token comes from: nowhere, a fixed text, or a file that somebody renews.
class TokenSource {
 public:
  TokenSource() = default;
  static TokenSource fixed(std::string token);
  static TokenSource file(std::string path);

  /// The token as of now, empty when there is none. A file is read again when it has changed; while it cannot
  /// be read the last token is kept. Errors: as reading the file the first time.
  Result<std::string> get();

 private:
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t size = -1;
    std::int64_t modified_seconds = 0;
    std::int64_t modified_nanoseconds = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  static Result<Stamp> stamp_of(const std::string& path);

  std::string token_;
  std::string path_;
  Stamp stamp_;
};

/// The whole file. Errors: as the system says them, with the path.
Result<std::string> read_text_file(const std::string& path);

}  // namespace dynamo::kube
