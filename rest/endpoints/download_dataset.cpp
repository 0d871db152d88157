#include <memory>

#include <neve/frame/frame.hpp>
#include <neve/ingest/csv_writer.hpp>
#include <neve/schema/schema_of.hpp>

#include "rest/router.hpp"
#include "rest/services.hpp"

namespace neve::rest::endpoints {
namespace {

struct DownloadDataV3 {
  schema::FrameRef frame_id;
  bool hex_string = false;
  bool escape_quotes = true;
  std::optional<std::string> csv;
  std::optional<std::string> filename;
  static const schema::Schema& schema() {
    using T = DownloadDataV3;
    static const schema::Schema kSchema =
        schema::SchemaOf<T>("DownloadDataV3", "Iced", "RequestSchemaV3")
            .field<&T::frame_id>("The frame.")
            .input()
            .required()
            .field<&T::hex_string>("Whether reals are written as hexadecimal floats.")
            .input()
            .field<&T::escape_quotes>("Whether quotes within quotes are doubled.")
            .input()
            .field<&T::csv>("The text; the answer is nothing but this.")
            .field<&T::filename>("Name of the file, in the header Content-Disposition.");
    return kSchema;
  }
};

/// Parameters that this route does not know are no error here, as in H2O-3: people put what they
/// like behind the address of a file.
DownloadDataV3 read_request(const Call& call) {
  schema::Form known;
  for (const auto& [name, value] : call.parameters) {
    if (DownloadDataV3::schema().find(name) != nullptr) known.emplace_back(name, value);
  }
  DownloadDataV3 input;
  schema::throw_problems("", schema::read_form(DownloadDataV3::schema(), &input, known));
  return input;
}

void download(const std::shared_ptr<Call>& call, const http::Responder& responder) {
  const DownloadDataV3 input = read_request(*call);
  frame::Frame frame = call->services.frames->require(input.frame_id.name);
  const auto writer = std::make_shared<ingest::CsvWriter>(
      *call->services.engine, std::move(frame),
      ingest::CsvForm{.hex_doubles = input.hex_string, .escape_quotes = input.escape_quotes});
  http::Response response;
  response.content_type = "application/octet-stream;charset=utf-8";
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=" + input.frame_id.name + ".csv");
  response.producer = [writer](std::string& block) { return writer->next(block); };
  responder.send(std::move(response));
}

Route download_route(std::string path, std::string name) {
  return {.method = "GET",
          .path = std::move(path),
          .name = std::move(name),
          .summary = "A frame as comma-separated text.",
          .input = &DownloadDataV3::schema(),
          .output = &DownloadDataV3::schema(),
          .handle = &download};
}

}  // namespace

const Resource& download_dataset();
const Resource& download_dataset() {
  static const Resource kResource{
      {download_route("/3/DownloadDataset", "_downloadDataset_fetch"),
       download_route("/3/DownloadDataset.bin", "_downloadDataset_fetchStreaming")}};
  return kResource;
}

}  // namespace neve::rest::endpoints
