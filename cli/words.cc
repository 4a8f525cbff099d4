// Bytes that are not ASCII stay as they are, but for the control characters among them: some
// terminals obey U+009B as they obey an escape.
#include "cli/words.h"

#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace cli {
namespace {

std::string Escaped(unsigned char c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return absl::StrFormat("\\x%02x", c);
  }
}

// Whether a character of two bytes, the first of which is 0xc2, is a control character.
bool IsHighControl(std::string_view text) {
  return text.size() >= 2 && text[0] == '\xc2' && (text[1] & 0xe0) == 0x80;
}

bool NeedsNoQuotes(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("/._-+=:,@%").find(c) != std::string_view::npos;
}

}  // namespace

std::string OneLine(std::string_view text) {
  std::string line;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = text[i];
    if (absl::ascii_iscntrl(c)) {
      line += Escaped(c);
    } else if (IsHighControl(text.substr(i))) {
      const unsigned char second = text[++i];
      absl::StrAppend(&line, Escaped(c), Escaped(second));
    } else {
      line += text[i];
    }
  }
  return line;
}

std::string ShellWord(std::string_view text) {
  bool plain = !text.empty();
  for (char c : text) plain = plain && NeedsNoQuotes(c);
  if (plain) return std::string(text);
  return absl::StrCat("'", absl::StrReplaceAll(OneLine(text), {{"'", "'\\''"}}), "'");
}

std::string UserPath(const std::string& path) {
  const char* const stands = std::getenv("BUILD_WORKING_DIRECTORY");
  // Whoever is handed the path (we ourselves, by a user; `dot`) would take it for a flag.
  if (stands == nullptr && path.starts_with('-')) return "./" + path;
  if (stands == nullptr || path.empty() || path.starts_with('/')) return path;
  return absl::StrCat(stands, "/", path);
}

std::string CommandName() {
  const bool under_bazel = std::getenv("BUILD_WORKING_DIRECTORY") != nullptr;
  return under_bazel ? "./bazelw run //:rmapcheck --" : "rmapcheck";
}

}  // namespace cli
