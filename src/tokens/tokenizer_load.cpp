#include "base/file.h"

#include "tokens/parts.h"
#include "tokens/tokenizer.h"

namespace dynamo::tokens {

Result<std::shared_ptr<const Tokenizer>> Tokenizer::load(const std::filesystem::path& directory_or_file) {
  const auto file = std::filesystem::is_directory(directory_or_file) ? directory_or_file / "tokenizer.json"
                                                                     : directory_or_file;
  const auto text = read_file(file.string());
  if (!text) return std::unexpected(text.error());
  auto tokenizer = parse(*text);
  if (!tokenizer) return context(file.string(), tokenizer.error());
  return tokenizer;
}

}  // namespace dynamo::tokens
