#include "netsmith/base/check.h"

#include <string>

#include "netsmith/base/error.h"

namespace netsmith::base {

void FailCheck(std::string_view expression, std::string_view detail, std::source_location where) {
  std::ostringstream message;
  message << "defect in netsmith: " << expression << ": " << detail << " (" << where.file_name()
          << ":" << where.line() << ")";
  throw BugError(message.str());
}

}  // namespace netsmith::base
