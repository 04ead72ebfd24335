#pragma once

#include <string>
#include <string_view>

namespace netsmith::report {

/// The page of a study as one file that needs no other: `view_json` (ViewJson), style and program
/// inside. Its content policy allows only those, and no connection.
std::string ReportPage(std::string_view title, std::string_view view_json);

/// The same page without data, which it asks its server for (web/live.js): files "page.css" and
/// "page.js" are beside it.
std::string LivePage(std::string_view title);
std::string_view LivePageStyle();
std::string_view LivePageScript();

}  // namespace netsmith::report
