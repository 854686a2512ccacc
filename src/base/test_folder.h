#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace dynamo {

/// A folder of one test, gone with it. No test that runs beside, on this machine or in a container that
/// shares the temporary folder, has the same one, nor did one before.
class TestFolder {
 public:
  TestFolder() : path_((std::filesystem::temp_directory_path() / "dynamo-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make " + path_);
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace dynamo
