#include "rest/endpoints/status_page_internal.hpp"
#include "rest/router.hpp"

namespace neve::rest::endpoints {

namespace {

void redirect(const std::shared_ptr<Call>& /*call*/, const http::Responder& responder) {
  http::Response response;
  response.status = 301;
  response.content_type = "text/plain";
  response.headers = {{"Location", "/flow/index.html"}};
  responder.send(std::move(response));
}

void show_status_page(const std::shared_ptr<Call>& /*call*/, const http::Responder& responder) {
  http::Response response;
  response.content_type = "text/html;charset=utf-8";
  response.body = kStatusPage;
  responder.send(std::move(response));
}

Route page(std::string path, std::string name, std::string summary, RouteHandler handle) {
  Route made{.method = "GET",
             .path = std::move(path),
             .name = std::move(name),
             .summary = std::move(summary),
             .handle = std::move(handle)};
  return std::move(made).cheap();
}

}  // namespace

const Resource& flow() {
  static const Resource kResource =
      about_nodes({page("/", "root", "Leads to the status page.", redirect),
                   page("/flow/index.html", "status_page", "The status page.", show_status_page)});
  return kResource;
}

}  // namespace neve::rest::endpoints
