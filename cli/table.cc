// Padding and breaking of text. Widths are counted in bytes: what is printed here is ASCII.
// Columns stand two blanks apart.
#include "cli/table.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/check.h"

namespace cli {

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (Column& column : columns_) column.width = std::max(column.width, column.title.size());
}

std::string Table::Header() const {
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  return Row(titles);
}

std::string Table::Row(const std::vector<std::string>& cells) const {
  CHECK(cells.size() <= columns_.size(), "a row has more cells than the table columns");
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t width = columns_[i].width;
    const std::string blanks(width - std::min(width, cells[i].size()), ' ');
    const bool right = columns_[i].align == Align::kRight;
    absl::StrAppend(&line, i == 0 ? "" : "  ", right ? blanks : "", cells[i], right ? "" : blanks);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string Paragraph(const std::string& text, const std::string& indent, int columns) {
  std::string lines;
  std::string line = indent;
  for (std::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const bool first = line.size() == indent.size();
    if (!first && line.size() + 1 + word.size() > static_cast<std::size_t>(columns)) {
      absl::StrAppend(&lines, line, "\n");
      line = absl::StrCat(indent, word);
    } else {
      absl::StrAppend(&line, first ? "" : " ", word);
    }
  }
  return absl::StrCat(lines, line, "\n");
}

std::string WithSeparators(std::uint64_t number) {
  std::string text = absl::StrCat(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

}  // namespace cli
