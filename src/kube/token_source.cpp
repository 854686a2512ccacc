#include "kube/token_source.h"

#include <cerrno>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace dynamo::kube {
namespace {

std::string trimmed(std::string text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  text.erase(last == std::string::npos ? 0 : last + 1);
  text.erase(0, text.find_first_not_of(" \t\r\n"));
  return text;
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(system_error(fmt::format("opening {}", path), errno));
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return std::unexpected(system_error(fmt::format("reading {}", path), errno));
  return text;
}

TokenSource TokenSource::fixed(std::string token) {
  TokenSource source;
  source.token_ = std::move(token);
  return source;
}

TokenSource TokenSource::file(std::string path) {
  TokenSource source;
  source.path_ = std::move(path);
  return source;
}

Result<TokenSource::Stamp> TokenSource::stamp_of(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0)
    return std::unexpected(system_error(fmt::format("looking at {}", path), errno));
  return Stamp{info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

Result<std::string> TokenSource::get() {
  if (path_.empty()) return token_;
  const auto stamp = stamp_of(path_);
  if (stamp && *stamp == stamp_) return token_;
  auto text = stamp ? read_text_file(path_) : std::unexpected(stamp.error());
  if (text) {
    token_ = trimmed(std::move(*text));
    stamp_ = *stamp;
  }
  if (!text && token_.empty()) return context("bearer token", std::move(text.error()));
  return token_;
}

}  // namespace dynamo::kube
