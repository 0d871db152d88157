#include "rest/router.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <neve/base/error.hpp>
#include <neve/base/thread_name.hpp>
#include <neve/store/store.hpp>

#include "rest/http/form.hpp"
#include "rest/http/worker_pool.hpp"
#include "rest/request_counts.hpp"
#include "rest/services.hpp"

namespace neve::rest {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> tokens;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    tokens.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return tokens;
    path.remove_prefix(slash + 1);
  }
}

/// A path segment: '+' is itself there.
std::string decoded(std::string_view segment) {
  return http::decode_percent(segment, http::Plus::is_plus);
}

bool is_wildcard(std::string_view token) { return token.starts_with('{'); }
std::string wildcard_name(std::string_view token) {
  return std::string(token.substr(1, token.size() - 2));
}

/// The number of "/3/…"; LATEST and EXPERIMENTAL take the newest route there is; -1 otherwise.
int version_of(std::string_view token) {
  constexpr int kNewest = std::numeric_limits<int>::max();
  if (token == "LATEST" || token == "EXPERIMENTAL") return kNewest;
  int version = -1;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), version);
  return error == std::errc() && end == token.data() + token.size() ? version : -1;
}

std::ptrdiff_t wildcards(const std::vector<std::string>& tokens) {
  return std::ranges::count_if(tokens, [](const std::string& t) { return is_wildcard(t); });
}

bool tokens_match(const std::vector<std::string>& pattern, const std::vector<std::string>& tokens,
                  schema::Form& found) {
  if (pattern.size() != tokens.size()) return false;
  found.clear();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (is_wildcard(pattern[i])) {
      found.emplace_back(wildcard_name(pattern[i]), tokens[i]);
    } else if (pattern[i] != tokens[i]) {
      return false;
    }
  }
  return true;
}

/// Frame keys may hold slashes ("nfs://tmp/x.csv"), which break the path into too many tokens. They
/// are cut out between the prefix and these known endings, longest first.
struct LongKeyEnding {
  std::string_view before;  ///< what follows the key
  bool has_column;          ///< "/columns/{column}" with the column between the two texts
  std::string_view after;
};
constexpr LongKeyEnding kLongKeyEndings[] = {
    {"/columns/", true, "/summary"}, {"/columns/", true, "/domain"}, {"/columns/", true, ""},
    {"/export", false, ""},          {"/save", false, ""},           {"/summary", false, ""},
    {"/light", false, ""},           {"/columns", false, ""},        {"", false, ""}};

}  // namespace

std::string Call::parameter(std::string_view name) const {
  const auto at = std::ranges::find(parameters, name,
                                    [](const auto& p) -> std::string_view { return p.first; });
  return at == parameters.end() ? std::string() : at->second;
}

Resource about_nodes(std::vector<Route> routes) {
  for (Route& route : routes) route.is_about_node = true;
  return {std::move(routes)};
}

void read_input(const Call& call, const schema::Schema& schema, void* input) {
  schema::throw_problems("", schema::read_form(schema, input, call.parameters));
  schema::throw_problems("", schema::check_bounds(schema, input));
}

void send_json(const http::Responder& responder, std::string json) {
  http::Response response;
  response.body = std::move(json);
  responder.send(std::move(response));
}

Router::Router(const std::vector<const Resource*>& resources, Services& services,
               http::WorkerPool& workers)
    : services_(services), workers_(workers) {
  for (const Resource* resource : resources) {
    for (const Route& route : resource->routes) {
      const auto tokens = split_path(route.path);
      Pattern pattern{&route, tokens.empty() ? 0 : version_of(tokens[0]), {}};
      const std::size_t first = pattern.version >= 0 ? 1 : 0;
      for (std::size_t i = first; i < tokens.size(); ++i) pattern.tokens.emplace_back(tokens[i]);
      for (const Pattern& other : patterns_) {
        NEVE_CHECK(other.route->method != route.method || other.route->path != route.path,
                   "two routes for " + route.method + " " + route.path);
      }
      patterns_.push_back(std::move(pattern));
      routes_.push_back(&route);
    }
  }
  std::ranges::stable_sort(patterns_, [](const Pattern& a, const Pattern& b) {
    if (a.version != b.version) return a.version > b.version;
    return wildcards(a.tokens) < wildcards(b.tokens);
  });
}

const Route* Router::match_tokens(std::string_view method, int version,
                                  const std::vector<std::string>& tokens,
                                  schema::Form& found) const {
  for (const Pattern& pattern : patterns_) {
    // A route of a lower version serves where this version has none.
    const bool serves =
        version < 0 ? pattern.version < 0 : pattern.version >= 0 && pattern.version <= version;
    if (serves && pattern.route->method == method && tokens_match(pattern.tokens, tokens, found)) {
      return pattern.route;
    }
  }
  return nullptr;
}

