#include "netsmith/search/activity.h"

#include <string>

#include "netsmith/search/identity.h"

namespace netsmith::search {

Activity ReadActivity(study::Store& store, const std::string& study) {
  Activity activity;
  for (const study::Lease& lease : store.Leases(study)) {
    if (!HasEnded(lease.worker)) activity.running.insert(lease.trial);
  }
  const std::string holder = store.Holder(study);
  activity.searching = !holder.empty() && !HasEnded(holder);
  return activity;
}

}  // namespace netsmith::search
