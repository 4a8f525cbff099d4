// Reports for people who read them in a test's log or a debugger.
// The command line has its own, wider form.
#include "models/report/report.h"

#include <ostream>

#include "models/report/trace_text.h"

namespace models {

const char* VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHolds:
      return "holds";
    case Verdict::kViolated:
      return "violated";
    case Verdict::kUndecided:
      return "undecided";
  }
  return "";
}

std::ostream& operator<<(std::ostream& out, Verdict verdict) { return out << VerdictName(verdict); }

std::ostream& operator<<(std::ostream& out, const Report& report) {
  out << VerdictName(report.verdict) << " after " << report.executions << " executions and "
      << report.blocked << " blocked ones" << (report.exhaustive ? ", exhaustively" : "");
  if (!report.limit_hit.empty()) out << "; cut by " << report.limit_hit;
  if (!report.failure.empty()) {
    out << "\n" << FailureName(report.failure_kind) << ": " << report.failure;
  }
  if (!report.trace.empty()) out << "\n" << TraceText(report.trace);
  return out;
}

}  // namespace models
