#pragma once

namespace netsmith::store {

class Database;

/// Makes the tables, or brings older ones to the newest schema, in one transaction. Tables that are
/// Optuna's already are kept and filled beside Optuna's own studies.
/// Errors   StoreError: a newer schema; a table under one of Optuna's names without its columns
void EnsureSchema(Database& database);

/// Checks that the newest schema is there, and writes nothing.
/// Errors   StoreError: it is not
void RequireSchema(Database& database);

}  // namespace netsmith::store
