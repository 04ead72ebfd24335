#pragma once

// SOCI without its Boost parts, which nobody here uses: Debian's libsoci-dev is built with them but
// does not bring Boost's headers. They are templates only, so the library's ABI is the same.
#include <soci/soci-config.h>
#undef SOCI_HAVE_BOOST
#undef SOCI_HAVE_BOOST_DATE_TIME

#include <soci/soci.h>
