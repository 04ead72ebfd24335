#pragma once

#include <string>

/// Names of processes, by which leases and holds tell whose they are.
namespace netsmith::search {

/// "HOST/PID/START/MACHINE": START tells processes of one number apart, MACHINE (boot and PID
/// namespace) hosts of one name.
std::string ProcessIdentity();

/// True when the process of that name ran on this machine, within sight, and has ended. So what it
/// held need not wait for its lease to lapse.
bool HasEnded(const std::string& identity);

}  // namespace netsmith::search
