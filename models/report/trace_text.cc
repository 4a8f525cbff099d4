// Layout of a story: step number, a column for each thread, the place in the source.
//
// Two remarks help where the story's order and modification order part: a read of a value that an
// earlier step has already replaced, and a write that goes before one told earlier.
#include "models/report/trace_text.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace models {
namespace {

constexpr int kNumberWidth = 4;
constexpr int kGap = 2;
constexpr int kPlaceWidthMax = 44;
constexpr int kColumnWidthMin = 26;

// Breaks at blanks; what is longer than a line stands alone.
std::vector<std::string> Wrap(const std::string& text, int width) {
  std::vector<std::string> lines(1);
  for (std::string_view word : absl::StrSplit(text, ' ')) {
    std::string& last = lines.back();
    const bool fits = last.size() + 1 + word.size() <= static_cast<std::size_t>(width);
    if (last.empty()) {
      last = word;
    } else if (fits) {
      absl::StrAppend(&last, " ", word);
    } else {
      lines.push_back(absl::StrCat("  ", word));
    }
  }
  return lines;
}

// Returns: a thread's name, without what is between its beginning and its end if it is too long.
std::string Shortened(const std::string& name, std::size_t width) {
  constexpr std::size_t kBeginning = 4;
  const std::string left_out = "..";
  if (name.size() <= width || width < kBeginning + left_out.size()) return name;
  const std::size_t end = width - kBeginning - left_out.size();
  return name.substr(0, kBeginning) + left_out + name.substr(name.size() - end);
}

std::string Padded(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : text + std::string(width - text.size(), ' ');
}

std::string PlaceText(const TraceLine& line) {
  if (line.line == 0) return "";
  return absl::StrCat(line.file, ":", line.line, " ", line.function);
}

const char* Separator(const TraceLine& line) {
  const bool is_field = line.location != 0 && !line.is_lock;
  if (line.operation == "trylock" || line.mo > 0) {
    return is_field && !absl::StrContains(line.value, "->") ? " = " : ": ";
  }
  return is_field ? " = " : " ";
}

class Page {
 public:
  Page(const Trace& trace, int columns);
  std::string Text();

 private:
  std::string Told(const TraceLine& line) const;
  std::string From(const TraceLine& line) const;
  std::string Remark(const TraceLine& line) const;
  int StepOf(int thread, int index) const;
  // Returns: the step of a write told so far with a larger place in mo than `mo`, or 0.
  int StepOfNewer(const TraceLine& line, int mo) const;
  int MoRead(const TraceLine& line) const;
  void Note(const TraceLine& line);
  void Row(const std::string& number, int thread, const std::string& cell,
           const std::string& place);
  void Header();

