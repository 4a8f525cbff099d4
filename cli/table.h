// A table that is printed row by row, while the rows are being found out.
//
// So the widths are fixed beforehand, from what is known then; a cell that is too wide moves the
// rest of its own row only.
#ifndef RMAPCHECK_CLI_TABLE_H_
#define RMAPCHECK_CLI_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cli {

enum class Align { kLeft, kRight };

struct Column {
  std::string title;
  std::size_t width = 0;  // At least; a column is never narrower than its title.
  Align align = Align::kLeft;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  // Return: a line with its line break, without blanks at its end.
  std::string Header() const;
  // Requires: at most as many cells as there are columns.
  std::string Row(const std::vector<std::string>& cells) const;

 private:
  std::vector<Column> columns_;
};

// Returns: the text broken at blanks into lines of at most `columns`, each behind `indent`.
std::string Paragraph(const std::string& text, const std::string& indent, int columns);

// Returns: 1234567 as "1,234,567".
std::string WithSeparators(std::uint64_t number);

}  // namespace cli

#endif  // RMAPCHECK_CLI_TABLE_H_
