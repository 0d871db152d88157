#include <algorithm>
#include <fstream>

#include <neve/base/error.hpp>
#include <neve/base/log.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/http/zip.hpp"
#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {

namespace {

struct Logs {
  std::string nodeidx;
  std::string name;
  std::string log;
  static const schema::Schema& schema();
};

const schema::Schema& Logs::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<Logs>("LogsV3", "Iced", "RequestSchemaV3")
          .field<&Logs::nodeidx>("Position of the node, or -1 for the one that answers.")
          .input()
          .required()
          .field<&Logs::name>("trace, debug, info, warn, error, fatal; or default for all.")
          .input()
          .field<&Logs::log>("The end of that log.");
  return kSchema;
}

struct LogAndEcho {
  std::string message;
  static const schema::Schema& schema();
};

const schema::Schema& LogAndEcho::schema() {
  static const schema::Schema kSchema =
      schema::SchemaOf<LogAndEcho>("LogAndEchoV3", "Iced", "RequestSchemaV3")
          .field<&LogAndEcho::message>("What is written to the log.")
          .input();
  return kSchema;
}

/// More of a log is had by downloading it.
constexpr std::streamoff kShownBytes = std::streamoff{4} << 20;

std::string end_of_file(const std::string& path, std::streamoff most_bytes) {
  log::flush();
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw InputError::not_found("There is no log file '" + path + "'.");
  const std::streamoff size = file.tellg();
  std::string text(static_cast<std::size_t>(std::min(size, most_bytes)), '\0');
  file.seekg(size - static_cast<std::streamoff>(text.size()));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

/// Lines of that level and above. A line is "date time process thread LEVEL water.default: text";
/// lines that continue another are kept with it.
std::string lines_from_level(const std::string& text, log::Level level) {
  std::string out;
  bool keep = true;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::string_view head = line.substr(0, line.find(" water.default: "));
    log::Level of_line{};
    const bool begins = head.size() < line.size() &&
                        log::parse_level(head.substr(head.find_last_of(' ') + 1), of_line);
    if (begins) keep = of_line >= level;
    if (keep) out.append(line).push_back('\n');
  }
  return out;
}

Logs answer_logs(Call& call, const Logs& input) {
  if (input.nodeidx != "-1" && input.nodeidx != "0" && input.nodeidx != "self") {
    throw InputError::illegal_argument("nodeidx " + input.nodeidx + " is no node; there are " +
                                           std::to_string(call.services.members().size()) + ".",
                                       {{"nodeidx", input.nodeidx}});
  }
  const std::string text = end_of_file(log::file_of(log::Level::trace), kShownBytes);
  Logs answer = input;
  log::Level level = log::Level::trace;
  const bool all = input.name.empty() || input.name == "default";
  if (!all && !log::parse_level(input.name, level)) {
    throw InputError::illegal_argument(
        "Log '" + input.name +
            "' is unknown: default, trace, debug, info, warn, error or "
            "fatal.",
        {{"name", input.name}});
  }
  answer.log = all ? text : lines_from_level(text, level);
  return answer;
}

LogAndEcho answer_echo(Call& /*call*/, const LogAndEcho& input) {
  log::info(input.message);
  return input;
}

void download(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  constexpr std::streamoff kAll = std::streamoff{1} << 30;
  std::string container = call->parameter("container");
  std::ranges::transform(container, container.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  if (!container.empty() && container != "ZIP" && container != "LOG") {
    throw InputError::illegal_argument("Container '" + container + "' is unknown: ZIP or LOG.");
  }
  const bool plain = container == "LOG";
  const std::string path = log::file_of(log::Level::trace);
  const std::string name = path.substr(path.rfind('/') + 1);
  http::Response response;
  response.body = end_of_file(path, kAll);
  // Files of nodes in a file of all, as H2O-3 packs them; the logs of other nodes stay with them.
  if (!plain) {
    std::string of_node = http::zip_of({{name, std::move(response.body)}});
    response.body = http::zip_of({{"node0.zip", std::move(of_node)}});
  }
  response.content_type = "application/octet-stream";
  const std::string file = "neve_logs_" + std::to_string(call->services.info.start_time_ms);
  response.headers = {
      {"Content-Disposition", "attachment; filename=" + file + (plain ? ".log" : ".zip")}};
  responder.send(std::move(response));
}

Route download_route(std::string path, std::string name) {
  return {.method = "GET",
          .path = std::move(path),
          .name = std::move(name),
          .summary = "The log files.",
          .handle = download};
}

}  // namespace

const Resource& logs() {
  static const Resource kResource = about_nodes(
      {route("GET", "/3/Logs/nodes/{nodeidx}/files/{name}", "logs", "The end of a node's log.",
             &answer_logs),
       download_route("/3/Logs/download", "logs_download"),
       download_route("/3/Logs/download/{container}", "logs_download_container"),
       route("POST", "/3/LogAndEcho", "logAndEcho", "Writes a line to the log.", &answer_echo)});
  return kResource;
}

}  // namespace neve::rest::endpoints
