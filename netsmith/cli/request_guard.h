#pragma once

#include <string>
#include <string_view>

/// Who may ask a local server for what. Plain functions of a request's headers.
namespace netsmith::cli {

/// "127.0.0.1", "localhost", "::1": only programs of this machine reach it.
bool IsLoopback(std::string_view address);

/// The host of a Host header or an origin ("http://localhost:8080", "[::1]:80"), without its port
/// and brackets, in small letters; empty for anything else.
std::string HostOf(std::string_view header);

/// True for a Host header that names this machine's loopback, or `address`, the one served on. A
/// page elsewhere that has its own name point here (DNS rebinding) sends that name.
bool IsOwnHost(std::string_view host_header, std::string_view address);

/// True when a request that changes something comes from the server's own page: the origin that the
/// browser sent, if any, is the host that it asked, and so is the site (Sec-Fetch-Site).
bool IsFromOwnPage(std::string_view host_header, std::string_view origin,
                   std::string_view sec_fetch_site);

/// Compares in a time that does not depend on where the texts differ.
bool SameSecret(std::string_view a, std::string_view b);

/// The value of a cookie in a Cookie header; empty when it is not there.
std::string CookieValue(std::string_view header, std::string_view name);

/// 128 random bits in hexadecimal, from the system.
std::string RandomToken();

}  // namespace netsmith::cli