  const Trace& trace_;
  int threads_;
  int width_ = 0;  // Of a thread's column.
  int place_width_ = 0;
  bool narrow_ = false;  // One column for all threads.
  int step_ = 0;
  std::map<std::pair<int, int>, int> steps_;                   // By thread and index.
  std::map<std::pair<int, int>, int> mo_;                      // Likewise, of writes.
  std::map<unsigned, std::vector<std::pair<int, int>>> told_;  // By location: mo, step.
  std::string text_;
};

Page::Page(const Trace& trace, int columns)
    : trace_(trace), threads_(std::max<int>(1, static_cast<int>(trace.threads.size()))) {
  std::size_t place = 5;
  for (const TraceLine& line : trace.lines) place = std::max(place, PlaceText(line).size());
  place_width_ = std::min<int>(static_cast<int>(place), kPlaceWidthMax);
  const int room = columns - kNumberWidth - kGap - place_width_;
  width_ = room / threads_ - kGap;
  narrow_ = width_ < kColumnWidthMin;
  if (narrow_) width_ = std::max(room - kGap, kColumnWidthMin);
}

int Page::StepOf(int thread, int index) const {
  const auto found = steps_.find({thread, index});
  return found == steps_.end() ? 0 : found->second;
}

int Page::MoRead(const TraceLine& line) const {
  const auto found = mo_.find({line.from_thread, line.from_index});
  return found == mo_.end() ? 0 : found->second;
}

int Page::StepOfNewer(const TraceLine& line, int mo) const {
  const auto writes = told_.find(line.location);
  if (writes == told_.end() || line.location == 0) return 0;
  int step = 0;
  for (const auto& [place, of] : writes->second) {
    if (place > mo) step = of;
  }
  return step;
}

std::string Page::From(const TraceLine& line) const {
  if (line.from.empty()) return "";
  const bool is_field = line.location != 0 && !line.is_lock;
  const int step = StepOf(line.from_thread, line.from_index);
  if (is_field) {
    if (line.from_thread < 0) return "initial";
    return step == 0 ? absl::StrCat("from ", line.from) : absl::StrCat("from ", step);
  }
  // That an uncontended lock was free is no news.
  const bool own = line.from_thread == line.thread;
  return own || step == 0 ? "" : absl::StrCat("after ", step);
}

std::string Page::Remark(const TraceLine& line) const {
  if (line.mo == 0 && line.from.empty()) return "";
  const int newer = StepOfNewer(line, line.mo > 0 ? line.mo : MoRead(line));
  if (newer == 0) return "";
  return absl::StrCat(line.mo > 0 ? "ordered before " : "does not see ", newer);
}

std::string Page::Told(const TraceLine& line) const {
  const std::string from = From(line);
  const std::string remark = Remark(line);
  std::string text = OperationText(line);
  if (!from.empty() || !remark.empty()) {
    const char* separator = from.empty() || remark.empty() ? "" : ", ";
    absl::StrAppend(&text, " (", from, separator, remark, ")");
  }
  return text;
}

void Page::Note(const TraceLine& line) {
  steps_[{line.thread, line.index}] = step_;
  if (line.mo == 0) return;
  mo_[{line.thread, line.index}] = line.mo;
  told_[line.location].push_back({line.mo, step_});
}

void Page::Row(const std::string& number, int thread, const std::string& cell,
               const std::string& place) {
  const std::string told = narrow_ ? absl::StrCat("T", thread, ": ", cell) : cell;
  const std::vector<std::string> lines = Wrap(told, width_);
  const int before = narrow_ ? 0 : thread * (width_ + kGap);
  const int after = narrow_ ? 0 : (threads_ - 1 - thread) * (width_ + kGap);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string row =
        i == 0 ? absl::StrFormat("%*s", kNumberWidth, number) : std::string(kNumberWidth, ' ');
    row +=
        std::string(kGap + before, ' ') + Padded(lines[i], width_ + kGap) + std::string(after, ' ');
    if (i == 0) row += place;
    row.erase(row.find_last_not_of(' ') + 1);
    text_ += row + "\n";
  }
}

void Page::Header() {
  std::string row(kNumberWidth + kGap, ' ');
  if (narrow_) {
    row += Padded("who: what", width_ + kGap);
  } else {
    for (const std::string& thread : trace_.threads) {
      row += Padded(Shortened(thread, width_), width_ + kGap);
    }
  }
  text_ += row + "where\n";
}

std::string Page::Text() {
  Header();
  for (const TraceLine& line : trace_.lines) {
    if (line.index < 0) {
      Row("", line.thread, OperationText(line), PlaceText(line));
      continue;
    }
    ++step_;
    Row(absl::StrCat(step_), line.thread, Told(line), PlaceText(line));
    Note(line);
  }
  return text_;
}

}  // namespace

std::string OperationText(const TraceLine& line) {
  if (line.index < 0) return line.operation;
  std::string text = line.operation;
  if (!line.object.empty()) absl::StrAppend(&text, " ", line.object);
  if (!line.value.empty()) {
    absl::StrAppend(&text, Separator(line), line.value);
  }
  const bool noteworthy = !line.order.empty() && line.order != "relaxed";
  if (noteworthy) absl::StrAppend(&text, " [", line.order, "]");
  return text;
}

std::string TraceText(const Trace& trace, int columns) { return Page(trace, columns).Text(); }

}  // namespace models
