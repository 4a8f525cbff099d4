// A story as a picture, in the language of Graphviz.
//
// A cluster for each thread, its operations from top to bottom; green arrows from a write to
// whoever reads it, brown dashed ones along modification order, red boxes around what is wrong.
#ifndef RMAPCHECK_MODELS_REPORT_TRACE_DOT_H_
#define RMAPCHECK_MODELS_REPORT_TRACE_DOT_H_

#include <string>

#include "models/report/trace.h"

namespace models {

// Returns: the text of a .dot file.
std::string TraceDot(const Trace& trace);

}  // namespace models

#endif  // RMAPCHECK_MODELS_REPORT_TRACE_DOT_H_
