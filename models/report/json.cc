// Member by member, in the order in which they are documented.
// Only the trace leaves out what a line has not.
#include "models/report/json.h"

namespace models {
namespace {

using Json = nlohmann::ordered_json;

Json TextOrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json LineToJson(const TraceLine& line) {
  Json json;
  json["thread"] = line.thread;
  if (line.index >= 0) json["index"] = line.index;
  json["operation"] = line.operation;
  if (!line.order.empty()) json["order"] = line.order;
  if (!line.object.empty()) json["object"] = line.object;
  if (!line.value.empty()) json["value"] = line.value;
  if (!line.from.empty()) json["from"] = line.from;
  if (line.mo > 0) json["mo"] = line.mo;
  if (line.line > 0) {
    json["file"] = line.file;
    json["line"] = line.line;
    json["function"] = line.function;
  }
  return json;
}

}  // namespace

Json ToJson(const Trace& trace) {
  Json lines = Json::array();
  for (const TraceLine& line : trace.lines) lines.push_back(LineToJson(line));
  return {{"threads", trace.threads}, {"lines", lines}};
}

Json ToJson(const Report& report, const JsonContext& context) {
  Json json;
  json["name"] = context.name;
  json["expected"] = TextOrNull(context.expected);
  json["verdict"] = VerdictName(report.verdict);
  json["failure_kind"] = TextOrNull(FailureName(report.failure_kind));
  json["failure"] = TextOrNull(report.failure);
  json["executions"] = report.executions;
  json["blocked"] = report.blocked;
  json["exhaustive"] = report.exhaustive;
  json["limit_hit"] = TextOrNull(report.limit_hit);
  json["seconds"] = report.seconds;
  json["replay"] = TextOrNull(context.replay_file);
  const bool told = context.with_trace && !report.trace.empty();
  json["trace"] = told ? ToJson(report.trace) : Json(nullptr);
  return json;
}

std::string JsonText(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace models
