#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <neve/job/token.hpp>
#include <neve/schema/schema.hpp>

#include "rest/http/message.hpp"

namespace neve::job {
class Job;
}

namespace neve::rest {

struct Services;
struct Route;

namespace http {
class WorkerPool;
}

/// One request on its way through its handler.
struct Call {
  Services& services;
  http::Request request;
  const Route& route;
  schema::Form parameters;                               ///< of path, query and body together
  job::TokenPtr token = std::make_shared<job::Token>();  ///< cancelled when the client leaves

  /// The value of a parameter; empty where it was not given.
  [[nodiscard]] std::string parameter(std::string_view name) const;
};

using RouteHandler = std::function<void(std::shared_ptr<Call>, http::Responder)>;

/// One way in: what GET /3/Metadata/endpoints lists and what the router follows.
struct Route {
  std::string method;
  std::string path;  ///< "/3/Frames/{frame_id}/summary"
  std::string name;  ///< H2O's api_name
  std::string summary;
  const schema::Schema* input = nullptr;
  const schema::Schema* output = nullptr;
  RouteHandler handle = {};
  bool on_io_thread = false;  ///< answers at once: no computing, no waiting, no files
  bool takes_upload = false;  ///< the body is data of any size, not parameters
  /// Tells of nodes, not of data: a witness answers it too, and it does not wait until this node
  /// knows all that others have acknowledged, which may take long where something is wrong.
  bool is_about_node = false;

  [[nodiscard]] Route&& cheap() && {
    on_io_thread = true;
    return std::move(*this);
  }
};

/// A kind of jobs that a route starts. The request is bytes that its route has made.
struct JobKind {
  std::string name;
  void (*work)(Services& services, job::Job& job, std::span<const std::byte> request) = nullptr;
};

/// The routes of one file in rest/endpoints, and the jobs that they start.
struct Resource {
  std::vector<Route> routes;
  std::vector<JobKind> job_kinds = {};
};

/// Marks all routes as being about nodes, see Route::is_about_node.
Resource about_nodes(std::vector<Route> routes);

/// Reads In from the parameters; throws InputError (412) listing everything that is wrong.
void read_input(const Call& call, const schema::Schema& schema, void* input);
/// Sends JSON text with status 200.
void send_json(const http::Responder& responder, std::string json);

/// A route whose handler takes a struct and gives back a struct, both with tables:
///     route("GET", "/3/About", "about", "Versions and build.", &answer_about)
// NOLINTBEGIN(performance-unnecessary-value-param): all four are moved
template <class In, class Out>
Route route(std::string method, std::string path, std::string name, std::string summary,
            Out (*answer)(Call&, const In&)) {
  // NOLINTEND(performance-unnecessary-value-param)
  Route made{.method = std::move(method),
             .path = std::move(path),
             .name = std::move(name),
             .summary = std::move(summary),
             .input = &In::schema(),
             .output = &Out::schema()};
  made.handle = [answer](const std::shared_ptr<Call>& call, const http::Responder& responder) {
    In input{};
    read_input(*call, In::schema(), &input);
    const Out output = answer(*call, input);
    send_json(responder, schema::to_json(output, call->parameter("_exclude_fields")));
  };
  return made;
}

/// Finds the route of a request, reads its parameters and runs its handler on the I/O thread or on
/// a worker. Built once at start; then only read.
class Router {
 public:
  /// Two routes of one method and path are a bug that fails start-up.
  Router(const std::vector<const Resource*>& resources, Services& services,
         http::WorkerPool& workers);
  /// The HTTP server's handler.
  void handle(http::Request request, const http::Responder& responder) const;
  /// The route that a request takes, with its path parameters; null if there is none.
  [[nodiscard]] const Route* match(std::string_view method, std::string_view raw_path,
                                   schema::Form& path_parameters) const;
  [[nodiscard]] const std::vector<const Route*>& routes() const { return routes_; }

 private:
  struct Pattern {
    const Route* route;
    int version;
    std::vector<std::string> tokens;  ///< behind the version; "{name}" is a wildcard
  };
  [[nodiscard]] const Route* match_tokens(std::string_view method, int version,
                                          const std::vector<std::string>& tokens,
                                          schema::Form& found) const;
  [[nodiscard]] const Route* match_long_key(std::string_view method, std::string_view raw_path,
                                            schema::Form& found) const;
  void require_data(const Route& route) const;
  [[nodiscard]] schema::Form parameters_of(const http::Request& request, const Route& route) const;

  Services& services_;
  http::WorkerPool& workers_;
  std::vector<const Route*> routes_;
  std::vector<Pattern> patterns_;  ///< newest version first, then fewest wildcards
};

/// The error as H2OErrorV3.
std::string error_json(const Error& error, std::string_view url);
/// How an error that knows more than others is written.
struct ErrorForm {
  std::string_view schema_name = "H2OErrorV3";
  std::string_view schema_type = "H2OError";
  std::string values = {};          ///< JSON of the member "values"; empty: the error's own
  std::string more_members = "{}";  ///< JSON object whose members are added at the end
};
std::string error_json_as(const Error& error, std::string_view url, const ErrorForm& form);

}  // namespace neve::rest
