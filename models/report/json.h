// Reports as JSON, for scripts. The members' names are stable: see the README of the command.
// Absent things (no failure, no limit, no file) are null, never missing; but a line of a trace has
// only the members that say something.
#ifndef RMAPCHECK_MODELS_REPORT_JSON_H_
#define RMAPCHECK_MODELS_REPORT_JSON_H_

#include <nlohmann/json.hpp>
#include <string>

#include "models/report/report.h"

namespace models {

// What a report does not know of itself.
struct JsonContext {
  std::string name;              // Of what was checked.
  std::string expected;          // A verdict's name; empty: nothing is expected.
  std::string replay_file = "";  // Where the failing execution was written; empty: nowhere.
  bool with_trace = false;       // Add the story, line by line.
};

nlohmann::ordered_json ToJson(const Report& report, const JsonContext& context);

// Returns: the story as an object of "threads" and "lines".
nlohmann::ordered_json ToJson(const Trace& trace);

// Returns: the value as text; bytes that are not UTF-8 are replaced.
std::string JsonText(const nlohmann::ordered_json& value);

}  // namespace models

#endif  // RMAPCHECK_MODELS_REPORT_JSON_H_
