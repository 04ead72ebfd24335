#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "netsmith/base/printable.h"

/// The family of exceptions, named for who must act. A message names the thing, the place, what was
/// found and what was expected, in one line. Expected outcomes (a child that diverged, was refused,
/// was cancelled) are values, never exceptions. Only cli/main.cc catches all of them.
namespace netsmith::base {

/// Root of everything netsmith throws on purpose. A message is one line whatever names from a file
/// it quotes: their control characters become \xNN.
class Error : public std::runtime_error {
 public:
  explicit Error(std::string_view message) : std::runtime_error(Printable(message)) {}
};

/// The caller passed something that the function does not accept.
class InvalidArgument : public Error {
 public:
  using Error::Error;
};

/// A flag, a configuration file or a network text is wrong; the message ends in the place
/// (flag, file:line:column, or column of the text).
class ConfigError : public Error {
 public:
  using Error::Error;
};

/// A data set's file is missing, damaged or not what it claims to be; names file and record/offset.
class DataError : public Error {
 public:
  using Error::Error;
};

/// A study's store cannot be opened, read or written, or does not hold what is expected.
class StoreError : public Error {
 public:
  using Error::Error;
};

/// A study's store does not answer just now (a server that is down or restarts); it may be tried
/// again.
class StoreUnavailable : public StoreError {
 public:
  using StoreError::StoreError;
};

/// Reading or writing outside data sets and stores failed.
class IoError : public Error {
 public:
  using Error::Error;
};

/// The user asked to stop (Ctrl-C); what was finished is kept.
class Interrupted : public Error {
 public:
  using Error::Error;
};

/// A check failed: a defect of netsmith itself.
class BugError : public Error {
 public:
  using Error::Error;
};

}  // namespace netsmith::base