const Route* Router::match_long_key(std::string_view method, std::string_view raw_path,
                                    schema::Form& found) const {
  constexpr std::string_view kPrefix = "/3/Frames/";
  if (!raw_path.starts_with(kPrefix)) return nullptr;
  const std::string_view rest = raw_path.substr(kPrefix.size());
  for (const LongKeyEnding& ending : kLongKeyEndings) {
    if (!rest.ends_with(ending.after)) continue;
    const std::string_view head = rest.substr(0, rest.size() - ending.after.size());
    const std::size_t cut =
        ending.has_column ? head.rfind(ending.before) : head.size() - ending.before.size();
    if (cut == std::string_view::npos || cut > head.size() || cut == 0) continue;
    if (head.substr(cut, ending.before.size()) != ending.before) continue;
    std::vector<std::string> tokens = {"Frames", decoded(head.substr(0, cut))};
    const std::string_view column = head.substr(cut + ending.before.size());
    if (ending.has_column && column.find('/') != std::string_view::npos) continue;
    std::string tail = std::string(ending.before) + (ending.has_column ? decoded(column) : "") +
                       std::string(ending.after);
    if (!tail.empty()) {
      for (const std::string_view token : split_path(tail)) tokens.emplace_back(token);
    }
    constexpr int kVersion = 3;
    if (const Route* route = match_tokens(method, kVersion, tokens, found)) return route;
  }
  return nullptr;
}

const Route* Router::match(std::string_view method, std::string_view raw_path,
                           schema::Form& path_parameters) const {
  std::vector<std::string> tokens;
  for (const std::string_view token : split_path(raw_path)) tokens.push_back(decoded(token));
  const int version = tokens.empty() ? -1 : version_of(tokens[0]);
  if (version >= 0) tokens.erase(tokens.begin());
  if (const Route* route = match_tokens(method, version, tokens, path_parameters)) return route;
  if (!tokens.empty() && tokens.back().ends_with(".json")) {
    tokens.back().resize(tokens.back().size() - std::string_view(".json").size());
    if (const Route* route = match_tokens(method, version, tokens, path_parameters)) return route;
  }
  return match_long_key(method, raw_path, path_parameters);
}

schema::Form Router::parameters_of(const http::Request& request, const Route& route) const {
  schema::Form parameters = request.query;
  if (request.body.empty() || route.takes_upload) return parameters;
  const std::string_view type = request.headers.find("Content-Type").value_or("");
  schema::Form body = type.starts_with("application/json") ? schema::form_of_json(request.body)
                                                           : http::parse_form(request.body);
  std::ranges::move(body, std::back_inserter(parameters));
  return parameters;
}

void Router::require_data(const Route& route) const {
  if (!services_.witness || route.is_about_node) return;
  std::string nodes;
  for (const cluster::Member& member : services_.members()) {
    nodes += (nodes.empty() ? "http://" : ", http://") + member.address;
  }
  constexpr int kMisdirected = 421;
  throw InputError(
      kMisdirected, "water.exceptions.H2OIllegalArgumentException",
      "This node is a witness: it votes and holds no data. Ask one that does: " + nodes + ".",
      {{"nodes", nodes}});
}

void Router::handle(http::Request request, const http::Responder& responder) const {
  schema::Form path_parameters;
  const Route* route = match(request.method, request.raw_path, path_parameters);
  // Otherwise HEAD is a GET whose body the session leaves out.
  if (route == nullptr && request.method == "HEAD") {
    route = match("GET", request.raw_path, path_parameters);
  }
  if (route == nullptr) {
    const std::string what = request.method == "GET" || request.method == "HEAD"
                                 ? "Resource " + request.path + " not found"
                                 : request.method + " " + request.path + " not found";
    throw InputError::not_found(what, {{"path", request.path}});
  }
  require_data(*route);
  schema::Form parameters = parameters_of(request, *route);
  // What the path says counts; R sends it in the body, too.
  std::erase_if(parameters, [&](const auto& given) {
    return std::ranges::any_of(path_parameters,
                               [&](const auto& in_path) { return in_path.first == given.first; });
  });
  std::ranges::move(path_parameters, std::back_inserter(parameters));
  auto call =
      std::make_shared<Call>(Call{services_, std::move(request), *route, std::move(parameters)});
  call->request.connection.on_close([token = call->token] { token->cancel(); });
  if (route->on_io_thread) {
    route->handle(call, responder);
    return;
  }
  workers_.submit([route, call, responder] {
    name_this_thread(route->name);
    if (!route->is_about_node && call->services.info.requests != nullptr) {
      call->services.info.requests->note_work();
    }
    try {
      // What any node has acknowledged before is seen here.
      if (!route->is_about_node) call->services.store->sync();
      route->handle(call, responder);
    } catch (...) {
      responder.fail(std::current_exception());
    }
  });
}

}  // namespace neve::rest
